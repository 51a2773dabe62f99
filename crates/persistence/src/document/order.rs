//! Orders as documents: what has no separate column, and for the first event the whole. Nothing personal.

use domain::rules::beside::Beside;
use domain::rules::followed::Followed;
use domain::rules::ids::{
    Caller, LineId, MollieOrderId, MolliePaymentId, OperationId, OrderId, ProfileName, RefundId, RequestId,
    ShipmentId,
};
use domain::rules::item::Item;
use domain::rules::money::Money;
use domain::rules::order::{Canceled, Facts, Line, LineChanging, Order, Personal, Release, Renaming, Terms};
use domain::rules::payment::{Payment, Stranded};
use domain::rules::placement::{Mode, Placement};
use domain::rules::rejection::Rejection;
use domain::rules::returned::Return;
use domain::rules::ship_by::{Agenda, Deadline};
use domain::rules::shipment::HeldParcel;
use domain::rules::superseded::Superseded;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::beside::BesideDocument;
use super::canceled::{CanceledDocument, ReleaseDocument};
use super::deadline::DeadlineDocument;
use super::facts::FactsDocument;
use super::finding::FindingDocument;
use super::item::ItemDocument;
use super::line::LineDocument;
use super::line_change::LineChangingDocument;
use super::money::MoneyDocument;
use super::payment::PaymentDocument;
use super::policy::FollowedDocument;
use super::rejection::RejectionDocument;
use super::returned::ReturnDocument;
use super::shipment::HeldParcelDocument;
use super::stranded::StrandedDocument;
use super::superseded::SupersededDocument;
use super::word::word;
use super::{Misfit, each, mirrors, optional, present};

#[derive(Debug, Serialize, Deserialize)]
struct TermsDocument {
    order_number: String,
    amount: MoneyDocument,
    locale: String,
    methods: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    metadata: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_on: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shopper_country_must_match_billing_country: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    continues: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<FindingDocument>,
    #[serde(default, skip_serializing_if = "is_zero")]
    warnings_left_out: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl From<&Terms> for TermsDocument {
    fn from(terms: &Terms) -> Self {
        Self {
            order_number: terms.order_number.clone(),
            amount: (&terms.amount).into(),
            locale: terms.locale.clone(),
            methods: terms.methods.clone(),
            redirect_url: terms.redirect_url.clone(),
            cancel_url: terms.cancel_url.clone(),
            metadata: terms.metadata.clone(),
            expires_on: terms.expires_on,
            shopper_country_must_match_billing_country: terms.shopper_country_must_match_billing_country,
            continues: terms.continues.map(OrderId::uuid),
            warnings: mirrors(&terms.warnings),
            warnings_left_out: terms.warnings_left_out,
        }
    }
}

impl TryFrom<TermsDocument> for Terms {
    type Error = Misfit;

    fn try_from(document: TermsDocument) -> Result<Self, Misfit> {
        Ok(Self {
            order_number: document.order_number,
            amount: document.amount.try_into()?,
            locale: document.locale,
            methods: document.methods,
            redirect_url: document.redirect_url,
            cancel_url: document.cancel_url,
            metadata: document.metadata,
            expires_on: document.expires_on,
            shopper_country_must_match_billing_country: document.shopper_country_must_match_billing_country,
            continues: document.continues.map(OrderId::new),
            warnings: each(document.warnings)?,
            warnings_left_out: document.warnings_left_out,
        })
    }
}

/// The parts of an order that have no separate column.
pub(crate) struct OrderParts {
    pub hook_base: String,
    pub hook_proof: Option<String>,
    pub supersedes: Option<OrderId>,
    pub superseded: Option<Box<Superseded>>,
    pub number_released: bool,
    pub terms: Terms,
    pub highest_amount: Money,
    pub canceled_unpaid: Money,
    pub facts: Facts,
    pub lines: Vec<Line>,
    pub releases: Vec<Release>,
    pub cancellations: Vec<Canceled>,
    pub beside: Beside,
    pub held: Vec<HeldParcel>,
    pub open_captures: Vec<ShipmentId>,
    pub lost_captures: Vec<(ShipmentId, Money)>,
    pub open_refunds: Vec<RefundId>,
    pub returns: Vec<Return>,
    pub payments: Vec<Payment>,
    pub renaming: Option<Box<Renaming>>,
    pub line_change: Option<Box<LineChanging>>,
    pub added_lines: Vec<LineId>,
    pub lines_changed_time: Option<Timestamp>,
    pub made_payments: Vec<(OperationId, MolliePaymentId)>,
    pub stranded: Vec<Stranded>,
    pub deadline: Deadline,
    pub followed: Followed,
    pub items: Vec<Item>,
    pub rejection: Option<Rejection>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OrderDocument {
    hook_base: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hook_proof: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    supersedes: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    superseded: Option<SupersededDocument>,
    number_released: bool,
    terms: TermsDocument,
    highest_amount: MoneyDocument,
    canceled_unpaid: MoneyDocument,
    facts: FactsDocument,
    lines: Vec<LineDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    releases: Vec<ReleaseDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    cancellations: Vec<CanceledDocument>,
    beside: BesideDocument,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    held: Vec<HeldParcelDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open_captures: Vec<Uuid>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lost_captures: Vec<(Uuid, MoneyDocument)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open_refunds: Vec<Uuid>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    returns: Vec<ReturnDocument>,
    payments: Vec<PaymentDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renaming: Option<(Uuid, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line_change: Option<Box<LineChangingDocument>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    added_lines: Vec<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines_changed_time: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    made_payments: Vec<(Uuid, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    stranded: Vec<StrandedDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deadline: Option<DeadlineDocument>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    followed: Option<FollowedDocument>,
    items: Vec<ItemDocument>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection: Option<RejectionDocument>,
}

impl From<&Order> for OrderDocument {
    fn from(order: &Order) -> Self {
        Self {
            hook_base: order.hook_base.clone(),
            hook_proof: order.hook_proof.clone(),
            supersedes: order.supersedes.map(|id| id.uuid()),
            superseded: order.superseded.as_deref().map(Into::into),
            number_released: order.number_released,
            terms: (&order.terms).into(),
            highest_amount: (&order.highest_amount).into(),
            canceled_unpaid: (&order.canceled_unpaid).into(),
            releases: mirrors(&order.releases),
            cancellations: mirrors(&order.cancellations),
            beside: (&order.beside).into(),
            held: mirrors(&order.held),
            open_captures: order.open_captures.iter().map(|id| id.uuid()).collect(),
            lost_captures: order
                .lost_captures
                .iter()
                .map(|(id, amount)| (id.uuid(), amount.into()))
                .collect(),
            open_refunds: order.open_refunds.iter().map(|id| id.uuid()).collect(),
            returns: mirrors(&order.returns),
            renaming: order.renaming.as_ref().map(|it| (it.operation_id.uuid(), it.number.clone())),
            line_change: order.line_change.as_ref().map(|change| Box::new((&**change).into())),
            added_lines: order.added_lines.iter().copied().map(LineId::number).collect(),
            lines_changed_time: order.lines_changed_time,
            made_payments: order
                .made_payments
                .iter()
                .map(|(operation, payment)| (operation.uuid(), payment.to_string()))
                .collect(),
            stranded: mirrors(&order.stranded),
            deadline: DeadlineDocument::of(order.deadline),
            followed: FollowedDocument::of(&order.followed),
            facts: (&order.facts).into(),
            lines: mirrors(&order.lines),
            payments: mirrors(&order.payments),
            items: mirrors(&order.items),
            rejection: order.rejection.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<OrderDocument> for OrderParts {
    type Error = Misfit;

    fn try_from(document: OrderDocument) -> Result<Self, Misfit> {
        Ok(Self {
            hook_base: document.hook_base,
            hook_proof: document.hook_proof,
            supersedes: document.supersedes.map(OrderId::new),
            superseded: document.superseded.map(|document| Box::new(document.into())),
            number_released: document.number_released,
            terms: document.terms.try_into()?,
            highest_amount: document.highest_amount.try_into()?,
            canceled_unpaid: document.canceled_unpaid.try_into()?,
            releases: each(document.releases)?,
            cancellations: each(document.cancellations)?,
            beside: document.beside.try_into()?,
            held: each(document.held)?,
            open_captures: document.open_captures.into_iter().map(ShipmentId::new).collect(),
            lost_captures: document.lost_captures.into_iter().map(lost).collect::<Result<_, _>>()?,
            open_refunds: document.open_refunds.into_iter().map(RefundId::new).collect(),
            returns: each(document.returns)?,
            renaming: document.renaming.map(renamed),
            line_change: document.line_change.map(|change| (*change).try_into().map(Box::new)).transpose()?,
            added_lines: document.added_lines.into_iter().map(LineId::new).collect(),
            lines_changed_time: document.lines_changed_time,
            made_payments: document.made_payments.into_iter().map(made).collect(),
            stranded: each(document.stranded)?,
            deadline: optional(document.deadline)?.unwrap_or_default(),
            followed: optional(document.followed)?.unwrap_or_default(),
            facts: document.facts.try_into()?,
            lines: each(document.lines)?,
            payments: each(document.payments)?,
            items: each(document.items)?,
            rejection: optional(document.rejection)?,
        })
    }
}

/// The whole order, for its first event.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RecordedOrderDocument {
    id: Uuid,
    profile: String,
    mode: String,
    caller: String,
    request_id: String,
    created_time: Timestamp,
    version: u64,
    placement: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mollie_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_time: Option<Timestamp>,
    parts: OrderDocument,
}

impl From<&Order> for RecordedOrderDocument {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id.uuid(),
            profile: order.profile.to_string(),
            mode: order.mode.as_str().to_owned(),
            caller: order.caller.to_string(),
            request_id: order.request_id.to_string(),
            created_time: order.created_time,
            version: order.version,
            placement: order.placement.as_str().to_owned(),
            mollie_id: order.mollie_id.as_ref().map(ToString::to_string),
            observed_time: order.observed_time,
            closed_time: order.closed_time,
            parts: order.into(),
        }
    }
}

impl TryFrom<RecordedOrderDocument> for Order {
    type Error = Misfit;

    fn try_from(document: RecordedOrderDocument) -> Result<Self, Misfit> {
        let parts = OrderParts::try_from(document.parts)?;
        let agenda = Agenda::nothing(parts.terms.amount);
        Ok(Self {
            id: OrderId::new(document.id),
            profile: ProfileName::new(document.profile),
            mode: word("mode", &document.mode, Mode::parse)?,
            caller: Caller::new(document.caller),
            request_id: RequestId::new(document.request_id),
            created_time: document.created_time,
            version: document.version,
            hook_base: parts.hook_base,
            hook_proof: parts.hook_proof,
            supersedes: parts.supersedes,
            superseded: parts.superseded,
            number_released: parts.number_released,
            placement: word("placement", &document.placement, Placement::parse)?,
            rejection: parts.rejection,
            mollie_id: document.mollie_id.map(MollieOrderId::new),
            terms: parts.terms,
            highest_amount: parts.highest_amount,
            canceled_unpaid: parts.canceled_unpaid,
            releases: parts.releases,
            cancellations: parts.cancellations,
            beside: parts.beside,
            held: parts.held,
            open_captures: parts.open_captures,
            lost_captures: parts.lost_captures,
            open_refunds: parts.open_refunds,
            returns: parts.returns,
            renaming: parts.renaming,
            line_change: parts.line_change,
            added_lines: parts.added_lines,
            lines_changed_time: parts.lines_changed_time,
            made_payments: parts.made_payments,
            stranded: parts.stranded,
            deadline: parts.deadline,
            followed: parts.followed,
            agenda,
            personal: Personal::default(),
            lines: parts.lines,
            facts: parts.facts,
            payments: parts.payments,
            items: parts.items,
            observed_time: document.observed_time,
            closed_time: document.closed_time,
        })
    }
}

/// A number that the order is to have.
fn renamed((by, number): (Uuid, String)) -> Box<Renaming> {
    Box::new(Renaming { operation_id: OperationId::new(by), number })
}

/// An attempt to pay that an operation of ours opened.
fn made((operation, payment): (Uuid, String)) -> (OperationId, MolliePaymentId) {
    (OperationId::new(operation), MolliePaymentId::new(payment))
}

/// A shipment whose money does not come.
fn lost((id, amount): (Uuid, MoneyDocument)) -> Result<(ShipmentId, Money), Misfit> {
    Ok((ShipmentId::new(id), amount.try_into()?))
}
