//! Determining the outcome of a send whose answer was lost: by observation, never by guessing.

use jiff::{SignedDuration, Timestamp};

use super::settle::{self, How, Related, Resolution, end};
use super::step::{Progress, is_too_late, put_back};
use super::{backoff, reading};
use crate::operations::claim::Claim;
use crate::operations::facts::{Needs, Repeat};
use crate::operations::kind::{Observation, Sought};
use crate::operations::operation::{Operation, State};
use crate::operations::sent::{Sends, Sent};
use crate::ports::{Acceptance, Clock, Gateway, GatewayError, Ports, Store, StoreError};
use crate::rules::call_rate::Rank;
use crate::rules::contradiction::believed;
use crate::rules::order::Order;
use crate::rules::refund::Refund;
use crate::rules::rejection::Rejection;
use crate::rules::snapshot::Snapshot;

/// After this many consecutive readings that will not get better by themselves, an operator is asked.
const FRUITLESS: u32 = 8;

/// An observation of an operation's effect, with the reading.
pub(super) enum Observed {
    /// The effect is there, in this reading.
    Found(Acceptance, Vec<Snapshot>),
    /// The effect is not there, as of this reading.
    Absent(Vec<Snapshot>),
    /// The effect is not there, as of this reading, and is not wanted any more; the reason.
    Unwanted(String, Vec<Snapshot>),
    /// Something there may or may not be the effect.
    Ambiguous(String),
    /// Nothing could be read.
    Unreadable(GatewayError),
}

/// Observes the operation's effect.
pub(super) async fn observe<P: Ports>(
    ports: &P,
    operation: &Operation,
    order: &Order,
) -> Result<Observed, StoreError> {
    let kind = operation.task.kind();
    let (Some(sought), Some(sends)) = (kind.seek(order, None), operation.sends()) else {
        let text = format!("operation {} has nothing to observe", operation.id);
        return Err(StoreError::Inconsistent(text));
    };
    let followed = followed(ports, order, &sought).await?;
    let seen = match read(ports, Rank::First, order, &sought, &followed).await {
        Ok(seen) => seen,
        Err(error) => return Ok(Observed::Unreadable(error)),
    };
    let related = related(ports, order, kind.facts().needs, &seen).await?;
    let secret = settle::opened(ports, operation);
    Ok(match kind.observe(related.book(order, secret.as_deref()), &seen, sends) {
        Observation::Found(effect) => Observed::Found(effect, seen),
        Observation::Absent => Observed::Absent(seen),
        Observation::Unwanted(reason) => Observed::Unwanted(reason, seen),
        Observation::Ambiguous(reason) => Observed::Ambiguous(reason),
        Observation::NotUnderstood(misread) => Observed::Unreadable(GatewayError::Unreadable(misread)),
    })
}

/// The refunds whose payments' lists must be read as well: which payment an operation's refund is on may have come to be known only
/// after the operation was recorded.
pub(super) async fn followed<P: Ports>(
    ports: &P,
    order: &Order,
    sought: &Sought,
) -> Result<Vec<Refund>, StoreError> {
    match sought {
        Sought::Refunds { payment: None, .. } => ports.store().list_refunds(order.id).await,
        Sought::Refunds { payment: Some(_), .. } | Sought::Order(_) | Sought::Placement { .. } => {
            Ok(Vec::new())
        }
    }
}

/// Reads what is sought, without the parts that contradict what is known.
pub(super) async fn read<P: Ports>(
    ports: &P,
    rank: Rank,
    order: &Order,
    sought: &Sought,
    followed: &[Refund],
) -> Result<Vec<Snapshot>, GatewayError> {
    match sought {
        Sought::Order(id) => Ok(vec![reading::observe(ports, rank, order, id, &[], None).await?]),
        Sought::Refunds { order: id, payment } => {
            Ok(vec![reading::observe(ports, rank, order, id, followed, payment.as_ref()).await?])
        }
        Sought::Placement { hook_address, since } => {
            let found = ports.gateway().find_by_hook(rank, &order.profile, hook_address, *since).await?;
            Ok(found.into_iter().map(|snapshot| believed(order, snapshot)).collect())
        }
    }
}

/// The order's shipments and refunds, if they are needed or a reading lists any.
pub(super) async fn related<P: Ports>(
    ports: &P,
    order: &Order,
    needs: Needs,
    seen: &[Snapshot],
) -> Result<Related, StoreError> {
    let mut related = settle::needed(ports, order, needs).await?;
    if needs != Needs::Shipments && seen.iter().any(|snapshot| settle::is_about_shipments(order, snapshot)) {
        related.shipments = ports.store().list_shipments(order.id).await?;
    }
    if needs != Needs::Refunds && seen.iter().any(|snapshot| settle::is_about_refunds(order, snapshot)) {
        related.refunds = ports.store().list_refunds(order.id).await?;
    }
    Ok(related)
}

/// Takes an operation of unknown outcome one step further.
pub(super) async fn resolve<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    sent: Sent,
) -> Result<Progress, StoreError> {
    let operation = &claim.operation;
    #[cfg(feature = "planted")]
    if super::planted::repeats_blindly(operation) || super::planted::forgets_that_keys_die(operation) {
        let state = State::Pending { sent: Some(sent), yields: false };
        return put_back(ports, claim, Operation { state, ..operation.clone() }, SignedDuration::ZERO).await;
    }
    // Mollie does not have the order, so nothing else of it was sent; a restored database takes everything that waited for sent.
    if operation.task.kind().seek(order, None).is_none() {
        let unsent = Operation { state: State::NEW, ..operation.clone() };
        return put_back(ports, claim, unsent, SignedDuration::ZERO).await;
    }
    // The reading shows the state as of its start, or later.
    let read_at = ports.clock().now();
    let refused = operation.state.rejection().cloned();
    let repeat = !is_too_late(ports, operation, order)
        && refused.is_none()
        && operation.is_recognised(read_at, ports.settings().trust_idempotency);
    let sends = Sends { sent, is_refused: refused.is_some() };
    // It sets a value: if its outcome stays unknown, it is sent again.
    let by_value = operation.repeat() == Repeat::ByValue;
    match (observe(ports, operation, order).await?, refused) {
        // The value may have been set before; a late effect of this call must not undo the next one.
        (Observed::Found(..), _) if by_value && read_at < certain(ports, sent) => {
            put_back(ports, claim, operation.clone(), until_certain(ports, sent)).await
        }
        (Observed::Found(effect, seen), _) => {
            end(ports, claim, order, Resolution { how: How::Succeeded(effect), seen }).await
        }
        (Observed::Absent(seen), Some(refused)) if sends.were_all_refused() => {
            end(ports, claim, order, Resolution { how: How::Rejected(refused), seen }).await
        }
        // While the key lives the same call is simply repeated: Mollie itself knows whether it was done.
        (Observed::Absent(_) | Observed::Ambiguous(_), _) if repeat => {
            let state = State::Pending { sent: Some(sent), yields: false };
            let pending = Operation { state, ..operation.clone() };
            #[cfg(feature = "planted")]
            let pending = super::planted::with_new_key(ports, pending);
            put_back(ports, claim, pending, SignedDuration::ZERO).await
        }
        (Observed::Absent(seen), _) => absent(ports, claim, order, sent, read_at, seen).await,
        (Observed::Unwanted(..), _) if read_at < certain(ports, sent) => {
            put_back(ports, claim, operation.clone(), until_certain(ports, sent)).await
        }
        (Observed::Unwanted(reason, seen), refused) => {
            let how = How::Rejected(refused.unwrap_or_else(|| Rejection::of_ours(&reason)));
            end(ports, claim, order, Resolution { how, seen }).await
        }
        (Observed::Ambiguous(problem), None) if by_value => {
            again_by_value(ports, claim, order, (sent, read_at), &problem).await
        }
        (Observed::Unreadable(error @ GatewayError::Unreadable(_)), None) if by_value => {
            again_by_value(ports, claim, order, (sent, read_at), &error.to_string()).await
        }
        (Observed::Ambiguous(reason), _) => end(ports, claim, order, How::Attention(reason)).await,
        (Observed::Unreadable(error), _) => unreadable(ports, claim, order, &error).await,
    }
}

/// No effect is visible. Only after the settle window is it certain that none will appear; if Mollie rejected the repeat, the
/// rejection then is final.
async fn absent<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    sent: Sent,
    read_at: Timestamp,
    seen: Vec<Snapshot>,
) -> Result<Progress, StoreError> {
    let mut operation = claim.operation.clone();
    operation.tries.unreadable = 0;
    if read_at < certain(ports, sent) {
        return put_back(ports, claim, operation, until_certain(ports, sent)).await;
    }
    if let Some(refused) = operation.state.rejection().cloned() {
        return end(ports, claim, order, Resolution { how: How::Rejected(refused), seen }).await;
    }
    operation.state = State::NEW;
    match put_back(ports, claim, operation.clone(), SignedDuration::ZERO).await? {
        Progress::Deferred | Progress::KeyRefused if is_too_late(ports, &operation, order) => {
            settle::give_up(ports, &operation, How::TooLate).await
        }
        progress @ (Progress::Deferred | Progress::KeyRefused | Progress::Settled | Progress::LeaseLost) => {
            Ok(progress)
        }
    }
}

/// Its outcome stays unknown and repeating it does no harm; but the earlier call must be past its settle window. If it cannot be
/// read for long, an operator decides.
async fn again_by_value<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    (sent, read_at): (Sent, Timestamp),
    problem: &str,
) -> Result<Progress, StoreError> {
    let (mut operation, mut pause) =
        (claim.operation.clone().with_problem(problem), until_certain(ports, sent));
    operation.tries.unreadable = operation.tries.unreadable.saturating_add(1);
    if operation.tries.unreadable > FRUITLESS {
        let reason = format!("its outcome cannot be read: {problem}");
        return end(ports, claim, order, How::Attention(reason)).await;
    }
    if read_at >= certain(ports, sent) {
        operation.state = State::Pending { sent: Some(sent), yields: false };
        pause = SignedDuration::ZERO;
    }
    put_back(ports, claim, operation, pause).await
}

/// The time after which a send can have no further effect.
fn certain<P: Ports>(ports: &P, sent: Sent) -> Timestamp {
    let settings = ports.settings();
    let lease = SignedDuration::try_from(settings.lease).unwrap_or(SignedDuration::MAX);
    sent.absence_counts_from(lease, settings.call_timeout, settings.settle_window)
}

fn until_certain<P: Ports>(ports: &P, sent: Sent) -> SignedDuration {
    certain(ports, sent).duration_since(ports.clock().now())
}

/// Outages at Mollie and a wrong key are waited out; an answer that cannot be understood goes to an operator.
async fn unreadable<P: Ports>(
    ports: &P,
    claim: &Claim,
    order: &Order,
    error: &GatewayError,
) -> Result<Progress, StoreError> {
    let mut operation = claim.operation.clone();
    let tries = &mut operation.tries;
    let hopeless = match error {
        GatewayError::Unavailable(_)
        | GatewayError::Later { .. }
        | GatewayError::KeyRefused(_)
        | GatewayError::NoKey(_) => {
            tries.unreadable = 0;
            false
        }
        GatewayError::NotFound | GatewayError::Unreadable(_) => {
            tries.unreadable = tries.unreadable.saturating_add(1);
            tries.unreadable > FRUITLESS
        }
    };
    if hopeless {
        let reason = format!("its outcome cannot be read: {error}");
        return end(ports, claim, order, How::Attention(reason)).await;
    }
    let pause = backoff::usual(operation.tries.deferrals);
    operation.tries.deferrals = operation.tries.deferrals.saturating_add(1);
    let operation = match error {
        GatewayError::KeyRefused(_) => operation.with_key_refused(&error.to_string()),
        GatewayError::Unavailable(_)
        | GatewayError::Later { .. }
        | GatewayError::NoKey(_)
        | GatewayError::NotFound
        | GatewayError::Unreadable(_) => operation.with_problem(&error.to_string()),
    };
    let asked = error.pause().and_then(|pause| SignedDuration::try_from(pause).ok());
    put_back(ports, claim, operation, asked.unwrap_or(pause)).await
}
