//! Notices that the public address has changed while orders are open: Mollie never forgets the address that it was told with an order,
//! and goes on calling it. It changes nothing about orders.

use anyhow::{Context, Result};
use persistence::{Called, Database};
use ring::digest::{SHA256, digest};
use tracing::warn;

/// Under which names the database keeps the addresses that were used: with letters and digits alone, every collation sorts them alike.
const ADDRESS: &str = "address";
/// What comes behind all of them.
const END: &str = "addresst";

/// The address as it is now.
pub struct PublicAddress {
    address: String,
    /// The name of its setting.
    setting: String,
    /// Whether no order can have another.
    is_only_one: bool,
}

impl PublicAddress {
    /// Notes that it is in use. `is_empty`: there is no order yet.
    pub async fn note(address: String, setting: String, is_empty: bool, store: &Database) -> Result<Self> {
        let known = store.secret_names(ADDRESS, END).await;
        let known = known.context("the public addresses in use cannot be read")?;
        let name = name(&address);
        let noted = store.service_secret(&name, address.as_bytes()).await;
        noted.context("the public address in use cannot be noted")?;
        // A database that has noted none may have orders of a release that noted nothing.
        let is_only_one = is_empty || (!known.is_empty() && known.iter().all(|other| *other == name));
        Ok(Self { address, setting, is_only_one })
    }

    /// Tells the operator what follows, if there are open orders with another one. That reads every open order, so it is done once,
    /// beside the service, and only where there was another.
    pub async fn tell(self, store: Database) {
        if self.is_only_one {
            return;
        }
        match store.addresses_of_open_orders().await {
            Ok(called) => {
                called.iter().filter(|one| one.address != self.address).for_each(|one| self.warn(one))
            }
            Err(error) => {
                warn!(%error, "it cannot be told whether Mollie calls open orders under another public address");
            }
        }
    }

    fn warn(&self, Called { address, open_orders, last_expiry }: &Called) {
        let until = match last_expiry {
            Some(expiry) => {
                format!("until they are closed; the last of those that expire unpaid does at {expiry}")
            }
            None => "until they are closed".to_owned(),
        };
        warn!(
            was = address,
            now = self.address,
            open_orders,
            "the public address has changed: Mollie goes on calling the old one for these orders, {until}. Keep it leading here \
             until then, or changes of theirs are noticed only when they are looked up; or set {} back",
            self.setting
        );
    }
}

fn name(address: &str) -> String {
    let digits = digest(&SHA256, address.as_bytes());
    let digits: String = digits.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{ADDRESS}{digits}")
}
