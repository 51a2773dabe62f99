//! What a request would change: decided as it would be now, with nothing saved and nothing sent.

use super::intent::{Intent, MutationError, Recorded, Submitted};
use super::submit::{author, confirm_or_refuse};
use super::{ROUNDS, settle};
use crate::operations::{Known, Pen, Request};
use crate::ports::{OrderWithOperations, Ports};
use crate::rules::ids::OrderId;
use crate::rules::order::Order;

/// A request as it would be decided.
#[derive(Clone, Debug)]
pub enum Preview {
    /// An earlier call of the same request has decided already.
    Before(Box<Recorded>),
    /// The order as it is, and as it would be once the request is recorded.
    Now { before: Box<Order>, after: Box<Order> },
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
    let mut confirmed = None;
    for _ in 0..ROUNDS {
        let OrderWithOperations { order, unsettled } = match intent.begin(ports, id).await? {
            Submitted::Before(recorded) => return Ok(Preview::Before(recorded)),
            Submitted::Now(found) => *found,
        };
        let shipments = settle::needed(ports, &order, request.needs()).await?;
        let before = Box::new(order.clone());
        let known = Known { order, unsettled: Some(unsettled), shipments };
        let mut pen = Pen::new(ports.ids(), author(ports, intent, &known.order), known);
        match request.decide(&mut pen) {
            Ok(_) => return Ok(Preview::Now { before, after: Box::new(pen.order().clone()) }),
            Err(denied) => confirm_or_refuse(ports, &before, denied, &mut confirmed).await?,
        }
    }
    Err(MutationError::Contended)
}
