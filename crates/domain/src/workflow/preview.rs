//! What a request would change: decided as a real one is, and confirmed at Mollie before it is refused. Saves and sends nothing.

use super::claim_at_head::unclaimed;
use super::intent::{Intent, MutationError};
use super::settle::Related;
use super::submit::{author, may_be_outdated, refused, with_whereabouts};
use super::{ROUNDS, confirm, settle};
use crate::operations::{Known, Pen, Request};
use crate::ports::{Change, OrderKey, OrderWithOperations, Ports, Store};
use crate::rules::ids::OrderId;
use crate::rules::order::Order;

/// A request that was decided and not saved.
#[derive(Debug)]
pub struct Previewed {
    /// The order it was decided on.
    pub before: Order,
    /// What would be saved.
    pub change: Change,
}

/// Decides the request on the order as it is now.
///
/// # Errors
/// [`MutationError`], as the request itself would be refused.
pub async fn preview<P: Ports, R: Request>(
    ports: &P,
    intent: &Intent,
    id: OrderId,
    request: &R,
) -> Result<Previewed, MutationError> {
    let mut confirmed = None;
    for _ in 0..ROUNDS {
        let found = ports.store().load_with_operations(&OrderKey::Id(id)).await?;
        let found = intent.fits(found.ok_or(MutationError::OrderNotFound(id))?)?;
        let OrderWithOperations { order, unsettled } = found;
        let Related { shipments, refunds } = settle::needed(ports, &order, request.needs()).await?;
        let before = order.clone();
        let known = Known { order, unsettled: Some(unsettled), shipments, refunds };
        let mut pen = Pen::new(ports.ids(), author(ports, intent, &known.order), known);
        let denied = match request.decide(&mut pen) {
            Ok(_) => return Ok(Previewed { before, change: unclaimed(ports, pen.finish(None)) }),
            Err(denied) => denied,
        };
        let order = pen.discard();
        if may_be_outdated(&denied) && confirmed.is_none() && confirm::is_stale(ports, &order).await? {
            confirmed = Some(Box::pin(confirm::confirm(ports, order.id)).await?);
            continue;
        }
        let depends_on_counters = denied.depends_on_counters();
        let refusal = refused(with_whereabouts(ports, &order, denied).await?);
        return Err(confirm::refuse(&order, depends_on_counters, confirmed, refusal));
    }
    Err(MutationError::Contended)
}
