//! The ports: connections are accepted, bounded and ended here, one implementation for gRPC, webhooks and probes. It may not know what a
//! call means.
//!
//! tonic's own server and axum's keep no count of connections, wait for silent ones when they stop, and give nobody a say over a
//! single connection. hyper-util's connection is what both are made of: it is a future that can be asked to finish, and that ends
//! when it is dropped. So a connection is one task here, which polls that future beside the reasons to end it.
//!
//! Who comes while as many connections are open as are allowed is closed at once, rather than left waiting in the backlog: a client
//! then knows within a round trip that it must go elsewhere or come again, while one in the backlog looks connected and hears nothing.

mod accept;
mod activity;
mod certified;
mod connection;
mod descriptors;
mod frames;
mod inbound;
mod kept;
mod peer;
mod protocol;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use rustls::server::danger::ClientCertVerifier;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

pub use connection::{Closing, FAREWELL};
pub use descriptors::{Descriptors, Shares};
pub use kept::Kept;
pub use peer::Peer;
pub use protocol::{grpc, http};

/// What a handshake needs.
#[derive(Debug)]
pub struct Handshake {
    pub config: Arc<ServerConfig>,
    /// Whose client certificates are looked at; the same as in `config`, which does not give it away.
    pub clients: Option<Arc<dyn ClientCertVerifier>>,
}

/// That, as it is now.
pub type Tls = watch::Receiver<Arc<Handshake>>;

/// What connections of a port may do.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most of them.
    pub connections: usize,
    /// The longest from a connection to its first words in the protocol, a TLS handshake included.
    pub handshake: Duration,
    /// After so long without a call, and at most a quarter more, a connection ends.
    pub idle: Duration,
    /// After so long, and at most a tenth more, it ends whatever it is used for.
    pub age: Duration,
}

/// What is served at a port, and how.
pub struct Port {
    /// What it is called in the log.
    pub name: &'static str,
    /// The setting that bounds its connections.
    pub setting: String,
    pub limits: Limits,
    /// Its connections, to be counted.
    pub open: TaskTracker,
    pub tls: Option<Tls>,
    pub protocol: Builder<TokioExecutor>,
    pub router: Router,
    /// Whether a call goes on until its caller or the service ends it, by its path.
    pub is_stream: fn(&str) -> bool,
}
