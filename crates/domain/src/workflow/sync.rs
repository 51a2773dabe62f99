//! Recording what Mollie reports of an order, whatever the reason to ask: a webhook, the schedule, or a caller.
//!
//! The version is noted before the reading and compared when it is applied: if the order changed meanwhile, the reading may be
//! older than what we know, and is repeated.

use jiff::{SignedDuration, Timestamp};

use super::claim_at_head::unclaimed;
use super::intent::MutationError;
use super::{ROUNDS, reading, save, settle};
use crate::operations::{Known, Pen, Reading};
use crate::ports::{Change, Clock, CommitError, GatewayError, OrderKey, Ports, Store, StoreError};
use crate::rules::call_rate::Rank;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::ids::OrderId;
use crate::rules::misread::Misread;
use crate::rules::order::Order;
use crate::rules::snapshot::Snapshot;
use crate::rules::status::{OrderStatus, Read};
use crate::rules::{ledger, lookup, stranded, supersession, unseen_line};

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

/// The outcome of a reading.
#[derive(Debug)]
pub(super) struct Synced {
    /// The order after it.
    pub order: Order,
    /// The first field that money depends on and that the answer left out or contradicted. It stays as it was; the rest was
    /// recorded.
    pub left_out: Option<Misread>,
    /// All fields that contradicted themselves.
    pub contradictions: Vec<Misread>,
}

/// Why the order is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Because {
    /// Its look-up is due because a webhook named something of it, and the caller sets the next one.
    HookArrived,
    /// Its look-up is due, and the caller sets the next one.
    LookupIsDue,
    /// Somebody asked.
    Asked,
    /// A request depends on it.
    Doubted,
    /// Its timer is due.
    TimerIsDue,
}

impl Because {
    /// Whether whoever reads sets the next look-up.
    const fn sets_next(self) -> bool {
        match self {
            Self::HookArrived | Self::LookupIsDue => true,
            Self::Asked | Self::Doubted | Self::TimerIsDue => false,
        }
    }

    /// Nobody waits for a look-up, and many timers may be due at once; a request may move money.
    const fn rank(self) -> Rank {
        match self {
            Self::HookArrived | Self::LookupIsDue => Rank::Spare,
            Self::Asked | Self::TimerIsDue => Rank::Asked,
            Self::Doubted => Rank::First,
        }
    }

    const fn cause(self) -> Cause {
        match self {
            Self::HookArrived => Cause::Hook,
            Self::LookupIsDue => Cause::LookUp,
            Self::Asked | Self::Doubted => Cause::Asked,
            Self::TimerIsDue => Cause::Timer,
        }
    }
}

/// Reads the order at Mollie and saves what is new: at most one event, plus one for each shipment made elsewhere and each new
/// review item. Returns the order after it. If an answer leaves out what money depends on or contradicts itself, the rest is
/// recorded and its look-up made due.
///
/// # Errors
/// [`SyncError`]; nothing was changed.
pub async fn sync<P: Ports>(ports: &P, order_id: OrderId) -> Result<Order, SyncError> {
    read(ports, order_id, Because::Asked).await.map(|reading| reading.order)
}

/// Does the work of [`sync`], and returns what the answer left out.
pub(super) async fn read<P: Ports>(
    ports: &P,
    order_id: OrderId,
    because: Because,
) -> Result<Synced, SyncError> {
    for _ in 0..ROUNDS {
        let order = ports
            .store()
            .load_order(&OrderKey::Id(order_id))
            .await?
            .ok_or(SyncError::OrderNotFound(order_id))?;
        let mollie_id = order.mollie_id.clone().ok_or(SyncError::NotPlaced)?;
        let read_at = ports.clock().now();
        let followed = match order.open_refunds.is_empty() {
            true => Vec::new(),
            false => ports.store().list_refunds(order_id).await?,
        };
        let snapshot = reading::observe(ports, because.rank(), &order, &mollie_id, &followed, None).await?;
        let snapshot = reading::with_captures(ports, because.rank(), &order, snapshot).await?;
        let snapshot = Box::pin(reading::with_chargebacks(ports, because.rank(), &order, snapshot)).await;
        let (left_out, contradictions) = (snapshot.left_out(), snapshot.contradictions.clone());
        let (shipments, unsettled) = match may_be_ours(&order, &snapshot) {
            true => {
                let shipments = ports.store().list_shipments(order_id).await?;
                (shipments, Some(ports.store().unsettled_operations(order_id).await?))
            }
            false => (Vec::new(), None),
        };
        #[cfg(feature = "planted")]
        let order = super::planted::as_it_is_now(ports, order).await?;
        let version = order.version;
        let refunds = match settle::is_about_refunds(&order, &snapshot) {
            true if followed.is_empty() => ports.store().list_refunds(order_id).await?,
            true | false => followed,
        };
        let known = Known { unsettled, shipments, refunds, ..order.clone().into() };
        let mut change = plan(ports, known, because, &snapshot, read_at);
        if left_out.is_some() && !because.sets_next() {
            let now = ports.clock().now();
            change.lookup =
                Some(change.lookup.map_or(lookup::again(now, 0), |at| at.min(lookup::again(now, 0))));
        }
        let is_as_before = change.order.agenda == order.agenda;
        if change.events.is_empty() && change.refunds.is_empty() && change.lookup.is_none() && is_as_before {
            // An answer that leaves fields out confirms nothing.
            if left_out.is_some() {
                return Ok(Synced { order, left_out, contradictions });
            }
            if ports.store().note_observed(order_id, version, read_at).await? {
                let order = Order { observed_time: Some(read_at), ..order };
                return Ok(Synced { order, left_out, contradictions });
            }
            continue;
        }
        let after = change.order.clone();
        match Box::pin(save::commit(ports, change)).await {
            Ok(()) => return Ok(Synced { order: after, left_out, contradictions }),
            Err(CommitError::VersionMoved) => (),
            Err(CommitError::Store(error)) => return Err(error.into()),
            // This change contains none of these.
            Err(CommitError::RequestTaken | CommitError::NumberHeld | CommitError::LeaseLost) => {
                return Err(SyncError::Contended);
            }
        }
    }
    Err(SyncError::Contended)
}

/// Whether a reading may show the effect of one of our operations, or lists a shipment or a refund.
fn may_be_ours(order: &Order, snapshot: &Snapshot) -> bool {
    order.line_change.is_some()
        || ledger::is_beyond(order, snapshot)
        || supersession::is_owed(order)
        || snapshot.captures.is_some()
        || settle::is_about_shipments(order, snapshot)
        || settle::is_about_refunds(order, snapshot)
        || may_end(order, snapshot)
}

/// Whether it may show that time took what was authorized: what of it had left must be known then.
fn may_end(order: &Order, snapshot: &Snapshot) -> bool {
    let is_over = |status: &Read<OrderStatus>| matches!(status, Read::Known(status) if status.is_final());
    order.agenda.ship_by.is_some() && snapshot.status.as_ref().is_some_and(is_over)
}

fn plan<P: Ports>(
    ports: &P,
    known: Known,
    because: Because,
    snapshot: &Snapshot,
    read_at: Timestamp,
) -> Change {
    let (was_closed, waited) = (known.order.closed_time.is_some(), waits(&known.order));
    let author = settle::author(ports, &known.order, Grounds::of(because.cause()));
    let reading = Reading { as_of: read_at, is_latest: true };
    let mut pen = Pen::new(ports.ids(), author, known).on_reading(reading);
    pen.observe(snapshot);
    // A look-up sets its next time itself. Only a closed order has none, and an order on which money was found after its end must
    // be read sooner.
    if was_closed || waits(pen.order()) != waited {
        pen.look_again_on_schedule();
    }
    unclaimed(ports, pen.finish(None))
}

fn waits(order: &Order) -> Option<Timestamp> {
    let unseen = unseen_line::look_again(order, SignedDuration::ZERO);
    stranded::look_again(order, SignedDuration::ZERO).into_iter().chain(unseen).min()
}
