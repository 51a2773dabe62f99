//! Carrying one claimed operation a step further: sending it, or finding out what became of it.
//!
//! Whoever calls this holds the lease; every write here goes through it, so that a holder who lost it changes nothing.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use jiff::{SignedDuration, Timestamp};

use super::absence::{self, Found};
use super::settle::{Ending, end, withdraw};
use super::{LEASE, LEASE_RENEWAL, SEND_MARGIN, hook_address, place};
use crate::ports::{
    Acceptance, Clock, Command, Gateway, OrderKey, Outcome, PlaceOrder, Ports, RegisterShipment, Store,
    StoreError,
};
use crate::rules::cancellation;
use crate::rules::event::Recorder;
use crate::rules::operation::{Claim, Operation, OperationKind, OperationState};
use crate::rules::order::Order;
use crate::rules::placement::Placement;
use crate::rules::refusal::Rejection;
use crate::rules::shipment::Shipment;
use crate::rules::snapshot::Snapshot;

/// How far a step has brought the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It has ended, or waits for an operator.
    Settled,
    /// It will be taken up again.
    Deferred,
    /// Somebody else has taken it over.
    LeaseLost,
}

/// Takes the operation one step further. `claimed_at`: [`Clock::elapsed`] just before it was claimed.
///
/// # Errors
/// The store failed; the lease runs out and the operation is taken up again.
pub async fn drive<P: Ports>(ports: &P, claim: &Claim, claimed_at: Duration) -> Result<Progress, StoreError> {
    let key = OrderKey::Id(claim.operation.order_id);
    let order = ports
        .store()
        .load_order(&key)
        .await?
        .ok_or_else(|| missing("order", &claim.operation))?;
    match claim.operation.state {
        OperationState::InFlight => send(ports, claim, &order, claimed_at).await,
        OperationState::Resolving => under_lease(ports, claim, resolve(ports, claim, &order)).await,
        state @ (OperationState::Pending
        | OperationState::Succeeded
        | OperationState::Rejected
        | OperationState::Withdrawn
        | OperationState::NeedsAttention) => Err(StoreError::Inconsistent(format!(
            "operation {} was given out as {}",
            claim.operation.id,
            state.as_str()
        ))),
    }
}

fn missing(what: &str, operation: &Operation) -> StoreError {
    StoreError::Inconsistent(format!("operation {} has no {what}", operation.id))
}

async fn send<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    claimed_at: Duration,
) -> Result<Progress, StoreError> {
    let operation = &claim.operation;
    match (operation.kind, order.placement) {
        (OperationKind::CancelOrder, Placement::Refused | Placement::Abandoned) => {
            return end(ports, claim, &Ending::NothingToCancel).await;
        }
        (OperationKind::PlaceOrder, Placement::Placing)
            if is_first_send(operation) && is_overdue(ports, order) =>
        {
            return not_sent(
                ports,
                claim,
                order,
                "the placement is past its age limit".to_owned(),
                None,
            )
            .await;
        }
        (OperationKind::PlaceOrder | OperationKind::CreateShipment | OperationKind::CancelOrder, _) => (),
    }
    let command = match command(ports, order, operation).await? {
        Ok(command) => command,
        Err(problem) => return end(ports, claim, &Ending::Attention(problem)).await,
    };
    if ports.clock().elapsed() + SEND_MARGIN > claimed_at + LEASE {
        return not_sent(
            ports,
            claim,
            order,
            "the lease was nearly over before the call began".to_owned(),
            None,
        )
        .await;
    }
    let call = ports.gateway().execute(&order.profile, &command, operation.key);
    match under_lease(ports, claim, call).await {
        Outcome::Accepted(Acceptance::Placed(snapshot)) => end(ports, claim, &Ending::Placed(snapshot)).await,
        Outcome::Accepted(Acceptance::Shipped(shipment)) => {
            end(ports, claim, &Ending::Shipped(shipment)).await
        }
        Outcome::Accepted(Acceptance::Canceled(snapshot)) => {
            end(ports, claim, &Ending::Canceled(snapshot)).await
        }
        Outcome::Rejected(rejection) => rejected(ports, claim, order, rejection).await,
        Outcome::NotSent { problem, pause } => not_sent(ports, claim, order, problem, pause).await,
        Outcome::Unknown { problem } => unknown(ports, claim, problem).await,
    }
}

/// Whether the claim now held is the first under which the operation may have been sent.
fn is_first_send(operation: &Operation) -> bool {
    operation.attempts == 0 && operation.first_sent_time == operation.last_sent_time
}

pub(super) fn is_overdue<P: Ports>(ports: &P, order: &Order) -> bool {
    ports.clock().now().duration_since(order.created_time) > ports.settings().placement_age_limit
}

/// What to send; a text for the operator where that can no longer be known.
async fn command<P: Ports>(
    ports: &P,
    order: &Order,
    operation: &Operation,
) -> Result<Result<Command, String>, StoreError> {
    let mollie_id = || {
        order
            .mollie_id
            .clone()
            .ok_or_else(|| missing("order at Mollie", operation))
    };
    Ok(match operation.kind {
        OperationKind::PlaceOrder => match place::unseal(ports, operation.sealed.as_deref()) {
            Some(payment) => {
                let hook_address = hook_address(ports, order);
                Ok(Command::PlaceOrder(Box::new(PlaceOrder { order: order.clone(), payment, hook_address })))
            }
            None => Err("the payment parameters cannot be unsealed: the service's secret is another than when they were given".to_owned()),
        },
        OperationKind::CreateShipment => {
            let shipment = shipment(ports, operation).await?;
            Ok(Command::CreateShipment(register(order, &shipment, mollie_id()?, operation)?))
        }
        OperationKind::CancelOrder => Ok(Command::CancelOrder { mollie_id: mollie_id()? }),
    })
}

async fn shipment<P: Ports>(ports: &P, operation: &Operation) -> Result<Shipment, StoreError> {
    let id = operation
        .shipment_id
        .ok_or_else(|| missing("shipment", operation))?;
    ports
        .store()
        .load_shipment(id)
        .await?
        .ok_or_else(|| missing("shipment", operation))
}

fn register(
    order: &Order,
    shipment: &Shipment,
    mollie_id: crate::rules::ids::MollieOrderId,
    operation: &Operation,
) -> Result<RegisterShipment, StoreError> {
    let line = |line: &crate::rules::shipment::ShipmentLine| {
        let id = order.line(line.line_id).and_then(|ours| ours.mollie_id.clone());
        id.map(|id| (id, line.part))
            .ok_or_else(|| missing("line at Mollie", operation))
    };
    let lines = shipment.lines.iter().map(line).collect::<Result<_, _>>()?;
    Ok(RegisterShipment {
        mollie_id,
        lines,
        tracking: shipment.tracking.clone(),
    })
}

/// Renews the lease while the work goes on. A lease lost meanwhile shows when the outcome is written.
async fn under_lease<P: Ports, T>(ports: &P, claim: &Claim, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        let renewal = async {
            ports.clock().sleep(LEASE_RENEWAL).await;
            // A failed renewal is tried again with the next one; the outcome is written under the token in any case.
            let _ = ports
                .store()
                .renew_lease(claim.operation.id, claim.token, LEASE)
                .await;
        };
        match select(work.as_mut(), pin!(renewal)).await {
            Either::Left((done, _)) => return done,
            Either::Right(((), _)) => (),
        }
    }
}

/// A refused cancellation may have been refused because it is done already.
async fn rejected<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    rejection: Rejection,
) -> Result<Progress, StoreError> {
    match (claim.operation.kind, &order.mollie_id) {
        (OperationKind::CancelOrder, Some(mollie_id)) => {
            match ports.gateway().observe(&order.profile, mollie_id).await {
                Ok(snapshot) if is_canceled(order, &snapshot) => {
                    end(ports, claim, &Ending::Canceled(Box::new(snapshot))).await
                }
                Ok(_) => end(ports, claim, &Ending::Rejected(rejection)).await,
                Err(error) => {
                    unknown(
                        ports,
                        claim,
                        format!("refused ({rejection}), and then unreadable: {error}"),
                    )
                    .await
                }
            }
        }
        (OperationKind::CancelOrder, None)
        | (OperationKind::PlaceOrder | OperationKind::CreateShipment, _) => {
            end(ports, claim, &Ending::Rejected(rejection)).await
        }
    }
}

fn is_canceled(order: &Order, snapshot: &Snapshot) -> bool {
    let mut recorder = Recorder::new(order.clone(), order.created_time, None);
    super::sync::observe(&mut recorder, snapshot, order.created_time);
    cancellation::has_happened(recorder.order())
}

async fn not_sent<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    problem: String,
    pause: Option<Duration>,
) -> Result<Progress, StoreError> {
    let mut operation = claim.operation.clone();
    if is_first_send(&operation) {
        (operation.first_sent_time, operation.last_sent_time) = (None, None);
    }
    let pause = pause.and_then(|pause| SignedDuration::try_from(pause).ok());
    let pause = pause.unwrap_or_else(|| backoff(operation.deferrals));
    operation.deferrals = operation.deferrals.saturating_add(1);
    operation.state = OperationState::Pending;
    operation.last_problem = Some(printable(&problem));
    let progress = put_back(ports, claim, operation.clone(), pause).await?;
    let give_up = operation.kind == OperationKind::PlaceOrder
        && operation.first_sent_time.is_none()
        && is_overdue(ports, order);
    match progress {
        Progress::Deferred if give_up => withdraw(ports, &operation).await,
        Progress::Deferred | Progress::Settled | Progress::LeaseLost => Ok(progress),
    }
}

async fn unknown<P: Ports>(ports: &P, claim: &Claim, problem: String) -> Result<Progress, StoreError> {
    let mut operation = claim.operation.clone();
    let pause = backoff(operation.attempts);
    operation.attempts = operation.attempts.saturating_add(1);
    operation.state = OperationState::Resolving;
    operation.last_problem = Some(printable(&problem));
    put_back(ports, claim, operation, pause).await
}

/// From half a second, doubled each time, to eight.
fn backoff(times: u32) -> SignedDuration {
    SignedDuration::from_millis(500 << times.min(4))
}

/// A problem as an operator reads it; it may quote an answer from outside.
fn printable(problem: &str) -> String {
    problem.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect()
}

async fn put_back<P: Ports>(
    ports: &P,
    claim: &Claim,
    mut operation: Operation,
    pause: SignedDuration,
) -> Result<Progress, StoreError> {
    operation.not_before = ports
        .clock()
        .now()
        .saturating_add(pause)
        .unwrap_or(Timestamp::MAX);
    let ours = ports.store().defer(&operation, claim.token).await?;
    Ok(if ours {
        Progress::Deferred
    } else {
        Progress::LeaseLost
    })
}

/// Finds out what became of a send whose outcome nobody knows.
async fn resolve<P: Ports>(ports: &P, claim: &Claim, order: &Order) -> Result<Progress, StoreError> {
    let operation = &claim.operation;
    let observed = match (operation.kind, &order.mollie_id) {
        (OperationKind::PlaceOrder, _) => {
            let hook_address = hook_address(ports, order);
            ports
                .gateway()
                .find_by_hook(&order.profile, &hook_address, order.created_time)
                .await
        }
        (OperationKind::CreateShipment | OperationKind::CancelOrder, Some(id)) => {
            ports.gateway().observe(&order.profile, id).await.map(Some)
        }
        (OperationKind::CreateShipment | OperationKind::CancelOrder, None) => {
            return Err(missing("order at Mollie", operation));
        }
    };
    let snapshot = match observed {
        Ok(snapshot) => snapshot,
        Err(error) => return unknown_still(ports, claim, error.to_string()).await,
    };
    let Some(snapshot) = snapshot else {
        return absent(ports, claim, order).await;
    };
    match operation.kind {
        OperationKind::PlaceOrder => end(ports, claim, &Ending::Placed(Box::new(snapshot))).await,
        OperationKind::CreateShipment => resolve_shipment(ports, claim, order, &snapshot).await,
        OperationKind::CancelOrder if is_canceled(order, &snapshot) => {
            end(ports, claim, &Ending::Canceled(Box::new(snapshot))).await
        }
        OperationKind::CancelOrder => absent(ports, claim, order).await,
    }
}

async fn resolve_shipment<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    snapshot: &Snapshot,
) -> Result<Progress, StoreError> {
    let ours = shipment(ports, &claim.operation).await?;
    let known = ports.store().list_shipments(order.id).await?;
    match absence::find(order, &ours, &known, snapshot) {
        Found::One(theirs) => end(ports, claim, &Ending::Shipped(theirs.clone())).await,
        Found::None => absent(ports, claim, order).await,
        Found::Several(ids) => {
            let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            end(
                ports,
                claim,
                &Ending::Attention(format!("several shipments at Mollie fit this one: {ids}")),
            )
            .await
        }
    }
}

async fn unknown_still<P: Ports>(ports: &P, claim: &Claim, problem: String) -> Result<Progress, StoreError> {
    let mut operation = claim.operation.clone();
    let pause = backoff(operation.deferrals);
    operation.deferrals = operation.deferrals.saturating_add(1);
    operation.last_problem = Some(printable(&problem));
    put_back(ports, claim, operation, pause).await
}

/// No effect is to be seen. With a living key the same call is simply made again; otherwise only what is absent after
/// the settle window is known not to come.
async fn absent<P: Ports>(ports: &P, claim: &Claim, order: &Order) -> Result<Progress, StoreError> {
    let (now, settings) = (ports.clock().now(), ports.settings());
    let mut operation = claim.operation.clone();
    let give_up = operation.kind == OperationKind::PlaceOrder && is_overdue(ports, order);
    let certain = operation.absence_counts_from(settings.call_timeout, settings.settle_window);
    if !give_up && operation.may_repeat(now, settings.trust_idempotency) {
        operation.state = OperationState::Pending;
        return put_back(ports, claim, operation, SignedDuration::ZERO).await;
    }
    if now < certain {
        return put_back(ports, claim, operation, certain.duration_since(now)).await;
    }
    (
        operation.state,
        operation.first_sent_time,
        operation.last_sent_time,
    ) = (OperationState::Pending, None, None);
    match put_back(ports, claim, operation.clone(), SignedDuration::ZERO).await? {
        Progress::Deferred if give_up => withdraw(ports, &operation).await,
        progress @ (Progress::Deferred | Progress::Settled | Progress::LeaseLost) => Ok(progress),
    }
}
