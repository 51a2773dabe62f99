//! An order as we keep it: what was requested, what Mollie reports of it, and what unsettled operations reserve.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::address::Address;
use super::beside::Beside;
use super::draft::OrderDraft;
use super::followed::Followed;
use super::found_line::FoundLine;
use super::ids::{
    Caller, LineId, MollieLineId, MollieOrderId, MolliePaymentId, OperationId, OrderId, ProfileName,
    RefundId, RequestId, ReturnId, ShipmentId,
};
use super::item::Item;
use super::money::Money;
use super::part::Part;
use super::payment::{Payment, Stranded};
use super::placement::{Mode, Placement};
use super::rejection::Rejection;
use super::returned::Return;
use super::ship_by::{Agenda, Deadline};
use super::shipment::{HeldParcel, ShipmentLine};
use super::shown_payment::ShownPayment;
use super::status::{OrderStatus, Read};
use super::superseded::Superseded;
use super::unread::Unread;
use super::violation::Finding;

mod line;

pub use line::Line;

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
    /// The order of ours, ended, whose open lines it takes up.
    pub continues: Option<OrderId>,
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
    /// The parameters of its payment, without secrets.
    pub payment: Option<Box<ShownPayment>>,
    /// When Mollie ends the order: any authorization not shipped by then is lost.
    pub expires_time: Option<Timestamp>,
    pub authorized_time: Option<Timestamp>,
    pub paid_time: Option<Timestamp>,
    pub canceled_time: Option<Timestamp>,
    pub expired_time: Option<Timestamp>,
    pub completed_time: Option<Timestamp>,
    /// The lines that readings showed and nobody here asked for.
    pub found_lines: Vec<FoundLine>,
    /// The fields of the last answer that could not be understood; no money depends on them.
    pub unread: Unread,
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
    /// The keyed hashes at the end of its hook address, as they were sent: the service's secret may have another generation by now.
    /// `None` of an order that was recorded before they were kept.
    pub hook_proof: Option<String>,
    pub placement: Placement,
    /// The order that it is to replace.
    pub supersedes: Option<OrderId>,
    /// That another order replaces it, or is to.
    pub superseded: Option<Box<Superseded>>,
    /// Whether it has released its order number, or lost it; it never takes that back, even if Mollie revives the order.
    pub number_released: bool,
    /// Mollie's reason, if it rejected the order.
    pub rejection: Option<Rejection>,
    pub mollie_id: Option<MollieOrderId>,
    pub terms: Terms,
    /// The most it ever cost: money paid for lines since removed is not a surplus.
    pub highest_amount: Money,
    /// What was canceled of it that no authorization is for: it releases nothing of that.
    pub canceled_unpaid: Money,
    pub personal: Personal,
    pub lines: Vec<Line>,
    /// The deductions that cancellations give up: what they take off is not owed.
    pub releases: Vec<Release>,
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
    /// What was given back together, oldest first.
    pub returns: Vec<Return>,
    pub facts: Facts,
    /// Every payment attempt that Mollie reports, in Mollie's order.
    pub payments: Vec<Payment>,
    /// The number that it is to have, and by which operation.
    pub renaming: Option<Box<Renaming>>,
    /// The change of its lines that is under way.
    pub line_change: Option<Box<LineChanging>>,
    /// The lines that changes of ours added: the same again may be a second effect.
    pub added_lines: Vec<LineId>,
    /// When lines of it were last changed or canceled by us.
    pub lines_changed_time: Option<Timestamp>,
    /// The attempts that operations of ours opened.
    pub made_payments: Vec<(OperationId, MolliePaymentId)>,
    /// Payments that hold money although the order has ended.
    pub stranded: Vec<Stranded>,
    /// Review items, open and closed; by number.
    pub items: Vec<Item>,
    /// What was told of its deadlines, and done about them.
    pub deadline: Deadline,
    /// What other policies told and did.
    pub followed: Followed,
    /// What is to be told or done, as of the last change.
    pub agenda: Agenda,
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

/// A change of lines whose outcome is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChanging {
    pub operation_id: OperationId,
    /// The ids that new lines are to have.
    pub added: Vec<LineId>,
    /// The lines that are to have other values.
    pub updated: Vec<LineId>,
    /// What new lines and new values add to the order, or take off it. What is canceled is reserved as that.
    pub difference: Money,
}

/// The units that a cancellation of ours has canceled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canceled {
    pub operation_id: OperationId,
    pub lines: Vec<ShipmentLine>,
}

/// Units of a deduction that a cancellation gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// What named it; `None`: it was canceled before anybody paid.
    pub operation_id: Option<OperationId>,
    pub line_id: LineId,
    pub part: Part,
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
            hook_proof: None,
            placement: Placement::Placing,
            supersedes: None,
            superseded: None,
            number_released: false,
            rejection: None,
            mollie_id: None,
            highest_amount: draft.amount,
            canceled_unpaid: Money::zero(draft.amount.currency()),
            releases: Vec::new(),
            cancellations: Vec::new(),
            beside: Beside::none(draft.amount.currency()),
            held: Vec::new(),
            open_captures: Vec::new(),
            lost_captures: Vec::new(),
            open_refunds: Vec::new(),
            returns: Vec::new(),
            renaming: None,
            line_change: None,
            added_lines: Vec::new(),
            lines_changed_time: None,
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
                continues: draft.continues,
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
            deadline: Deadline::default(),
            followed: Followed::default(),
            agenda: Agenda::nothing(draft.amount),
            observed_time: None,
            closed_time: None,
        }
    }

    /// The id of the next line: none that it has, or is to have.
    #[must_use]
    pub fn next_line_id(&self) -> LineId {
        let to_come = self.line_change.iter().flat_map(|change| &change.added).copied();
        let found = self.facts.found_lines.iter().map(|found| found.line_id);
        let last =
            self.lines.iter().map(|line| line.id).chain(to_come).chain(found).map(LineId::number).max();
        LineId::new(last.unwrap_or(0).saturating_add(1))
    }

    /// The line with this id.
    #[must_use]
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.get(self.place(id)?)
    }

    /// What was given up of the line by name; `None`: nothing.
    #[must_use]
    pub fn released(&self, id: LineId) -> Option<Part> {
        let of_line = self.releases.iter().filter(|release| release.line_id == id);
        of_line.map(|release| release.part).reduce(Part::and)
    }

    /// The return with this id.
    #[must_use]
    pub fn returned(&self, id: ReturnId) -> Option<&Return> {
        self.returns.iter().find(|one| one.id == id)
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
    /// reserved already, in place of the one it has. While another order replaces it, it reserves none.
    #[must_use]
    pub fn held_number(&self) -> Option<&str> {
        if self.superseded.is_some() {
            return None;
        }
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

    /// The largest payment in the order's currency that holds money, in minor units.
    #[must_use]
    pub fn largest_held(&self) -> Option<i64> {
        let currency = self.terms.amount.currency();
        let held = self.payments.iter().filter(|payment| payment.holds_money()).map(|payment| payment.amount);
        held.filter(|amount| amount.currency() == currency).map(Money::minor).max()
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
