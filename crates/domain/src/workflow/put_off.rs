//! Putting off an operation that is not settled: it was not sent, must wait, or its outcome is unknown.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::step::{Progress, deadline, is_too_late, put_back};
use super::{RESTS, backoff, settle};
use crate::operations::claim::Claim;
use crate::operations::operation::{Operation, State};
use crate::operations::sent::Sent;
use crate::ports::{Clock, GatewayError, Ports, StoreError};
use crate::rules::order::Order;
use crate::rules::rejection::Rejection;

/// If Mollie does not know an order that it has, the API key is another profile's: for an operator, not the order's fault.
pub(super) async fn wrong_key<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    rejection: &Rejection,
) -> Result<Progress, StoreError> {
    let problem =
        format!("Mollie does not know the order under the key of profile {}: {rejection}", order.profile);
    key_refused(ports, claim, order, &problem).await
}

/// Nothing was sent, and nothing will be before an operator puts the right API key in place. It is tried again nevertheless: only
/// Mollie knows when that has happened.
pub(super) async fn key_refused<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    problem: &str,
) -> Result<Progress, StoreError> {
    unsent(ports, claim, order, claim.operation.clone().with_key_refused(problem), None).await
}

/// Mollie put it off; those behind it may go first. This does not count as a deferral.
pub(super) async fn later<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    sent: Sent,
    time: Timestamp,
    why: String,
) -> Result<Progress, StoreError> {
    let (sent, operation) = (earlier(sent), claim.operation.clone().with_problem(&why));
    let waiting = Operation { state: State::Pending { sent, yields: true }, ..operation };
    let pause = time.duration_since(ports.clock().now()).max(backoff::usual(0));
    put_off(ports, claim, order, waiting, pause).await
}

/// Its profile has no key: it stays as it is until there is one, and says so.
pub(super) async fn rest<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    no_key: &GatewayError,
) -> Result<Progress, StoreError> {
    let pause = SignedDuration::try_from(RESTS).unwrap_or(SignedDuration::MAX);
    let mut resting = claim.operation.clone().with_problem(&no_key.to_string());
    if let State::InFlight { sent } = resting.state {
        resting.state = State::Pending { sent: earlier(sent), yields: true };
        return put_off(ports, claim, order, resting, pause).await;
    }
    put_back(ports, claim, resting, pause).await
}

/// The earlier sends of an operation that was not sent now.
fn earlier(sent: Sent) -> Option<Sent> {
    (!sent.is_first()).then_some(sent)
}

pub(super) async fn not_sent<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    problem: String,
    pause: Option<Duration>,
) -> Result<Progress, StoreError> {
    unsent(ports, claim, order, claim.operation.clone().with_problem(&problem), pause).await
}

async fn unsent<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    mut operation: Operation,
    pause: Option<Duration>,
) -> Result<Progress, StoreError> {
    let sent = operation.state.sent().and_then(earlier);
    let pause = pause.and_then(|pause| SignedDuration::try_from(pause).ok());
    let pause = pause.unwrap_or_else(|| backoff::usual(operation.tries.deferrals));
    operation.tries.deferrals = operation.tries.deferrals.saturating_add(1);
    operation.state = State::Pending { sent, yields: false };
    put_off(ports, claim, order, operation, pause).await
}

/// Whatever the pause, an operation that was never sent is given up at its deadline.
async fn put_off<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    waiting: Operation,
    pause: SignedDuration,
) -> Result<Progress, StoreError> {
    let is_unsent = waiting.state.sent().is_none();
    let deadline = deadline(ports, &waiting, order).filter(|_| is_unsent);
    let pause = deadline.map_or(pause, |deadline| pause.min(until(ports, deadline)));
    match put_back(ports, claim, waiting.clone(), pause).await? {
        Progress::Deferred | Progress::KeyRefused if is_unsent && is_too_late(ports, &waiting, order) => {
            settle::give_up(ports, &waiting, settle::How::TooLate).await
        }
        progress @ (Progress::Deferred | Progress::KeyRefused | Progress::Settled | Progress::LeaseLost) => {
            Ok(progress)
        }
    }
}

fn until<P: Ports>(ports: &P, deadline: Timestamp) -> SignedDuration {
    let left = deadline.duration_since(ports.clock().now());
    left.max(SignedDuration::ZERO).saturating_add(SignedDuration::from_millis(1))
}

pub(super) async fn unknown<P: Ports>(
    ports: &P,
    operation: &Operation,
    claim: &Claim,
    problem: String,
) -> Result<Progress, StoreError> {
    let pause = backoff::usual(operation.tries.unknown);
    unknown_for(ports, operation, claim, problem, pause).await
}

/// A 500 may have had its effect, so the order is observed as for any unknown outcome; a persistent one gets longer pauses.
pub(super) async fn stumbled<P: Ports>(
    ports: &P,
    claim: &Claim,
    problem: &str,
) -> Result<Progress, StoreError> {
    let times = claim.operation.tries.unknown;
    let problem = match times {
        0 => problem.to_owned(),
        before => format!(
            "{problem}; calls without a known outcome: {}. If it persists, the request itself probably makes Mollie fail",
            before.saturating_add(1)
        ),
    };
    unknown_for(ports, &claim.operation, claim, problem, backoff::stumbling(times)).await
}

async fn unknown_for<P: Ports>(
    ports: &P,
    operation: &Operation,
    claim: &Claim,
    problem: String,
    pause: SignedDuration,
) -> Result<Progress, StoreError> {
    let mut operation = operation.clone().with_problem(&problem);
    operation.tries.unknown = operation.tries.unknown.saturating_add(1);
    let refused = operation.state.rejection().cloned();
    if let Some(sent) = operation.state.sent() {
        operation.state = State::Resolving { sent, refused };
    }
    put_back(ports, claim, operation, pause).await
}
