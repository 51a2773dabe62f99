//! Three replicas on one database under load, killed at random and started again: afterwards all books must agree, and the
//! replicas' own logs tell who did what, and who took over from whom and when.

mod deaths;
mod log;
mod report;
mod shopper;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

pub use report::Report;
pub(crate) use shopper::Market;

use crate::books::{Books, Journal};
use crate::engine::Engine;
use crate::process::Environment;
use crate::seed::Dice;
use crate::service::Service;
use crate::world::World;
use deaths::Reaper;
use log::Log;

const REPLICAS: usize = 3;

/// How much is done, and how rough it gets.
pub struct Load {
    /// At least so many orders …
    pub orders: usize,
    /// … and deaths.
    pub deaths: usize,
    /// Callers at once.
    pub callers: usize,
    /// Milliseconds from one death to the next.
    pub between_deaths: std::ops::Range<u64>,
    /// On top of the defaults.
    pub settings: Environment,
    /// How long everything may take to settle afterwards.
    pub quiet: Duration,
}

impl Load {
    /// Runs it. Panics if the books do not agree in the end.
    pub async fn run(self, mut dice: Dice) -> Report {
        let began = Instant::now();
        let mut world = Box::pin(World::prepare_with(Engine::Postgres, self.logged())).await;
        let mut replicas: Vec<Service> =
            (0..REPLICAS).map(|n| world.replica_in(directory(&world, n))).collect();
        for replica in &mut replicas {
            // Time is never simulated here, and asking for it would bind every start to a simulator under load.
            replica.forget("ORDER_SERVICE__CLOCK__URL");
            replica.start().await;
        }
        weather(&world, false).await;
        let journal = Journal::default();
        let channels = replicas.iter().map(Service::orders).collect();
        let market = Market::new(&world, &journal, channels, self.orders);
        let mut reaper = Reaper::new(replicas, dice.fork(), self.between_deaths.clone());
        let shopping = (0..self.callers).map(|_| market.shop(dice.fork()));
        let reaping = async {
            reaper.reap(self.deaths, &market).await;
            market.close();
        };
        tokio::join!(futures_util::future::join_all(shopping), reaping);
        let (mut replicas, deaths) = reaper.release();
        world.simulator.mend().await;
        std::mem::swap(&mut world.service, &mut replicas[0]);
        let books = Box::pin(Books::balance(&world, &journal, self.quiet)).await;
        let logs = (0..REPLICAS).map(|n| Log::read(&directory(&world, n))).collect::<Vec<_>>();
        Report::new(&world, &books, &logs, &deaths, began.elapsed()).await
    }

    /// The replicas' logs are read afterwards.
    fn logged(&self) -> Environment {
        let mut settings = self.settings.clone();
        settings.push(("ORDER_SERVICE__LOG__JSON", "true".into()));
        settings.push(("ORDER_SERVICE__LOG__FILTER", "info,grpc_server=debug".into()));
        settings
    }
}

fn directory(world: &World, replica: usize) -> std::path::PathBuf {
    world.directory().join(format!("replica-{replica}"))
}

/// What calls meet at Mollie. It takes its time, as it does: or hardly ever would anything be under way when a replica dies.
/// In a storm, the next cancellations get lost on their way as well: no answer, and no effect.
pub(crate) async fn weather(world: &World, storm: bool) {
    let on = |method: &str, path: &str, mut fault: Value| {
        fault["method"] = method.into();
        fault["path"] = path.into();
        fault
    };
    let lost = on("DELETE", "/v2/orders/*", json!({"fault": "hang", "effect": false, "count": 2}));
    let slow = [("POST", "/v2/orders"), ("POST", "/v2/orders/*/shipments"), ("DELETE", "/v2/orders/*")];
    let slow = slow
        .map(|(method, path)| on(method, path, json!({"fault": "drip", "over": "PT0.3S", "count": "all"})));
    let faults: Vec<Value> = storm.then_some(lost).into_iter().chain(slow).collect();
    world.simulator.fail(faults.into()).await;
}
