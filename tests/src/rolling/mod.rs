//! A rolling change under load: three replicas, one after the other stopped by SIGTERM and started again, perhaps as another build,
//! while callers call and watchers watch. No call may fail at a client that knows GOAWAY, and no watcher may miss an event.

mod client;

use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::Instant;
use tonic::{Request, Response, Status};

use crate::crowd::{Line, Reader, difference, lines_when_quiet};
use crate::drafts::numbered;
use crate::engine::Engine;
use crate::proto::get_order_request::Key;
use crate::proto::{CancelOrderRequest, CreateOrderRequest, GetOrderRequest};
use crate::seed::Dice;
use crate::service::{Orders, Service};
use crate::wait::until;
use crate::world::{World, new_request_id};
use client::Client;

pub use client::is_unsent;

const REPLICAS: usize = 3;
/// So many calls are answered at least between two stops.
const LOAD: usize = 20;
/// How long a caller waits for an answer, and a watcher for the rest.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a watcher reads before its own connection breaks, in milliseconds: mostly the service ends its stream before.
const STAYS: std::ops::Range<u64> = 3_000..9_000;

/// How much is done.
pub struct Rolling {
    /// SIGTERMs, one replica after the other.
    pub stops: usize,
    pub callers: usize,
    pub watchers: usize,
    /// How long all replicas serve between two of them.
    pub between: Duration,
    /// The build that replicas are of at first; from the first stop to half of them they become the one at hand, and then this
    /// one again.
    pub before: Option<std::path::PathBuf>,
}

/// What came of it.
pub struct Rolled {
    pub stops: Vec<Duration>,
    pub calls: usize,
    /// Calls that a client made again by itself because they certainly had not reached a replica.
    pub unsent: usize,
    pub events: usize,
    /// What callers were told of calls that failed.
    pub failed: Vec<String>,
    /// Watchers whose record is not the table.
    pub missed: Vec<String>,
}

impl fmt::Display for Rolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stops, calls, unsent, events, failed, missed } = self;
        let slowest = stops.iter().max().copied().unwrap_or_default();
        writeln!(f, "{} SIGTERMs; the slowest stop took {slowest:.1?}", stops.len())?;
        writeln!(f, "{calls} calls, {unsent} of them made again unsent; {} failed", failed.len())?;
        write!(f, "{events} events; {} watchers differ from the table", missed.len())
    }
}

impl Rolling {
    /// Runs it on PostgreSQL.
    pub async fn run(self, mut dice: Dice) -> Rolled {
        let mut world = Box::pin(World::prepare_with(Engine::Postgres, Vec::new())).await;
        let mut replicas: Vec<Service> = (0..REPLICAS).map(|_| world.replica()).collect();
        for replica in &mut replicas {
            replica.forget("ORDER_SERVICE__CLOCK__URL");
            replica.of_build(self.before.clone());
            replica.start().await;
        }
        let channels: Vec<Orders> = replicas.iter().map(Service::orders).collect();
        let shop = Shop { channels: &channels, ..Shop::default() };
        let (tell, told) = watch::channel(None);
        let breaks = AtomicUsize::new(0);
        let watchers = (0..self.watchers).map(|_| {
            let reader = Reader { replicas: &channels, is_picky: false, breaks: &breaks, reads: STAYS };
            reader.follow(dice.fork(), told.clone())
        });
        let rolling = async {
            let stops = self.roll(&mut replicas, &shop.calls).await;
            shop.is_closed.store(true, Ordering::Relaxed);
            stops
        };
        let callers = (0..self.callers).map(|n| shop.call(n));
        let working = async {
            let (stops, _) = tokio::join!(rolling, join_all(callers));
            let lines = lines_when_quiet(&world.database, false).await;
            tell.send_replace(Some((lines.clone(), Instant::now() + PATIENCE)));
            (stops, lines)
        };
        let ((stops, lines), records) = tokio::join!(working, join_all(watchers));
        std::mem::swap(&mut world.service, &mut replicas[0]);
        shop.rolled(stops, &lines, records)
    }

    async fn roll(&self, replicas: &mut [Service], calls: &AtomicUsize) -> Vec<Duration> {
        let mut stops = Vec::new();
        for n in 0..self.stops {
            let seen = calls.load(Ordering::Relaxed);
            tokio::time::sleep(self.between).await;
            // However slow the machine is, a replica is stopped while there is something to disturb.
            until("callers are answered", PATIENCE, async || {
                (calls.load(Ordering::Relaxed) >= seen + LOAD).then_some(())
            })
            .await;
            let replica = &mut replicas[n % REPLICAS];
            let began = Instant::now();
            replica.stop().await;
            stops.push(began.elapsed());
            let is_back = n >= self.stops / 2;
            replica.of_build(self.before.clone().filter(|_| is_back));
            replica.start().await;
            eprintln!("{} of {} stopped and started again", n + 1, self.stops);
        }
        stops
    }
}

/// A call that is given time: on a machine that is busy with other things the eight seconds of one without a deadline may pass, which
/// no stop has caused.
fn patient<T: Clone>(message: &T) -> Request<T> {
    let mut request = Request::new(message.clone());
    request.set_timeout(PATIENCE);
    request
}

/// Those who call, and what they were told.
#[derive(Default)]
struct Shop<'a> {
    channels: &'a [Orders],
    is_closed: AtomicBool,
    begun: AtomicUsize,
    calls: AtomicUsize,
    unsent: AtomicUsize,
    failed: Mutex<Vec<String>>,
}

impl Shop<'_> {
    /// Places orders, reads them, and cancels every other one, until the shop closes.
    async fn call(&self, n: usize) {
        let mut client = Client::new(self.channels, n);
        while !self.is_closed.load(Ordering::Relaxed) {
            let number = self.begun.fetch_add(1, Ordering::Relaxed);
            let draft = Some(numbered(&format!("rolling-{number}"), "ideal"));
            let request = CreateOrderRequest { request_id: new_request_id(), draft, ..Default::default() };
            let placed = client.call(async |mut orders| orders.create_order(patient(&request)).await).await;
            let Some(order) = self.noted("CreateOrder", placed, &mut client) else { continue };
            let request = GetOrderRequest { key: Some(Key::Id(order.id.clone())) };
            let read = client.call(async |mut orders| orders.get_order(patient(&request)).await).await;
            self.noted("GetOrder", read, &mut client);
            if number.is_multiple_of(2) {
                let request =
                    CancelOrderRequest { request_id: new_request_id(), id: order.id, ..Default::default() };
                let canceled =
                    client.call(async |mut orders| orders.cancel_order(patient(&request)).await).await;
                self.noted("CancelOrder", canceled, &mut client);
            }
        }
    }

    fn noted<T>(&self, method: &str, answer: Result<Response<T>, Status>, client: &mut Client) -> Option<T> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.unsent.fetch_add(client.take_unsent(), Ordering::Relaxed);
        answer.map(Response::into_inner).map_err(|status| self.fails(format!("{method}: {status:?}"))).ok()
    }

    fn fails(&self, text: String) {
        self.failed.lock().expect("nobody panics with it").push(text);
    }

    fn rolled(self, stops: Vec<Duration>, lines: &[Line], records: Vec<(bool, Vec<Line>)>) -> Rolled {
        let missed = records.into_iter().enumerate().filter_map(|(n, (is_picky, mut record))| {
            // A look-up may have added events since the table was read.
            record.truncate(lines.len());
            difference(n, &(is_picky, record), lines)
        });
        Rolled {
            stops,
            calls: self.calls.into_inner(),
            unsent: self.unsent.into_inner(),
            events: lines.len(),
            failed: self.failed.into_inner().expect("nobody panics with it"),
            missed: missed.collect(),
        }
    }
}
