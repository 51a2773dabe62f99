//! Carrying one claimed operation a step further: sending it, or finding out what became of it.
//!
//! Whoever calls this holds the lease; every write here goes through it, so that a holder who lost it changes nothing.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use jiff::{SignedDuration, Timestamp};

use super::put_off::{later, not_sent, stumbled, unknown, wrong_key};
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
use crate::ports::{
    Acceptance, Clock, Command, Gateway, GatewayError, Outcome, Ports, Store, StoreError, Vault,
};
use crate::rules::contradiction::believed;
use crate::rules::operation::OperationState;
use crate::rules::order::Order;
use crate::rules::rejection::Rejection;

/// Takes the operation one step further. `claimed_at`: [`Clock::elapsed`] just before it was claimed.
///
/// # Errors
/// The store failed; the lease runs out and the operation is taken up again.
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
            Progress::Deferred => settle::give_up(ports, &unsent, How::NothingToFollow).await,
            progress @ (Progress::Settled | Progress::LeaseLost) => Ok(progress),
        };
    }
    let kind = claim.operation.task.kind();
    let shipments = settle::needed(ports, order, kind.facts().needs).await?;
    let book = Book { order, shipments: &shipments };
    match (&claim.operation.state, kind.ready(book, ports.clock().now())) {
        // Whether it was taken up for the first time or left behind.
        (State::InFlight { .. } | State::Resolving { .. }, Ready::Done) => {
            end(ports, claim, order, How::Succeeded(Acceptance::Nothing)).await
        }
        (State::InFlight { sent }, Ready::Send) => send(ports, claim, book, *sent, claimed_at).await,
        (State::InFlight { sent }, Ready::LookFirst) => look_first(ports, claim, book, *sent).await,
        (State::InFlight { sent }, Ready::Later(time)) => {
            later(ports, claim, order, *sent, time, "its time has not come".to_owned()).await
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
            let text = format!("operation {} was given out as {}", claim.operation.id, state.name().as_str());
            Err(StoreError::Inconsistent(text))
        }
    }
}

/// Whether it was to follow another one that has failed. What it follows has ended when it is given out.
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
        return not_sent(ports, claim, order, "its time limit has passed".to_owned(), None).await;
    }
    // It was to be repeated under a key that may have died while it waited, or for a caller who is long gone: what became of
    // the earlier send is found out first.
    let may_repeat = operation.repeat() == Repeat::ByValue
        || operation.is_recognised(ports.clock().now(), settings.trust_idempotency);
    if !sent.is_first() && (is_late || !may_repeat) {
        let state = State::Resolving { sent, refused: None };
        let resolving = Operation { state, ..operation.clone() };
        return put_back(ports, claim, resolving, SignedDuration::ZERO).await;
    }
    let command = match command(ports, book, operation) {
        Ok(command) => command,
        Err(problem) => return end(ports, claim, order, How::Attention(problem)).await,
    };
    if ports.clock().elapsed() + settings.send_margin() > claimed_at + settings.lease {
        let problem = "the lease was nearly over before the call began".to_owned();
        return not_sent(ports, claim, order, problem, Some(Duration::ZERO)).await;
    }
    let call = ports.gateway().execute(&order.profile, &command, operation.key);
    match under_lease(ports, claim, call).await {
        Outcome::Accepted(acceptance) => {
            let acceptance = match acceptance {
                Acceptance::Order(snapshot) => Acceptance::Order(Box::new(believed(order, *snapshot))),
                other @ (Acceptance::Shipment(_) | Acceptance::Nothing) => other,
            };
            end(ports, claim, order, How::Succeeded(acceptance)).await
        }
        Outcome::Rejected(rejection) => rejected(ports, claim, order, sent, rejection).await,
        Outcome::NotSent { problem, pause } => not_sent(ports, claim, order, problem, pause).await,
        #[cfg(feature = "planted")]
        Outcome::Unknown { problem, .. } if Planted::GuessesFailed.is_chosen() => {
            end(ports, claim, order, How::Rejected(super::planted::guess(problem))).await
        }
        Outcome::Unknown { problem, stumbled: false } => unknown(ports, operation, claim, problem).await,
        Outcome::Unknown { problem, stumbled: true } => stumbled(ports, claim, &problem).await,
    }
}

/// What to send; a text for the operator where that can no longer be known.
fn command<P: Ports>(ports: &P, book: Book<'_>, operation: &Operation) -> Result<Command, String> {
    let open = |sealed: &Vec<u8>| ports.vault().open(sealed).ok_or(LOCKED);
    let secret = operation.sealed.as_ref().map(open).transpose()?;
    operation.task.kind().command(book, secret.as_deref())
}

const LOCKED: &str =
    "what of it is secret cannot be unsealed: the service's secret is another than when it was given";

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

/// What it wants may be so already.
async fn look_first<P: Ports>(
    ports: &P,
    claim: &Claim,
    book: Book<'_>,
    sent: Sent,
) -> Result<Progress, StoreError> {
    let order = book.order;
    match under_lease(ports, claim, observe(ports, &claim.operation, order)).await? {
        Observed::Found(effect, seen) => {
            end(ports, claim, order, Resolution { how: How::Succeeded(effect), seen }).await
        }
        Observed::Absent(_) => {
            // The look may have taken most of the lease.
            let (claimed_at, lease) = (ports.clock().elapsed(), ports.settings().lease);
            match ports.store().renew_lease(claim.operation.id, claim.token, lease).await? {
                true => send(ports, claim, book, sent, claimed_at).await,
                false => Ok(Progress::LeaseLost),
            }
        }
        Observed::Ambiguous(reason) => end(ports, claim, order, How::Attention(reason)).await,
        Observed::Unreadable(error) => not_sent(ports, claim, order, error.to_string(), None).await,
    }
}

/// A refusal is final only where nothing was done: what was asked for may be so already, and a repeated call may be refused
/// because an earlier one took effect, or is about to.
async fn rejected<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    sent: Sent,
    rejection: Rejection,
) -> Result<Progress, StoreError> {
    let is_only = sent.is_first();
    match claim.operation.task.kind().rejection(order, &rejection) {
        Meaning::Final if is_only => return end(ports, claim, order, How::Rejected(rejection)).await,
        Meaning::Final | Meaning::LookFirst => (),
        Meaning::Later(pause) => {
            let time = ports.clock().now().saturating_add(pause).unwrap_or(Timestamp::MAX);
            return later(ports, claim, order, sent, time, format!("refused for now: {rejection}")).await;
        }
        Meaning::WrongKey => return wrong_key(ports, claim, order, &rejection).await,
    }
    let state = State::Resolving { sent, refused: Some(rejection.clone()) };
    let refused = Operation { state, ..claim.operation.clone() };
    match under_lease(ports, claim, observe(ports, &refused, order)).await? {
        Observed::Found(effect, seen) => {
            end(ports, claim, order, Resolution { how: How::Succeeded(effect), seen }).await
        }
        Observed::Absent(seen) if is_only => {
            end(ports, claim, order, Resolution { how: How::Rejected(rejection), seen }).await
        }
        Observed::Absent(_) => {
            let problem =
                format!("refused, and whether an earlier call took effect is being found out: {rejection}");
            unknown(ports, &refused, claim, problem).await
        }
        Observed::Ambiguous(reason) => {
            let claim = Claim { operation: refused, ..claim.clone() };
            end(ports, &claim, order, How::Attention(format!("refused ({rejection}); {reason}"))).await
        }
        // Mollie does not know the order itself, which it does have: not something within it.
        Observed::Unreadable(GatewayError::NotFound) if rejection.is_unknown() => {
            wrong_key(ports, claim, order, &rejection).await
        }
        Observed::Unreadable(error) => {
            let problem = format!("refused ({rejection}), and then unreadable: {error}");
            unknown(ports, &refused, claim, problem).await
        }
    }
}
