//! The ports of a process, where they are not the store or Mollie: the site's time, counted ids, and a vault that keeps
//! nothing secret. Ids and time come from the history; nothing here may ask the machine.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::ports::{Ahead, Clock, Ids, Ports, Settings, Vault};
use domain::rules::auto_ship::AutoShip;
use domain::rules::deadline_policy::{Automatic, DeadlinePolicy};
use domain::rules::payment_window::PaymentWindows;
use domain::rules::policy::Policy;
use domain::rules::second_chance::SecondChance;
use jiff::{SignedDuration, Timestamp};
use mollie_adapter::MollieAdapter;
use uuid::Uuid;

use super::{Replica, cancels_unshipped, gives_chances, gives_up, profile, ships_unasked};
use crate::chance::Chance;
use crate::mollie::{CALL_TIMEOUT, Wire};
use crate::site::Site;
use crate::storage::Storage;

impl Ports for Replica {
    type Store = Storage;
    type Gateway = MollieAdapter<Wire>;
    type Clock = SiteClock;
    type Ids = SiteClock;
    type Vault = PlainVault;

    fn store(&self) -> &Storage {
        &self.storage
    }
    fn gateway(&self) -> &MollieAdapter<Wire> {
        &self.gateway
    }
    fn clock(&self) -> &SiteClock {
        &self.clock
    }
    fn ids(&self) -> &SiteClock {
        &self.clock
    }
    fn vault(&self) -> &PlainVault {
        &self.vault
    }
    fn settings(&self) -> &Settings {
        &self.settings
    }
}

/// What the history's profile has chosen: one policy at most, so that what comes of it is told apart.
fn policy(seed: u64) -> Policy {
    let policy = match cancels_unshipped(seed) {
        true => DeadlinePolicy::CancelUnshipped { hours_before: 12 },
        false => DeadlinePolicy::None,
    };
    let window = gives_up(seed).then_some(SignedDuration::from_mins(2));
    let chance = SecondChance { delay: SignedDuration::from_secs(20), most: MOST_CHANCES, quiet: None };
    Policy {
        automatic: Automatic { policy, dry_run: false, ..Automatic::default() },
        payment_windows: Arc::new(PaymentWindows {
            otherwise: window,
            dry_run: false,
            ..PaymentWindows::default()
        }),
        second_chance: gives_chances(seed).then(|| Arc::new(chance)),
        auto_ship: if ships_unasked(seed) { AutoShip::Digital } else { AutoShip::Off },
        ..Policy::default()
    }
}

/// How many payments the service makes for one order at most.
pub const MOST_CHANCES: u32 = 2;

pub fn settings(keys: bool, seed: u64) -> Settings {
    Settings {
        public_url: "https://shop.example".to_owned(),
        placement_age_limit: SignedDuration::from_mins(15),
        settle_window: SignedDuration::from_secs(60),
        call_timeout: SignedDuration::try_from(CALL_TIMEOUT).unwrap_or(SignedDuration::MAX),
        lease: Duration::from_secs(8),
        trust_idempotency: keys,
        restored_time: None,
        policies: BTreeMap::from([(profile(), policy(seed))]),
    }
}

/// The site's time and counted ids.
pub struct SiteClock(pub Arc<Site>);

impl Clock for SiteClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn elapsed(&self) -> Duration {
        self.0.time.elapsed()
    }

    fn offset(&self) -> SignedDuration {
        // The store counts from the beginning of the history.
        let elapsed = SignedDuration::try_from(self.elapsed()).unwrap_or(SignedDuration::MAX);
        self.now().duration_since(Timestamp::UNIX_EPOCH).saturating_sub(elapsed)
    }

    fn ahead_of_mollie(&self) -> Option<Ahead> {
        Some(Ahead { by: SignedDuration::ZERO, heard_ago: Duration::ZERO })
    }

    async fn sleep(&self, duration: Duration) {
        self.0.time.sleep(duration).await;
    }
}

impl Ids for SiteClock {
    fn ordered(&self) -> Uuid {
        let millis = u128::try_from(self.0.now().as_millisecond()).unwrap_or(0);
        Uuid::from_u128((millis << 80) + (7 << 76) + (8 << 60) + u128::from(self.0.next_id()))
    }

    fn random(&self) -> Uuid {
        let bits = self.0.time.chance(Chance::draw);
        Uuid::from_u128((u128::from(bits) << 80) + (4 << 76) + (8 << 60) + u128::from(self.0.next_id()))
    }
}

/// Keyed hashes without a key, and seals that hide nothing.
pub struct PlainVault;

impl Vault for PlainVault {
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> String {
        let bytes = purpose.bytes().chain(parts.join(&0));
        let sum = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        format!("{sum:016x}")
    }

    fn verify(&self, purpose: &str, parts: &[&[u8]], mac: &str) -> bool {
        self.mac(purpose, parts) == mac
    }

    fn seal(&self, secret: &[u8]) -> Vec<u8> {
        secret.to_vec()
    }

    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        Some(sealed.to_vec())
    }
}
