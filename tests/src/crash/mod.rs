//! One order's life, in which the service is killed at one crash point or at two in a row, started again, and asked for the
//! same again until it has answered. Afterwards all books must agree.

mod life;
mod road;
mod ward;

use std::time::{Duration, Instant};

use crate::books::{Books, Journal};
use crate::engine::Engine;
use crate::process::Environment;
use crate::world::World;
use ward::Ward;

/// A run: where, and at which points.
#[derive(Clone, Debug)]
pub struct Crash {
    pub engine: Engine,
    /// The point that kills the first process, and the one that is armed in the second, which takes over.
    pub points: Vec<String>,
}

/// How a run went.
pub struct Ended {
    /// How many of the points were reached, in their order.
    pub deaths: usize,
    pub took: Duration,
}

/// Enough for a cancellation whose outcome has to be waited for, twice, on a busy machine.
const QUIET: Duration = Duration::from_secs(60);

/// Waits of a second each: what is tested is what is done after them, not how long they are.
const IMPATIENT: [&str; 3] = [
    "ORDER_SERVICE__OPERATIONS__LEASE_SECONDS",
    "ORDER_SERVICE__MOLLIE__SETTLE_WINDOW_SECONDS",
    "ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS",
];

/// Settings under which everything that waits does so for a second.
pub fn impatient() -> Environment {
    IMPATIENT.map(|name| (name, "1".into())).to_vec()
}

impl Crash {
    /// Lives through it. Panics where anything is wrong at the end.
    pub async fn run(&self) -> Ended {
        let began = Instant::now();
        let world = Box::pin(World::prepare_with(self.engine, impatient())).await;
        let mut ward = Ward::new(world, self.points.clone());
        let journal = Journal::default();
        Box::pin(life::live(&mut ward, &journal, &self.points)).await;
        let (world, deaths) = ward.release().await;
        let books = Box::pin(Books::balance(&world, &journal, QUIET)).await;
        life::check(&books, &self.points);
        Ended { deaths, took: began.elapsed() }
    }
}
