//! Many orders whose deadlines come, on PostgreSQL under several replicas: each is told once, in time, and not before it. The orders are
//! copies of some that the service itself has placed; only that they are so many is made up.
//!
//! When an event is written is taken down by a trigger, by the database's own clock, and judged against what was armed. The service is
//! not asked.

mod busy;
mod figures;
mod fill;
mod floor;
mod lateness;
mod models;

use std::collections::BTreeMap;
use std::time::Duration;

use sea_orm::QueryResult;
use tokio::time::{Instant, sleep};

pub use busy::Busy;
pub use figures::Figures;
use floor::Floor;
pub use lateness::Lateness;

use crate::database::Database;
use crate::engine::Engine;
use crate::process::Environment;
use crate::proto::{ListDeadlinesRequest, Mode};
use crate::release;
use crate::service::Service;
use crate::world::World;

const REPLICAS: usize = 3;
/// The two deadlines of each order: warnings so many days before it must be shipped.
const WARNINGS: &str = "[3, 1]";
/// What a process does first is not what it does all the time.
const WARM_UP: Duration = Duration::from_secs(5);
/// How long the floor is measured beside nothing else.
const ALONE: Duration = Duration::from_secs(5);
/// How often it is measured beside the replicas.
const FLOOR_PAUSE: Duration = Duration::from_millis(500);
/// What a replica says when it has told of a deadline.
const TOLD: &str = "an order's deadline needs a look";
const DAY: i64 = 24 * 60 * 60;

/// Takes down what is written of events.
const WATCH: &str = include_str!("watch.sql");
/// How often each table was read from its beginning.
const SCANS: &str = "SELECT relname::text, seq_scan FROM pg_stat_user_tables
    WHERE relname IN ('orders', 'events', 'operations', 'lookups', 'timers')";

/// How many orders there are, and how many of their deadlines come.
#[derive(Clone, Copy, Debug)]
pub struct Timers {
    pub orders: u64,
    /// How long deadlines come, in seconds.
    pub seconds: u64,
    /// How many in each second, all of them at its beginning: Mollie's times are whole seconds.
    pub per_second: u64,
    /// How long the replicas are watched before, while nothing is due.
    pub idle: Duration,
    /// Whether the build that is deployed runs, and not the one at hand.
    pub deployed: bool,
}

impl Timers {
    /// Runs it on PostgreSQL.
    pub async fn run(self) -> Figures {
        assert!(self.due() <= self.orders, "more is due than there are orders");
        let mut world = Box::pin(World::prepare_with(Engine::Postgres, self.settings())).await;
        let mut others: Vec<Service> = (1..REPLICAS).map(|_| world.replica()).collect();
        for service in std::iter::once(&mut world.service).chain(&mut others) {
            // Time is never simulated here.
            service.forget("ORDER_SERVICE__CLOCK__URL");
        }
        models::place(&mut world).await;
        let filled = fill::fill(&world.database, self, self.idle + WARM_UP + ALONE).await;
        world.database.change(WATCH).await;
        world.service.start().await;
        for other in &mut others {
            other.start().await;
        }
        let copies = Box::pin(models::check(&world, &self.begins())).await;
        let figures = Box::pin(self.watch(&world, &others, filled)).await;
        for id in &copies {
            // This looks for gaps.
            world.events(id).await;
        }
        for service in std::iter::once(&mut world.service).chain(&mut others) {
            service.stop().await;
        }
        figures
    }

    fn settings(self) -> Environment {
        let deployed = self.deployed.then(|| (release::VARIABLE, "1".into()));
        let warnings = ("ORDER_SERVICE__PROFILES__MAIN__WARNING_DAYS", WARNINGS.into());
        std::iter::once(warnings).chain(deployed).collect()
    }

    /// How many deadlines come.
    const fn due(self) -> u64 {
        self.seconds * self.per_second
    }

    /// The first of what is due, and of what is not.
    const fn begins(self) -> [u64; 2] {
        [0, self.due()]
    }

    async fn watch(self, world: &World, others: &[Service], filled: Duration) -> Figures {
        let database = &world.database;
        let replicas: Vec<&Service> = std::iter::once(&world.service).chain(others).collect();
        let alone = Floor::measured(database, ALONE, Duration::ZERO).await;
        sleep(WARM_UP).await;
        let ((), idle) = Busy::during(&replicas, sleep(self.idle)).await;
        let list = listed(world).await;
        let before = scans(database).await;
        sleep(fill::until_due(database).await.expect("all is ready before the first is due")).await;
        let coming = Floor::measured(database, Duration::from_secs(self.seconds), FLOOR_PAUSE);
        let (beside, busy) = Busy::during(&replicas, coming).await;
        lateness::all_told(database, self.due()).await;
        let mut scans = scans(database).await;
        scans.retain(|table, count| {
            *count -= before.get(table).copied().unwrap_or_default();
            *count > 0
        });
        let lateness = Lateness::judge(database).await;
        let told = |replica: &&Service| replica.said().matches(TOLD).count();
        let shares = replicas.iter().map(told).collect();
        Figures { timers: self, filled, alone, beside, idle, busy, lateness, shares, list, scans }
    }
}

/// How long it takes to list the deadlines of a day, with their sums, as one does who is on call.
async fn listed(world: &World) -> Duration {
    let seconds: i64 = number(&world.database, "SELECT extract(epoch FROM now())::bigint").await;
    let time = |days: i64| Some(prost_types::Timestamp { seconds: seconds + days * DAY, nanos: 0 });
    let (from_time, before_time, mode) = (time(12), time(13), Mode::Test.into());
    let request = ListDeadlinesRequest { mode, from_time, before_time, page_size: 50, ..Default::default() };
    let mut orders = world.orders();
    orders.list_deadlines(request.clone()).await.expect("a list");
    let began = Instant::now();
    orders.list_deadlines(request).await.expect("a list");
    began.elapsed()
}

/// How often each table was read from its beginning, since it was made.
async fn scans(database: &Database) -> BTreeMap<String, i64> {
    let rows = database.query(SCANS).await;
    let counted = |row: &QueryResult| Some((row.try_get_by_index(0).ok()?, row.try_get_by_index(1).ok()?));
    rows.iter().filter_map(counted).collect()
}

async fn number(database: &Database, sql: &str) -> i64 {
    database.query(sql).await[0].try_get_by_index(0).expect("a number")
}
