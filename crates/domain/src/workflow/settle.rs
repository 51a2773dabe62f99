//! Writing an operation's resolution: its outcome, the changes its room makes, and the events, in one transaction guarded by our
//! claim. The same whether Mollie answered, an observation showed it, or an operator decided.

use jiff::Timestamp;

use super::claim_at_head::unclaimed;
pub(super) use super::records::{author, order};
use super::{ROUNDS, policy, save, taken};
use crate::operations::claim::Claim;
use crate::operations::facts::Needs;
use crate::operations::kind::{Book, Failure, Secret};
use crate::operations::operation::{Operation, State};
use crate::operations::sent::Sent;
use crate::operations::{Known, Pen, Reading};
use crate::ports::{Acceptance, Change, Clock, CommitError, OperationWrite, Ports, Store, StoreError, Vault};
use crate::rules::cause::{Cause, Grounds};
use crate::rules::decision::Decision;
use crate::rules::event::EventData;
use crate::rules::ids::LeaseToken;
use crate::rules::item::{Item, ItemKind};
use crate::rules::order::{Line, Order};
use crate::rules::refund::Refund;
use crate::rules::rejection::Rejection;
use crate::rules::shipment::Shipment;
use crate::rules::snapshot::Snapshot;
use crate::rules::text::printable;
use crate::workflow::step::Progress;

/// How an operation was resolved.
#[derive(Clone, Debug)]
pub(super) enum How {
    Succeeded(Acceptance),
    Rejected(Rejection),
    /// It was not sent before its deadline, and will not be.
    TooLate,
    /// It was not sent, because the operation it follows failed.
    NothingToFollow,
    /// The protocol cannot decide; an operator must.
    Attention(String),
}

/// How an operation was resolved, and the reading that showed or explains it.
#[derive(Clone, Debug)]
pub(super) struct Resolution {
    pub how: How,
    pub seen: Vec<Snapshot>,
}

impl From<How> for Resolution {
    fn from(how: How) -> Self {
        Self { how, seen: Vec::new() }
    }
}

/// What entitles the writer to write the resolution.
#[derive(Clone, Copy, Debug)]
pub(super) enum SettledBy<'a> {
    /// The operation was worked on under this lease.
    Lease(LeaseToken),
    /// It needed attention, and an operator decided.
    Operator(&'a Decision),
    /// It is pending, was never sent, and no worker holds it.
    Nobody,
}

/// Writes the resolution. `asked_on`: the order before Mollie was asked. If it has changed since, Mollie's answer about the order
/// may be outdated, and the order is read again instead. A reading without news in between does not count as a change: its time
/// is lost, and the next refusal costs one more reading.
pub(super) async fn end<P: Ports>(
    ports: &P,
    claim: &Claim,
    asked_on: &Order,
    resolution: impl Into<Resolution>,
) -> Result<Progress, StoreError> {
    write(ports, &claim.operation, SettledBy::Lease(claim.token), Some(asked_on.clone()), &resolution.into())
        .await
}

/// Gives up a pending operation that was certainly never sent, or is proved to have had no effect, because its deadline has
/// passed or the operation it follows failed.
pub(super) async fn give_up<P: Ports>(
    ports: &P,
    operation: &Operation,
    how: How,
) -> Result<Progress, StoreError> {
    write(ports, operation, SettledBy::Nobody, None, &how.into()).await
}

async fn write<P: Ports>(
    ports: &P,
    operation: &Operation,
    settled_by: SettledBy<'_>,
    asked_on: Option<Order>,
    resolution: &Resolution,
) -> Result<Progress, StoreError> {
    let version = asked_on.as_ref().map(|order| order.version);
    let mut known = match asked_on {
        Some(order) => around(ports, operation, order, resolution).await?,
        None => load(ports, operation, resolution).await?,
    };
    for _ in 0..ROUNDS {
        let asked = operation.state.sent().map_or_else(|| ports.clock().now(), |sent| sent.last);
        let reading = Reading { as_of: asked, is_latest: version == Some(known.order.version) };
        let change = plan(ports, operation, settled_by, known, resolution, reading);
        let number = change.order.held_number().map(str::to_owned);
        match Box::pin(save::commit(ports, change)).await {
            Ok(()) => return Ok(Progress::Settled),
            Err(CommitError::VersionMoved) => known = load(ports, operation, resolution).await?,
            Err(CommitError::NumberHeld) => {
                let loaded = load(ports, operation, resolution).await?;
                known = Known { taken_number: taken::taken(ports, &loaded.order, number).await?, ..loaded };
            }
            Err(CommitError::LeaseLost) => return Ok(Progress::LeaseLost),
            Err(CommitError::Store(error)) => return Err(error),
            Err(error @ CommitError::RequestTaken) => {
                return Err(StoreError::Inconsistent(format!("operation {}: {error}", operation.id)));
            }
        }
    }
    Err(StoreError::Unavailable(format!("order {} is changing too fast", operation.order_id)))
}

/// Loads what a resolution is decided on.
pub(super) async fn load<P: Ports>(
    ports: &P,
    operation: &Operation,
    resolution: &Resolution,
) -> Result<Known, StoreError> {
    let order = order(ports, operation.order_id).await?;
    around(ports, operation, order, resolution).await
}

/// The secret part of an operation's task. None also if the service's secret has changed since it was sealed.
pub(super) fn opened<P: Ports>(ports: &P, operation: &Operation) -> Option<Vec<u8>> {
    operation.sealed.as_ref().and_then(|sealed| ports.vault().open(sealed))
}

/// Whatever belongs to the order is read after it, and only if it matters: a change in between moves the order's version.
pub(super) async fn around<P: Ports>(
    ports: &P,
    operation: &Operation,
    order: Order,
    resolution: &Resolution,
) -> Result<Known, StoreError> {
    let is_placed = order.mollie_id.is_some();
    let is_about_one = operation.task.kind().subject().shipment().is_some();
    let mut readings = resolution.readings().peekable();
    let is_read = readings.peek().is_some();
    // Then people are told what waits for them.
    let needs_person = matches!(resolution.how, How::Attention(_));
    let needs_shipments =
        is_about_one || needs_person || readings.any(|snapshot| is_about_shipments(&order, snapshot));
    let shipments = match is_placed && needs_shipments {
        true => ports.store().list_shipments(order.id).await?,
        false => Vec::new(),
    };
    let refunds = match is_placed && needs_refunds(operation, &order, resolution) {
        true => ports.store().list_refunds(order.id).await?,
        false => Vec::new(),
    };
    // Operations recorded after this one may account for parts of the reading.
    let may_explain = is_read && (is_placed || order.version > operation.turn);
    let unsettled = match may_explain || policy::may_act(ports, &order) {
        true => Some(ports.store().unsettled_operations(order.id).await?),
        false => None,
    };
    let is_other = |other: &Operation| other.id != operation.id;
    let unsettled = unsettled.map(|all| all.into_iter().filter(is_other).collect());
    Ok(Known { shipments, refunds, unsettled, ..order.into() })
}

fn needs_refunds(operation: &Operation, order: &Order, resolution: &Resolution) -> bool {
    operation.task.kind().subject().refund().is_some()
        || resolution.readings().any(|snapshot| is_about_refunds(order, snapshot))
}

/// What belongs to an order and was read with it.
#[derive(Default)]
pub(super) struct Related {
    pub shipments: Vec<Shipment>,
    pub refunds: Vec<Refund>,
}

impl Related {
    /// As what a kind decides and observes on.
    pub fn book<'a>(&'a self, order: &'a Order, secret: Option<&'a [u8]>) -> Book<'a> {
        Book { order, shipments: &self.shipments, refunds: &self.refunds, secret: Secret(secret) }
    }
}

/// The shipments or the refunds of the order, if they are needed.
pub(super) async fn needed<P: Ports>(ports: &P, order: &Order, needs: Needs) -> Result<Related, StoreError> {
    let mut related = Related::default();
    match needs {
        Needs::Shipments => related.shipments = ports.store().list_shipments(order.id).await?,
        Needs::HeldShipments if order.held.is_empty() => (),
        Needs::HeldShipments => related.shipments = ports.store().list_shipments(order.id).await?,
        Needs::Refunds => related.refunds = ports.store().list_refunds(order.id).await?,
        Needs::Order => (),
    }
    Ok(related)
}

impl Resolution {
    /// The readings of the order in it.
    fn readings(&self) -> impl Iterator<Item = &Snapshot> {
        let answer = match &self.how {
            How::Succeeded(Acceptance::Order(snapshot)) => Some(&**snapshot),
            How::Succeeded(
                Acceptance::Shipment(_)
                | Acceptance::Refund(_)
                | Acceptance::Payment(_)
                | Acceptance::Nothing,
            )
            | How::Rejected(_)
            | How::TooLate
            | How::NothingToFollow
            | How::Attention(_) => None,
        };
        answer.into_iter().chain(&self.seen)
    }
}

/// Whether any shipment is known here, listed there, or under way.
pub(super) fn is_about_shipments(order: &Order, snapshot: &Snapshot) -> bool {
    let has_moved = |line: &Line| line.shipped.quantity > 0 || line.reserved.quantity > 0;
    snapshot.shipments.iter().flatten().next().is_some() || order.lines.iter().any(has_moved)
}

/// Whether any refund is known here to be on its way, or listed there.
pub(super) fn is_about_refunds(order: &Order, snapshot: &Snapshot) -> bool {
    // A payment that is too much is given back once, so what was tried before must be known.
    let is_paid_twice = |item: &Item| item.kind == ItemKind::SurplusPayment && item.is_open();
    !order.open_refunds.is_empty()
        || order.items.iter().any(is_paid_twice)
        || snapshot.refunds.iter().flatten().next().is_some()
}

/// Plans everything that the resolution changes, on what was loaded.
pub(super) fn plan<P: Ports>(
    ports: &P,
    operation: &Operation,
    settled_by: SettledBy<'_>,
    known: Known,
    resolution: &Resolution,
    reading: Reading,
) -> Change {
    let grounds = match settled_by {
        SettledBy::Lease(_) => Grounds::new(Cause::Operation(operation.id), operation.actor.clone()),
        SettledBy::Operator(decision) => decision.grounds(),
        SettledBy::Nobody => Grounds::of(Cause::Operation(operation.id)),
    };
    // Only if the unsettled operations were read.
    let may_act = known.unsettled.is_some() && policy::may_act(ports, &known.order);
    let author = author(ports, &known.order, grounds);
    let (now, kind) = (author.now, operation.task.kind());
    let mut pen = Pen::new(ports.ids(), author, known).on_reading(reading);
    let after = state(operation, &resolution.how, now);
    // The operator's decision is recorded before its consequences.
    if let SettledBy::Operator(decision) = settled_by {
        pen.record(EventData::OperationResolved {
            operation_id: operation.id,
            subject: kind.subject(),
            outcome: after.state.name(),
            reason: decision.reason().to_owned(),
        });
    }
    match &resolution.how {
        How::Succeeded(effect) => kind.succeed(operation, effect, &resolution.seen, &mut pen),
        How::Rejected(rejection) => {
            kind.fail(operation, &Failure::Rejected(rejection.clone()), &resolution.seen, &mut pen);
        }
        How::TooLate => kind.fail(operation, &Failure::TooLate, &resolution.seen, &mut pen),
        How::NothingToFollow => kind.fail(operation, &Failure::NothingToFollow, &resolution.seen, &mut pen),
        How::Attention(reason) => {
            kind.fail(operation, &Failure::Attention, &resolution.seen, &mut pen);
            let (operation_id, subject, reason) = (operation.id, kind.subject(), printable(reason));
            pen.record(EventData::AttentionNeeded { operation_id, subject, reason });
        }
    }
    if may_act {
        policy::apply(&mut pen);
    }
    pen.end(match settled_by {
        SettledBy::Lease(token) => OperationWrite::Release { operation: after, token },
        SettledBy::Operator(_) => OperationWrite::Decide { operation: after },
        SettledBy::Nobody => OperationWrite::Withdraw { operation: after },
    });
    unclaimed(ports, pen.finish(None))
}

/// The operation as it is afterwards.
fn state(operation: &Operation, how: &How, time: Timestamp) -> Operation {
    let operation = operation.clone();
    let sent = operation.state.sent().unwrap_or(Sent::at(time));
    match how {
        // Mollie may have rejected a repeated call because of what the first one did.
        How::Succeeded(_) => operation.settled(State::Succeeded { sent, time }),
        How::Rejected(rejection) => {
            operation.settled(State::Rejected { sent, time, rejection: rejection.clone() })
        }
        How::TooLate | How::NothingToFollow => operation.settled(State::Withdrawn { time }),
        How::Attention(reason) => {
            let refused = operation.state.rejection().cloned();
            Operation { state: State::NeedsAttention { sent, refused }, ..operation.with_problem(reason) }
        }
    }
}
