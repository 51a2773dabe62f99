//! Carrying one claimed operation a step further: sending it, or finding out what became of it.
//!
//! Whoever calls this holds the lease; every write here goes through it, so that a holder who lost it changes nothing.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use jiff::SignedDuration;

use super::ending::Ending;
use super::resolve::{Look, look, resolve};
use super::settle::end;
use super::step::{Progress, is_first_send, is_overdue, missing, put_back, shipment};
use super::withdraw::withdraw;
use super::{backoff, hook_address, place};
#[cfg(feature = "planted")]
use crate::planted::Planted;
use crate::ports::{
    Acceptance, Clock, Command, Gateway, OrderKey, Outcome, PlaceOrder, Ports, RegisterShipment, Store,
    StoreError,
};
use crate::rules::claim::Claim;
use crate::rules::contradiction;
use crate::rules::ids::MollieOrderId;
use crate::rules::operation::{Operation, OperationKind, OperationState};
use crate::rules::order::Order;
use crate::rules::refusal::Rejection;
use crate::rules::shipment::{Shipment, ShipmentLine};
use crate::rules::text::printable;

/// Takes the operation one step further. `claimed_at`: [`Clock::elapsed`] just before it was claimed.
///
/// # Errors
/// The store failed; the lease runs out and the operation is taken up again.
pub async fn drive<P: Ports>(ports: &P, claim: &Claim, claimed_at: Duration) -> Result<Progress, StoreError> {
    let loaded;
    let order = match &claim.known {
        Some(known) => &known.order,
        None => {
            let key = OrderKey::Id(claim.operation.order_id);
            let order = ports.store().load_order(&key).await?;
            loaded = order.ok_or_else(|| missing("order", &claim.operation))?;
            &loaded
        }
    };
    // Whether it was taken up for the first time or left behind: there is nothing to cancel any more, nor to look for.
    if claim.operation.kind == OperationKind::CancelOrder && !order.placement.is_alive() {
        return end(ports, claim, order, &Ending::NothingToCancel).await;
    }
    match claim.operation.state {
        OperationState::InFlight => send(ports, claim, order, claimed_at).await,
        OperationState::Resolving => under_lease(ports, claim, resolve(ports, claim, order)).await,
        state @ (OperationState::Pending
        | OperationState::Succeeded
        | OperationState::Rejected
        | OperationState::Withdrawn
        | OperationState::NeedsAttention) => {
            let text = format!("operation {} was given out as {}", claim.operation.id, state.as_str());
            Err(StoreError::Inconsistent(text))
        }
    }
}

async fn send<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    claimed_at: Duration,
) -> Result<Progress, StoreError> {
    let operation = &claim.operation;
    let trusted = operation.may_repeat(ports.clock().now(), ports.settings().trust_idempotency);
    match (operation.kind, order.placement) {
        (OperationKind::PlaceOrder, _) if is_first_send(operation) && is_overdue(ports, order) => {
            return not_sent(ports, claim, order, "the placement is past its age limit".to_owned(), None)
                .await;
        }
        // It was to be repeated under a key that may have died while it waited, or for a caller who is long gone: what
        // became of the earlier send is found out first.
        (kind, _)
            if !is_first_send(operation)
                && (!trusted || kind == OperationKind::PlaceOrder && is_overdue(ports, order)) =>
        {
            let resolving = Operation { state: OperationState::Resolving, ..operation.clone() };
            return put_back(ports, claim, resolving, SignedDuration::ZERO).await;
        }
        (OperationKind::PlaceOrder | OperationKind::CreateShipment | OperationKind::CancelOrder, _) => (),
    }
    let command = match command(ports, order, claim).await? {
        Ok(command) => command,
        Err(problem) => return end(ports, claim, order, &Ending::Attention(problem)).await,
    };
    let settings = ports.settings();
    if ports.clock().elapsed() + settings.send_margin() > claimed_at + settings.lease {
        let problem = "the lease was nearly over before the call began".to_owned();
        return not_sent(ports, claim, order, problem, Some(Duration::ZERO)).await;
    }
    let call = ports.gateway().execute(&order.profile, &command, operation.key);
    let ending = match under_lease(ports, claim, call).await {
        Outcome::Accepted(Acceptance::Placed(snapshot)) => {
            Ending::Placed(Box::new(contradiction::believed(order, *snapshot)), Vec::new())
        }
        Outcome::Accepted(Acceptance::Shipped(shipment)) => Ending::Shipped(shipment),
        Outcome::Accepted(Acceptance::Canceled(snapshot)) => {
            Ending::Canceled(Box::new(contradiction::believed(order, *snapshot)))
        }
        // An order that Mollie has is unknown to it only under a foreign key: an operator's affair, not the goods'.
        Outcome::Rejected(rejection) if rejection.status == 404 && order.mollie_id.is_some() => {
            let problem = format!(
                "Mollie does not know the order under the key of profile {}: {rejection}",
                order.profile
            );
            return not_sent(ports, claim, order, problem, None).await;
        }
        Outcome::Rejected(rejection) => return rejected(ports, claim, order, rejection).await,
        Outcome::NotSent { problem, pause } => return not_sent(ports, claim, order, problem, pause).await,
        #[cfg(feature = "planted")]
        Outcome::Unknown { problem, .. } if Planted::GuessesFailed.is_chosen() => {
            Ending::Rejected(super::planted::guess(problem))
        }
        Outcome::Unknown { problem, stumbled: false } => return unknown(ports, claim, problem).await,
        Outcome::Unknown { problem, stumbled: true } => return stumbled(ports, claim, &problem).await,
    };
    end(ports, claim, order, &ending).await
}

/// What to send; a text for the operator where that can no longer be known.
async fn command<P: Ports>(
    ports: &P,
    order: &Order,
    claim: &Claim,
) -> Result<Result<Command, String>, StoreError> {
    let operation = &claim.operation;
    let mollie_id = || order.mollie_id.clone().ok_or_else(|| missing("order at Mollie", operation));
    Ok(match operation.kind {
        OperationKind::PlaceOrder => match place::unseal(ports, operation.sealed.as_deref()) {
            Some(payment) => {
                let hook_address = hook_address(ports, order);
                Ok(Command::PlaceOrder(Box::new(PlaceOrder { order: order.clone(), payment, hook_address })))
            }
            None => Err("the payment parameters cannot be unsealed: the service's secret is another than when they were given"
                .to_owned()),
        },
        OperationKind::CreateShipment => {
            let known = claim.known.as_ref().and_then(|known| known.shipment.clone());
            let shipment = match known {
                Some(shipment) => shipment,
                None => shipment(ports, operation).await?,
            };
            Ok(Command::CreateShipment(register(order, &shipment, mollie_id()?, operation)?))
        }
        OperationKind::CancelOrder => Ok(Command::CancelOrder { mollie_id: mollie_id()? }),
    })
}

fn register(
    order: &Order,
    shipment: &Shipment,
    mollie_id: MollieOrderId,
    operation: &Operation,
) -> Result<RegisterShipment, StoreError> {
    let line = |line: &ShipmentLine| {
        let id = order.line(line.line_id).and_then(|ours| ours.mollie_id.clone());
        id.map(|id| (id, line.part)).ok_or_else(|| missing("line at Mollie", operation))
    };
    let lines = shipment.lines.iter().map(line).collect::<Result<_, _>>()?;
    Ok(RegisterShipment { mollie_id, lines, tracking: shipment.tracking.clone() })
}

/// Renews the lease while the work goes on. A lease lost meanwhile shows when the outcome is written.
async fn under_lease<P: Ports, T>(ports: &P, claim: &Claim, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        let renewal = async {
            ports.clock().sleep(ports.settings().lease_renewal()).await;
            // A failed renewal is tried again with the next one; the outcome is written under the token in any case.
            let _ = ports.store().renew_lease(claim.operation.id, claim.token, ports.settings().lease).await;
        };
        match select(work.as_mut(), pin!(renewal)).await {
            Either::Left((done, _)) => return done,
            Either::Right(((), _)) => (),
        }
    }
}

/// A refusal is final only where nothing was done: a cancellation may be refused for having happened, and a repeated call
/// because an earlier one took effect, or is about to. Why a shipment was refused is looked at in any case.
async fn rejected<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    rejection: Rejection,
) -> Result<Progress, StoreError> {
    let repeated = !is_first_send(&claim.operation);
    let claim = &after_refusal(claim, &rejection);
    let operation = &claim.operation;
    #[cfg(feature = "planted")]
    if operation.kind == OperationKind::CancelOrder && Planted::AlreadyCanceledIsRefused.is_chosen() {
        return end(ports, claim, order, &Ending::Rejected(rejection)).await;
    }
    if operation.kind == OperationKind::PlaceOrder && !repeated {
        return end(ports, claim, order, &Ending::Rejected(rejection)).await;
    }
    match under_lease(ports, claim, look(ports, operation, order)).await? {
        Look::Found(ending) => end(ports, claim, order, &ending).await,
        Look::Absent(_) if !repeated => end(ports, claim, order, &Ending::Rejected(rejection)).await,
        Look::Absent(_) => {
            let problem =
                format!("refused, and whether an earlier call took effect is being found out: {rejection}");
            let refused = Operation { rejection: Some(rejection), ..operation.clone() };
            unknown(ports, &Claim { operation: refused, ..claim.clone() }, problem).await
        }
        Look::Doubtful(reason) => {
            end(ports, claim, order, &Ending::Attention(format!("refused ({rejection}); {reason}"))).await
        }
        Look::Unreadable(error) => {
            unknown(ports, claim, format!("refused ({rejection}), and then unreadable: {error}")).await
        }
    }
}

/// The only call of a shipment was refused: that is settled, though not yet why.
fn after_refusal(claim: &Claim, rejection: &Rejection) -> Claim {
    let mut claim = claim.clone();
    if claim.operation.kind == OperationKind::CreateShipment && is_first_send(&claim.operation) {
        claim.operation.rejection = Some(rejection.clone());
    }
    claim
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
    let pause = pause.unwrap_or_else(|| backoff::usual(operation.deferrals));
    operation.deferrals = operation.deferrals.saturating_add(1);
    operation.state = OperationState::Pending;
    operation.last_problem = Some(printable(&problem));
    let unsent_placement = operation.kind == OperationKind::PlaceOrder && operation.first_sent_time.is_none();
    let pause = if unsent_placement { pause.min(until_overdue(ports, order)) } else { pause };
    match put_back(ports, claim, operation.clone(), pause).await? {
        Progress::Deferred if unsent_placement && is_overdue(ports, order) => {
            withdraw(ports, &operation).await
        }
        progress @ (Progress::Deferred | Progress::Settled | Progress::LeaseLost) => Ok(progress),
    }
}

/// However long Mollie wishes to be left alone: a placement is given up in time.
fn until_overdue<P: Ports>(ports: &P, order: &Order) -> SignedDuration {
    let age = ports.clock().now().duration_since(order.created_time);
    let left = ports.settings().placement_age_limit.saturating_sub(age);
    left.max(SignedDuration::ZERO).saturating_add(SignedDuration::from_millis(1))
}

async fn unknown<P: Ports>(ports: &P, claim: &Claim, problem: String) -> Result<Progress, StoreError> {
    let pause = backoff::usual(claim.operation.attempts);
    unknown_for(ports, claim, problem, pause).await
}

/// A 500 may have had its effect, so it is looked for like any other; but one that stays is not met eight times a minute.
async fn stumbled<P: Ports>(ports: &P, claim: &Claim, problem: &str) -> Result<Progress, StoreError> {
    let attempts = claim.operation.attempts;
    let problem = match attempts {
        0 => problem.to_owned(),
        before => format!(
            "{problem}; calls without a known outcome: {}. If it stays, Mollie stumbles over the request itself",
            before.saturating_add(1)
        ),
    };
    unknown_for(ports, claim, problem, backoff::stumbling(attempts)).await
}

async fn unknown_for<P: Ports>(
    ports: &P,
    claim: &Claim,
    problem: String,
    pause: SignedDuration,
) -> Result<Progress, StoreError> {
    let mut operation = claim.operation.clone();
    operation.attempts = operation.attempts.saturating_add(1);
    operation.state = OperationState::Resolving;
    operation.last_problem = Some(printable(&problem));
    put_back(ports, claim, operation, pause).await
}
