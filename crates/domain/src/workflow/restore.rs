//! After the database was restored to a moment in the past: orders that it has lost are found again at Mollie, by their hook addresses,
//! and recorded anew under the requests that made them. Nothing is sent here.
//!
//! Every step may be repeated: an order that is known is left alone.

use jiff::Timestamp;

use super::claim_at_head::unclaimed;
use super::hook::{HookAddress, parse_hook_address};
use super::{ROUNDS, place, records, taken};
use crate::operations::operation::State;
use crate::operations::sent::Sent;
use crate::operations::{Known, Pen};
use crate::ports::{
    Change, Clock, CommitError, Fingerprint, Gateway, GatewayError, Listed, OperationWrite, OrderKey, Ports,
    RequestRecord, Store, StoreError,
};
use crate::rules::call_rate::Rank;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::contradiction::believed;
use crate::rules::ids::{MollieOrderId, OrderId, ProfileName};
use crate::rules::order::{Order, Placer};
use crate::rules::placement::{Mode, Placement};
use crate::rules::restored::{self, Agreed};
use crate::rules::snapshot::Snapshot;
use crate::rules::subject::Subject;
use crate::rules::{adoption, concern};

/// The method whose requests hook addresses carry.
const METHOD: &str = "CreateOrder";

/// An order at Mollie whose hook address only this service can have made.
pub struct Ours {
    mollie_id: MollieOrderId,
    base: String,
    hook: HookAddress,
}

impl Ours {
    #[must_use]
    pub const fn order_id(&self) -> OrderId {
        self.hook.order_id
    }

    /// Whether it is the same one at Mollie: paging may list an order twice.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.mollie_id == other.mollie_id
    }
}

/// What became of an order that Mollie lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is as it was.
    Known,
    /// It was lost, and is recorded again.
    Again,
    /// It is one more than the one that is recorded: its next look-up raises it.
    Surplus,
}

/// Why an order could not be recorded. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether an order that Mollie lists is one of ours.
#[must_use]
pub fn ours<P: Ports>(ports: &P, listed: Listed) -> Option<Ours> {
    let (base, hook) = parse_hook_address(ports, &listed.hook_address)?;
    Some(Ours { mollie_id: listed.mollie_id, base, hook })
}

/// Looks for an order of ours here, and records it if it is lost. `found`: all that Mollie lists under its hook address, and at least one.
///
/// # Errors
/// [`RestoreError`].
pub async fn join<P: Ports>(
    ports: &P,
    profile: (&ProfileName, Mode),
    found: &[Ours],
) -> Result<Found, RestoreError> {
    let Some(first) = found.first() else { return Ok(Found::Known) };
    for _ in 0..ROUNDS {
        if let Some(known) = ports.store().load_order(&OrderKey::Id(first.order_id())).await? {
            return known_already(ports, &known, found).await;
        }
        let read = read(ports, profile.0, found).await?;
        let change = plan(ports, profile, first, read).await?;
        match commit(ports, change).await {
            Ok(()) => return Ok(Found::Again),
            // Another process has recorded it, or an order has taken its number.
            Err(CommitError::VersionMoved | CommitError::NumberHeld) => (),
            Err(CommitError::Store(error)) => return Err(error.into()),
            Err(error @ (CommitError::RequestTaken | CommitError::LeaseLost)) => {
                return Err(StoreError::Inconsistent(error.to_string()).into());
            }
        }
    }
    Err(StoreError::Unavailable(format!("order {} cannot be recorded", first.order_id())).into())
}

/// A request that is recorded already belongs to another order: this one was given up, and made anew. It is recorded all the same.
async fn commit<P: Ports>(ports: &P, change: Change) -> Result<(), CommitError> {
    match ports.store().commit(change.clone()).await {
        Err(CommitError::RequestTaken) => ports.store().commit(Change { request: None, ..change }).await,
        written => written,
    }
}

async fn known_already<P: Ports>(ports: &P, known: &Order, found: &[Ours]) -> Result<Found, RestoreError> {
    let other = found.iter().find(|ours| known.mollie_id.as_ref() != Some(&ours.mollie_id));
    // Of one that is being placed, its operation looks for itself.
    let Some(other) = other.filter(|_| known.placement != Placement::Placing) else {
        return Ok(Found::Known);
    };
    let (hint, now) = (other.mollie_id.as_str(), ports.clock().now());
    ports.store().hook_arrived(known.id, Some(hint), now).await?;
    Ok(Found::Surplus)
}

/// All orders under the address, oldest first, with what never changes of the oldest.
async fn read<P: Ports>(
    ports: &P,
    profile: &ProfileName,
    found: &[Ours],
) -> Result<(Vec<Snapshot>, Agreed), RestoreError> {
    let (mut snapshots, mut agreed) = (Vec::new(), Agreed::default());
    for ours in found.iter().rev() {
        let (snapshot, whole) = ports
            .gateway()
            .observe_whole(Rank::First, profile, &ours.mollie_id)
            .await
            .map_err(GatewayError::of_listed)?;
        if snapshots.is_empty() {
            agreed = whole;
        }
        snapshots.push(snapshot);
    }
    Ok((snapshots, agreed))
}

async fn plan<P: Ports>(
    ports: &P,
    (profile, mode): (&ProfileName, Mode),
    ours: &Ours,
    (snapshots, agreed): (Vec<Snapshot>, Agreed),
) -> Result<Change, RestoreError> {
    let adopted = adoption::adopt(&snapshots);
    let adopted = adopted.ok_or_else(|| GatewayError::Unavailable("nothing was read".to_owned()))?;
    let order = recorded(ours, (profile.clone(), mode), adopted, agreed);
    let snapshot = believed(&order, adopted.clone());
    let number = order.held_number().map(str::to_owned);
    let taken_number = taken::taken(ports, &order, number).await?;
    let author = records::author(ports, &order, Grounds::of(Cause::Restored));
    let now = ports.clock().now();
    let hook_address = super::hook_address(ports, &order);
    let mut pen = Pen::new(ports.ids(), author, Known { taken_number, ..order.into() });
    let refused = |_| StoreError::Inconsistent(format!("order {} is refused", ours.order_id()));
    let answer = place::decide_anew(&mut pen, hook_address).map_err(refused)?;
    pen.place_again(&snapshot);
    for other in snapshots.iter().filter(|other| other.mollie_id != snapshot.mollie_id) {
        let concern = concern::surplus_order(pen.order(), &other.mollie_id);
        pen.raise(concern);
    }
    // Its webhooks came to nothing while it was lost.
    pen.look_again(now);
    let request = request(&pen, ours, (answer, now));
    let mut written = pen.finish(Some(request));
    // What rooms do because of the reading waits; only the placement is over.
    let mut operations = std::mem::take(&mut written.operations).into_iter();
    let placing = operations.next();
    written.operations = operations.collect();
    let mut change = unclaimed(ports, written);
    let (sent, time) = (Sent::at(snapshot.created_time), now);
    let settled = placing.into_iter().map(|new| new.operation.settled(State::Succeeded { sent, time }));
    change.operations.extend(settled.map(|operation| OperationWrite::Insert { operation, claim: None }));
    Ok(change)
}

fn recorded(ours: &Ours, (profile, mode): (ProfileName, Mode), snapshot: &Snapshot, agreed: Agreed) -> Order {
    let HookAddress { order_id, request, token } = &ours.hook;
    let placer = Placer {
        id: *order_id,
        profile,
        mode,
        caller: restored::lost_caller(),
        request_id: restored::lost_request(request),
        hook_base: ours.base.clone(),
    };
    let order = restored::recorded(placer, snapshot, agreed);
    Order { hook_proof: Some(format!("{request}/{token}")), ..order }
}

fn request(pen: &Pen<'_>, ours: &Ours, (answer, now): (Subject, Timestamp)) -> RequestRecord {
    RequestRecord {
        caller: restored::lost_caller(),
        request_id: restored::lost_request(&ours.hook.request),
        method: METHOD.to_owned(),
        fingerprint: Fingerprint::LOST,
        order_id: ours.order_id(),
        answer,
        group: pen.group(),
        created_time: now,
    }
}
