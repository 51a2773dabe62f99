//! Duplicate orders: other orders at Mollie under the hook address of one of ours, left by a placement that was sent twice and
//! took effect twice. Only their webhooks reveal them.

use super::claim_at_head::unclaimed;
use super::hook::hook_addresses;
use super::sync::SyncError;
use super::{ROUNDS, settle};
use crate::operations::Pen;
use crate::ports::{Change, CommitError, Gateway, OrderKey, Ports, Store};
use crate::rules::call_rate::Rank;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::ids::OrderId;
use crate::rules::order::Order;
use crate::rules::placement::Placement;
use crate::rules::snapshot::Snapshot;
use crate::rules::{concern, webhook_hint};

/// Looks for duplicate orders if the hints name ids that the order does not know, and raises a review item for each. An order
/// that was rejected or given up has none at Mollie, so any order found there counts. While it is unknown whether Mollie has the
/// order, nothing can be decided: the hints must be kept until it is known.
///
/// # Errors
/// [`SyncError`]; nothing was changed, and the hints must be kept.
pub(super) async fn duplicates<P: Ports>(
    ports: &P,
    order_id: OrderId,
    hints: &[String],
) -> Result<(), SyncError> {
    for _ in 0..ROUNDS {
        let order = ports
            .store()
            .load_order(&OrderKey::Id(order_id))
            .await?
            .ok_or(SyncError::OrderNotFound(order_id))?;
        match order.placement {
            Placement::Placing => return Err(SyncError::NotPlaced),
            Placement::Placed | Placement::Refused | Placement::Abandoned => (),
        }
        if !webhook_hint::name_duplicates(&order, hints) {
            return Ok(());
        }
        let (gateway, since) = (ports.gateway(), order.created_time);
        let mut found = Vec::new();
        for address in hook_addresses(ports, &order) {
            found.extend(gateway.find_by_hook(Rank::Spare, &order.profile, &address, since).await?);
        }
        let Some(change) = plan(ports, order, &found) else { return Ok(()) };
        match ports.store().commit(change).await {
            Ok(()) => return Ok(()),
            Err(CommitError::VersionMoved) => (),
            Err(CommitError::Store(error)) => return Err(error.into()),
            // This change contains none of these.
            Err(CommitError::RequestTaken | CommitError::NumberHeld | CommitError::LeaseLost) => {
                return Err(SyncError::Contended);
            }
        }
    }
    Err(SyncError::Contended)
}

/// Raises a review item for each order found that is not ours; `None` if all were raised before.
fn plan<P: Ports>(ports: &P, order: Order, found: &[Snapshot]) -> Option<Change> {
    let author = settle::author(ports, &order, Grounds::of(Cause::Hook));
    let mut pen = Pen::new(ports.ids(), author, order.into());
    for theirs in found.iter().map(|found| &found.mollie_id) {
        if pen.order().mollie_id.as_ref() != Some(theirs) {
            let concern = concern::surplus_order(pen.order(), theirs);
            pen.raise(concern);
        }
    }
    let change = unclaimed(ports, pen.finish(None));
    (!change.events.is_empty()).then_some(change)
}
