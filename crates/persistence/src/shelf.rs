//! Connections to PostgreSQL that were just used and wait to be used again. The driver's pool tests every connection that comes back to it,
//! which is a round trip and a task for each statement; here a connection lies ready at once. The pool still opens, counts and
//! closes them: what has lain for long, or has been away from the pool for long, goes back there.
//!
//! Whoever needs a connection takes a turn first, in the order of asking, and there are as many turns as connections: so whoever has one
//! finds a connection here or gets one from the pool.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgConnection, PgPool};
use sea_orm::sqlx::{Error as SqlxError, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connect::{IDLE_TRUST, PATIENCE};

/// How long a connection stays away from the pool, which bounds its life.
const AWAY: Duration = Duration::from_mins(5);

/// When a connection has failed last: others that are idle since before then may have, too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Doubt(Arc<Mutex<Option<Instant>>>);

impl Doubt {
    /// Whether a connection must be tested that has been idle for so long.
    pub fn is_about(&self, idle: Duration) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle >= IDLE_TRUST || last.is_some_and(|last| idle >= last.elapsed())
    }

    fn begin(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Shelf(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: PgPool,
    doubt: Doubt,
    turns: Arc<Semaphore>,
    kept: Mutex<Kept>,
}

/// The one that was used last is at the end, and is used next.
#[derive(Debug, Default)]
struct Kept {
    connections: Vec<Waiting>,
    is_closed: bool,
}

#[derive(Debug)]
struct Waiting {
    connection: PoolConnection<Postgres>,
    taken: Instant,
    since: Instant,
}

impl Waiting {
    fn is_good(&self, now: Instant) -> bool {
        now.duration_since(self.taken) < AWAY && now.duration_since(self.since) < IDLE_TRUST
    }
}

impl Shelf {
    pub fn new(pool: PgPool, doubt: Doubt) -> Self {
        let most = usize::try_from(pool.options().get_max_connections()).unwrap_or(Semaphore::MAX_PERMITS);
        Self(Arc::new(Inner { pool, doubt, turns: Arc::new(Semaphore::new(most)), kept: Mutex::default() }))
    }

    /// A connection, within the time that a call may wait for one.
    pub async fn take(&self) -> Result<Lent, SqlxError> {
        let inner = &self.0;
        let taken = tokio::time::timeout(PATIENCE, async {
            let turn = Arc::clone(&inner.turns).acquire_owned().await.map_err(|_| SqlxError::PoolClosed)?;
            let (connection, taken) = match self.kept() {
                Some(waiting) => (waiting.connection, waiting.taken),
                None => (inner.pool.acquire().await?, Instant::now()),
            };
            Ok(Lent { connection, taken, shelf: self.clone(), turn })
        });
        taken.await.unwrap_or(Err(SqlxError::PoolTimedOut))
    }

    /// The one that was used last, if it is still good. Others that are not go back to the pool.
    fn kept(&self) -> Option<Waiting> {
        let (now, mut kept) = (Instant::now(), self.lock());
        kept.connections.retain(|waiting| waiting.is_good(now));
        kept.connections.pop()
    }

    /// How many lie here.
    pub fn len(&self) -> usize {
        self.lock().connections.len()
    }

    /// Gives all back to the pool, which tests them.
    pub fn empty(&self) {
        self.lock().connections.clear();
    }

    /// Keeps none from now on.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.empty();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection in use. Dropped, it goes back to the pool, which tests it.
#[derive(Debug)]
pub(crate) struct Lent {
    connection: PoolConnection<Postgres>,
    taken: Instant,
    shelf: Shelf,
    // The last to go: whoever has the next turn finds what is kept.
    turn: OwnedSemaphorePermit,
}

impl Lent {
    /// Keeps it for the next one. Only outside a transaction, and only if it has answered what it was asked.
    pub fn keep(self) {
        let Self { connection, taken, shelf, turn } = self;
        let mut kept = shelf.lock();
        if !kept.is_closed {
            kept.connections.push(Waiting { connection, taken, since: Instant::now() });
        }
        drop((kept, turn));
    }

    /// Has the pool test it, and all others that are idle: what has befallen it may have befallen them.
    pub fn doubt(self) {
        self.shelf.0.doubt.begin();
        self.shelf.empty();
    }

    /// Closes it, and has all others tested.
    pub fn discard(mut self) {
        self.connection.close_on_drop();
        self.doubt();
    }
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &Self::Target {
        &self.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.connection
    }
}
