//! The service as a whole: built, started, and stopped in order.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use domain::ports::Clock;
use jiff::Timestamp;
use persistence::{Database, Durability, Options, Restoration, Schema};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::HealthService;
use tracing::{info, warn};

use crate::admission::{self, Admission, Gates};
use crate::awaited::Awaited;
use crate::clock::{Offset, SystemClock};
use crate::config::{Checked, Config};
use crate::driver::Driver;
use crate::feed::Feed;
use crate::generations::Generations;
use crate::health::{Health, Monitoring, Verdict, Watch};
use crate::identity::{Door, Identity, enter};
use crate::listen::{self, FAREWELL, Port};
use crate::lookup_lag::LookupLag;
use crate::methods::KnownMethods;
use crate::proto::DESCRIPTORS;
use crate::proto::operation_service_server::OperationServiceServer;
use crate::proto::order_service_server::OrderServiceServer;
use crate::public_address::PublicAddress;
use crate::rpc::{OrderRpc, errors};
use crate::secret::Source;
use crate::service::Service;
use crate::vault::SecretVault;
use crate::wire::Informed;
use crate::worker::files::Files;
use crate::{profiles, restoration, telemetry, webhook, wire, worker};

/// How much longer than its longest call of Mollie a stopping server waits for what is under way. Anything cut off then is claimed
/// again, by another process or after the next start.
const DRAIN: Duration = Duration::from_secs(5);
/// How long a database that may not answer is waited for in the end.
const CLOSING: Duration = Duration::from_secs(3);
/// How long a stopping server still answers after it has reported itself as not serving.
const NOT_SERVING: Duration = Duration::from_millis(100);

/// A server that is ready and listens, but does not serve yet.
pub struct Server {
    pub grpc: SocketAddr,
    pub webhook: SocketAddr,
    pub monitoring: SocketAddr,
    pub public_url: String,
    public_address: PublicAddress,
    /// The last time that the database was restored.
    restoration: Option<Restoration>,
    pub database: String,
    mollie: String,
    driver: Driver,
    files: Files,
    position_pause: Duration,
    gauge_pause: Duration,
    max_message_bytes: usize,
    identity: Identity,
    calls: admission::Limits,
    call_timeout: Duration,
    ports: Ports,
    health: Health,
    probes: Monitoring,
    database_patience: Duration,
}

/// Both ports of calls, bound.
struct Ports {
    callers: TcpListener,
    webhooks: TcpListener,
    /// Of callers, then of webhooks.
    limits: (listen::Limits, listen::Limits),
    /// The settings that bound their connections.
    settings: (String, String),
    webhook_patience: Duration,
    /// The connections, likewise.
    open: (TaskTracker, TaskTracker),
}

impl Server {
    /// Binds, connects, migrates and checks; serves nothing before all of that has succeeded.
    /// `after_restore`: the database was restored from a backup.
    pub async fn prepare(
        config: &Config,
        checked: Checked,
        offset: Offset,
        after_restore: bool,
    ) -> Result<Self> {
        let ([callers, webhooks, probes], calls) = config.capacity();
        let ports = Ports::bind(config, (callers, webhooks)).await?;
        let (grpc, webhook) = (ports.callers.local_addr()?, ports.webhooks.local_addr()?);
        let health = Health::starting().await;
        let (monitoring, probes) = monitor(config, probes, health.clone()).await?;
        let store = connect(config).await?;
        let database = store.version().await.context("the database's version cannot be read")?;
        tell_durability(&store).await?;
        one_mollie_only(config, &store).await?;
        let is_empty = profiles::fit(&checked, config, &store).await?;
        let source = Source::new(config, &store).await?;
        let mut settings = config.settings();
        if config.webhook.public_url.is_none() {
            settings.public_url = format!("http://{webhook}");
        }
        let (public_url, setting) = (settings.public_url.clone(), config.names.of("webhook.public_url"));
        let public_address = PublicAddress::note(public_url.clone(), setting, is_empty, &store).await?;
        let (gateway, profiles, retired) = (checked.gateway, checked.modes, checked.retired);
        let stream = store.clone();
        let clock = SystemClock::new(offset, gateway.mollie_time());
        worker::clock::compare(&store, &clock).await;
        let (vault, generations) = vault(&source, clock.now(), &store).await?;
        let restoration = restoration::begin(&store, after_restore, clock.now()).await?;
        settings.restored_time = restoration.map(|restoration| restoration.started);
        let files = Files { source, generations, keys: checked.key_files };
        let gateway = gateway.paced(store.clone(), clock.clone(), &config.limits());
        let gateway = gateway.context("the adapter is in use already")?;
        let paced = gateway.clone();
        #[cfg(feature = "probes")]
        let (store, gateway) = crate::probes::lay(store, gateway).map_err(anyhow::Error::msg)?;
        let ids = crate::vault::SystemIds;
        let (agreements, methods) = (config.agreements(), KnownMethods::default());
        let service = Service {
            store,
            stream,
            gateway,
            paced,
            lookup_lag: LookupLag::default(),
            clock,
            ids,
            vault,
            settings,
            profiles,
            retired,
            agreements,
            methods,
        };
        let mollie = config.mollie.base_url.clone();
        let driver = Driver::new(Arc::new(service), Feed::new(config.streams()));
        let position_pause = Duration::from_millis(config.events.position_milliseconds);
        Ok(Self {
            grpc,
            webhook,
            monitoring,
            public_url,
            public_address,
            restoration,
            database,
            mollie,
            driver,
            files,
            position_pause,
            gauge_pause: Duration::from_secs(config.telemetry.gauge_seconds),
            max_message_bytes: config.grpc.max_message_bytes,
            identity: checked.identity,
            calls,
            call_timeout: Duration::from_secs(config.mollie.call_timeout_seconds),
            ports,
            health,
            probes,
            database_patience: Duration::from_secs(config.monitoring.database_patience_seconds),
        })
    }

    /// Serves until `stop` is canceled; then refuses new calls, lets work under way finish, and closes, within a time limit.
    pub async fn run(mut self, stop: CancellationToken) -> Result<()> {
        let workers = CancellationToken::new();
        worker::keep_time(&self.driver, &workers);
        telemetry::follow(&self.driver);
        self.driver.own(worker::gauges::run(self.driver.clone(), self.gauge_pause, workers.clone()));
        let service = Arc::clone(&self.driver.service);
        self.driver.own(worker::files::run(service, self.files, workers.clone()));
        let (mut servers, listening) = (JoinSet::new(), CancellationToken::new());
        self.identity.keep_up(&listening);
        let door = Arc::clone(&self.identity.door);
        let gates = Gates::new(&self.calls);
        let awaited = Awaited::new(&self.driver, gates.clone(), self.ports.open());
        let restoration = self.restoration.filter(|last| !last.is_finished);
        let gate = restoration::Gate::new(restoration.is_none());
        let calls = (gates, gate.clone());
        let router = grpc_router(&self.driver, self.max_message_bytes, calls, self.health.service(), door)?;
        let calls = self.calls.of_connection(self.driver.feed.limits.streams);
        let guard = self.identity.guards();
        let tls = self.identity.tls.take();
        self.ports.serve(&mut servers, (router, calls, tls), &self.driver, &listening);
        if let Some(restoration) = restoration {
            self.health.tell(Verdict::Restoring).await;
            tokio::select! {
                () = restoration::run(&self.driver, restoration) => (),
                () = stop.cancelled() => (),
                ended = servers.join_next() => anyhow::bail!("a listener ended by itself: {ended:?}"),
            }
        }
        let mut watching = None;
        if !stop.is_cancelled() {
            worker::start(&self.driver, self.position_pause, &workers);
            gate.open();
            let store = self.driver.service.stream.clone();
            self.driver.own(self.public_address.tell(store.clone()));
            let watch = Watch::begin(store, self.health.clone(), self.database_patience).await;
            watching = Some(tokio::spawn(watch.run()));
            info!(grpc = %self.grpc, guard, webhook = %self.webhook, monitoring = %self.monitoring, public_url = self.public_url, database = self.database, mollie = self.mollie, "serving");
        }
        tokio::select! {
            () = stop.cancelled() => (),
            ended = servers.join_next() => anyhow::bail!("a listener ended by itself: {ended:?}"),
        }
        info!(longest = ?self.call_timeout + DRAIN, "stopping: calls under way are answered first");
        self.health.tell(Verdict::Stopping).await;
        tokio::time::sleep(NOT_SERVING).await;
        workers.cancel();
        listening.cancel();
        let drained = tokio::time::timeout((self.call_timeout + DRAIN).max(FAREWELL * 2), async {
            // What calls begin until their connections have ended is waited for as well.
            while servers.join_next().await.is_some() {}
            self.driver.drain().await;
        });
        let drained = tokio::select! {
            drained = drained => drained,
            never = self.driver.stop_waiting_after(self.call_timeout) => match never {},
            never = awaited.tell() => match never {},
        };
        if drained.is_err() {
            warn!("slow steps were cut off; operations left behind are claimed again");
        }
        servers.abort_all();
        if let Some(watching) = watching {
            watching.abort();
        }
        self.probes.close().await;
        if tokio::time::timeout(CLOSING, self.driver.service.store.clone().close()).await.is_err() {
            warn!("the database did not answer a goodbye; its connections are dropped");
        }
        info!("stopped");
        telemetry::stop().await;
        Ok(())
    }
}

impl Ports {
    async fn bind(config: &Config, limits: (listen::Limits, listen::Limits)) -> Result<Self> {
        let name = |path: &str| config.names.of(path);
        Ok(Self {
            callers: bind(config.grpc.listen, &name("grpc.listen")).await?,
            webhooks: bind(config.webhook.listen, &name("webhook.listen")).await?,
            limits,
            settings: (name("grpc.max_connections"), name("webhook.max_connections")),
            webhook_patience: Duration::from_secs(config.webhook.timeout_seconds),
            open: (TaskTracker::new(), TaskTracker::new()),
        })
    }

    fn open(&self) -> [TaskTracker; 2] {
        [self.open.0.clone(), self.open.1.clone()]
    }

    /// Serves both until `stop` is canceled. `calls`: how many one connection of a caller may have at once.
    fn serve(
        self,
        servers: &mut JoinSet<()>,
        (router, calls, tls): (Router, u32, Option<listen::Tls>),
        driver: &Driver,
        stop: &CancellationToken,
    ) {
        let callers = Port {
            name: "gRPC",
            setting: self.settings.0,
            limits: self.limits.0,
            open: self.open.0,
            tls,
            protocol: listen::grpc(calls),
            router,
            is_stream: admission::is_stream,
        };
        let webhooks = Port {
            name: "webhooks",
            setting: self.settings.1,
            limits: self.limits.1,
            open: self.open.1,
            tls: None,
            protocol: listen::http(self.webhook_patience),
            router: webhook::router(driver.clone(), self.webhook_patience),
            is_stream: |_| false,
        };
        servers.spawn(callers.serve(self.callers, stop.clone()));
        servers.spawn(webhooks.serve(self.webhooks, stop.clone()));
    }
}

/// Answers probes from now on.
async fn monitor(
    config: &Config,
    limits: listen::Limits,
    health: Health,
) -> Result<(SocketAddr, Monitoring)> {
    let listener = bind(config.monitoring.listen, &config.names.of("monitoring.listen")).await?;
    let address = listener.local_addr()?;
    let setting = config.names.of("monitoring.max_connections");
    Ok((address, Monitoring::serve(listener, limits, setting, health)))
}

async fn bind(address: SocketAddr, key: &str) -> Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| {
        format!("cannot listen on {address}; stop the process that listens there, or choose another address with {key}")
    })
}

/// Connects to the database, and migrates its schema where that is allowed on start.
pub async fn connect(config: &Config) -> Result<Database> {
    if let Some(file) =
        persistence::missing_file(&config.database.url).filter(|_| !config.database.migrate_on_start)
    {
        anyhow::bail!(
            "{}: there is no file {}; name the one that holds the orders, or have `order-service migrate` make a new one, or allow it with \
             {}=true",
            config.names.of("database.url"),
            file.display(),
            config.names.of("database.migrate_on_start")
        );
    }
    let options =
        Options { url: config.database.url.clone(), max_connections: config.database.max_connections };
    let database = Database::connect(&options).await.with_context(|| config.names.of("database.url"))?;
    migrate(&database, config).await?;
    Ok(database.observed(telemetry::OBSERVER))
}

async fn migrate(database: &Database, config: &Config) -> Result<()> {
    match database.schema().await.context("the database's schema cannot be used")? {
        Schema::Current => (),
        Schema::Newer(steps) => {
            info!(migrations = ?steps, "a newer release has migrated the schema; this one works on it, too");
        }
        Schema::Behind(_) if config.database.migrate_on_start => {
            let applied =
                database.migrate().await.context("the database's schema cannot be brought up to date")?;
            info!(migrations = ?applied, "schema brought up to date");
        }
        Schema::Behind(steps) => anyhow::bail!(
            "the database's schema lacks {}: run `order-service migrate` with this release first, or allow it with {}=true",
            steps.join(", "),
            config.names.of("database.migrate_on_start")
        ),
    }
    Ok(())
}

/// Warns the operator if a power cut could undo what callers were promised.
async fn tell_durability(store: &Database) -> Result<()> {
    let Durability { is_full, settings } =
        store.durability().await.context("the database's durability settings cannot be read")?;
    if is_full {
        info!(durability = settings, "database is durable");
    } else {
        warn!(durability = settings, "database is NOT durable: a power cut may undo what was acknowledged");
    }
    Ok(())
}

/// The vault, with the generations it was made of and how many have begun.
async fn vault(
    source: &Source,
    now: Timestamp,
    store: &Database,
) -> Result<(SecretVault, (Generations, usize))> {
    let generations = source.read().map_err(|faults| anyhow::Error::msg(faults.join("; ")))?;
    source.admit(&generations, now, store).await?;
    let begun = generations.begun(now);
    Ok((SecretVault::new(&generations, now)?, (generations, begun)))
}

/// A database holds orders of either the simulated or the real Mollie: each could not find the other's.
async fn one_mollie_only(config: &Config, store: &Database) -> Result<()> {
    let ours = if config.mollie_is_real() { "real" } else { "simulated" };
    let kept = store.service_secret("mollie", ours.as_bytes()).await?;
    let kept = String::from_utf8_lossy(&kept);
    anyhow::ensure!(
        kept == ours,
        "this database holds orders of the {kept} Mollie, and {} is {}, the {ours} one; choose another with {}",
        config.names.of("mollie.base_url"),
        config.mollie.base_url,
        config.names.of("database.url")
    );
    Ok(())
}

fn grpc_router(
    driver: &Driver,
    most: usize,
    (gates, gate): (Gates, restoration::Gate),
    health: HealthServer<HealthService>,
    door: Arc<Door>,
) -> Result<Router> {
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let rpc = OrderRpc::new(driver.clone());
    let orders = OrderServiceServer::new(rpc.clone()).max_decoding_message_size(most);
    let operations = OperationServiceServer::new(rpc).max_decoding_message_size(most);
    // Compiled now, so that the first caller need not wait for it.
    LazyLock::force(&wire::SHAPES);
    let routes = Routes::new(Informed::health(health.max_decoding_message_size(most), most))
        .add_service(reflection().build_v1()?)
        // Python's client and older tools still use the alpha version.
        .add_service(reflection().build_v1alpha()?)
        .add_service(Informed::new(Admission::new(orders, gates.clone()), most))
        .add_service(Informed::new(Admission::new(operations, gates), most));
    // Calls of unknown services get a reason, too.
    let routes = routes.into_axum_router().fallback(async || errors::no_such_method().into_http::<Body>());
    let routes = routes.layer(axum::middleware::from_fn_with_state(gate, restoration::hold));
    let routes = routes.layer(axum::middleware::from_fn_with_state(door, enter));
    Ok(routes.layer(axum::middleware::from_fn(telemetry::watch)))
}
