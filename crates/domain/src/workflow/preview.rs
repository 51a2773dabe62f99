//! What a request would change: decided as it would be now, with nothing saved and nothing sent.

use super::claim_at_head::unclaimed;
use super::gap::{self, Gap};
use super::intent::{Intent, MutationError, Recorded, Submitted};
use super::refuse::{author, confirm_or_refuse};
use super::settle::Related;
use super::{ROUNDS, settle};
use crate::operations::{Known, Pen, Request};
use crate::ports::{Change, Gateway, OrderWithOperations, Ports};
use crate::rules::ids::OrderId;

/// A request as it would be decided.
#[derive(Debug)]
pub enum Preview {
    /// An earlier call of the same request has decided already.
    Before(Box<Recorded>),
    /// The order as it is, with what is under way, and what would be saved.
    Now { before: Box<OrderWithOperations>, change: Box<Change> },
}

/// Decides the request and saves nothing.
///
/// # Errors
/// [`MutationError`], as if it were submitted: a refusal that depends on the order's state is confirmed at Mollie first.
pub async fn preview<P: Ports, R: Request>(
    ports: &P,
    intent: &Intent,
    id: OrderId,
    request: &R,
) -> Result<Preview, MutationError> {
    if let Some(before) = intent.seen(ports).await? {
        return Ok(Preview::Before(Box::new(before)));
    }
    let mut confirmed = None;
    for _ in 0..ROUNDS {
        let before = match intent.begin(ports, id).await? {
            Submitted::Before(recorded) => return Ok(Preview::Before(recorded)),
            Submitted::Now(found) => found,
        };
        let OrderWithOperations { order, unsettled } = (*before).clone();
        match Box::pin(gap::look(ports, intent, &order)).await? {
            Gap::None => (),
            Gap::Read => continue,
            Gap::Before(recorded) => return Ok(Preview::Before(recorded)),
        }
        let Related { shipments, refunds } = settle::needed(ports, &order, request.needs()).await?;
        let known = Known { unsettled: Some(unsettled), shipments, refunds, ..order.into() };
        let mut pen = Pen::new(ports.ids(), author(ports, intent, &known.order), known);
        match request.decide(&mut pen) {
            Ok(_) => {
                if pen.group().is_some() {
                    ports.gateway().has_key(&before.order.profile).map_err(MutationError::Unconfirmed)?;
                }
                let change = Box::new(unclaimed(ports, pen.finish(None)));
                return Ok(Preview::Now { before, change });
            }
            Err(denied) => confirm_or_refuse(ports, &before.order, denied, &mut confirmed).await?,
        }
    }
    Err(MutationError::Contended)
}
