//! Connections that say nothing, or nothing any more, and streams that nobody ends: a stop must not wait for them.

use std::ffi::OsString;
use std::fmt;
use std::process::Command;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::answers::{Refusal, refusal};
use crate::engine::Engine;
use crate::process::Environment;
use crate::wait::{SOON, until};
use crate::watch::{Watch, from_now};
use crate::world::World;

/// The beginning of a connection of HTTP/2, of a client that then says nothing any more.
const BEGUN: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// One in so many silent connections is to the port of webhooks; of the others every other one begins to speak.
const OF_WEBHOOKS: usize = 10;
/// Streams on one connection.
const TOGETHER: usize = 50;
/// Files that this process needs beside them.
const OTHERS: usize = 1_000;

/// What is open when the service is told to stop.
pub struct Silent {
    pub connections: usize,
    pub streams: usize,
    pub settings: Environment,
}

/// How it stopped.
pub struct Stopped {
    /// How long after SIGTERM health told that it does not serve, and when the process was gone.
    pub told: Duration,
    pub took: Duration,
    /// How each stream ended.
    pub ends: Vec<Refusal>,
    /// The memory that one silent connection held, and one stream, in bytes.
    pub of_connection: u64,
    pub of_stream: u64,
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { told, took, ends, of_connection, of_stream } = self;
        let (streams, of_connection, of_stream) = (ends.len(), of_connection / 1024, of_stream / 1024);
        writeln!(
            f,
            "health told it after {told:.1?}, {streams} streams ended, and the process after {took:.1?};"
        )?;
        write!(f, "a silent connection held {of_connection} KiB of memory, and a stream {of_stream} KiB")
    }
}

impl Silent {
    pub async fn run(mut self, engine: Engine) -> Stopped {
        may_open(self.connections + OTHERS);
        self.settings.extend(patient());
        let settings = std::mem::take(&mut self.settings);
        let mut world = Box::pin(World::prepare_with(engine, settings)).await;
        world.service.forget("ORDER_SERVICE__CLOCK__URL");
        world.service.start().await;
        let at_first = world.service.uses().held;
        let _silent = self.connect(&world).await;
        until("all are accepted", SOON, async || {
            (world.service.open_files() >= self.connections).then_some(())
        })
        .await;
        let beside_connections = world.service.uses().held;
        let mut health = HealthClient::new(world.service.channel());
        let mut watched =
            health.watch(HealthCheckRequest::default()).await.expect("health tells").into_inner();
        let first = watched.message().await.expect("health goes on").expect("a status");
        assert_eq!(first.status(), ServingStatus::Serving);
        let mut streams = self.open(&world).await;
        let beside_streams = world.service.uses().held;
        let began = Instant::now();
        let told = async {
            let status = watched.message().await.expect("health goes on").expect("a status").status();
            assert_eq!(status, ServingStatus::NotServing);
            began.elapsed()
        };
        let (told, ()) = tokio::join!(told, world.service.stop());
        let took = began.elapsed();
        let mut ends = Vec::new();
        for stream in &mut streams {
            ends.push(refusal::<()>(Err(stream.end().await)));
        }
        let each = |held: u64, before, count: usize| held.saturating_sub(before) / count.max(1) as u64;
        let of_connection = each(beside_connections, at_first, self.connections);
        let of_stream = each(beside_streams, beside_connections, self.streams);
        Stopped { told, took, ends, of_connection, of_stream }
    }

    async fn connect(&self, world: &World) -> Vec<TcpStream> {
        let mut silent = Vec::new();
        for n in 0..self.connections {
            let is_hook = n.is_multiple_of(OF_WEBHOOKS);
            let address = if is_hook { world.service.webhook() } else { world.service.grpc() };
            let mut socket = TcpStream::connect(address).await.expect("the system accepts");
            if !is_hook && n.is_multiple_of(2) {
                socket.write_all(BEGUN).await.expect("it is open");
            }
            silent.push(socket);
        }
        silent
    }

    async fn open(&self, world: &World) -> Vec<Watch> {
        let (mut streams, mut orders) = (Vec::new(), world.orders());
        for n in 0..self.streams {
            if n.is_multiple_of(TOGETHER) {
                orders = world.orders();
            }
            streams.push(Watch::open(orders.clone(), from_now()).await.expect("there is a place"));
        }
        streams
    }
}

/// Nobody is cut off for his silence meanwhile.
fn patient() -> [(&'static str, OsString); 2] {
    [
        ("ORDER_SERVICE__GRPC__HANDSHAKE_SECONDS", "300".into()),
        ("ORDER_SERVICE__WEBHOOK__TIMEOUT_SECONDS", "300".into()),
    ]
}

/// Lets this process, and what it starts, open so many files.
fn may_open(files: usize) {
    let limits = std::fs::read_to_string("/proc/self/limits").expect("the system tells");
    let line = limits.lines().find(|line| line.starts_with("Max open files")).expect("files are limited");
    let now = line.split_whitespace().nth(3).and_then(|soft| soft.parse::<usize>().ok());
    if now.is_some_and(|now| now < files) {
        let (pid, limit) = (std::process::id().to_string(), format!("--nofile={files}:"));
        let status = Command::new("prlimit").args(["--pid", &pid, &limit]).status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "this needs {files} open files; raise `ulimit -Hn`"
        );
    }
}
