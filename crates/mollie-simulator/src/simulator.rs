//! The outside of the simulator: open a data directory, serve it, stop.
//!
//! Holds no rules and no HTTP handlers of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Where the simulator keeps its state, and under which address it is reached.
#[derive(Clone, Debug)]
pub struct Config {
    /// Created when missing.
    pub data_dir: PathBuf,
    /// Scheme, host and port, as in `http://127.0.0.1:50053`; without `/v2`. Every link in an answer starts with it.
    pub base_url: String,
}

/// How far the simulated clock is ahead of the real one. Clones share the value.
#[derive(Clone, Debug, Default)]
pub struct SharedOffset(Arc<AtomicI64>);

impl SharedOffset {
    pub fn get(&self) -> jiff::SignedDuration {
        jiff::SignedDuration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the simulator's data directory {path} cannot be used")]
    Directory { path: PathBuf, source: std::io::Error },
}

pub struct Simulator {
    offset: SharedOffset,
}

impl Simulator {
    pub fn open(config: Config) -> Result<Self, OpenError> {
        std::fs::create_dir_all(&config.data_dir)
            .map_err(|source| OpenError::Directory { path: config.data_dir.clone(), source })?;
        Ok(Self { offset: SharedOffset::default() })
    }

    pub fn offset(&self) -> SharedOffset {
        self.offset.clone()
    }

    pub fn router(&self) -> axum::Router {
        axum::Router::new()
    }

    pub async fn serve(
        self,
        listener: tokio::net::TcpListener,
        shutdown: tokio_util::sync::CancellationToken,
    ) -> std::io::Result<()> {
        let router = self.router();
        axum::serve(listener, router).with_graceful_shutdown(shutdown.cancelled_owned()).await
    }
}
