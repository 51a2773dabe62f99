//! `order-service serve` or `dev`, running, and a client of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use grpc_server::proto::operation_service_client::OperationServiceClient;
use grpc_server::proto::order_service_client::OrderServiceClient;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::ports::free_address;
use crate::probes;
use crate::process::{Environment, PROGRAM, Process, Use};
use crate::wait::{SOON, until};

/// A client of the service's API.
pub type Orders = OrderServiceClient<Channel>;
/// A client of the operators' API.
pub type Operators = OperationServiceClient<Channel>;

/// Asks a probe's question. `None`: nobody answers.
pub async fn probe(monitoring: SocketAddr, path: &str) -> Option<(u16, String)> {
    let answer = reqwest::get(format!("http://{monitoring}{path}")).await.ok()?;
    let status = answer.status().as_u16();
    Some((status, answer.text().await.ok()?))
}

/// A service that can be stopped and started again at the same addresses.
pub struct Service {
    command: &'static str,
    directory: PathBuf,
    environment: Environment,
    grpc: SocketAddr,
    webhook: SocketAddr,
    monitoring: SocketAddr,
    process: Option<Process>,
    /// The crash point of the next start.
    armed: Option<String>,
}

impl Service {
    /// A service that is not running yet. `environment` comes on top of the addresses.
    pub fn new(command: &'static str, directory: PathBuf, mut environment: Environment) -> Self {
        let (grpc, webhook, monitoring) = (free_address(), free_address(), free_address());
        environment.push(("ORDER_SERVICE__GRPC__LISTEN", grpc.to_string().into()));
        environment.push(("ORDER_SERVICE__WEBHOOK__LISTEN", webhook.to_string().into()));
        environment.push(("ORDER_SERVICE__MONITORING__LISTEN", monitoring.to_string().into()));
        if !environment.iter().any(|(key, _)| *key == "ORDER_SERVICE__WEBHOOK__PUBLIC_URL") {
            environment.push(("ORDER_SERVICE__WEBHOOK__PUBLIC_URL", format!("http://{webhook}").into()));
        }
        Self { command, directory, environment, grpc, webhook, monitoring, process: None, armed: None }
    }

    /// Leaves a setting to its default.
    pub fn forget(&mut self, name: &str) {
        self.environment.retain(|(key, _)| *key != name);
    }

    /// Gives a setting from the next start on, on top of what there was.
    pub fn set(&mut self, name: &'static str, value: &str) {
        self.environment.push((name, value.into()));
    }

    /// Starts as this program from now on, or as the one at hand.
    pub fn of_build(&mut self, program: Option<PathBuf>) {
        self.forget(PROGRAM);
        self.environment.extend(program.map(|program| (PROGRAM, program.into())));
    }

    /// Arms a crash point, or none, for every start from now on: `POINT[:N[:stop]]`.
    pub fn arm(&mut self, point: Option<String>) {
        self.armed = point;
    }

    /// Starts it and waits until it serves.
    pub async fn start(&mut self) {
        assert!(self.start_unless_killed().await, "the service was killed before it served");
    }

    /// Starts it and waits until it serves, or until its crash point has killed it: then `false`.
    pub async fn start_unless_killed(&mut self) -> bool {
        let mut process = self.begin();
        let mut health = HealthClient::new(self.channel());
        let serves = until("the service serves", SOON, async || {
            if process.is_killed() {
                return Some(false);
            }
            let answer = health.check(HealthCheckRequest::default()).await.ok()?;
            (answer.into_inner().status() == ServingStatus::Serving).then_some(true)
        })
        .await;
        self.process = Some(process);
        serves
    }

    /// Starts it with arguments, without waiting for anything.
    pub fn launch(&mut self, arguments: &[&str]) {
        self.process = Some(Process::start_with(self.command, arguments, &self.directory, &self.environment));
    }

    /// Waits until it serves, once it was launched.
    pub async fn serves(&mut self, limit: Duration) {
        let mut health = HealthClient::new(self.channel());
        until("the service serves", limit, async || {
            self.running().must_run();
            let answer = health.check(HealthCheckRequest::default()).await.ok()?;
            (answer.into_inner().status() == ServingStatus::Serving).then_some(())
        })
        .await;
    }

    /// Starts it without waiting for anything.
    pub fn begin(&self) -> Process {
        let armed = self.armed.iter().map(|point| (probes::VARIABLE, point.into()));
        let environment = self.environment.iter().cloned().chain(armed).collect();
        Process::start(self.command, &self.directory, &environment)
    }

    /// Everything it has said since it was started.
    pub fn said(&self) -> String {
        self.process.as_ref().map(Process::said).unwrap_or_default()
    }

    /// Whether it has been killed since it was started.
    pub fn is_killed(&mut self) -> bool {
        self.running().is_killed()
    }

    /// Stops it where it stands, as a system does that is short of time, until it is woken.
    pub fn freeze(&mut self) {
        self.running().signal("STOP");
    }

    /// Wakes it.
    pub fn wake(&mut self) {
        self.running().signal("CONT");
    }

    /// How many files it has open.
    pub fn open_files(&self) -> usize {
        self.process.as_ref().expect("the service runs").open_files()
    }

    /// Bounds from now on how many files it may open.
    pub fn limit_files(&self, most: usize) {
        self.process.as_ref().expect("the service runs").limit_files(most);
    }

    /// What its process has used so far.
    pub fn uses(&self) -> Use {
        self.process.as_ref().expect("the service runs").uses()
    }

    /// Has the most memory it used counted anew from here.
    pub fn forget_peak(&self) {
        self.process.as_ref().expect("the service runs").forget_peak();
    }

    /// Waits until it is stopped, by its crash point or by us.
    pub async fn is_frozen(&mut self) {
        until("the service is stopped", SOON, async || self.running().is_stopped().then_some(())).await;
    }

    /// Ends it in the middle of whatever it does.
    pub fn kill(&mut self) {
        self.running().kill();
        self.process = None;
    }

    /// Stops it as a system does; it must end well within 15 seconds.
    pub async fn stop(&mut self) {
        self.stop_and_tell().await;
    }

    /// The same, and gives everything that it has said.
    pub async fn stop_and_tell(&mut self) -> String {
        let process = self.running();
        process.terminate();
        let status = process.ended(Duration::from_secs(15)).await;
        let said = process.said();
        assert!(status.success(), "after SIGTERM it ended with {status}:\n{said}");
        self.process = None;
        said
    }

    fn running(&mut self) -> &mut Process {
        self.process.as_mut().expect("the service runs")
    }

    /// A client with a connection of its own.
    pub fn orders(&self) -> Orders {
        Orders::new(self.channel())
    }

    /// A client of the operators' API, with a connection of its own.
    pub fn operators(&self) -> Operators {
        Operators::new(self.channel())
    }

    /// Starts it anew, with these settings on top of what it had.
    pub async fn restart_with(&mut self, settings: &[(&'static str, &str)]) {
        self.kill();
        self.environment.extend(settings.iter().map(|(key, value)| (*key, value.into())));
        self.start().await;
    }

    /// A connection, made when it is first used.
    pub fn channel(&self) -> Channel {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.grpc)).expect("an address");
        endpoint.timeout(Duration::from_secs(60)).connect_lazy()
    }

    /// A client that calls from another address of this machine: another caller.
    pub fn orders_from(&self, host: u8) -> Orders {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.grpc)).expect("an address");
        let address = std::net::IpAddr::from([127, 0, 0, host]);
        Orders::new(endpoint.timeout(Duration::from_secs(60)).local_address(Some(address)).connect_lazy())
    }

    /// Where callers come.
    pub fn grpc(&self) -> SocketAddr {
        self.grpc
    }

    /// Where hooks arrive, whatever address Mollie was told.
    pub fn webhook(&self) -> SocketAddr {
        self.webhook
    }

    pub fn monitoring(&self) -> SocketAddr {
        self.monitoring
    }

    /// Asks a probe's question.
    pub async fn probe(&self, path: &str) -> Option<(u16, String)> {
        probe(self.monitoring, path).await
    }
}
