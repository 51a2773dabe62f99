//! The events of all orders for everybody in this process who watches them: read once, kept in memory for a while, given to each. It
//! decides nothing about events.
//!
//! Watchers who are up to date cost no query of their own. One who is behind what is kept in memory reads pages of the store, a few
//! watchers at a time, until he has caught up.

mod messages;
mod tail;
mod token;
mod watcher;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::ports::{EventStream, OrderKey, Place, Positioned, Store, StoreError};
use domain::rules::ids::ProfileName;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::admission::{CallerKey, Full, Gate, Pass};
use crate::convert;
use crate::proto::OrderEvent;
use crate::service::Service;
use tail::Tail;

pub use messages::Messages;
pub use token::{Token, token};
pub use watcher::{Filter, Watcher};

/// How many events are read by one statement. Each may hold a whole order.
const AT_ONCE: u32 = 100;
/// How many watchers read the store at once.
const CATCHING_UP: usize = 4;

/// An event as watchers get it.
pub struct Shown {
    pub place: Place,
    pub profile: ProfileName,
    pub message: OrderEvent,
    pub token: String,
}

/// What is configured.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most streams of this process.
    pub streams: usize,
    /// How many percent of them one caller may have.
    pub caller_share: usize,
    /// How long a reader may take nothing while there is something for him.
    pub patience: Duration,
}

/// The stream as this process has it.
pub struct Feed {
    pub limits: Limits,
    /// Canceled once the process stops: all streams end.
    pub stopping: CancellationToken,
    tail: Mutex<Tail>,
    /// The last position in the tail.
    head: watch::Sender<u64>,
    seats: Gate,
    taken: Notify,
    catching_up: Semaphore,
}

impl Feed {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            stopping: CancellationToken::new(),
            tail: Mutex::default(),
            head: watch::Sender::new(0),
            seats: Gate::new(limits.streams, limits.caller_share),
            taken: Notify::new(),
            catching_up: Semaphore::new(CATCHING_UP),
        }
    }

    /// A place for one more watcher, until it is dropped.
    pub fn seat(&self, caller: CallerKey) -> Result<Pass, Full> {
        let seat = self.seats.enter(caller)?;
        self.taken.notify_one();
        Ok(seat)
    }

    /// Whether anybody watches.
    pub fn is_watched(&self) -> bool {
        self.seats.used() > 0
    }

    /// How many watch.
    pub fn watchers(&self) -> u64 {
        u64::try_from(self.seats.used()).unwrap_or(u64::MAX)
    }

    /// Waits until somebody watches.
    pub async fn watched(&self) {
        while !self.is_watched() {
            self.taken.notified().await;
        }
    }

    /// Nobody watches any more: the store is not read until somebody does.
    pub fn rest(&self) {
        self.tail().rest();
    }

    /// From now on the store is to be read.
    pub fn wake(&self) {
        self.tail().wake();
    }

    /// Begins anew after the last event, as much may have happened since the store was read. Returns that there may be more.
    pub async fn begin(&self, service: &Service) -> Result<bool, StoreError> {
        let last = service.stream.place(None).await?.map_or(0, |place| place.position);
        self.tail().begin(last);
        self.head.send_replace(last);
        Ok(true)
    }

    /// Reads what comes after what was read, and gives it to those who watch. Returns whether there may be more.
    pub async fn read_on(&self, service: &Service) -> Result<bool, StoreError> {
        let after = self.tail().end();
        let (events, more) = page(service, after).await?;
        let mut tail = self.tail();
        tail.add(events);
        let end = tail.end();
        drop(tail);
        self.head.send_if_modified(|head| std::mem::replace(head, end) != end);
        Ok(more)
    }

    /// Some events after a position; none if there are none yet.
    async fn after(&self, service: &Service, position: u64) -> Result<Vec<Arc<Shown>>, StoreError> {
        let kept = self.tail().after(position, AT_ONCE as usize);
        if let Some(events) = kept {
            return Ok(events);
        }
        // It is never closed.
        let _turn = self.catching_up.acquire().await;
        page(service, position).await.map(|(events, _)| events)
    }

    /// Whether the store could be read lately.
    fn is_fresh(&self) -> bool {
        self.tail().is_fresh(Instant::now())
    }

    fn tail(&self) -> std::sync::MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next events of the store, and whether there are more.
async fn page(service: &Service, after: u64) -> Result<(Vec<Arc<Shown>>, bool), StoreError> {
    let page = service.stream.read_stream(after, AT_ONCE).await?;
    let needing = page.items.iter().filter(|placed| convert::event::needs_order(&placed.event));
    let keys: Vec<_> = needing.map(|placed| OrderKey::Id(placed.event.order_id)).collect();
    let orders = match keys.is_empty() {
        true => Vec::new(),
        false => service.store.load_many_with_operations(&keys).await?,
    };
    let shown = |placed: Positioned| {
        let mut orders = orders.iter().flatten().map(|found| &found.order);
        let order = orders.find(|order| order.id == placed.event.order_id);
        let message = convert::event::with_order(&placed.event, order);
        let place = placed.place();
        Arc::new(Shown { place, profile: placed.profile, message, token: token(&service.vault, Some(place)) })
    };
    Ok((page.items.into_iter().map(shown).collect(), page.next.is_some()))
}
