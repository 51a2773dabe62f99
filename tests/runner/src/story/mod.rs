//! What each kind of operation is to those outside the service: how it is called for, what Mollie's ledger has of it, and by
//! what the checker judges it. One file per kind, and [`of`] the only match; nothing else here asks which kind an operation
//! is. Nothing here is taken from the service's own rules.

mod cancel_lines;
mod cancel_order;
mod cancel_refund;
mod create_payment;
mod create_refund;
mod create_shipment;
mod manage_lines;
mod place_order;
mod update_order;
mod update_shipment;

use domain::operations::operation::Operation;
use domain::operations::task::OperationKind;
use mollie_simulator::rules::{Effect, EffectKind};

use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported, hides_canceled_refunds};
use crate::journal::Act;
use crate::script::What;
use crate::site::Site;

/// What must be so before a cell of the matrix makes its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// The order is placed, and read at Mollie.
    Placed,
    /// And its attempt to be paid has failed.
    Unpaid,
    /// It is placed, and paid or authorized as well.
    Paid,
    /// And a unit of it is shipped.
    Shipped,
    /// And a unit of it is given back.
    Refunded,
}

/// A refusal that tells of the order's status.
#[derive(Clone, Copy, Debug)]
pub struct FailedPrecondition {
    pub reason: &'static str,
    /// The statuses in which Mollie would have let it be done.
    pub possible: &'static [&'static str],
}

/// Why the service may have begun an operation by itself.
#[derive(Clone, Copy, Debug)]
pub struct Unasked {
    /// Behind a placement that was found too late.
    pub is_late: bool,
    /// For parcels that were held, and fit by now.
    pub was_held: bool,
    /// For fees that were left when no more goods were to leave.
    pub is_of_fees: bool,
    /// On an order that another one has replaced.
    pub is_replaced: bool,
    /// By a policy of its profile, and an event says so.
    pub is_by_policy: bool,
}

/// The contract of a kind. Every item is required and none has a default: whoever adds a kind answers every question.
pub trait Story: Sync {
    /// The method of the API that asks for it.
    fn method(&self) -> &'static str;

    /// How it is refused for the order's status, if it ever is.
    fn refusal(&self) -> Option<FailedPrecondition>;

    /// The call of a cell of the matrix, on its first order.
    fn call(&self, chance: &mut Chance) -> What;

    /// What must be so before that call. `seed`: of the cell, from which its basket follows.
    fn before(&self, seed: u64, chance: &mut Chance) -> Before;

    /// Whether it can be done to what is in a basket.
    fn fits(&self, basket: &Basket) -> bool;

    /// What its success is in Mollie's ledger: one of these.
    fn effects(&self) -> &'static [EffectKind];

    /// Whether such an effect has a key whenever the service caused it. Without one it was done in the dashboard, or is a
    /// stranger.
    fn is_keyed(&self) -> bool;

    /// Whether so many requests may stand behind one operation. `unasked`: why the service may have begun it by itself.
    fn is_owned(&self, requests: usize, unasked: Unasked) -> bool;

    /// Whether nobody may be able to tell this act in the dashboard from it. Only then it may be put to an operator.
    fn is_like(&self, act: &Act) -> bool;

    /// The id at Mollie of what it came to, for somebody who sees Mollie's books; `None`: nothing.
    fn came_to(&self, operation: &Operation, site: &Site) -> Option<String>;

    /// Holds what it came to against what its caller was told.
    fn judge(&self, found: &mut Found<'_>, reported: &Reported<'_>);
}

/// Its story.
#[must_use]
pub fn of(kind: OperationKind) -> &'static dyn Story {
    match kind {
        OperationKind::PlaceOrder => &place_order::Placing,
        OperationKind::CreateShipment => &create_shipment::Shipping,
        OperationKind::UpdateShipment => &update_shipment::Tracking,
        OperationKind::CancelOrder => &cancel_order::Canceling,
        OperationKind::CancelLines => &cancel_lines::CancelingLines,
        OperationKind::CreateRefund => &create_refund::Refunding,
        OperationKind::CancelRefund => &cancel_refund::CallingOff,
        OperationKind::CreatePayment => &create_payment::Paying,
        OperationKind::UpdateOrder => &update_order::Updating,
        OperationKind::ManageLines => &manage_lines::Managing,
    }
}

/// What Mollie's books have under the operation's key.
fn under_its_key(kinds: &[EffectKind], operation: &Operation, site: &Site) -> Option<String> {
    let key = operation.key.to_string();
    let mollie = site.mollie();
    let mut ledger = mollie.world.ledger().iter();
    let own = ledger
        .find(|effect| kinds.contains(&effect.kind) && effect.idempotency_key.as_ref() == Some(&key))?;
    own.shipment_id.clone().or_else(|| Some(own.order_id.clone()))
}

/// Mollie's id of the refund that an operation is about, whose creation has our id in its metadata; `None`: there is none that Mollie
/// shows.
fn refund_at_mollie(operation: &Operation, site: &Site) -> Option<String> {
    let ours = operation.task.kind().subject().refund()?.to_string();
    let mollie = site.mollie();
    let is_it = |effect: &&Effect| {
        let metadata = effect.particulars.get("metadata");
        metadata.and_then(|it| it["refund_id"].as_str()) == Some(ours.as_str())
    };
    let ledger = mollie.world.ledger();
    let is_hidden = |id: &&str| {
        let is_canceled =
            |effect: &&Effect| effect.kind == EffectKind::RefundCanceled && refund_id(effect) == Some(*id);
        hides_canceled_refunds(&mollie.world) && ledger.iter().any(|effect| is_canceled(&effect))
    };
    let mut ids = ledger.iter().filter(is_it).filter_map(refund_id);
    ids.rfind(|id| !is_hidden(id)).map(str::to_owned)
}

/// Mollie's id of the refund that an effect is about.
fn refund_id(effect: &Effect) -> Option<&str> {
    effect.particulars.get("refund_id")?.as_str()
}

/// Every story.
pub fn all() -> impl Iterator<Item = &'static dyn Story> {
    OperationKind::ALL.iter().copied().map(of)
}

/// Whether the success of a kind is such an effect.
#[must_use]
pub fn causes(kind: OperationKind, effect: EffectKind) -> bool {
    of(kind).effects().contains(&effect)
}
