//! Finding out what became of a send whose outcome nobody knows: by looking, never by guessing.

use jiff::{SignedDuration, Timestamp};

use super::absence::{self, Found};
use super::ending::{Ending, Unshipped};
use super::settle::end;
use super::withdraw::withdraw;
use super::{backoff, hook_address, sync};
use crate::ports::{Clock, Gateway, GatewayError, Ports, Store, StoreError};
use crate::rules::claim::Claim;
use crate::rules::contradiction::believed;
use crate::rules::event::{Event, Recorder};
use crate::rules::operation::{Operation, OperationKind, OperationState};
use crate::rules::order::Order;
use crate::rules::refusal::Rejection;
use crate::rules::snapshot::Snapshot;
use crate::rules::status::OrderStatus;
use crate::rules::text::printable;
use crate::rules::{adoption, cancellation};
use crate::workflow::step::{Progress, is_first_send, is_overdue, missing, put_back, shipment};

/// After so many readings in a row that will not mend by themselves an operator is asked.
const FRUITLESS: u32 = 8;

/// How many events are read at once.
const EVENTS: u32 = 250;

/// What a look at Mollie shows of an operation's effect.
pub(super) enum Look {
    /// It is there.
    Found(Ending),
    /// It is not there, as far as can be seen now; for a shipment, in this reading.
    Absent(Option<Box<Snapshot>>),
    /// Something is there that may be it, or may not.
    Doubtful(String),
    /// Nothing could be seen.
    Unreadable(GatewayError),
}

/// Looks for the operation's effect.
pub(super) async fn look<P: Ports>(
    ports: &P,
    operation: &Operation,
    order: &Order,
) -> Result<Look, StoreError> {
    match (operation.kind, &order.mollie_id) {
        (OperationKind::PlaceOrder, _) => Ok(look_for_order(ports, order).await),
        (OperationKind::CreateShipment, Some(id)) => {
            match ports.gateway().observe(&order.profile, id).await {
                Ok(snapshot) => look_for_shipment(ports, operation, order, believed(order, snapshot)).await,
                Err(error) => Ok(Look::Unreadable(error)),
            }
        }
        (OperationKind::CancelOrder, Some(id)) => match ports.gateway().observe(&order.profile, id).await {
            Ok(snapshot) => look_for_cancellation(ports, operation, order, believed(order, snapshot)).await,
            Err(error) => Ok(Look::Unreadable(error)),
        },
        (OperationKind::CreateShipment | OperationKind::CancelOrder, None) => {
            Err(missing("order at Mollie", operation))
        }
    }
}

/// A lost order is found again by its hook address. There should be one; the others may be paid for a second time.
async fn look_for_order<P: Ports>(ports: &P, order: &Order) -> Look {
    let hook_address = hook_address(ports, order);
    match ports.gateway().find_by_hook(&order.profile, &hook_address, order.created_time).await {
        Ok(found) => match adoption::adopt(found) {
            Some((adopted, others)) => {
                Look::Found(Ending::Placed(Box::new(believed(order, adopted)), others))
            }
            None => Look::Absent(None),
        },
        Err(error) => Look::Unreadable(error),
    }
}

async fn look_for_shipment<P: Ports>(
    ports: &P,
    operation: &Operation,
    order: &Order,
    snapshot: Snapshot,
) -> Result<Look, StoreError> {
    // A list that is not there is not empty.
    if let Some(left_out) = snapshot.shipments_left_out() {
        return Ok(Look::Unreadable(GatewayError::Unreadable(left_out)));
    }
    // Mollie refused the only call there was: nothing there is ours.
    if let Some(rejection) = operation.rejection.clone().filter(|_| is_first_send(operation)) {
        // What became of its units is told by counters too.
        if let Some(left_out) = snapshot.counter_left_out() {
            return Ok(Look::Unreadable(GatewayError::Unreadable(left_out)));
        }
        return Ok(Look::Found(unshipped(ports, operation, rejection, snapshot).await?));
    }
    let ours = shipment(ports, operation).await?;
    let known = ports.store().list_shipments(order.id).await?;
    let first_sent = operation.first_sent_time.unwrap_or(operation.created_time);
    Ok(match absence::find(order, &ours, first_sent, &known, &snapshot) {
        Found::One(theirs) => Look::Found(Ending::Shipped(theirs.clone())),
        Found::None => Look::Absent(Some(Box::new(snapshot))),
        Found::Doubtful(ids) => {
            let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Look::Doubtful(format!(
                "at Mollie there is {ids}, which may be this shipment or may have been made elsewhere"
            ))
        }
    })
}

/// How a shipment ends that Mollie refused, with what tells why.
async fn unshipped<P: Ports>(
    ports: &P,
    operation: &Operation,
    rejection: Rejection,
    snapshot: Snapshot,
) -> Result<Ending, StoreError> {
    let elsewhere = |event: &Event| event.data.made_elsewhere().and_then(|made| made.mollie_id.clone());
    let old = before_turn(ports, operation).await?.iter().filter_map(elsewhere).collect();
    Ok(Ending::Unshipped(Box::new(Unshipped { rejection, snapshot, old })))
}

pub(super) async fn look_for_cancellation<P: Ports>(
    ports: &P,
    operation: &Operation,
    order: &Order,
    snapshot: Snapshot,
) -> Result<Look, StoreError> {
    let mut recorder = Recorder::new(order.clone(), order.created_time, None);
    sync::observe(ports, &mut recorder, &snapshot, order.created_time);
    if !recorder.order().is_understood() {
        let status = "it reports a status this release does not know";
        return Ok(Look::Unreadable(GatewayError::Unreadable(status.into())));
    }
    let before = before_turn(ports, operation).await?.iter().fold(None, Order::after);
    let before = before.ok_or_else(|| missing("recorded order", operation))?;
    if cancellation::has_happened(&before, recorder.order()) {
        return Ok(Look::Found(Ending::Canceled(Box::new(snapshot))));
    }
    // A completed order tells only by its counters whether its rest was canceled.
    let is_completed = recorder.order().facts.status == Some(OrderStatus::Completed);
    Ok(match snapshot.canceled_left_out().filter(|_| is_completed) {
        Some(left_out) => Look::Unreadable(GatewayError::Unreadable(left_out)),
        None => Look::Absent(None),
    })
}

/// The order's events up to the one that recorded the operation.
async fn before_turn<P: Ports>(ports: &P, operation: &Operation) -> Result<Vec<Event>, StoreError> {
    let (mut events, mut after) = (Vec::new(), Some(0));
    while let Some(sequence) = after {
        let page = ports.store().list_events(operation.order_id, sequence, EVENTS).await?;
        events.extend(page.items.into_iter().take_while(|event| event.sequence <= operation.turn));
        after = page.next.filter(|sequence| *sequence < operation.turn);
    }
    Ok(events)
}

/// Takes an operation of unknown outcome one step further.
pub(super) async fn resolve<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
) -> Result<Progress, StoreError> {
    let (operation, settings) = (&claim.operation, ports.settings());
    // What is read was true when the reading began, at the earliest.
    let read_at = ports.clock().now();
    let give_up = operation.kind == OperationKind::PlaceOrder && is_overdue(ports, order);
    let refused = operation.rejection.is_some();
    let repeat = !give_up && !refused && operation.may_repeat(read_at, settings.trust_idempotency);
    match look(ports, operation, order).await? {
        Look::Found(ending) => end(ports, claim, order, &ending).await,
        // With a living key the same call is simply made again: Mollie itself tells whether it was done.
        Look::Absent(_) | Look::Doubtful(_) if repeat => {
            let pending = Operation { state: OperationState::Pending, ..operation.clone() };
            #[cfg(feature = "planted")]
            let pending = super::planted::with_new_key(ports, pending);
            put_back(ports, claim, pending, SignedDuration::ZERO).await
        }
        Look::Absent(snapshot) => absent(ports, claim, order, (read_at, snapshot), give_up).await,
        Look::Doubtful(reason) => end(ports, claim, order, &Ending::Attention(reason)).await,
        Look::Unreadable(error) => unreadable(ports, claim, order, &error).await,
    }
}

/// No effect is to be seen. Only what is absent after the settle window is known not to come any more; what Mollie refused
/// to do again is then refused for good.
async fn absent<P: Ports>(
    ports: &P,
    claim: &Claim,
    seen: &Order,
    (read_at, snapshot): (Timestamp, Option<Box<Snapshot>>),
    give_up: bool,
) -> Result<Progress, StoreError> {
    let (settings, mut operation) = (ports.settings(), claim.operation.clone());
    operation.unreadable = 0;
    let lease = SignedDuration::try_from(settings.lease).unwrap_or(SignedDuration::MAX);
    let certain = operation.absence_counts_from(lease, settings.call_timeout, settings.settle_window);
    if read_at < certain {
        return put_back(ports, claim, operation, certain.duration_since(ports.clock().now())).await;
    }
    if let Some(rejection) = operation.rejection.take() {
        let ending = match snapshot {
            Some(snapshot) => unshipped(ports, &operation, rejection, *snapshot).await?,
            None => Ending::Rejected(rejection),
        };
        return end(ports, claim, seen, &ending).await;
    }
    (operation.state, operation.first_sent_time, operation.last_sent_time) =
        (OperationState::Pending, None, None);
    match put_back(ports, claim, operation.clone(), SignedDuration::ZERO).await? {
        Progress::Deferred if give_up => withdraw(ports, &operation).await,
        progress @ (Progress::Deferred | Progress::Settled | Progress::LeaseLost) => Ok(progress),
    }
}

/// Mollie's outages are waited out, and so is a wrong key; an answer nobody understands is an operator's affair.
async fn unreadable<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    error: &GatewayError,
) -> Result<Progress, StoreError> {
    let mut operation = claim.operation.clone();
    let hopeless = match error {
        GatewayError::Unavailable(_) | GatewayError::KeyRefused(_) => {
            operation.unreadable = 0;
            false
        }
        GatewayError::NotFound | GatewayError::Unreadable(_) => {
            operation.unreadable = operation.unreadable.saturating_add(1);
            operation.unreadable > FRUITLESS
        }
    };
    if hopeless {
        let reason = format!("what became of it cannot be read: {error}");
        return end(ports, claim, order, &Ending::Attention(reason)).await;
    }
    let pause = backoff::usual(operation.deferrals);
    operation.deferrals = operation.deferrals.saturating_add(1);
    operation.last_problem = Some(printable(&error.to_string()));
    put_back(ports, claim, operation, pause).await
}
