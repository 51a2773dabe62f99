//! How every request becomes a change: decided on what is known, confirmed at Mollie before it is refused, saved under the
//! caller's request id, and decided again if the order changed meanwhile.

use super::gap::{self, Gap};
use super::intent::{Intent, MutationError, Recorded, Submitted};
use super::refuse::{author, confirm_or_refuse};
use super::settle::Related;
use super::supersede::{Old, supersede};
use super::{ROUNDS, claim_at_head, held, save, settle};
use crate::operations::{Known, Pen, Request};
#[cfg(feature = "planted")]
use crate::planted::Planted;
use crate::ports::{Change, CommitError, Gateway, OrderWithOperations, Ports};
use crate::rules::ids::OrderId;
use crate::rules::order::Order;
use crate::rules::subject::Subject;

/// The order that a request is about.
#[derive(Clone, Debug)]
pub enum On {
    /// A recorded order.
    Order(OrderId),
    /// A new order.
    New(Box<Order>),
}

impl On {
    fn as_new(&self) -> Option<&Order> {
        match self {
            Self::Order(_) => None,
            Self::New(order) => Some(order),
        }
    }
}

/// Decides the request and saves what it decided.
///
/// # Errors
/// [`MutationError`]; an order that the caller may not change is refused before anything else is looked at; a refusal that depends on
/// the order's state is confirmed at Mollie first. A repeated request is not an
/// error: it returns what its first call recorded.
pub async fn submit<P: Ports, R: Request>(
    ports: &P,
    intent: &Intent,
    on: On,
    request: &R,
) -> Result<Recorded, MutationError> {
    if let On::New(order) = &on {
        intent.may_change(order.id, &order.profile)?;
    }
    if let Some(before) = Box::pin(intent.seen_otherwise(ports)).await? {
        return Ok(before);
    }
    let (mut confirmed, mut holder_confirmed) = (None, false);
    for _ in 0..ROUNDS {
        let known = match &on {
            On::New(order) => (**order).clone().into(),
            On::Order(id) => match Box::pin(intent.begin(ports, *id)).await? {
                Submitted::Before(accepted) => return Ok(*accepted),
                Submitted::Now(found) => {
                    let OrderWithOperations { order, unsettled } = *found;
                    match Box::pin(gap::look(ports, intent, &order)).await? {
                        Gap::None => (),
                        Gap::Read => continue,
                        Gap::Before(accepted) => return Ok(*accepted),
                    }
                    let Related { shipments, refunds } =
                        settle::needed(ports, &order, request.needs()).await?;
                    Known { unsettled: Some(unsettled), shipments, refunds, ..order.into() }
                }
            },
        };
        let mut pen = Pen::new(ports.ids(), author(ports, intent, &known.order), known);
        let subject = match request.decide(&mut pen) {
            Ok(subject) => subject,
            Err(denied) => {
                if let Some(before) = intent.seen(ports).await? {
                    return Ok(before);
                }
                // It holds the whole order: apart, it does not make every request's future as large.
                let refused = Box::new(pen.discard());
                confirm_or_refuse(ports, &refused, denied, &mut confirmed).await?;
                continue;
            }
        };
        if let Err(late) = intent.in_time(ports) {
            return intent.seen(ports).await?.ok_or(late);
        }
        if pen.group().is_some()
            && let Err(no_key) = ports.gateway().has_key(&pen.order().profile)
        {
            return intent.seen(ports).await?.ok_or(MutationError::Unconfirmed(no_key));
        }
        let (mut change, accepted) = saved(ports, intent, pen, subject);
        if let Some(new) = on.as_new() {
            match Box::pin(supersede(ports, intent, new, &mut confirmed)).await {
                Ok(Old::None) => (),
                Ok(Old::Changes(other)) => change.other = Some(other),
                Ok(Old::Read) => continue,
                // The order that replaces it may be from this same request.
                Err(refusal) => return intent.seen(ports).await?.ok_or(refusal),
            }
        }
        let held_number = change.order.held_number().map(str::to_owned);
        let profile = change.order.profile.clone();
        // A change holds the whole order: apart, it does not make every request's future as large.
        match Box::pin(save::commit(ports, change)).await {
            Ok(()) => return Ok(accepted),
            #[cfg(feature = "planted")]
            Err(CommitError::Store(_)) if Planted::AcknowledgesUnsaved.is_chosen() => return Ok(accepted),
            // An operation was claimed at this very moment, or the order changed.
            Err(CommitError::VersionMoved | CommitError::LeaseLost) => (),
            Err(CommitError::RequestTaken) => {
                return intent.seen(ports).await?.ok_or(MutationError::Contended);
            }
            Err(CommitError::NumberHeld) if !holder_confirmed => {
                if let Err(refusal) = Box::pin(held::is_free(ports, profile, held_number, on.as_new())).await
                {
                    // The order that holds the number may be from this same request.
                    return intent.seen(ports).await?.ok_or(refusal);
                }
                holder_confirmed = true;
            }
            Err(error @ (CommitError::NumberHeld | CommitError::Store(_))) => {
                return Err(MutationError::from_commit(error));
            }
        }
    }
    Err(MutationError::Contended)
}

/// What is saved: the first new operation is claimed at once, if nothing holds it up.
fn saved<P: Ports>(ports: &P, intent: &Intent, pen: Pen<'_>, answer: Subject) -> (Change, Recorded) {
    let (order_id, group) = (pen.order().id, pen.group());
    let record = intent.record(order_id, answer, group, pen.now());
    let mut written = pen.finish(Some(record));
    let is_single = written.operations.len() == 1;
    let (writes, claim) = claim_at_head::claim(ports, &mut written);
    (written.change(writes), Recorded { order_id, answer, group, claim, is_single })
}
