//! Carrying one claimed operation a step further: sending it, or determining its outcome.
//!
//! The caller holds the lease. Every write here is guarded by it, so a worker that has lost its lease changes nothing.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use jiff::{SignedDuration, Timestamp};

use super::put_off::{key_refused, later, not_sent, rest, stumbled, unknown, wrong_key};
use super::resolve::{Observed, observe, resolve};
use super::settle::{self, How, Resolution, end};
use super::step::{Progress, is_too_late, put_back};
use crate::operations::claim::Claim;
use crate::operations::facts::Repeat;
use crate::operations::kind::{Book, Meaning, Ready};
use crate::operations::operation::{Operation, State};
use crate::operations::sent::Sent;
#[cfg(feature = "planted")]
use crate::planted::Planted;
use crate::ports::{Acceptance, Clock, Gateway, GatewayError, Outcome, Ports, Store, StoreError};
use crate::rules::cause::Unasked;
use crate::rules::contradiction::believed;
use crate::rules::operation::OperationState;
use crate::rules::order::Order;
use crate::rules::rejection::Rejection;

/// Takes the operation one step further. `claimed_at`: [`Clock::elapsed`] just before it was claimed.
///
/// # Errors
/// The store failed; the lease will run out and the operation will be claimed again.
pub async fn drive<P: Ports>(ports: &P, claim: &Claim, claimed_at: Duration) -> Result<Progress, StoreError> {
    let loaded;
    let order = match &claim.known {
        Some(known) => &**known,
        None => {
            loaded = settle::order(ports, claim.operation.order_id).await?;
            &loaded
        }
    };
    if has_nothing_to_follow(ports, &claim.operation).await? {
        let unsent = Operation { state: State::NEW, ..claim.operation.clone() };
        return match put_back(ports, claim, unsent.clone(), SignedDuration::ZERO).await? {
            Progress::Deferred | Progress::KeyRefused => {
                settle::give_up(ports, &unsent, How::NothingToFollow).await
            }
            progress @ (Progress::Settled | Progress::LeaseLost) => Ok(progress),
        };
    }
    if let Err(no_key) = ports.gateway().has_key(&order.profile) {
        return rest(ports, claim, order, &no_key).await;
    }
    if let State::InFlight { sent } = claim.operation.state
        && sent.is_first()
        && rests(ports, &claim.operation).await?
    {
        let time = ports.clock().now().saturating_add(PAUSED).unwrap_or(Timestamp::MAX);
        return later(ports, claim, order, sent, time, "its profile is paused".to_owned()).await;
    }
    let kind = claim.operation.task.kind();
    let related = settle::needed(ports, order, kind.facts().needs).await?;
    let secret = settle::opened(ports, &claim.operation);
    let book = related.book(order, secret.as_deref());
    match (&claim.operation.state, kind.ready(book, ports.clock().now())) {
        // Whether it was claimed for the first time or left in flight.
        (State::InFlight { .. } | State::Resolving { .. }, Ready::Done) => {
            end(ports, claim, order, How::Succeeded(Acceptance::Nothing)).await
        }
        (State::InFlight { sent }, Ready::Send) => send(ports, claim, book, *sent, claimed_at).await,
        (State::InFlight { sent }, Ready::LookFirst) => match look_first(ports, claim, order, *sent).await? {
            Looked::Over(progress) => Ok(progress),
            Looked::Absent { claimed_at } => send(ports, claim, book, *sent, claimed_at).await,
        },
        (State::InFlight { sent }, Ready::Later(time)) => {
            later(ports, claim, order, *sent, time, "its time has not come yet".to_owned()).await
        }
        (State::Resolving { sent, .. }, Ready::Send | Ready::LookFirst | Ready::Later(_)) => {
            under_lease(ports, claim, resolve(ports, claim, order, *sent)).await
        }
        (
            state @ (State::Pending { .. }
            | State::Succeeded { .. }
            | State::Rejected { .. }
            | State::Withdrawn { .. }
            | State::NeedsAttention { .. }),
            _,
        ) => {
            let text = format!("operation {} was claimed as {}", claim.operation.id, state.name().as_str());
            Err(StoreError::Inconsistent(text))
        }
    }
}

/// Whether the operation that it follows has failed. That one is always settled before this is claimed.
async fn has_nothing_to_follow<P: Ports>(ports: &P, operation: &Operation) -> Result<bool, StoreError> {
    let (Some(after), State::InFlight { sent }) = (operation.after, &operation.state) else {
        return Ok(false);
    };
    if !sent.is_first() {
        return Ok(false);
    }
    let before = ports.store().load_operation(after).await?;
    Ok(!before.is_some_and(|before| before.state.name() == OperationState::Succeeded))
}

/// How long what waits for its paused profile waits until it asks again.
const PAUSED: SignedDuration = SignedDuration::from_mins(1);

/// Whether a policy has set it to work, and its profile is paused.
async fn rests<P: Ports>(ports: &P, operation: &Operation) -> Result<bool, StoreError> {
    let by = operation.actor.as_deref().and_then(Unasked::of_actor);
    let is_policys = by.is_some_and(Unasked::rests_while_paused);
    Ok(is_policys && ports.store().find_pause(&operation.profile).await?.is_some())
}

async fn send<P: Ports>(
    ports: &P,
    claim: &Claim,
    book: Book<'_>,
    sent: Sent,
    claimed_at: Duration,
) -> Result<Progress, StoreError> {
    let (operation, settings, order) = (&claim.operation, ports.settings(), book.order);
    let is_late = is_too_late(ports, operation, order);
    if sent.is_first() && is_late {
        // What kept it from being sent until now says more.
        let before = operation.last_problem.clone();
        let problem = before.unwrap_or_else(|| "its age limit or deadline has passed".to_owned());
        return not_sent(ports, claim, order, problem, None).await;
    }
    // It was to be repeated, but its key may have expired while it waited, or its deadline has passed: the outcome of the earlier
    // send is determined first.
    let may_repeat = operation.repeat() == Repeat::ByValue
        || operation.is_recognised(ports.clock().now(), settings.trust_idempotency);
    #[cfg(feature = "planted")]
    let may_repeat = may_repeat
        || super::planted::repeats_blindly(operation)
        || super::planted::forgets_that_keys_die(operation);
    if !sent.is_first() && (is_late || !may_repeat) {
        let state = State::Resolving { sent, refused: None };
        let resolving = Operation { state, ..operation.clone() };
        return put_back(ports, claim, resolving, SignedDuration::ZERO).await;
    }
    if operation.sealed.is_some() && book.secret.0.is_none() {
        return end(ports, claim, order, How::Attention(LOCKED.to_owned())).await;
    }
    let command = match operation.task.kind().command(book) {
        Ok(command) => command,
        Err(problem) => return end(ports, claim, order, How::Attention(problem)).await,
    };
    if ports.clock().elapsed() + settings.send_margin() > claimed_at + settings.lease {
        let problem = "the lease had nearly run out before the call began".to_owned();
        return not_sent(ports, claim, order, problem, Some(Duration::ZERO)).await;
    }
    let call = ports.gateway().execute(&order.profile, &command, operation.key);
    match under_lease(ports, claim, call).await {
        Outcome::Accepted(acceptance) => {
            let acceptance = match acceptance {
                Acceptance::Order(snapshot) => Acceptance::Order(Box::new(believed(order, *snapshot))),
                other @ (Acceptance::Shipment(_)
                | Acceptance::Refund(_)
                | Acceptance::Payment(_)
                | Acceptance::Nothing) => other,
            };
            end(ports, claim, order, How::Succeeded(acceptance)).await
        }
        Outcome::Rejected(rejection) => rejected(ports, claim, order, sent, rejection).await,
        Outcome::NotSent { problem, pause } => not_sent(ports, claim, order, problem, pause).await,
        Outcome::KeyRefused { problem } => key_refused(ports, claim, order, &problem).await,
        #[cfg(feature = "planted")]
        Outcome::Unknown { problem, .. } if Planted::GuessesFailed.is_chosen() => {
            end(ports, claim, order, How::Rejected(super::planted::guess(problem))).await
        }
        Outcome::Unknown { problem, stumbled: false } => unknown(ports, operation, claim, problem).await,
        Outcome::Unknown { problem, stumbled: true } => stumbled(ports, claim, &problem).await,
    }
}

const LOCKED: &str = "its sealed part cannot be opened: the service's secret has changed since it was saved";

/// Renews the lease while the work goes on. If it is lost meanwhile, writing the outcome fails.
async fn under_lease<P: Ports, T>(ports: &P, claim: &Claim, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        let renewal = async {
            ports.clock().sleep(ports.settings().lease_renewal()).await;
            // A failed renewal is retried at the next one; the outcome is written under the token in any case.
            let _ = ports.store().renew_lease(claim.operation.id, claim.token, ports.settings().lease).await;
        };
        match select(work.as_mut(), pin!(renewal)).await {
            Either::Left((done, _)) => return done,
            Either::Right(((), _)) => (),
        }
    }
}

/// What a look before the send came to.
enum Looked {
    /// There is nothing to send, for now.
    Over(Progress),
    /// It is to be sent, under a lease renewed just after this time.
    Absent { claimed_at: Duration },
}

/// Its effect may exist already, or may not be wanted any more.
async fn look_first<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    sent: Sent,
) -> Result<Looked, StoreError> {
    let progress = match under_lease(ports, claim, observe(ports, &claim.operation, order)).await? {
        Observed::Found(effect, seen) => {
            end(ports, claim, order, Resolution { how: How::Succeeded(effect), seen }).await
        }
        Observed::Absent(_) => {
            // The observation may have taken most of the lease.
            let (claimed_at, lease) = (ports.clock().elapsed(), ports.settings().lease);
            match ports.store().renew_lease(claim.operation.id, claim.token, lease).await? {
                true => return Ok(Looked::Absent { claimed_at }),
                false => Ok(Progress::LeaseLost),
            }
        }
        Observed::Unwanted(reason, seen) if sent.is_first() => {
            let how = How::Rejected(Rejection::of_ours(&reason));
            end(ports, claim, order, Resolution { how, seen }).await
        }
        // An earlier send may still have its effect.
        Observed::Unwanted(..) => {
            let resolving =
                Operation { state: State::Resolving { sent, refused: None }, ..claim.operation.clone() };
            put_back(ports, claim, resolving, SignedDuration::ZERO).await
        }
        Observed::Ambiguous(reason) => end(ports, claim, order, How::Attention(reason)).await,
        Observed::Unreadable(error @ GatewayError::KeyRefused(_)) => {
            key_refused(ports, claim, order, &error.to_string()).await
        }
        Observed::Unreadable(error) => not_sent(ports, claim, order, error.to_string(), error.pause()).await,
    };
    progress.map(Looked::Over)
}

/// A rejection is final only if nothing was done: the effect may exist already, and a repeated call may be rejected because an
/// earlier one took effect, or is about to.
async fn rejected<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    sent: Sent,
    rejection: Rejection,
) -> Result<Progress, StoreError> {
    let (is_only, mut later_on) = (sent.is_first(), None);
    match claim.operation.task.kind().rejection(order, &rejection) {
        Meaning::Final if is_only => return end(ports, claim, order, How::Rejected(rejection)).await,
        Meaning::Final | Meaning::LookFirst => (),
        Meaning::Later(pause) => {
            let time = ports.clock().now().saturating_add(pause).unwrap_or(Timestamp::MAX);
            return later(ports, claim, order, sent, time, format!("rejected for now: {rejection}")).await;
        }
        Meaning::LookThenLater(pause) if is_only => later_on = Some(pause),
        Meaning::LookThenLater(_) => (),
        Meaning::WrongKey => return wrong_key(ports, claim, order, &rejection).await,
    }
    let state = State::Resolving { sent, refused: Some(rejection.clone()) };
    let refused = Operation { state, ..claim.operation.clone() };
    match under_lease(ports, claim, observe(ports, &refused, order)).await? {
        Observed::Found(effect, seen) => {
            end(ports, claim, order, Resolution { how: How::Succeeded(effect), seen }).await
        }
        Observed::Absent(_) if let Some(pause) = later_on => {
            let time = ports.clock().now().saturating_add(pause).unwrap_or(Timestamp::MAX);
            later(ports, claim, order, sent, time, format!("rejected for now: {rejection}")).await
        }
        Observed::Absent(seen) | Observed::Unwanted(_, seen) if is_only => {
            end(ports, claim, order, Resolution { how: How::Rejected(rejection), seen }).await
        }
        Observed::Absent(_) | Observed::Unwanted(..) => {
            let problem = format!("rejected; checking whether an earlier call took effect: {rejection}");
            unknown(ports, &refused, claim, problem).await
        }
        Observed::Ambiguous(reason) => {
            let claim = Claim { operation: refused, ..claim.clone() };
            end(ports, &claim, order, How::Attention(format!("refused ({rejection}); {reason}"))).await
        }
        // Mollie does not know the order itself, which it has: so it is not about something in the order.
        Observed::Unreadable(GatewayError::NotFound) if rejection.is_unknown() => {
            wrong_key(ports, claim, order, &rejection).await
        }
        Observed::Unreadable(error) => {
            let problem = format!("rejected ({rejection}), and then unreadable: {error}");
            unknown(ports, &refused, claim, problem).await
        }
    }
}
