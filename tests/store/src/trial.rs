//! One trial: the flow with its fault, and everything that comes after it. It keeps what callers were told, and judges
//! nothing itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::Store;
use domain::rules::ids::OrderId;
use persistence::{Database, Options};

use crate::cell::{Cell, Engine, Fault, Flow};
use crate::clock::Time;
use crate::database::{Home, Witness};
use crate::judge::judge;
use crate::mollie::Mollie;
use crate::proxy::Proxy;
use crate::rival::Rival;
use crate::rule::Point;
use crate::service::{CALLER, Reported, Service, Wish};
use crate::shim::Shim;
use crate::strike::{Aim, Means, Striker};
use crate::tmpfs::Tmpfs;

/// How often a caller repeats a call that he was not answered, once nothing fails any more.
const TRIES: usize = 4;
/// So many rounds of the loops bring everything to rest, and some more.
const ROUNDS: usize = 40;

/// What health asks for when it doubts.
const ROOM: usize = 64 * 1024;

/// What came of a trial.
pub struct Verdict {
    pub points: Vec<Point>,
    /// How the engine reported the fault, or why the trial does not count.
    pub report: Result<String, String>,
    /// The promises that were broken.
    pub violations: Vec<String>,
}

/// A trial under way.
pub struct Trial {
    pub witness: Arc<Witness>,
    pub mollie: Arc<Mollie>,
    pub reported: BTreeMap<String, (Wish, Vec<Reported>)>,
    pub violations: Vec<String>,
    time: Arc<Time>,
    striker: Arc<Striker>,
    url: String,
    service: Option<Arc<Service>>,
}

/// Tries a cell; without an aim, only what its points are.
pub async fn run(cell: Cell, aim: Option<Aim>, callers: usize, directory: &Path) -> Verdict {
    let wants_tmpfs = aim.is_some()
        && matches!(
            (cell.engine, cell.fault),
            (Engine::Sqlite, Fault::FullTmpfs) | (Engine::Postgres, Fault::Full)
        );
    let tmpfs = wants_tmpfs.then(|| {
        Tmpfs::mount(&directory.join("small"), 48).expect("a file system can be mounted, as was said before")
    });
    let home = Home::make(cell.engine, directory, tmpfs).await;
    let proxy = match cell.engine {
        Engine::Postgres => Some(Arc::new(Proxy::start(&home.url).await)),
        Engine::Sqlite => None,
    };
    let rival = match (cell.engine, cell.fault) {
        (Engine::Sqlite, Fault::NoMemory) => Some(Rival::at("sqlite::memory:")),
        (_, Fault::Busy) => Some(Rival::at(&home.url)),
        (Engine::Sqlite | Engine::Postgres, _) => None,
    };
    let url = proxy.as_ref().map_or(home.url.as_str(), |proxy| proxy.url()).to_owned();
    let means = Means {
        engine: cell.engine,
        fault: cell.fault,
        lasting: cell.lasting,
        shim: Shim::own(),
        rival,
        proxy,
        tmpfs: home.tmpfs.clone(),
    };
    let (time, witness) = (Arc::<Time>::default(), Arc::new(Witness::new(&home.url)));
    let mollie = Arc::new(Mollie::new(Arc::clone(&time), Arc::clone(&witness)));
    let mut trial = Trial {
        witness,
        mollie,
        reported: BTreeMap::new(),
        violations: Vec::new(),
        time,
        striker: Striker::new(cell, aim, means),
        url,
        service: None,
    };
    let (points, report) = trial.play(cell, aim, callers).await;
    trial.close().await;
    let Trial { violations, striker, .. } = trial;
    drop(striker);
    home.remove().await;
    Verdict { points, report, violations }
}

impl Trial {
    async fn play(
        &mut self,
        cell: Cell,
        aim: Option<Aim>,
        callers: usize,
    ) -> (Vec<Point>, Result<String, String>) {
        self.open(true).await;
        self.prepare(cell.flow, callers).await;
        if aim.is_some() {
            self.striker.prepare();
        }
        if cell.engine == Engine::Sqlite {
            // What the log has room for already would not have to be written anew.
            self.witness.ask("PRAGMA wal_checkpoint(TRUNCATE)").await;
        }
        self.striker.count();
        self.flow(cell.flow, callers).await;
        self.health_follows().await;
        self.striker.heal();
        let (points, report) = (self.striker.points(), self.striker.report());
        if aim.is_none() {
            return (points, report);
        }
        // Go on, an ordinary rollback, more work, a restart, and everything once more.
        self.repeat().await;
        self.settle().await;
        let held = self.insist("held", Wish::Place("W".to_owned())).await;
        if held != Reported::Refused("number held".to_owned()) {
            self.violations.push(format!("a number that is held was answered {held:?}"));
        }
        self.more().await;
        self.restart().await;
        self.repeat().await;
        self.settle().await;
        judge(self).await;
        (points, report)
    }

    /// The service that runs.
    pub fn service(&self) -> Arc<Service> {
        Arc::clone(self.service.as_ref().expect("the service runs"))
    }

    async fn open(&mut self, is_new: bool) {
        let options = Options { url: self.url.clone(), max_connections: 4 };
        let store = Database::connect(&options).await.expect("the database can be opened");
        if is_new {
            store.migrate().await.expect("the schema can be made");
        }
        let store = store.with_faults(Arc::<Striker>::clone(&self.striker) as _);
        self.service = Some(Service::new(store, &self.mollie, &self.time));
    }

    async fn close(&mut self) {
        if let Some(service) = self.service.take() {
            self.violations.extend(service.broken());
            let store = service.store.clone();
            drop(service);
            store.close().await;
        }
        self.witness.leave().await;
    }

    /// Everybody lets go of the database, and the service comes up again.
    async fn restart(&mut self) {
        self.close().await;
        self.open(false).await;
    }

    async fn ask(&mut self, request_id: &str, wish: Wish) -> Reported {
        let reported = self.service().call(request_id, &wish).await;
        self.heard(request_id, wish, reported.clone()).await;
        reported
    }

    /// Keeps what a caller was told. What is acknowledged is in the database, as anybody can see.
    async fn heard(&mut self, request_id: &str, wish: Wish, reported: Reported) {
        if let Reported::Accepted { .. } = reported {
            let sql = format!(
                "SELECT count(*) FROM requests WHERE caller = '{CALLER}' AND request_id = '{request_id}'"
            );
            if self.witness.count(&sql).await != 1 {
                self.violations.push(format!("{request_id} was acknowledged, and is not in the database"));
            }
        }
        self.reported.entry(request_id.to_owned()).or_insert_with(|| (wish, Vec::new())).1.push(reported);
    }

    /// Calls until he is answered.
    async fn insist(&mut self, request_id: &str, wish: Wish) -> Reported {
        let mut last = self.ask(request_id, wish.clone()).await;
        for _ in 1..TRIES {
            if !matches!(last, Reported::Unavailable(_)) {
                return last;
            }
            self.time.advance(Duration::from_secs(1));
            last = self.ask(request_id, wish.clone()).await;
        }
        if let Reported::Unavailable(problem) = &last {
            self.violations
                .push(format!("{request_id}: nothing fails any more, and the store does: {problem}"));
        }
        last
    }

    /// Every caller makes every call once more.
    async fn repeat(&mut self) {
        let calls: Vec<_> = self.reported.iter().map(|(id, (wish, _))| (id.clone(), wish.clone())).collect();
        for (request_id, wish) in calls {
            self.insist(&request_id, wish).await;
        }
    }

    /// Loops run until everything has come to rest.
    pub async fn settle(&mut self) {
        for _ in 0..ROUNDS {
            self.time.advance(Duration::from_secs(2));
            if let Err(problem) = self.witness.end_leases().await {
                self.violations.push(format!("nothing is under way, and nobody else can write: {problem}"));
                return;
            }
            let service = self.service();
            service.operations().await;
            service.hooks().await;
            service.look_ups().await;
            service.positions().await;
            let open = "SELECT (SELECT count(*) FROM operations WHERE state NOT IN ('succeeded', 'rejected', 'withdrawn'))
                + (SELECT count(*) FROM event_queue)";
            if self.witness.count(open).await == 0 && self.mollie.due_hooks().is_empty() {
                return;
            }
        }
    }

    /// Places an order, and lets its shopper authorize it and the service know; gives its id.
    async fn authorized(&mut self, number: &str) -> Option<OrderId> {
        self.insist(&format!("place-{number}"), Wish::Place(number.to_owned())).await;
        self.mollie.authorize(number);
        self.settle().await;
        self.service().numbered(number).await
    }

    /// What is there before the store fails.
    async fn prepare(&mut self, flow: Flow, callers: usize) {
        self.authorized("W").await;
        for n in 0..callers {
            let number = format!("A{n}");
            match flow {
                Flow::CreateOrder => (),
                Flow::CreateShipment | Flow::CancelOrder => {
                    self.authorized(&number).await;
                }
                Flow::UpdateShipment => {
                    if let Some(order) = self.authorized(&number).await {
                        let code = format!("3S{n}");
                        self.insist(&format!("ship-{number}"), Wish::Ship { order, line: 1, code }).await;
                        self.settle().await;
                    }
                }
                Flow::Hook | Flow::LookUp => {
                    self.insist(&format!("place-{number}"), Wish::Place(number.clone())).await;
                    self.settle().await;
                    self.mollie.authorize(&number);
                }
            }
        }
        if flow == Flow::LookUp {
            self.service().hooks().await;
        }
    }

    /// While a volume is full, what health asks for does not fit either.
    async fn health_follows(&mut self) {
        if self.striker.is_full_volume() && self.service().store.beat(ROOM).await.is_ok() {
            self.violations.push("health would say SERVING while the volume is full".to_owned());
        }
    }

    /// The flow, by as many callers at once.
    async fn flow(&mut self, flow: Flow, callers: usize) {
        let service = self.service();
        match flow {
            Flow::Hook => service.hooks().await,
            Flow::LookUp => service.look_ups().await,
            Flow::CreateOrder | Flow::CreateShipment | Flow::UpdateShipment | Flow::CancelOrder => {
                let (mut wishes, mut calls) = (Vec::new(), Vec::new());
                for n in 0..callers {
                    wishes.push(self.wish(flow, n).await);
                }
                for (n, wish) in wishes.into_iter().enumerate() {
                    let service = Arc::clone(&service);
                    calls.push(tokio::spawn(async move {
                        let request_id = format!("flow-{n}");
                        let reported = service.call(&request_id, &wish).await;
                        (request_id, wish, reported)
                    }));
                }
                let mut heard = Vec::new();
                for call in calls {
                    heard.push(call.await.expect("a call does not panic"));
                }
                self.health_follows().await;
                // The witness needs memory too.
                self.striker.heal();
                for (request_id, wish, reported) in heard {
                    self.heard(&request_id, wish, reported).await;
                }
            }
        }
    }

    async fn wish(&self, flow: Flow, n: usize) -> Wish {
        let number = format!("A{n}");
        let order = self.service().numbered(&number).await;
        match (flow, order) {
            (Flow::CreateShipment, Some(order)) => Wish::Ship { order, line: 1, code: format!("3S{n}") },
            (Flow::UpdateShipment, Some(order)) => {
                let shipments = self.service().store.list_shipments(order).await.expect("nothing fails yet");
                let [shipment] = &shipments[..] else { panic!("order {number} has one parcel") };
                Wish::Track { order, shipment: shipment.id, code: format!("JD{n}") }
            }
            (Flow::CancelOrder, Some(order)) => Wish::Cancel(order),
            (Flow::CreateOrder | Flow::Hook | Flow::LookUp, _) => Wish::Place(number),
            (Flow::CreateShipment | Flow::UpdateShipment | Flow::CancelOrder, None) => {
                panic!("order {number} was placed")
            }
        }
    }

    /// More work: another order, and shipments of it and of one from before.
    async fn more(&mut self) {
        let Some(order) = self.authorized("B").await else {
            self.violations.push("order B was acknowledged, and is not found".to_owned());
            return;
        };
        self.insist("ship-B", Wish::Ship { order, line: 1, code: "3SB".to_owned() }).await;
        if let Some(order) = self.service().numbered("W").await {
            self.insist("ship-W", Wish::Ship { order, line: 2, code: "3SW".to_owned() }).await;
        }
        self.settle().await;
    }
}
