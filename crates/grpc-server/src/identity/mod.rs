//! Who calls, and what he may do. One file for each kind of credential; `roles` has the one table of methods and roles, `door` applies
//! it to every request of the gRPC port. What a caller may see of orders is a rule of `domain`, applied in `rpc::visit` and where
//! changes are decided.

mod callers;
mod certificate;
mod door;
mod expiry;
mod files;
mod guard;
mod jws;
mod jwt;
mod key_set;
mod key_source;
mod refusal;
mod roles;
mod tls;
mod token;
mod validity;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use callers::{ANONYMOUS, Callers, EVERY_PROFILE, Known, Roles};
pub use certificate::{is_name, spelled};
pub use door::{Door, Visitor, enter};
pub use files::{Reload, Watched};
pub use guard::{Guard, LONGEST as LONGEST_TOKEN, Shown};
pub use jws::install;
pub use jwt::Issuer;
pub use key_set::KeySet;
pub use key_source::{Address, KeySource};
pub use refusal::{Credential, Problem, Refusal};
pub use roles::{Method, Role};
pub use tls::configuration;
pub use token::{Tokens, fresh};
pub use validity::Validity;

use crate::listen::Tls;

/// What was configured of all that. By default nobody is asked, and nothing is encrypted.
pub struct Identity {
    pub door: Arc<Door>,
    /// How connections are encrypted, now and after each change of its files.
    pub tls: Option<Tls>,
    /// The files to look at.
    pub watched: Vec<Box<dyn Reload>>,
    /// The addresses to read keys from.
    pub addresses: Vec<Arc<Address>>,
}

impl Default for Identity {
    fn default() -> Self {
        Self { door: Arc::new(Door::Open), tls: None, watched: Vec::new(), addresses: Vec::new() }
    }
}

impl Identity {
    /// What guards the port, in words for the log.
    pub fn guards(&self) -> String {
        let tls = if self.tls.is_some() { "TLS" } else { "no TLS" };
        match &*self.door {
            Door::Open => format!("{tls}; insecure: whoever connects may do everything"),
            Door::Guarded(guard) => format!("{tls}; callers by {}", guard.kinds().join(", ")),
        }
    }

    /// Follows what changes, until `stop`.
    pub fn keep_up(&mut self, stop: &CancellationToken) {
        tokio::spawn(files::keep_up(std::mem::take(&mut self.watched), stop.clone()));
        for address in self.addresses.drain(..) {
            tokio::spawn(address.keep_up(stop.clone()));
        }
    }
}
