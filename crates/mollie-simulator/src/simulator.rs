//! The outside of the simulator: open a data directory, serve it, stop.

use std::future::IntoFuture;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::shell::{Engine, OpenError, SharedOffset, Wire, WireListener, deliver_hooks, router};

/// How long requests may take to finish after `shutdown`. A silent connection must not hold the stop up.
const GRACE: Duration = Duration::from_secs(2);

/// Where the simulator keeps its state, and under which address it is reached.
#[derive(Clone, Debug)]
pub struct Config {
    /// Created when missing.
    pub data_dir: PathBuf,
    /// Scheme, host and port, as in `http://127.0.0.1:50053`; without `/v2`. Every link to the API starts with it,
    /// unless `Simulator::at_public_address` names another one.
    pub base_url: String,
}

/// An address that links cannot start with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the public address of the simulator should be as in https://mollie.example.org, and not \"{0}\"")]
pub struct PublicAddressError(String);

/// A simulator with its state, not yet serving.
#[derive(Debug)]
pub struct Simulator {
    engine: Arc<Engine>,
}

impl Simulator {
    /// Opens the data directory, with everything that an earlier simulator left there. Only one can have it open.
    pub fn open(config: Config) -> Result<Self, OpenError> {
        let engine = Engine::open(&config.data_dir, &config.base_url)?;
        Ok(Self { engine: Arc::new(engine) })
    }

    /// Lets links of the API and to the checkout start with `address` instead of `base_url`: the one under which a proxy
    /// that speaks TLS is reached, as in `https://mollie.example.org`, perhaps with a path in front of everything.
    pub fn at_public_address(self, address: &str) -> Result<Self, PublicAddressError> {
        let invalid = || PublicAddressError(address.to_owned());
        let (scheme, rest) = address.split_once("://").ok_or_else(invalid)?;
        let has_host = !rest.is_empty() && !rest.starts_with('/');
        let is_plain = rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\"<>\\".contains(&byte));
        if !["http", "https"].contains(&scheme) || !has_host || !is_plain {
            return Err(invalid());
        }
        self.engine.set_base(address);
        Ok(self)
    }

    /// How far the simulated clock is ahead. The value follows the clock.
    pub fn offset(&self) -> SharedOffset {
        self.engine.offset().clone()
    }

    /// The HTTP side alone: answers requests, but delivers no webhooks, and cannot break connections: faults that
    /// would are answered with a 501.
    pub fn router(&self) -> Router {
        router(Arc::clone(&self.engine))
    }

    /// Serves HTTP and delivers webhooks until `shutdown` is cancelled, and shortly after that at most. Answers that
    /// are held back are let go then. When it returns, another simulator can open the data directory.
    pub async fn serve(self, listener: TcpListener, shutdown: CancellationToken) -> io::Result<()> {
        let delivery = tokio::spawn(deliver_hooks(Arc::clone(&self.engine), shutdown.child_token()));
        let service = self.router().into_make_service_with_connect_info::<Wire>();
        let server = axum::serve(WireListener(listener), service)
            .with_graceful_shutdown(shutdown.clone().cancelled_owned())
            .into_future();
        let deadline = async {
            shutdown.cancelled().await;
            self.engine.hold.release();
            self.engine.faults.release();
            tokio::time::sleep(GRACE).await;
        };
        let outcome = tokio::select! {
            outcome = server => outcome,
            () = deadline => Ok(()),
        };
        // Also when the server has ended by itself.
        delivery.abort();
        self.engine.close();
        outcome
    }
}
