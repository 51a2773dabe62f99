//! Orders between domain and columns. It may not query.

use domain::ports::StoreError;
use domain::rules::address::Address;
use domain::rules::ids::{Caller, MollieOrderId, OrderId, ProfileName, RequestId};
use domain::rules::money::Money;
use domain::rules::order::{Order, Personal};
use domain::rules::placement::{Mode, Placement};
use domain::rules::ship_by::{Agenda, Cause, ShipBy};

use super::{Row, bigint};
use crate::document::{self, AddressDocument, OrderDocument, OrderParts};
use crate::entity::order::Model;
use crate::moment;

impl TryFrom<&Order> for Model {
    type Error = StoreError;

    fn try_from(order: &Order) -> Result<Self, StoreError> {
        let Personal { billing_address, shipping_address, consumer_date_of_birth } = &order.personal;
        Ok(Self {
            id: order.id.uuid(),
            profile: order.profile.to_string(),
            mode: order.mode.as_str().to_owned(),
            caller: order.caller.to_string(),
            request_id: order.request_id.to_string(),
            order_number: order.terms.order_number.clone(),
            held_number: order.held_number().map(ToOwned::to_owned),
            mollie_id: order.mollie_id.as_ref().map(ToString::to_string),
            placement: order.placement.as_str().to_owned(),
            status: order.facts.status.map(|status| status.as_str().to_owned()),
            currency: order.terms.amount.currency().code().to_owned(),
            amount_minor: order.terms.amount.minor(),
            version: bigint(order.version),
            created_time: moment::column(order.created_time),
            expires_time: order.facts.expires_time.map(moment::column),
            observed_time: order.observed_time.map(moment::column),
            closed_time: order.closed_time.map(moment::column),
            billing_address: billing_address.as_ref().map(address).transpose()?,
            shipping_address: shipping_address.as_ref().map(address).transpose()?,
            consumer_date_of_birth: consumer_date_of_birth.map(|date| date.to_string()),
            open_items: bigint(order.open_items().try_into().unwrap_or(u64::MAX)),
            held_shipments: bigint(order.held.len().try_into().unwrap_or(u64::MAX)),
            // Maintained as operations are added and settled.
            open_operations: 0,
            ship_by: order.agenda.ship_by.map(|ship_by| moment::column(ship_by.time)),
            ship_by_cause: order.agenda.ship_by.map(|ship_by| ship_by.cause.as_str().to_owned()),
            to_capture_minor: order.agenda.to_capture.minor(),
            timer_time: order.agenda.timer.map(moment::column),
            document: document::write(&OrderDocument::from(order))?,
        })
    }
}

fn address(address: &Address) -> Result<String, StoreError> {
    document::write(&AddressDocument::from(address))
}

impl TryFrom<Model> for Order {
    type Error = StoreError;

    fn try_from(model: Model) -> Result<Self, StoreError> {
        let row = Row::new("orders", model.id);
        let parts: OrderParts = row.document::<OrderDocument, _>("document", &model.document)?;
        let address = |column, json: Option<String>| {
            row.optional_document::<AddressDocument, Address>(column, json.as_deref())
        };
        let ship_by = row.optional_time("ship_by", model.ship_by)?;
        let cause = model.ship_by_cause.as_deref();
        let cause = cause.map(|cause| row.word("ship_by_cause", cause, Cause::parse)).transpose()?;
        let agenda = Agenda {
            ship_by: ship_by.zip(cause).map(|(time, cause)| ShipBy { time, cause }),
            to_capture: Money::from_minor(model.to_capture_minor, parts.terms.amount.currency()),
            timer: row.optional_time("timer_time", model.timer_time)?,
        };
        let born = model.consumer_date_of_birth.as_deref();
        let personal = Personal {
            billing_address: address("billing_address", model.billing_address)?,
            shipping_address: address("shipping_address", model.shipping_address)?,
            consumer_date_of_birth: born.map(|date| row.date("consumer_date_of_birth", date)).transpose()?,
        };
        Ok(Self {
            id: OrderId::new(model.id),
            profile: ProfileName::new(model.profile),
            mode: row.word("mode", &model.mode, Mode::parse)?,
            caller: Caller::new(model.caller),
            request_id: RequestId::new(model.request_id),
            created_time: row.time("created_time", model.created_time)?,
            version: row.count("version", model.version)?,
            hook_base: parts.hook_base,
            hook_proof: parts.hook_proof,
            supersedes: parts.supersedes,
            superseded: parts.superseded,
            number_released: parts.number_released,
            placement: row.word("placement", &model.placement, Placement::parse)?,
            rejection: parts.rejection,
            mollie_id: model.mollie_id.map(MollieOrderId::new),
            terms: parts.terms,
            highest_amount: parts.highest_amount,
            canceled_unpaid: parts.canceled_unpaid,
            personal,
            lines: parts.lines,
            releases: parts.releases,
            cancellations: parts.cancellations,
            beside: parts.beside,
            held: parts.held,
            open_captures: parts.open_captures,
            lost_captures: parts.lost_captures,
            open_refunds: parts.open_refunds,
            returns: parts.returns,
            facts: parts.facts,
            payments: parts.payments,
            renaming: parts.renaming,
            line_change: parts.line_change,
            added_lines: parts.added_lines,
            lines_changed_time: parts.lines_changed_time,
            made_payments: parts.made_payments,
            stranded: parts.stranded,
            items: parts.items,
            deadline: parts.deadline,
            followed: parts.followed,
            agenda,
            observed_time: row.optional_time("observed_time", model.observed_time)?,
            closed_time: row.optional_time("closed_time", model.closed_time)?,
        })
    }
}
