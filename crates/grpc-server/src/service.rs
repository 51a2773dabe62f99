//! All the ports, as this program implements them.

use std::collections::BTreeMap;

use domain::ports::{Clock, Ports, Settings};
use domain::rules::agreements::Agreements;
use domain::rules::ids::ProfileName;
use domain::rules::placement::Mode;
use mollie_adapter::{Client, MollieAdapter, Pace, Paced};

use crate::clock::SystemClock;
use crate::lookup_lag::LookupLag;
use crate::methods::KnownMethods;
#[cfg(feature = "probes")]
pub use crate::probes::{Mollie, Storage};
use crate::vault::{SecretVault, SystemIds};

#[cfg(not(feature = "probes"))]
pub type Storage = persistence::Database;
#[cfg(not(feature = "probes"))]
pub type Mollie = PacedMollie;

/// Mollie, called no faster than is allowed.
pub type PacedMollie = MollieAdapter<Paced<Client, persistence::Database, SystemClock>>;

/// What the workflow runs on.
pub struct Service {
    pub store: Storage,
    /// The same database, as the stream of its events.
    pub stream: persistence::Database,
    pub gateway: Mollie,
    /// The same, to be asked how its calls are paced.
    pub paced: PacedMollie,
    /// How late look-ups are.
    pub lookup_lag: LookupLag,
    pub clock: SystemClock,
    pub ids: SystemIds,
    pub vault: SecretVault,
    pub settings: Settings,
    /// The profiles that take orders, and their modes.
    pub profiles: BTreeMap<ProfileName, Mode>,
    /// Profiles that take no new orders, and their modes if they still have a key.
    pub retired: BTreeMap<ProfileName, Option<Mode>>,
    /// What each profile has agreed with Mollie.
    pub agreements: BTreeMap<ProfileName, Agreements>,
    /// What methods Mollie has listed.
    pub methods: KnownMethods,
}

impl Service {
    /// What bounds a draft of the profile: what it has agreed and chosen, and what is known of its methods.
    pub fn agreed(&self, profile: &ProfileName) -> Agreements {
        let agreed = self.agreements.get(profile).cloned().unwrap_or_default();
        Agreements { limits: self.methods.limits(profile, self.clock.elapsed()), ..agreed }
    }

    /// How calls to Mollie had to wait.
    pub fn pace(&self) -> &Pace {
        self.paced.pace()
    }

    /// The profile in a caller's query, including retired ones. Those that are not `shown` to him are as good as not configured.
    pub fn known_profile(
        &self,
        name: &str,
        shown: impl Fn(&ProfileName) -> bool,
    ) -> Result<ProfileName, String> {
        let retired = self.retired.get_key_value(&ProfileName::new(name)).filter(|(name, _)| shown(name));
        match retired {
            Some((name, _)) => Ok(name.clone()),
            None => self.profile(name, &shown).map(|(name, _)| name).map_err(|_| {
                one_of(self.profiles.keys().chain(self.retired.keys()).filter(|name| shown(name)))
            }),
        }
    }

    /// The profile a caller names for a new order, or the only one of those that are `shown` to him; otherwise what is expected.
    pub fn profile(
        &self,
        name: &str,
        shown: impl Fn(&ProfileName) -> bool,
    ) -> Result<(ProfileName, Mode), String> {
        let profiles: BTreeMap<_, _> = self.profiles.iter().filter(|(name, _)| shown(name)).collect();
        let only = || profiles.first_key_value().filter(|_| profiles.len() == 1);
        let named = profiles.get_key_value(&ProfileName::new(name));
        let found = if name.is_empty() { only() } else { named };
        found.map(|(name, mode)| ((*name).clone(), **mode)).ok_or_else(|| one_of(profiles.into_keys()))
    }
}

fn one_of<'a>(names: impl Iterator<Item = &'a ProfileName>) -> String {
    match names.map(ToString::to_string).collect::<Vec<_>>().join(", ").as_str() {
        "" => "a profile that takes orders, of which this service has none".to_owned(),
        names => format!("one of {names}"),
    }
}

impl Ports for Service {
    type Store = Storage;
    type Gateway = Mollie;
    type Clock = SystemClock;
    type Ids = SystemIds;
    type Vault = SecretVault;

    fn store(&self) -> &Storage {
        &self.store
    }

    fn gateway(&self) -> &Mollie {
        &self.gateway
    }

    fn clock(&self) -> &SystemClock {
        &self.clock
    }

    fn ids(&self) -> &SystemIds {
        &self.ids
    }

    fn vault(&self) -> &SecretVault {
        &self.vault
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }
}
