//! An order as we keep it: what was requested, what Mollie reports of it, and what unsettled operations reserve.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::address::Address;
use super::amount::Remainder;
use super::beside::Beside;
use super::draft::OrderDraft;
use super::ids::{
    Caller, LineId, MollieLineId, MollieOrderId, MolliePaymentId, OperationId, OrderId, ProfileName,
    RefundId, RequestId, ShipmentId,
};
use super::item::Item;
use super::line::{LineDraft, LineType};
use super::money::Money;
use super::part::Part;
use super::payment::{Payment, Stranded};
use super::placement::{Mode, Placement};
use super::rejection::Rejection;
use super::shipment::{HeldParcel, ShipmentLine};
use super::status::{LineStatus, OrderStatus, Read};
use super::unread::Unread;
use super::violation::Finding;

/// Personal data of an order; it has separate columns and stays out of events, logs and errors.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Personal {
    pub billing_address: Option<Address>,
    pub shipping_address: Option<Address>,
    pub consumer_date_of_birth: Option<Date>,
}

impl std::fmt::Debug for Personal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Personal(…)")
    }
}

/// So many warnings are kept with an order.
pub const WARNINGS: usize = 50;

/// What was agreed with the shopper, apart from lines and persons.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms {
    pub order_number: String,
    pub amount: Money,
    /// Empty where the profile lets it be left out and the draft had none.
    pub locale: String,
    /// The methods the shopper may choose from; empty: all.
    pub methods: Vec<String>,
    pub redirect_url: Option<String>,
    pub cancel_url: Option<String>,
    pub metadata: Option<Value>,
    /// The expiry date requested for the order.
    pub expires_on: Option<Date>,
    pub shopper_country_must_match_billing_country: Option<bool>,
    /// What Mollie may refuse of the draft, in its order; at most [`WARNINGS`].
    pub warnings: Vec<Finding>,
    /// How many more there were.
    pub warnings_left_out: usize,
}

/// What Mollie last reported of the order as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The last status we understood; `None` until placed.
    pub status: Option<OrderStatus>,
    /// A status of Mollie's that we do not understand; money operations wait until we do.
    pub unknown_status: Option<String>,
    /// The method chosen or last used.
    pub method: Option<String>,
    pub is_cancelable: Option<bool>,
    pub amount_captured: Option<Money>,
    pub amount_refunded: Option<Money>,
    pub checkout_url: Option<String>,
    pub created_time: Option<Timestamp>,
    /// `pfl_…`.
    pub mollie_profile_id: Option<String>,
    /// The order's page in Mollie's dashboard.
    pub dashboard_url: Option<String>,
    /// When Mollie ends the order: any authorization not shipped by then is lost.
    pub expires_time: Option<Timestamp>,
    pub authorized_time: Option<Timestamp>,
    pub paid_time: Option<Timestamp>,
    pub canceled_time: Option<Timestamp>,
    pub expired_time: Option<Timestamp>,
    pub completed_time: Option<Timestamp>,
    /// The fields of the last answer that could not be understood; no money depends on them.
    pub unread: Unread,
}

/// A line of an order. Mollie never changes its quantity or amounts by shipping, canceling or refunding.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub id: LineId,
    pub mollie_id: Option<MollieLineId>,
    pub line_type: Read<LineType>,
    pub category: Option<String>,
    pub name: String,
    pub sku: Option<String>,
    pub quantity: u32,
    pub quantity_unit: Option<String>,
    pub unit_price: Money,
    pub discount_amount: Option<Money>,
    pub total_amount: Money,
    /// Empty, and the amount zero, where the draft had none.
    pub vat_rate: String,
    pub vat_amount: Money,
    pub image_url: Option<String>,
    pub product_url: Option<String>,
    pub metadata: Option<Value>,
    /// When the merchant means to ship it. Mollie does not have it.
    pub planned_ship_date: Option<Date>,
    /// The caller's own name for it, unique in the order. Mollie does not have it.
    pub reference: Option<String>,
    /// Whether Mollie says that it can be canceled. Nothing depends on it.
    pub is_cancelable: Option<bool>,
    /// When Mollie created it.
    pub created_time: Option<Timestamp>,
    /// The last status we understood; `None` until placed.
    pub status: Option<LineStatus>,
    pub unknown_status: Option<String>,
    /// Registered at Mollie.
    pub shipped: Part,
    pub canceled: Part,
    /// Refunded through the order: what Mollie's counter of the line shows.
    pub refunded: Part,
    /// Refunded on a payment, which moves no counter at Mollie. A lower price has an amount and no units.
    pub payment_refunded: Part,
    /// In shipments recorded by us and not yet settled at Mollie.
    pub reserved: Part,
    /// In cancellations of lines recorded by us and not yet settled at Mollie.
    pub canceling: Part,
    /// Refunds through the order, recorded by us and not yet settled at Mollie.
    pub refunding: Part,
    /// Refunds on a payment, recorded by us and not yet settled at Mollie.
    pub payment_refunding: Part,
}

impl Line {
    fn from_draft(id: LineId, draft: LineDraft) -> Self {
        let none = Part::none(draft.total_amount);
        Self {
            id,
            mollie_id: None,
            line_type: Read::Known(draft.line_type),
            category: draft.category,
            name: draft.name,
            sku: draft.sku,
            quantity: draft.quantity,
            quantity_unit: draft.quantity_unit,
            unit_price: draft.unit_price,
            discount_amount: draft.discount_amount,
            total_amount: draft.total_amount,
            vat_rate: draft.vat.as_ref().map_or("", |(rate, _)| rate.as_str()).to_owned(),
            vat_amount: draft.vat.as_ref().map_or(none.amount, |(_, amount)| *amount),
            image_url: draft.image_url,
            product_url: draft.product_url,
            metadata: draft.metadata,
            planned_ship_date: draft.planned_ship_date,
            reference: draft.reference,
            is_cancelable: None,
            created_time: None,
            status: None,
            unknown_status: None,
            shipped: none,
            canceled: none,
            refunded: none,
            payment_refunded: none,
            reserved: none,
            canceling: none,
            refunding: none,
            payment_refunding: none,
        }
    }

    /// How errors and items name it: `lines/2`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("lines/{}", self.id)
    }

    /// Whether Mollie ships units of it.
    #[must_use]
    pub fn is_shippable(&self) -> bool {
        self.status.is_some_and(LineStatus::allows_shipping)
    }

    /// What is neither shipped nor canceled nor reserved by either. Mollie would let all of it be shipped, refunded or not.
    #[must_use]
    pub fn rest(&self) -> Part {
        let all = Part { quantity: self.quantity, amount: self.total_amount };
        all.without(self.shipped).without(self.canceled).without(self.reserved).without(self.canceling)
    }

    /// What can still be shipped or canceled: the rest, without the units that were refunded before they were shipped.
    #[must_use]
    pub fn available(&self) -> Part {
        let (rest, left) = (self.rest(), self.shipped.quantity.saturating_add(self.reserved.quantity));
        let early = self.given_back().quantity.saturating_sub(left).min(rest.quantity);
        if early == 0 {
            return rest;
        }
        let quantity = rest.quantity - early;
        let share = self.remainder().share(quantity);
        share.map_or(Part::none(self.total_amount), |amount| Part { quantity, amount })
    }

    /// The rest, as input to the amount rule.
    #[must_use]
    pub fn remainder(&self) -> Remainder {
        let Part { quantity, amount } = self.rest();
        Remainder { quantity, amount, unit_price: self.unit_price }
    }

    /// What is refunded of the line, or is to be: through the order and on payments.
    #[must_use]
    pub fn given_back(&self) -> Part {
        self.refunded.and(self.payment_refunded).and(self.refunding).and(self.payment_refunding)
    }

    /// Whether part of it was refunded on a payment, or is to be. Mollie, which does not know of that, would then refund too much
    /// with the last unit.
    #[must_use]
    pub const fn is_refunded_on_payment(&self) -> bool {
        let (settled, reserved) = (self.payment_refunded, self.payment_refunding);
        settled.quantity > 0
            || reserved.quantity > 0
            || settled.amount.minor() != 0
            || reserved.amount.minor() != 0
    }
}

/// An order.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub id: OrderId,
    pub profile: ProfileName,
    pub mode: Mode,
    /// The caller and request id that created it.
    pub caller: Caller,
    pub request_id: RequestId,
    pub created_time: Timestamp,
    /// The sequence of its last event; its etag.
    pub version: u64,
    /// The base address given to Mollie for this order's webhooks; Mollie never forgets the hook address.
    pub hook_base: String,
    pub placement: Placement,
    /// Whether it has released its order number, or lost it; it never takes that back, even if Mollie revives the order.
    pub number_released: bool,
    /// Mollie's reason, if it rejected the order.
    pub rejection: Option<Rejection>,
    pub mollie_id: Option<MollieOrderId>,
    pub terms: Terms,
    /// The most it ever cost: money paid for lines since removed is not a surplus.
    pub highest_amount: Money,
    pub personal: Personal,
    pub lines: Vec<Line>,
    /// The deductions that cancellations give up: what they take off is not owed.
    pub releases: Vec<LineId>,
    /// What each settled cancellation of ours has canceled: the same again, done by nobody here, may be its second effect.
    pub cancellations: Vec<Canceled>,
    /// Money that belongs to no line.
    pub beside: Beside,
    /// Parcels that wait until their sum fits.
    pub held: Vec<HeldParcel>,
    /// Shipments of whose captures news are expected.
    pub open_captures: Vec<ShipmentId>,
    /// Shipments whose money does not come, with what it was to be.
    pub lost_captures: Vec<(ShipmentId, Money)>,
    /// Refunds of which news are expected.
    pub open_refunds: Vec<RefundId>,
    pub facts: Facts,
    /// Every payment attempt that Mollie reports, in Mollie's order.
    pub payments: Vec<Payment>,
    /// The number that it is to have, and by which operation.
    pub renaming: Option<Box<Renaming>>,
    /// The attempts that operations of ours opened.
    pub made_payments: Vec<(OperationId, MolliePaymentId)>,
    /// Payments that hold money although the order has ended.
    pub stranded: Vec<Stranded>,
    /// Review items, open and closed; by number.
    pub items: Vec<Item>,
    /// When Mollie was last read.
    pub observed_time: Option<Timestamp>,
    /// Since when nothing more is expected to happen.
    pub closed_time: Option<Timestamp>,
}

/// A number that an order is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    pub operation_id: OperationId,
    pub number: String,
}

/// The units that a cancellation of ours has canceled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canceled {
    pub operation_id: OperationId,
    pub lines: Vec<ShipmentLine>,
}

/// Who places an order, in which profile, and under which request id.
#[derive(Clone, Debug)]
pub struct Placer {
    pub id: OrderId,
    pub profile: ProfileName,
    pub mode: Mode,
    pub caller: Caller,
    pub request_id: RequestId,
    pub hook_base: String,
}

/// How many line ids an error lists.
const LISTED: usize = 20;

impl Order {
    /// The line that a caller names: by its reference, or else by its id.
    #[must_use]
    pub fn line_named(&self, text: &str) -> Option<&Line> {
        let by_reference = self.lines.iter().find(|line| line.reference.as_deref() == Some(text));
        by_reference.or_else(|| self.line(LineId::parse(text)?))
    }

    /// The first ids of its lines, with their references, for an error about a line that does not exist.
    #[must_use]
    pub fn line_ids(&self) -> String {
        let named = |line: &Line| match &line.reference {
            Some(reference) => format!("{} ({reference})", line.id),
            None => line.id.to_string(),
        };
        let first: Vec<_> = self.lines.iter().take(LISTED).map(named).collect();
        let more = self.lines.len().saturating_sub(LISTED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more}", first.join(", "))
    }

    /// A new order: recorded, not yet known to Mollie. Its version is 0 until its first event is recorded.
    #[must_use]
    pub fn placing(placer: Placer, draft: OrderDraft, now: Timestamp) -> Self {
        Self {
            id: placer.id,
            profile: placer.profile,
            mode: placer.mode,
            caller: placer.caller,
            request_id: placer.request_id,
            created_time: now,
            version: 0,
            hook_base: placer.hook_base,
            placement: Placement::Placing,
            number_released: false,
            rejection: None,
            mollie_id: None,
            highest_amount: draft.amount,
            releases: Vec::new(),
            cancellations: Vec::new(),
            beside: Beside::none(draft.amount.currency()),
            held: Vec::new(),
            open_captures: Vec::new(),
            lost_captures: Vec::new(),
            open_refunds: Vec::new(),
            renaming: None,
            made_payments: Vec::new(),
            stranded: Vec::new(),
            terms: Terms {
                order_number: draft.order_number,
                amount: draft.amount,
                locale: draft.locale.unwrap_or_default(),
                methods: draft.methods,
                redirect_url: draft.redirect_url,
                cancel_url: draft.cancel_url,
                metadata: draft.metadata,
                expires_on: draft.expires_on,
                shopper_country_must_match_billing_country: draft.shopper_country_must_match_billing_country,
                warnings_left_out: draft.warnings.len().saturating_sub(WARNINGS),
                warnings: draft.warnings.into_iter().take(WARNINGS).map(Finding::from).collect(),
            },
            personal: Personal {
                billing_address: draft.billing_address,
                shipping_address: draft.shipping_address,
                consumer_date_of_birth: draft.consumer_date_of_birth,
            },
            lines: (1..).zip(draft.lines).map(|(n, line)| Line::from_draft(LineId::new(n), line)).collect(),
            facts: Facts::default(),
            payments: Vec::new(),
            items: Vec::new(),
            observed_time: None,
            closed_time: None,
        }
    }

    /// The line with this id.
    #[must_use]
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.get(self.place(id)?)
    }

    /// What held parcels reserve of a line.
    #[must_use]
    pub fn held_of(&self, id: LineId) -> Part {
        let lines = self.held.iter().flat_map(|parcel| &parcel.lines).filter(|line| line.line_id == id);
        lines.fold(Part::none(self.terms.amount), |sum, line| sum.and(line.part))
    }

    /// The line with this id, to be changed by an event.
    pub(super) fn line_mut(&mut self, id: LineId) -> Option<&mut Line> {
        let place = self.place(id)?;
        self.lines.get_mut(place)
    }

    /// A line's index: lines are numbered in order, so unless one has moved its number gives the index.
    fn place(&self, id: LineId) -> Option<usize> {
        let likely = usize::try_from(id.number()).ok()?.checked_sub(1)?;
        let stands = self.lines.get(likely).is_some_and(|line| line.id == id);
        if stands { Some(likely) } else { self.lines.iter().position(|line| line.id == id) }
    }

    /// The lines by Mollie's ids, for looking up many of them.
    #[must_use]
    pub fn lines_at_mollie(&self) -> HashMap<&MollieLineId, &Line> {
        // If two have the same id, the first counts.
        self.lines.iter().rev().filter_map(|line| Some((line.mollie_id.as_ref()?, line))).collect()
    }

    /// The order number that this order reserves; Mollie itself does not protect against duplicates. A number that it is to have is
    /// reserved already, in place of the one it has.
    #[must_use]
    pub fn held_number(&self) -> Option<&str> {
        match &self.renaming {
            Some(renaming) => (!self.frees_number()).then_some(renaming.number.as_str()),
            None => (!self.number_released).then_some(self.terms.order_number.as_str()),
        }
    }

    /// The time after which it is too late to place it.
    #[must_use]
    pub fn overdue_from(&self, age_limit: SignedDuration) -> Timestamp {
        self.created_time.saturating_add(age_limit).unwrap_or(Timestamp::MAX)
    }

    /// How many review items are open.
    #[must_use]
    pub fn open_items(&self) -> usize {
        self.items.iter().filter(|item| item.is_open()).count()
    }

    /// Whether the order has ended in a way that frees its number.
    pub(super) fn frees_number(&self) -> bool {
        !self.placement.is_alive() || self.facts.status.is_some_and(OrderStatus::frees_number)
    }

    /// Whether the money is only authorized and each shipment captures its part, rather than paid at once.
    #[must_use]
    pub fn captures_by_shipment(&self) -> bool {
        // An answer may lack the time; the status is enough.
        self.facts.authorized_time.is_some() || self.facts.status == Some(OrderStatus::Authorized)
    }

    /// Whether Mollie reports something about the order, a line or a payment that this release does not understand.
    #[must_use]
    pub fn is_understood(&self) -> bool {
        let payments_known = self.payments.iter().all(|payment| matches!(payment.status, Read::Known(_)));
        self.facts.unknown_status.is_none()
            && self.lines.iter().all(|line| line.unknown_status.is_none())
            && payments_known
    }
}

#[cfg(test)]
mod tests;
