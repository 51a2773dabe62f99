//! Many more callers than there are places, each of whom comes again when told to.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tests::proto::CreateOrderRequest;
use tests::{Canned, Engine, Environment, Orders, World, new_request_id, numbered, pause_of};
use tokio::time::{Instant, sleep};
use tonic::{Code, Status};

use super::{MIB, percentile};

/// How long Mollie takes.
const TAKES: Duration = Duration::from_millis(50);
/// Places for calls that may wait for Mollie.
const PLACES: usize = 64;
/// Fewer callers than places, for a shorter time each: how many places are worth having.
const FEWER: [usize; 3] = [8, 16, 32];
/// Connections of all callers together.
const CONNECTIONS: usize = 16;
/// How long things may take to be as they were.
const BACK: Duration = Duration::from_secs(10);

/// How long each phase takes, and what the service is started with.
pub struct Overload {
    pub phase: Duration,
    /// So many times as many callers as there are places.
    pub times: usize,
    pub settings: Environment,
}

/// Calls of one phase.
#[derive(Debug)]
pub struct Phase {
    pub served: usize,
    pub per_second: u128,
    pub refused: usize,
    /// Orders that are recorded, and whose caller was told to come again for the outcome.
    pub put_off: usize,
    pub p99: Duration,
    /// The service's time on a processor.
    pub cpu: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct Overloaded {
    pub fewer: Vec<(usize, Phase)>,
    pub before: Phase,
    /// How many callers there were under overload.
    pub most: usize,
    pub during: Phase,
    /// After ten seconds of rest.
    pub after: Phase,
    pub peak_bytes: u64,
    /// What callers were told that was neither an answer nor a refusal for load.
    pub failed: Vec<String>,
}

impl Overloaded {
    /// What a refusal costs the service: what it spent under overload beyond what its orders cost before.
    fn refusal(&self) -> Duration {
        let Self { before, during, .. } = self;
        let times = |count: usize| u32::try_from(count.max(1)).unwrap_or(u32::MAX);
        let orders = before.cpu / times(before.served) * times(during.served);
        during.cpu.saturating_sub(orders) / times(during.refused)
    }
}

impl fmt::Display for Overloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fewer, before, most, during, after, peak_bytes, failed } = self;
        let fewer = fewer.iter().map(|(callers, phase)| (*callers, phase));
        let all = fewer.chain([(PLACES, before), (*most, during), (PLACES, after)]);
        for (callers, phase) in all {
            let Phase { per_second, refused, put_off, p99, cpu, .. } = phase;
            writeln!(
                f,
                "{callers:>5} callers {per_second:>5} orders/s, {refused:>6} refused, {put_off} put off, p99 of those served \
                 {:>4} ms, {:.1} s of processor time",
                p99.as_millis(),
                cpu.as_secs_f64(),
            )?;
        }
        let cost = self.refusal().as_micros();
        write!(
            f,
            "{} MiB of memory at most; a refusal costs {cost} µs; {} calls failed",
            peak_bytes / MIB,
            failed.len()
        )
    }
}

impl Overload {
    /// Runs it on PostgreSQL.
    pub async fn run(mut self) -> Overloaded {
        self.settings.push(("ORDER_SERVICE__GRPC__MAX_CHANGES", PLACES.to_string().into()));
        // All callers of this test are one address.
        self.settings.push(("ORDER_SERVICE__GRPC__CALLER_SHARE_PERCENT", "100".into()));
        let mollie = Canned::start(TAKES).await;
        self.settings.extend(mollie.setting());
        let mut world = Box::pin(World::prepare_with(Engine::Postgres, self.settings)).await;
        world.service.forget("ORDER_SERVICE__CLOCK__URL");
        world.service.start().await;
        let channels = (0..CONNECTIONS).map(|_| world.orders()).collect();
        let crowd = Crowd { channels, ..Crowd::default() };
        // What a first call needs once belongs to no phase.
        crowd.phase(&world, PLACES, Duration::from_secs(2)).await;
        world.service.forget_peak();
        let mut fewer = Vec::new();
        for callers in FEWER {
            fewer.push((callers, crowd.phase(&world, callers, self.phase / 4).await));
        }
        let (most, before) = (PLACES * self.times, crowd.phase(&world, PLACES, self.phase).await);
        let during = crowd.phase(&world, most, self.phase).await;
        sleep(BACK).await;
        let after = crowd.phase(&world, PLACES, self.phase).await;
        let peak_bytes = world.service.uses().peak;
        let failed = crowd.failed.into_inner().expect("nobody panics with it");
        Overloaded { fewer, before, most, during, after, peak_bytes, failed }
    }
}

#[derive(Default)]
struct Tally {
    refused: AtomicUsize,
    put_off: AtomicUsize,
    served: Mutex<Vec<Duration>>,
}

#[derive(Default)]
struct Crowd {
    channels: Vec<Orders>,
    begun: AtomicUsize,
    failed: Mutex<Vec<String>>,
}

impl Crowd {
    async fn phase(&self, world: &World, callers: usize, time: Duration) -> Phase {
        let (began, tally, cpu) = (Instant::now(), Tally::default(), world.service.uses().cpu);
        join_all((0..callers).map(|n| self.call(n, began + time, &tally))).await;
        let served = tally.served.into_inner().expect("nobody panics with it");
        Phase {
            served: served.len(),
            per_second: served.len() as u128 * 1_000 / time.as_millis(),
            refused: tally.refused.into_inner(),
            put_off: tally.put_off.into_inner(),
            p99: percentile(served, 99),
            cpu: world.service.uses().cpu - cpu,
        }
    }

    async fn call(&self, n: usize, end: Instant, tally: &Tally) {
        let mut orders = self.channels[n % CONNECTIONS].clone();
        while Instant::now() < end {
            let number = self.begun.fetch_add(1, Ordering::Relaxed);
            let draft = Some(numbered(&format!("load-{number}"), "ideal"));
            let request = CreateOrderRequest { request_id: new_request_id(), draft, ..Default::default() };
            let began = Instant::now();
            match orders.create_order(request).await {
                // What is answered after the end belongs to no phase.
                Ok(_) if Instant::now() < end => {
                    tally.served.lock().expect("nobody panics with it").push(began.elapsed());
                }
                Ok(_) => (),
                Err(status) => self.is_told(&status, end, tally).await,
            }
        }
    }

    /// Comes again when told to.
    async fn is_told(&self, status: &Status, end: Instant, tally: &Tally) {
        let Some(pause) = pause_of(status) else {
            return self.failed.lock().expect("nobody panics with it").push(format!("{status:?}"));
        };
        let is_load = status.code() == Code::ResourceExhausted;
        let count = if is_load { &tally.refused } else { &tally.put_off };
        count.fetch_add(1, Ordering::Relaxed);
        sleep(pause.min(end.saturating_duration_since(Instant::now()))).await;
    }
}
