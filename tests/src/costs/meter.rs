//! Counting what is done once and again: each use case runs several times, one after the other, and every run after the
//! first ones must cost the same.

use std::path::PathBuf;

use super::counts::Counts;
use super::log;
use super::run::Run;
use super::wal::Wal;
use super::wire::Wire;
use crate::engine::Engine;
use crate::wait::{SOON, until};
use crate::world::World;

/// Runs that are not counted: the driver prepares each statement when it first needs it, and PostgreSQL makes plans of their
/// own for the values of the first five.
pub const WARM: usize = 6;
/// Runs that are counted, at least.
pub const COUNTED: usize = 3;

const SETTINGS: [(&str, &str); 6] = [
    ("ORDER_SERVICE__LOG__FILTER", "info,grpc_server::worker::lookups=debug,persistence::statement=trace"),
    ("ORDER_SERVICE__LOG__JSON", "true"),
    // One connection carries everything in its order, and has every statement prepared after the first runs. SQLite takes a
    // second one to read.
    ("ORDER_SERVICE__DATABASE__MAX_CONNECTIONS", "1"),
    // Nothing is renewed, taken over or given up while it is counted.
    ("ORDER_SERVICE__OPERATIONS__LEASE_SECONDS", "120"),
    ("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", "120"),
    // Positions are given to many events at once, whenever it is time.
    ("ORDER_SERVICE__EVENTS__POSITION_MILLISECONDS", "3600000"),
];

/// Counts what the service of a world does to its database.
pub struct Meter {
    engine: Engine,
    /// To PostgreSQL.
    wire: Option<Wire>,
    /// SQLite's.
    file: PathBuf,
    /// How much was said before the service served.
    started: usize,
    cases: Vec<(String, Vec<Run>)>,
}

/// A place in what is told, carried and written.
struct Mark {
    log: usize,
    trips: usize,
    wal: Wal,
}

impl Meter {
    /// Starts the service of a world, which must not be running, so that it can be counted what it does.
    pub async fn start(world: &mut World) -> Self {
        let engine = world.database.engine();
        for (name, value) in SETTINGS {
            world.service.set(name, value);
        }
        let wire = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Wire::start(world.database.url()).await),
        };
        if let Some(wire) = &wire {
            world.service.set("ORDER_SERVICE__DATABASE__URL", wire.url());
        }
        world.service.start().await;
        let file = world.database.url().trim_start_matches("sqlite://").into();
        Self { engine, wire, file, started: world.service.said().len(), cases: Vec::new() }
    }

    /// Counts a use case, of which nothing may be under way when it returns. It is told which run it is.
    pub async fn count(&mut self, world: &World, name: &str, runs: usize, mut run: impl AsyncFnMut(usize)) {
        assert!(runs >= WARM + COUNTED, "{name} runs too seldom");
        let mut counted = Vec::new();
        for n in 0..runs {
            if self.engine == Engine::Sqlite {
                self.empty_log(world).await;
            }
            let before = self.mark(world);
            run(n).await;
            if n >= WARM {
                counted.push(self.since(&before, world));
            }
        }
        self.cases.push((name.to_owned(), counted));
    }

    /// Waits until a look-up of an order has ended that began after now.
    pub async fn looked_up(world: &World, order: &str, begin: impl AsyncFnOnce()) {
        let before = world.service.said().len();
        begin().await;
        until("the order is looked up", SOON, async || {
            log::is_looked_up(&world.service.said()[before..], order).then_some(())
        })
        .await;
    }

    /// Stops the service, and gives what was counted. What hangs at Mollie is let go only now, and does what it likes.
    pub async fn stop(self, world: &mut World) -> Counts {
        let log = world.service.said();
        world.simulator.mend().await;
        world.service.stop().await;
        let trips = self.wire.as_ref().map(Wire::trips).unwrap_or_default();
        Counts::new(self.engine, self.cases, &trips, &log[self.started..])
    }

    fn mark(&self, world: &World) -> Mark {
        Mark { log: world.service.said().len(), trips: self.carried(), wal: Wal::of(&self.file) }
    }

    fn since(&self, before: &Mark, world: &World) -> Run {
        let (pages, carried) = (Wal::of(&self.file).since(before.wal), before.trips..self.carried());
        Run::reported(&world.service.said()[before.log..], pages, carried)
    }

    fn carried(&self) -> usize {
        self.wire.as_ref().map_or(0, Wire::count)
    }

    /// The service begins SQLite's log anew when it has become long; that must not happen while pages are counted.
    async fn empty_log(&self, world: &World) {
        until("the log is empty", SOON, async || {
            world.database.query("PRAGMA wal_checkpoint(TRUNCATE)").await;
            Wal::of(&self.file).is_empty().then_some(())
        })
        .await;
    }
}
