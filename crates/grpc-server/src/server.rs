//! The service as a whole: built, started, and stopped in order.

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::{Context, Result};
use persistence::{Database, Durability, Options};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::transport::Server as GrpcServer;
use tonic::transport::server::TcpIncoming;
use tracing::{info, warn};

use crate::clock::{Offset, SystemClock};
use crate::config::{Checked, Config};
use crate::driver::Driver;
use crate::feed::Feed;
use crate::identity::{Door, Identity, enter};
use crate::lookup_lag::LookupLag;
use crate::methods::KnownMethods;
use crate::proto::DESCRIPTORS;
use crate::proto::operation_service_server::OperationServiceServer;
use crate::proto::order_service_server::OrderServiceServer;
use crate::rpc::{OrderRpc, errors};
use crate::service::Service;
use crate::vault::{SecretVault, fresh_secret};
use crate::wire::Informed;
use crate::worker::health;
use crate::{profiles, tls_incoming, webhook, wire, worker};

/// How long a stopping server waits for calls and steps under way. Anything cut off then is claimed again after the next start.
const DRAIN: Duration = Duration::from_secs(10);
/// How long a stopping server still answers after it has reported itself as not serving.
const NOT_SERVING: Duration = Duration::from_millis(100);
/// The most concurrent calls on one connection.
const STREAMS: u32 = 256;

/// A server that is ready and listens, but does not serve yet.
pub struct Server {
    pub grpc: SocketAddr,
    pub webhook: SocketAddr,
    pub public_url: String,
    pub database: String,
    mollie: String,
    driver: Driver,
    position_pause: Duration,
    max_message_bytes: usize,
    identity: Identity,
    grpc_listener: TcpListener,
    webhook_listener: TcpListener,
}

impl Server {
    /// Binds, connects, migrates and checks; serves nothing before all of that has succeeded.
    pub async fn prepare(config: &Config, checked: Checked, offset: Offset) -> Result<Self> {
        let grpc_listener = bind(config.grpc.listen, &config.names.of("grpc.listen")).await?;
        let webhook_listener = bind(config.webhook.listen, &config.names.of("webhook.listen")).await?;
        let (grpc, webhook) = (grpc_listener.local_addr()?, webhook_listener.local_addr()?);
        let store = connect(config).await?;
        let database = store.version().await.context("the database's version cannot be read")?;
        tell_durability(&store).await?;
        one_mollie_only(config, &store).await?;
        profiles::fit(&checked, config, &store).await?;
        let vault = SecretVault::new(&secret(checked.secret, &store).await?)?;
        let mut settings = config.settings();
        if config.webhook.public_url.is_none() {
            settings.public_url = format!("http://{webhook}");
        }
        let public_url = settings.public_url.clone();
        let (gateway, profiles, retired) = (checked.gateway, checked.modes, checked.retired);
        let stream = store.clone();
        let clock = SystemClock::new(offset, gateway.mollie_time());
        worker::clock::compare(&store, &clock).await;
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
            public_url,
            database,
            mollie,
            driver,
            position_pause,
            max_message_bytes: config.grpc.max_message_bytes,
            identity: checked.identity,
            grpc_listener,
            webhook_listener,
        })
    }

    /// Serves until `stop` is canceled; then refuses new calls, lets work under way finish, and closes, within a time limit.
    pub async fn run(mut self, stop: CancellationToken) -> Result<()> {
        let workers = CancellationToken::new();
        worker::start(&self.driver, self.position_pause, &workers);
        let (reporter, health_service) = tonic_health::server::health_reporter();
        let store = self.driver.service.stream.clone();
        let writable = health::tell_first(&store, &reporter).await;
        let watching = tokio::spawn(health::run(store, reporter.clone(), writable));
        let mut servers = JoinSet::new();
        let listening = CancellationToken::new();
        self.identity.keep_up(&listening);
        let door = Arc::clone(&self.identity.door);
        let router = grpc_router(&self.driver, self.max_message_bytes, health_service, door)?;
        let (closing, tls) = (listening.clone().cancelled_owned(), self.identity.tls.clone());
        let (listener, stop_accepting) = (self.grpc_listener, listening.clone());
        servers.spawn(async move {
            let served = match tls {
                Some(tls) => {
                    let incoming = tls_incoming::incoming(listener, tls, stop_accepting);
                    router.serve_with_incoming_shutdown(incoming, closing).await
                }
                None => {
                    // An answer is several frames; none of them waits for the caller to acknowledge the one before.
                    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
                    router.serve_with_incoming_shutdown(incoming, closing).await
                }
            };
            served.map_err(anyhow::Error::from)
        });
        let (hooks, closing) = (webhook::router(self.driver.clone()), listening.clone().cancelled_owned());
        let listener = self.webhook_listener;
        servers.spawn(async move {
            axum::serve(listener, hooks).with_graceful_shutdown(closing).await.map_err(anyhow::Error::from)
        });
        info!(grpc = %self.grpc, webhook = %self.webhook, public_url = self.public_url, database = self.database, mollie = self.mollie, "serving");
        tokio::select! {
            () = stop.cancelled() => (),
            ended = servers.join_next() => anyhow::bail!("a listener ended by itself: {ended:?}"),
        }
        // From here on nothing reports it as serving.
        watching.abort();
        let _ = watching.await;
        health::tell(&reporter, false).await;
        tokio::time::sleep(NOT_SERVING).await;
        workers.cancel();
        listening.cancel();
        let drained = tokio::time::timeout(DRAIN, async {
            self.driver.drain().await;
            while servers.join_next().await.is_some() {}
        });
        if drained.await.is_err() {
            warn!("silent connections or slow steps were cut off; operations left behind are claimed again");
        }
        servers.abort_all();
        self.driver.service.store.clone().close().await;
        info!("stopped");
        Ok(())
    }
}

async fn bind(address: SocketAddr, key: &str) -> Result<TcpListener> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| {
        format!("cannot listen on {address}; stop the process that listens there, or choose another address with {key}")
    })
}

/// Connects to the database and migrates its schema.
pub async fn connect(config: &Config) -> Result<Database> {
    let options =
        Options { url: config.database.url.clone(), max_connections: config.database.max_connections };
    let database = Database::connect(&options).await.with_context(|| config.names.of("database.url"))?;
    let applied = database.migrate().await.context("the database's schema cannot be brought up to date")?;
    if !applied.is_empty() {
        info!(migrations = ?applied, "schema brought up to date");
    }
    Ok(database)
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

/// The secret from its file, or one that all processes on this database share.
async fn secret(from_file: Option<Vec<u8>>, store: &Database) -> Result<Vec<u8>> {
    match from_file {
        Some(secret) => Ok(secret),
        None => store
            .service_secret("root", &fresh_secret()?)
            .await
            .context("the service's secret cannot be kept"),
    }
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
    health: tonic_health::pb::health_server::HealthServer<impl tonic_health::pb::health_server::Health>,
    door: Arc<Door>,
) -> Result<tonic::transport::server::Router> {
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
        .add_service(Informed::new(orders, most))
        .add_service(Informed::new(operations, most));
    // Calls of unknown services get a reason, too.
    let routes = routes.into_axum_router().fallback(async || errors::no_such_method().into_http::<Body>());
    let routes = routes.layer(axum::middleware::from_fn_with_state(door, enter));
    Ok(GrpcServer::builder()
        .max_concurrent_streams(STREAMS)
        .http2_keepalive_interval(Some(Duration::from_secs(30)))
        .add_routes(Routes::from(routes)))
}
