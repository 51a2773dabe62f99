//! All that one test has: a simulator, a database, a service on both, and a directory that goes with them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tonic::Code;

use crate::database::{Database, random};
use crate::engine::Engine;
use crate::process::Environment;
use crate::proto::{
    CreateOrderRequest, GetOrderRequest, ListOperationsRequest, ListOrderEventsRequest, Order, OrderDraft,
    OrderEvent, OrderStatus, get_order_request,
};
use crate::service::{Operators, Orders, Service};
use crate::simulator::{API_KEY, Simulator};
use crate::wait::{SOON, until};

/// How long a test may take, whatever else the machine does. Each wait in it has a shorter limit; this is for what nobody thought of.
const LONGEST: Duration = Duration::from_secs(8 * 60);

/// Everything of one test. What is declared first goes first.
pub struct World {
    pub service: Service,
    pub simulator: Simulator,
    pub database: Database,
    directory: TempDir,
    settings: Environment,
}

impl World {
    /// Runs a test on an engine, unless that is left out.
    pub async fn with(engine: Engine, test: impl AsyncFnOnce(Self)) {
        // What a whole test holds across its waits is large.
        let mut all = Box::pin(async {
            if engine.is_available().await {
                test(Self::start(engine).await).await;
            }
        });
        let ended = tokio::time::timeout(LONGEST, &mut all).await;
        // What it has started is dropped while this panics, and says its last words.
        assert!(ended.is_ok(), "the test did not end within {} s", LONGEST.as_secs());
    }

    /// A running service on an empty database, beside an empty simulator.
    pub async fn start(engine: Engine) -> Self {
        let mut world = Self::prepare(engine, None).await;
        world.service.start().await;
        world
    }

    /// The same, not running yet, and telling Mollie another address for its hooks.
    pub async fn prepare(engine: Engine, public_url: Option<&str>) -> Self {
        let address = public_url.map(|url| ("ORDER_SERVICE__WEBHOOK__PUBLIC_URL", url.into()));
        Self::prepare_with(engine, address.into_iter().collect()).await
    }

    /// The same, with settings of its own, which its replicas share.
    pub async fn prepare_with(engine: Engine, settings: Environment) -> Self {
        let directory = tempfile::Builder::new().prefix("order-service-").tempdir().expect("a directory");
        let database = Database::make(engine, directory.path()).await;
        let simulator = Simulator::start(directory.path().to_owned()).await;
        let environment = environment(directory.path(), &database, &simulator, &settings);
        let service = Service::new("serve", directory.path().to_owned(), environment);
        Self { service, simulator, database, directory, settings }
    }

    /// Another replica on the same database and simulator, at addresses of its own, not running yet.
    pub fn replica(&self) -> Service {
        self.replica_in(self.directory().to_owned())
    }

    /// The same with its logs in a directory of their own.
    pub fn replica_in(&self, directory: PathBuf) -> Service {
        std::fs::create_dir_all(&directory).expect("the directory can be made");
        let environment = environment(self.directory(), &self.database, &self.simulator, &self.settings);
        Service::new("serve", directory, environment)
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub fn orders(&self) -> Orders {
        self.service.orders()
    }

    pub fn operators(&self) -> Operators {
        self.service.operators()
    }

    /// Lets simulated time pass, by an ISO 8601 duration, and waits until the service lives in it.
    pub async fn advance(&self, duration: &str) {
        let (before, then) = (self.simulator.ahead().await, self.now().await);
        self.simulator.advance(duration).await;
        let jump = self.simulator.ahead().await - before;
        until("the service follows", SOON, async || (self.now().await - then >= jump).then_some(())).await;
    }

    /// The service's time, in seconds.
    async fn now(&self) -> i64 {
        let request = ListOperationsRequest::default();
        let answer = self.operators().list_operations(request).await.expect("a list").into_inner();
        answer.read_time.expect("it tells its time").seconds
    }

    /// Places a draft and gives the order as it was answered.
    pub async fn create(&self, draft: OrderDraft) -> Order {
        let request = Box::new(CreateOrderRequest {
            request_id: new_request_id(),
            draft: Some(draft),
            ..Default::default()
        });
        loop {
            match Box::pin(self.orders().create_order((*request).clone())).await {
                Ok(order) => return order.into_inner(),
                // On a machine that is busy with other things, the time for an answer may pass before anything was saved.
                Err(status) if status.code() == Code::DeadlineExceeded => (),
                Err(status) => panic!("the order is not placed: {status:?}"),
            }
        }
    }

    /// Places a draft, and pays or authorizes it; gives the order once the service has learned of it.
    pub async fn create_and_check_out(&self, draft: OrderDraft, result: &str) -> Order {
        let order = self.create(draft).await;
        self.simulator.check_out(&order.checkout_url, result).await;
        let wanted =
            OrderStatus::from_str_name(&format!("ORDER_STATUS_{}", result.to_uppercase())).expect("a status");
        self.reaches(&order.id, wanted).await
    }

    pub async fn order(&self, id: &str) -> Order {
        let key = Some(get_order_request::Key::Id(id.to_owned()));
        self.orders().get_order(GetOrderRequest { key }).await.expect("the order is there").into_inner()
    }

    /// The order once it has reached a status.
    pub async fn reaches(&self, id: &str, status: OrderStatus) -> Order {
        let what = format!("the order is {}", status.as_str_name());
        until(&what, SOON, async || Some(self.order(id).await).filter(|order| order.status() == status)).await
    }

    /// The order once nothing of it is under way.
    pub async fn settles(&self, id: &str) -> Order {
        let settled = async || Some(self.order(id).await).filter(|order| order.operations.is_empty());
        until("no operation of the order is under way", SOON, settled).await
    }

    /// Every event of the order, checked to be numbered without gaps.
    pub async fn events(&self, id: &str) -> Vec<OrderEvent> {
        let (mut events, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = ListOrderEventsRequest { order_id: id.to_owned(), page_size: 3, page_token };
            let page = self.orders().list_order_events(request).await.expect("events").into_inner();
            events.extend(page.events);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
        assert_eq!(sequences, (1..).take(events.len()).collect::<Vec<_>>(), "events have no gaps");
        events
    }
}

fn environment(
    directory: &Path,
    database: &Database,
    simulator: &Simulator,
    settings: &Environment,
) -> Environment {
    let mut environment: Vec<(&str, OsString)> = vec![
        ("ORDER_SERVICE__DATABASE__URL", database.url().into()),
        ("ORDER_SERVICE__MOLLIE__BASE_URL", simulator.api().into()),
        ("ORDER_SERVICE__CLOCK__URL", simulator.api().trim_end_matches("/v2").into()),
        ("ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE", key_file(directory).into()),
        ("ORDER_SERVICE__SECURITY__INSECURE", "true".into()),
    ];
    environment.extend(settings.iter().cloned());
    environment
}

fn key_file(directory: &Path) -> PathBuf {
    let path = directory.join("api-key");
    std::fs::write(&path, format!("{API_KEY}\n")).expect("the key can be written");
    path
}

/// A name for a new intent.
pub fn new_request_id() -> String {
    random().to_string()
}
