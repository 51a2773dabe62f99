//! Crash points: named places around each commit and each send, at one of which a test kills this process with a real SIGKILL.
//! Only in builds with the feature `probes`: a normal build has neither the points nor the variable that arms one. Nothing is
//! decided here, and every call passes through unchanged.
//!
//! Calls are boxed here, or every future of the workflow would grow by the wrappers around its ports.

mod gateway;
mod point;
mod store;
mod trap;

use std::sync::Arc;

use persistence::Database;

use crate::service::PacedMollie;
pub use point::Point;
use trap::Trap;

/// A port whose calls pass points.
pub struct Probed<T> {
    inner: T,
    trap: Arc<Trap>,
}

impl<T: Clone> Clone for Probed<T> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), trap: Arc::clone(&self.trap) }
    }
}

/// The store and the gateway of a probed service.
pub type Storage = Probed<Database>;
pub type Mollie = Probed<PacedMollie>;

impl Probed<Database> {
    /// See [`Database::close`].
    pub async fn close(self) {
        self.inner.close().await;
    }
}

/// Arms the trap that the environment requests, if any, before both.
///
/// # Errors
/// An error text, if the environment names an unknown point.
pub fn lay(store: Database, gateway: PacedMollie) -> Result<(Storage, Mollie), String> {
    let trap = Arc::new(Trap::from_environment()?);
    Ok((Probed { inner: store, trap: Arc::clone(&trap) }, Probed { inner: gateway, trap }))
}
