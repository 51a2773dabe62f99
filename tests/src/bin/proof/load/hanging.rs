//! Mollie hangs while as many orders are asked for as before: whoever only reads must not notice. The same orders are read throughout, so
//! that only the load differs. The newest are listed beside them and not judged: while Mollie hangs, each shows its operation, too.

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use prost_types::Timestamp;
use tests::proto::get_order_request::Key;
use tests::proto::{CreateOrderRequest, GetOrderRequest, ListOrdersRequest, Order, OrderFilter};
use tests::{Canned, Engine, Environment, Orders, World, new_request_id, numbered};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{MIB, percentile};

/// How long Mollie takes while it answers.
const TAKES: Duration = Duration::from_millis(50);
/// Orders that are asked for each second, whether others are answered or not: in eight seconds more than there are places.
const ORDERS: u32 = 50;
/// Orders that are read each second, and lists.
const READS: u32 = 50;

/// What is read: the last is not judged.
const KINDS: [&str; 3] = ["GetOrder", "ListOrders", "ListOrders, the newest"];

/// How long Mollie answers first, and then hangs.
pub struct Hanging {
    pub quiet: Duration,
    pub hangs: Duration,
    pub settings: Environment,
}

/// What came of it.
#[derive(Debug)]
pub struct Hung {
    /// p99 of each kind of reads while Mollie answers, and while it hangs.
    pub quiet: [Duration; KINDS.len()],
    pub hanging: [Duration; KINDS.len()],
    /// Calls that were refused because all places were taken.
    pub refused: usize,
    /// Memory held when Mollie began to hang, and at most from then on.
    pub held: u64,
    pub peak: u64,
    /// Reads that failed.
    pub failed: Vec<String>,
}

impl fmt::Display for Hung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, what) in KINDS.iter().enumerate() {
            let (quiet, hanging) = (self.quiet[n], self.hanging[n]);
            writeln!(f, "{what:<23} p99 {quiet:.1?} while Mollie answers, {hanging:.1?} while it hangs")?;
        }
        let (held, peak) = (self.held / MIB, self.peak / MIB);
        writeln!(f, "{} calls refused; {} reads failed", self.refused, self.failed.len())?;
        write!(f, "{held} MiB of memory before, {peak} MiB at most")
    }
}

impl Hanging {
    /// Runs it on PostgreSQL.
    pub async fn run(mut self) -> Hung {
        let mollie = Canned::start(TAKES).await;
        self.settings.extend(mollie.setting());
        let mut world = Box::pin(World::prepare_with(Engine::Postgres, self.settings)).await;
        world.service.forget("ORDER_SERVICE__CLOCK__URL");
        world.service.start().await;
        let shop = Shop { channels: (0..4).map(|_| world.orders()).collect(), ..Shop::default() };
        let mut known = Vec::new();
        for n in 0..50 {
            known.push(world.create(numbered(&format!("known-{n}"), "ideal")).await);
        }
        let quiet = shop.phase(self.quiet, &known).await;
        mollie.hangs();
        world.service.forget_peak();
        let held = world.service.uses().held;
        let hanging = shop.phase(self.hangs, &known).await;
        let peak = world.service.uses().peak;
        let failed = shop.failed.into_inner().expect("nobody panics with it");
        Hung { quiet, hanging, refused: shop.refused.into_inner(), held, peak, failed }
    }
}

#[derive(Default)]
struct Shop {
    channels: Vec<Orders>,
    begun: AtomicUsize,
    refused: AtomicUsize,
    failed: Mutex<Vec<String>>,
}

impl Shop {
    /// Orders are asked for at a constant pace, and nobody waits for them; reads are timed.
    async fn phase(&self, time: Duration, known: &[Order]) -> [Duration; KINDS.len()] {
        let (end, mut placing) = (Instant::now() + time, JoinSet::new());
        let ordering = async {
            let mut pace = interval(Duration::from_secs(1) / ORDERS);
            while Instant::now() < end {
                pace.tick().await;
                placing.spawn(self.place());
                while let Some(ended) = placing.try_join_next() {
                    self.refused.fetch_add(usize::from(ended.expect("no caller panics")), Ordering::Relaxed);
                }
            }
        };
        let get = self.timed(end, |n| {
            let request = GetOrderRequest { key: Some(Key::Id(known[n % known.len()].id.clone())) };
            let mut orders = self.channels[n % 2].clone();
            async move { orders.get_order(request).await.map(drop) }
        });
        let list = |created_before_time: Option<Timestamp>| {
            self.timed(end, move |n| {
                let mut orders = self.channels[n % 2].clone();
                let filter = Some(OrderFilter { created_before_time, ..Default::default() });
                let request = ListOrdersRequest { filter, page_size: 20, ..Default::default() };
                async move { orders.list_orders(request).await.map(drop) }
            })
        };
        let (known, newest) = (list(known[known.len() - 1].created_time), list(None));
        let ((), get, known, newest) = tokio::join!(ordering, get, known, newest);
        [get, known, newest].map(|times| percentile(times, 99))
    }

    /// Places an order, and tells whether it was refused for load.
    fn place(&self) -> impl Future<Output = bool> + Send + use<> {
        let n = self.begun.fetch_add(1, Ordering::Relaxed);
        let mut orders = self.channels[2 + n % 2].clone();
        let draft = Some(numbered(&format!("hanging-{n}"), "ideal"));
        let request = CreateOrderRequest { request_id: new_request_id(), draft, ..Default::default() };
        async move {
            orders.create_order(request).await.is_err_and(|it| it.code() == tonic::Code::ResourceExhausted)
        }
    }

    /// Makes one call after the other at a pace, and gives how long each took.
    async fn timed<F>(&self, end: Instant, call: impl Fn(usize) -> F) -> Vec<Duration>
    where
        F: Future<Output = Result<(), tonic::Status>>,
    {
        let mut pace = interval(Duration::from_secs(1) / READS);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut times = Vec::new();
        for n in 0.. {
            pace.tick().await;
            let began = Instant::now();
            if began >= end {
                break;
            }
            if let Err(status) = call(n).await {
                self.failed.lock().expect("nobody panics with it").push(format!("{status:?}"));
            }
            times.push(began.elapsed());
        }
        times
    }
}
