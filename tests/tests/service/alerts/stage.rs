//! What stories are told with: a service whose figures are read every second, and what was told with it.

use std::net::SocketAddr;

use reqwest::Client;
use tests::{Engine, Scrape, Story, World};

/// A key of real orders; the simulated Mollie takes it like any other.
const LIVE: &str = "live_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM\n";

/// Stories, and the worlds that go on, for Prometheus to read.
#[derive(Default)]
pub struct Stage {
    pub stories: Vec<Story>,
    worlds: Vec<World>,
    /// What runs beside them.
    others: Vec<Box<dyn Send>>,
}

impl Stage {
    pub fn add(&mut self, other: Self) {
        self.stories.extend(other.stories);
        self.worlds.extend(other.worlds);
        self.others.extend(other.others);
    }

    pub fn tell(&mut self, story: Story) {
        self.stories.push(story);
    }

    /// Lets a world go on.
    pub fn keep(&mut self, world: World) {
        self.worlds.push(world);
    }

    pub fn keep_beside(&mut self, other: impl Send + 'static) {
        self.others.push(Box::new(other));
    }

    /// Where their `/metrics` are.
    pub fn targets(&self) -> Vec<SocketAddr> {
        self.worlds.iter().map(|world| world.service.monitoring()).collect()
    }

    pub fn web(&self) -> Client {
        self.worlds[0].simulator.web().clone()
    }
}

/// A service that does not run yet.
pub async fn prepared(engine: Engine, settings: &[(&'static str, &str)]) -> World {
    let quick = [("ORDER_SERVICE__TELEMETRY__GAUGE_SECONDS", "1")];
    let settings = quick.iter().chain(settings).map(|(name, value)| (*name, (*value).into()));
    Box::pin(World::prepare_with(engine, settings.collect())).await
}

/// A service that runs.
pub async fn running(engine: Engine, settings: &[(&'static str, &str)]) -> World {
    let mut world = prepared(engine, settings).await;
    world.service.start().await;
    world
}

/// One whose orders are not for tests.
pub async fn live() -> World {
    let mut world = prepared(Engine::Sqlite, &[]).await;
    std::fs::write(world.directory().join("api-key"), LIVE).unwrap();
    world.service.start().await;
    world
}

/// A look while all is well.
pub async fn well(world: &World) -> Scrape {
    when(world, "all is well", |look| has_figures(look) && is_calm(look)).await
}

/// A look, once the database was read.
pub async fn look(world: &World) -> Scrape {
    when(world, "the database was read", has_figures).await
}

/// A look at which this holds. It stands for minutes, so nothing may be in it that has passed a moment later.
pub async fn when(world: &World, what: &str, holds: impl Fn(&Scrape) -> bool) -> Scrape {
    Scrape::when(&world.service, what, |look| holds(look) && !are_used(look) && !waits(look)).await
}

fn has_figures(look: &Scrape) -> bool {
    look.has("orders_telemetry_gauges_age_seconds")
}

/// Whether every connection to the database is in use.
pub fn are_used(look: &Scrape) -> bool {
    let most = look.sum("db_client_connection_max", "");
    most > 0.0 && look.sum("db_client_connection_count", "used") >= most
}

/// Whether an event has no position yet.
pub fn waits(look: &Scrape) -> bool {
    look.sum("orders_events_waiting", "") > 0.0
}

/// Whether nothing is late: after time has jumped, it is for a moment.
pub fn is_calm(look: &Scrape) -> bool {
    let late = ["orders_lookups_lag_seconds", "orders_timers_lag_seconds"];
    late.iter().all(|metric| look.sum(metric, "") <= 0.0)
}

/// What most stories have: a cause that shows at once and lasts for an hour.
pub fn story(
    cause: &'static str,
    fires: &'static [&'static str],
    before: Scrape,
    during: Vec<Scrape>,
) -> Story {
    Story { cause, fires, before, during, ages: &[], lasts: 60 }
}
