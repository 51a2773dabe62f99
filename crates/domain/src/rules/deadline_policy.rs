//! What a profile lets the service do shortly before a deadline, unasked: cancel what was not shipped, so that the shopper is not kept waiting
//! for money that the merchant will not get (cancel order: authorized lines are released). Never where goods may have left: a cancellation
//! cannot be taken back. It may not read the order or cancel it; who asks has read it just before.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::at_risk::{self, Unsettled};
use super::cancellation::{self, Cancellation};
use super::deduction;
use super::ids::{LineId, OperationId, ShipmentId};
use super::item::{Item, ItemKind};
use super::money::Money;
use super::operation::OperationState;
use super::order::{Line, Order};
use super::ship_by::ShipBy;
use super::shipment::{Shipment, ShipmentState};
use super::status::words;

/// What is done before a deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeadlinePolicy {
    /// Nothing: people are told.
    #[default]
    None,
    /// What was not shipped is canceled, so many hours before.
    CancelUnshipped { hours_before: u16 },
}

impl DeadlinePolicy {
    /// When it acts; `None`: never.
    #[must_use]
    pub fn acts_at(self, ship_by: ShipBy) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::CancelUnshipped { hours_before } => {
                let before = SignedDuration::from_hours(hours_before.into());
                Some(ship_by.time.saturating_sub(before).unwrap_or(Timestamp::MIN))
            }
        }
    }
}

/// Why an order is left to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exception {
    /// Goods left, and Mollie has not registered the parcel yet.
    ShipmentRecorded(ShipmentId),
    /// Goods left, and the parcel waits for others.
    ShipmentHeld(ShipmentId),
    /// Goods left, and the parcel was refused; some of its units are still open.
    ShipmentRejected(ShipmentId),
    /// A person must decide what became of the parcel.
    ShipmentNeedsAttention(ShipmentId),
    /// Units are reserved by a parcel that is not among those given.
    UnitsReserved(LineId),
    /// It may change what is left, or cancels it already.
    OperationUnderWay(OperationId),
    OperationNeedsAttention(OperationId),
    ItemOpen {
        number: u32,
        kind: ItemKind,
    },
    /// Goods left without what takes money off their price: the shopper would be owed that.
    DeductionLeft {
        line_id: LineId,
        owed: Money,
    },
    /// Mollie would not cancel it, and why.
    NotCancelable(String),
    /// Nothing of it is left to be captured: it was shipped or canceled meanwhile, was paid at once, or is over.
    NothingLeft,
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShipmentRecorded(id) => write!(f, "Mollie has not registered shipment {id} yet"),
            Self::ShipmentHeld(id) => write!(f, "shipment {id} is held until its sum fits"),
            Self::ShipmentRejected(id) => {
                write!(
                    f,
                    "shipment {id} was refused, and its goods may have left: ship them again, or cancel them"
                )
            }
            Self::ShipmentNeedsAttention(id) => {
                write!(f, "nobody knows what became of shipment {id}: resolve its operation")
            }
            Self::UnitsReserved(id) => write!(f, "units of line {id} are reserved for a shipment"),
            Self::OperationUnderWay(id) => write!(f, "operation {id} is under way"),
            Self::OperationNeedsAttention(id) => write!(f, "operation {id} needs attention: resolve it"),
            Self::ItemOpen { number, kind } => {
                write!(f, "review item {number} ({}) is open: deal with it and close it", kind.as_str())
            }
            Self::DeductionLeft { line_id, owed } => {
                write!(f, "line {line_id} takes {owed} off goods that left without it")
            }
            Self::NotCancelable(why) => f.write_str(why),
            Self::NothingLeft => f.write_str("nothing of it is left to be captured"),
        }
    }
}

/// Whether the rest of the order may be canceled without a person. `shipments`: all of the order.
///
/// # Errors
/// Every reason against it.
pub fn may_cancel(
    order: &Order,
    shipments: &[Shipment],
    unsettled: &[Unsettled],
) -> Result<(), Vec<Exception>> {
    let of = |shipment| of_shipment(order, shipments, shipment);
    let mut found: Vec<_> = shipments.iter().filter_map(of).collect();
    let is_told = |id: ShipmentId| found.contains(&Exception::ShipmentHeld(id));
    let held: Vec<_> =
        order.held.iter().map(|parcel| parcel.shipment_id).filter(|id| !is_told(*id)).collect();
    found.extend(held.into_iter().map(Exception::ShipmentHeld));
    // Where a parcel is told of, it explains them.
    if found.is_empty() {
        let reserved = order.lines.iter().filter(|line| line.reserved.quantity > 0);
        found.extend(reserved.map(|line| Exception::UnitsReserved(line.id)));
    }
    found.extend(unsettled.iter().filter_map(of_operation));
    let items = order.items.iter().filter(|item| item.is_open());
    found.extend(items.map(|Item { number, kind, .. }| Exception::ItemOpen { number: *number, kind: *kind }));
    let left = deduction::left(order, &[]).into_iter();
    found.extend(left.map(|(line_id, owed)| Exception::DeductionLeft { line_id, owed }));
    found.extend(of_order(order));
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// Why the rest is not canceled any more, directly before that: whatever parcel was recorded since it was decided reserves units, and its
/// goods have left.
#[must_use]
pub fn spared(order: &Order) -> Option<String> {
    let first = may_cancel(order, &[], &[]).err()?.into_iter().next()?;
    Some(format!("since it was decided, {first}"))
}

fn of_shipment(order: &Order, shipments: &[Shipment], shipment: &Shipment) -> Option<Exception> {
    let id = shipment.id;
    match shipment.state {
        ShipmentState::Recorded if shipment.held.is_some() => Some(Exception::ShipmentHeld(id)),
        ShipmentState::Recorded => Some(Exception::ShipmentRecorded(id)),
        ShipmentState::NeedsAttention => Some(Exception::ShipmentNeedsAttention(id)),
        ShipmentState::Refused => {
            has_left_open(order, shipments, shipment).then_some(Exception::ShipmentRejected(id))
        }
        ShipmentState::Registered => None,
    }
}

/// Whether its goods left, are registered nowhere, and may be among what is still open: later parcels of a line have its goods, once nobody is
/// asked to look at it any more (`at_risk::rejected`). A closed item alone does not change that.
fn has_left_open(order: &Order, shipments: &[Shipment], shipment: &Shipment) -> bool {
    let gone = |line: &Line| line.shipped.and(line.canceled).quantity;
    let is_open = |id: LineId| {
        let has_units = order.line(id).is_none_or(|line| gone(line) < line.quantity);
        has_units && at_risk::rejected(order, shipments, id).quantity > 0
    };
    shipment.elsewhere.is_empty() && shipment.lines.iter().any(|line| is_open(line.line_id))
}

const fn of_operation(operation: &Unsettled) -> Option<Exception> {
    match operation.state {
        OperationState::Pending | OperationState::InFlight | OperationState::Resolving => {
            Some(Exception::OperationUnderWay(operation.operation_id))
        }
        OperationState::NeedsAttention => Some(Exception::OperationNeedsAttention(operation.operation_id)),
        OperationState::Succeeded | OperationState::Rejected | OperationState::Withdrawn => None,
    }
}

/// What the rules of canceling say (`rules/cancellation.rs`), and whether there is anything to cancel.
fn of_order(order: &Order) -> Option<Exception> {
    match cancellation::way(order) {
        Ok(Cancellation::AtMollie) if at_risk::to_capture(order).minor() > 0 => None,
        Ok(Cancellation::AtMollie | Cancellation::Nothing | Cancellation::Withdraw) => {
            Some(Exception::NothingLeft)
        }
        Err(refusal) => {
            let why: Vec<_> = refusal.unmet.into_iter().map(|unmet| unmet.description).collect();
            Some(Exception::NotCancelable(why.join(" ")))
        }
    }
}

words!(
    /// What a fuse bounds: each policy that cancels has one of its own, or orders that nobody pays would use up what deadlines need.
    Fused {
        /// What was not shipped before its deadline.
        Deadline = "deadline",
        /// What nobody has paid in time.
        PaymentWindow = "payment_window",
    }
);

/// How many orders of a profile one policy cancels by itself within an hour, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fuse {
    pub most_per_hour: u32,
}

impl Fuse {
    /// Whether one more may be canceled now. `last`: when orders of the profile were canceled by themselves, in any sequence, at least the
    /// newest as many as the fuse admits. A time ahead of a clock that went back counts.
    ///
    /// # Errors
    /// From when on it may: `Timestamp::MAX`, if never.
    pub fn admits(self, last: &[Timestamp], now: Timestamp) -> Result<(), Timestamp> {
        const HOUR: SignedDuration = SignedDuration::from_hours(1);
        let end = |time: &Timestamp| time.saturating_add(HOUR).unwrap_or(Timestamp::MAX);
        let mut counted: Vec<_> = last.iter().map(end).filter(|end| *end > now).collect();
        counted.sort_unstable_by(|one, other| other.cmp(one));
        let most = usize::try_from(self.most_per_hour).unwrap_or(usize::MAX);
        match (most.checked_sub(1), counted.len() < most) {
            (_, true) => Ok(()),
            (Some(place), false) => Err(counted.get(place).copied().unwrap_or(Timestamp::MAX)),
            (None, false) => Err(Timestamp::MAX),
        }
    }
}

impl Default for Fuse {
    /// So few that a wrong clock or a wrong setting cannot empty a shop before somebody looks.
    fn default() -> Self {
        Self { most_per_hour: 20 }
    }
}

/// How a profile's policy is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Automatic {
    pub policy: DeadlinePolicy,
    pub fuse: Fuse,
    /// Nothing is canceled; what would be is told.
    pub dry_run: bool,
}

impl Default for Automatic {
    /// Nothing is done, and whoever chooses something sees first what it would do.
    fn default() -> Self {
        Self { policy: DeadlinePolicy::None, fuse: Fuse::default(), dry_run: true }
    }
}

/// What becomes of an order before its deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The policy does nothing.
    Nothing,
    /// It is not time yet.
    Later(Timestamp),
    /// It is canceled.
    Cancel,
    /// It would be canceled, and is not.
    WouldCancel,
    /// People are told, and nothing is canceled.
    Alarm(Vec<Exception>),
    /// Too many were canceled by themselves; it waits, and people are told.
    FuseBlown { until: Timestamp },
}

/// What the policy does with an order whose deadline is `ship_by`. `last`: as [`Fuse::admits`] takes it; in a dry run when an order would
/// have been canceled, so that it shows what the fuse would do.
#[must_use]
pub fn decide(
    (order, shipments, unsettled): (&Order, &[Shipment], &[Unsettled]),
    automatic: &Automatic,
    ship_by: ShipBy,
    last: &[Timestamp],
    now: Timestamp,
) -> Outcome {
    let Some(time) = automatic.policy.acts_at(ship_by) else { return Outcome::Nothing };
    if now < time {
        return Outcome::Later(time);
    }
    if let Err(exceptions) = may_cancel(order, shipments, unsettled) {
        return Outcome::Alarm(exceptions);
    }
    match (automatic.fuse.admits(last, now), automatic.dry_run) {
        (Err(until), _) => Outcome::FuseBlown { until },
        (Ok(()), true) => Outcome::WouldCancel,
        (Ok(()), false) => Outcome::Cancel,
    }
}

#[cfg(test)]
mod tests;
