//! Taking over what Mollie says of an order, however we came to ask: a hook, the schedule, or a caller.
//!
//! The version is noted before the reading and compared when it is applied: if the order moved on meanwhile, what was
//! read may be older than what we know, and is read again.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::ROUNDS;
use super::intent::MutationError;
use crate::ports::{
    Change, Clock, CommitError, Gateway, GatewayError, Ids, OrderKey, Ports, Store, StoreError,
};
use crate::rules::event::{EventData, Recorder};
use crate::rules::ids::{LineId, MollieLineId, MollieShipmentId, OrderId, ShipmentId};
use crate::rules::misread::Misread;
use crate::rules::operation::{Operation, OperationKind};
use crate::rules::order::{Line, Order};
use crate::rules::shipment::{Origin, Shipment, ShipmentLine, ShipmentState};
use crate::rules::snapshot::{self, ShipmentSnapshot, Snapshot};
use crate::rules::{concern, contradiction, lookup, stranded};

/// Why an order could not be synchronised.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error("there is no order {0}")]
    OrderNotFound(OrderId),
    /// Mollie does not have it (yet): there is nothing to read.
    #[error("the order is not placed at Mollie")]
    NotPlaced,
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error("the order is changing too fast; try again")]
    Contended,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SyncError {
    pub(super) fn into_mutation(self) -> MutationError {
        match self {
            Self::OrderNotFound(id) => MutationError::OrderNotFound(id),
            Self::NotPlaced | Self::Contended => MutationError::Contended,
            Self::Gateway(error) => MutationError::Unconfirmed(error),
            Self::Store(error) => MutationError::Store(error),
        }
    }
}

/// What came of a reading.
#[derive(Debug)]
pub(super) struct Reading {
    /// The order as it then is.
    pub order: Order,
    /// The first of what money depends on that the answer left out, or contradicted. All else of it was taken over; this is
    /// as it was.
    pub left_out: Option<Misread>,
    /// All that contradicted itself.
    pub contradictions: Vec<Misread>,
}

/// Why the order is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Because {
    /// Its look-up is due, and whoever carries that out says when to read next.
    LookupIsDue,
    /// Somebody wants to know.
    Asked,
}

/// Reads the order at Mollie and saves what is new: one event if anything is, and one for each shipment made elsewhere and
/// for whatever a person must look at. Gives the order as it then is. An answer that leaves out what money depends on is taken
/// over as far as it goes, and its look-up made due. So is one that contradicts itself.
///
/// # Errors
/// [`SyncError`]; nothing was changed.
pub async fn sync<P: Ports>(ports: &P, order_id: OrderId) -> Result<Order, SyncError> {
    read(ports, order_id, Because::Asked).await.map(|reading| reading.order)
}

/// Does the work of [`sync`], and tells what the answer left out.
pub(super) async fn read<P: Ports>(
    ports: &P,
    order_id: OrderId,
    because: Because,
) -> Result<Reading, SyncError> {
    for _ in 0..ROUNDS {
        let order = ports
            .store()
            .load_order(&OrderKey::Id(order_id))
            .await?
            .ok_or(SyncError::OrderNotFound(order_id))?;
        let mollie_id = order.mollie_id.clone().ok_or(SyncError::NotPlaced)?;
        let read_at = ports.clock().now();
        let snapshot =
            contradiction::believed(&order, ports.gateway().observe(&order.profile, &mollie_id).await?);
        let (left_out, contradictions) = (snapshot.left_out(), snapshot.contradictions.clone());
        let (shipments, unsettled) = match is_about_shipments(&order, &snapshot) {
            true => {
                let shipments = ports.store().list_shipments(order_id).await?;
                (shipments, ports.store().unsettled_operations(order_id).await?)
            }
            false => (Vec::new(), Vec::new()),
        };
        #[cfg(feature = "planted")]
        let order = super::planted::as_it_is_now(ports, order).await?;
        let version = order.version;
        let mut change = plan(ports, order.clone(), snapshot, read_at, &shipments, &unsettled);
        if left_out.is_some() && because == Because::Asked {
            let now = ports.clock().now();
            change.lookup =
                Some(change.lookup.map_or(lookup::again(now, 0), |at| at.min(lookup::again(now, 0))));
        }
        if change.events.is_empty() && change.lookup.is_none() {
            // An answer that leaves something out confirms nothing.
            if left_out.is_some() {
                return Ok(Reading { order, left_out, contradictions });
            }
            if ports.store().note_observed(order_id, version, read_at).await? {
                let order = Order { observed_time: Some(read_at), ..order };
                return Ok(Reading { order, left_out, contradictions });
            }
            continue;
        }
        let after = change.order.clone();
        match ports.store().commit(change).await {
            Ok(()) => return Ok(Reading { order: after, left_out, contradictions }),
            Err(CommitError::VersionMoved) => (),
            Err(CommitError::Store(error)) => return Err(error.into()),
            // None of these is written here.
            Err(CommitError::RequestTaken | CommitError::NumberHeld | CommitError::LeaseLost) => {
                return Err(SyncError::Contended);
            }
        }
    }
    Err(SyncError::Contended)
}

/// Whether any shipment is known here or there, or under way.
fn is_about_shipments(order: &Order, snapshot: &Snapshot) -> bool {
    let has_moved = |line: &Line| line.shipped.quantity > 0 || line.reserved.quantity > 0;
    snapshot.shipments.iter().flatten().next().is_some() || order.lines.iter().any(has_moved)
}

fn plan<P: Ports>(
    ports: &P,
    order: Order,
    snapshot: Snapshot,
    read_at: Timestamp,
    shipments: &[Shipment],
    unsettled: &[Operation],
) -> Change {
    let (now, version, was_closed) = (ports.clock().now(), order.version, order.closed_time.is_some());
    let (window, waited) =
        (ports.settings().settle_window, stranded::look_again(&order, SignedDuration::ZERO));
    let known: HashSet<_> = shipments.iter().filter_map(|ours| ours.mollie_id.as_ref()).collect();
    let is_known = |id: &MollieShipmentId| known.contains(id);
    // While a shipment of ours is on its way, nobody can tell whether one at Mollie that we do not know is that one.
    let undecided = unsettled.iter().any(|operation| {
        operation.kind == OperationKind::CreateShipment && operation.first_sent_time.is_some()
    });
    let snapshot = if undecided { snapshot::without_undecided(&order, snapshot, is_known) } else { snapshot };
    let mut recorder = Recorder::new(order, now, None);
    observe(ports, &mut recorder, &snapshot, read_at);
    let made = foreign_shipments(ports, &mut recorder, shipments, &snapshot);
    let (order, events) = recorder.finish();
    // Whoever looks up on schedule sets the next time itself; only an order that was closed has none, and one on which money
    // was found after its end is to be read sooner.
    let is_news = stranded::look_again(&order, SignedDuration::ZERO) != waited;
    let lookup = lookup::next(&order, now, window).filter(|_| was_closed || is_news);
    let expected_version = Some(version);
    Change { order, expected_version, events, request: None, operations: Vec::new(), shipments: made, lookup }
}

/// Records what a reading holds that is new, and when it was made, and raises what its money tells a person to look at.
pub(super) fn observe<P: Ports>(ports: &P, recorder: &mut Recorder, snapshot: &Snapshot, now: Timestamp) {
    let personal = snapshot::personal(&recorder.order().personal, snapshot);
    if let Some(observed) = snapshot::difference(recorder.order(), snapshot) {
        recorder.record(EventData::OrderObserved { observed: Box::new(observed) });
    }
    recorder.note_reading(confirmed(recorder.order(), snapshot, now), personal);
    judge_money(ports, recorder, snapshot, now);
}

/// Since when the order is known to be so: an answer that leaves counters out or contradicts itself leaves that as it was.
pub(super) fn confirmed(order: &Order, snapshot: &Snapshot, now: Timestamp) -> Option<Timestamp> {
    let is_whole = snapshot.counter_left_out().is_none() && snapshot.contradictions.is_empty();
    if is_whole { Some(now) } else { order.observed_time }
}

/// Raises what is not as it should be with the order's money, judged over all that is known by a reading made then. Sums are
/// not compared by a reading that contradicts itself; that money lies on an ended order follows from no sum.
pub(super) fn judge_money<P: Ports>(
    ports: &P,
    recorder: &mut Recorder,
    snapshot: &Snapshot,
    read_at: Timestamp,
) {
    let (order, mut concerns) = (recorder.order(), Vec::new());
    if snapshot.contradictions.is_empty() {
        concerns.extend(concern::surplus_payments(order));
        concerns.extend(concern::overcaptured(order));
        concerns.extend(concern::deductions_left(order));
    }
    concerns.extend(concern::money_on_ended_order(order, read_at, ports.settings().settle_window));
    for concern in concerns {
        recorder.raise(concern);
    }
}

/// Records the shipments in a reading that no shipment of ours accounts for: they were made elsewhere.
pub(super) fn foreign_shipments<P: Ports>(
    ports: &P,
    recorder: &mut Recorder,
    known: &[Shipment],
    snapshot: &Snapshot,
) -> Vec<Shipment> {
    let ids: HashSet<_> = known.iter().filter_map(|ours| ours.mollie_id.as_ref()).collect();
    let theirs = snapshot.shipments.iter().flatten().filter(|theirs| !ids.contains(&theirs.mollie_id));
    let theirs: Vec<_> = theirs.collect();
    if theirs.is_empty() {
        return Vec::new();
    }
    let lines = recorder.order().lines_at_mollie().into_iter();
    let lines: HashMap<_, _> = lines.map(|(id, line)| (id.clone(), line.id)).collect();
    let mut made = Vec::new();
    for theirs in theirs {
        let shipment = foreign_shipment(ports, recorder.order().id, &lines, theirs);
        recorder.record(EventData::ShipmentObserved { shipment: Box::new(shipment.clone()) });
        made.push(shipment);
        if let Some(concern) = concern::surplus_shipment(recorder.order(), known, theirs) {
            recorder.raise(concern);
        }
    }
    made
}

fn foreign_shipment<P: Ports>(
    ports: &P,
    order_id: OrderId,
    lines: &HashMap<MollieLineId, LineId>,
    theirs: &ShipmentSnapshot,
) -> Shipment {
    let line = |(id, part): &(_, _)| Some(ShipmentLine { line_id: *lines.get(id)?, part: *part });
    Shipment {
        id: ShipmentId::new(ports.ids().ordered()),
        order_id,
        state: ShipmentState::Registered,
        origin: Origin::Elsewhere,
        mollie_id: Some(theirs.mollie_id.clone()),
        lines: theirs.lines.iter().filter_map(line).collect(),
        tracking: theirs.tracking.said().cloned(),
        created_time: theirs.created_time,
        registered_time: Some(theirs.created_time),
        rejection: None,
        elsewhere: Vec::new(),
    }
}
