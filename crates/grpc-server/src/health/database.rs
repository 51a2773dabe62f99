//! Watches the database for the replica's health: it is written to regularly, and its schema compared.
//!
//! A database that is away for a moment, as while its server fails over, holds nobody off: calls answer UNAVAILABLE with a time to
//! come again. If every replica left the balancer at once, callers would hear less than that. Who has lost it for longer than the
//! others, on the other hand, must get no calls.

use std::time::Duration;

use domain::ports::StoreError;
use persistence::{ConnectError, Database};
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::{Health, Verdict};

/// How often a working database is tested, and a failing one.
const USUAL: Duration = Duration::from_secs(3);
const FAILING: Duration = Duration::from_secs(1);

/// More than any order takes.
const ROOM: usize = 64 * 1024;

/// What was seen of the database.
pub struct Watch {
    store: Database,
    health: Health,
    /// How long it may be lost before calls are held off.
    patience: Duration,
    /// When it was written last.
    written: Instant,
    /// Since when it cannot be written: since it was the last time, as an attempt may take long to fail.
    lost: Option<Instant>,
}

impl Watch {
    /// Tests the database before serving, and tells the result: a replica that starts on a full disk has never been healthy.
    pub async fn begin(store: Database, health: Health, patience: Duration) -> Self {
        let mut watch = Self { store, health, patience, written: Instant::now(), lost: None };
        if let Err(problem) = watch.store.beat(ROOM).await {
            let problem = watch.store.explained(problem).await;
            error!(problem, "the database cannot be written: not serving until it can");
            watch.lost = Some(Instant::now());
            watch.health.tell(Verdict::NoDatabase).await;
        } else {
            watch.health.tell(Verdict::Ready).await;
        }
        watch
    }

    /// Tests it for ever: regularly, at once after a failed write, and often until it can be written again.
    pub async fn run(mut self) {
        loop {
            let room = if self.lost.is_none() {
                tokio::select! {
                    () = self.store.doubted() => ROOM,
                    () = tokio::time::sleep(USUAL) => 0,
                }
            } else {
                tokio::time::sleep(FAILING).await;
                ROOM
            };
            match self.tried(room).await {
                Ok(()) => {
                    self.written = Instant::now();
                    self.is_there().await;
                }
                Err(problem) => self.is_lost(problem).await,
            }
        }
    }

    /// Writes to it. An answer that does not come counts as none from the beginning. However little patience is configured, a database
    /// that works is given time to answer.
    async fn tried(&self, room: usize) -> Result<(), StoreError> {
        let until = self.lost.unwrap_or_else(Instant::now) + self.patience.max(USUAL);
        let mut beat = std::pin::pin!(self.store.beat(room));
        // What has begun is never dropped: its connection would be in doubt.
        if let Ok(tried) = tokio::time::timeout_at(until, &mut beat).await {
            return tried;
        }
        self.hold_off().await;
        beat.await
    }

    async fn is_there(&mut self) {
        if let Some(since) = self.lost.take() {
            let seconds = since.elapsed().as_secs();
            info!(seconds, "the database can be written again");
        }
        match self.store.schema().await {
            Ok(_) => self.health.tell(Verdict::Ready).await,
            Err(problem @ ConnectError::NewerSchema { .. }) => {
                if self.health.verdict() != Verdict::NewerSchema {
                    error!(%problem, "not serving: end this process, and run the newer release");
                }
                self.health.tell(Verdict::NewerSchema).await;
            }
            // The next attempt to write says whether it is lost.
            Err(problem) => warn!(%problem, "the database's schema cannot be read"),
        }
    }

    async fn is_lost(&mut self, problem: StoreError) {
        let since = match self.lost {
            Some(since) => since,
            None => {
                self.lost = Some(self.written);
                let problem = self.store.explained(problem).await;
                let patience = self.patience.saturating_sub(self.written.elapsed()).as_secs();
                warn!(
                    problem,
                    "the database cannot be written: calls answer UNAVAILABLE; in {patience} s this replica is held off until it can"
                );
                self.written
            }
        };
        if since.elapsed() >= self.patience {
            self.hold_off().await;
        }
    }

    async fn hold_off(&self) {
        if self.health.verdict() == Verdict::Ready {
            error!("the database cannot be written: not serving until it can");
        }
        self.health.tell(Verdict::NoDatabase).await;
    }
}
