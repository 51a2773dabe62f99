//! What can be checked before anything is touched. Neither the database nor Mollie is contacted here.

use std::collections::{BTreeMap, BTreeSet};

use domain::rules::catalog;
use domain::rules::draft::locale::LOCALES;
use domain::rules::ids::ProfileName;
use domain::rules::placement::Mode;
use domain::rules::rule::{Rule, Severity};
use domain::rules::unpaid::BANK_TRANSFER;
use mollie_adapter::{Credential, MollieAdapter};

use super::key_file::KeyFile;
use super::sections::Profile;
use super::shown::without_password;
use super::{Config, PREFIX, secret};
use crate::identity::Identity;
use crate::wire::bounds::PROFILE;

/// The checked configuration.
pub struct Checked {
    /// The profiles that take new orders, and their modes.
    pub modes: BTreeMap<ProfileName, Mode>,
    /// Profiles that take no new orders, and their modes if they still have a key.
    pub retired: BTreeMap<ProfileName, Option<Mode>>,
    pub gateway: MollieAdapter,
    /// Where the credentials were read.
    pub key_files: Vec<KeyFile>,
    /// Nobody is asked who he is, unless it was read from the configuration.
    pub identity: Identity,
}

impl Checked {
    /// Builds the adapter; an error text if Mollie's address is invalid. `retired`: profiles that take no new orders.
    pub fn new(
        config: &Config,
        keys: Vec<(ProfileName, Credential)>,
        retired: &BTreeSet<ProfileName>,
    ) -> Result<Self, String> {
        let modes: BTreeMap<_, _> = keys.iter().map(|(name, key)| (name.clone(), key.mode())).collect();
        let gateway = MollieAdapter::new(config.adapter(), keys)
            .map_err(|error| format!("{}: {error}", config.names.of("mollie.base_url")))?;
        let retired = retired.iter().map(|name| (name.clone(), modes.get(name).copied())).collect();
        let modes = modes.into_iter().filter(|(name, _)| !BTreeMap::contains_key(&retired, name)).collect();
        let key_files = config.key_files();
        Ok(Self { modes, retired, gateway, key_files, identity: Identity::default() })
    }
}

impl Config {
    /// Reads keys and secret, and checks what involves several values.
    ///
    /// # Errors
    /// Each fault.
    pub(super) fn check(&self) -> Result<Checked, Vec<String>> {
        let mut faults = self.wrong_values();
        if self.profiles.is_empty() {
            faults.push(format!(
                "no profile is configured: set {PREFIX}PROFILES__MAIN__API_KEY_FILE to a file with its Mollie API key"
            ));
        }
        let (mut keys, mut retired) = (Vec::new(), BTreeSet::new());
        for (name, profile) in &self.profiles {
            match self.credential(name, profile) {
                Ok(credential) => keys.extend(credential.map(|it| (ProfileName::new(name), it))),
                Err(found) => faults.extend(found),
            }
            retired.extend(profile.retired.then(|| ProfileName::new(name)));
        }
        faults.extend(self.same_credentials(&keys, &retired));
        if let Some(Err(found)) = self.security.secret_file.as_deref().map(secret::secret) {
            let name = self.names.of("security.secret_file");
            faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
        }
        let identity = self.identity().unwrap_or_else(|wrong| {
            faults.extend(wrong);
            Identity::default()
        });
        match Checked::new(self, keys, &retired) {
            Ok(checked) if faults.is_empty() => Ok(Checked { identity, ..checked }),
            checked => {
                faults.extend(checked.err());
                Err(faults)
            }
        }
    }

    /// Profiles that would place their orders in the same place at Mollie, where nobody could tell whose they are. A retired one places
    /// none: another may go on with its key under a new name.
    fn same_credentials(
        &self,
        keys: &[(ProfileName, Credential)],
        retired: &BTreeSet<ProfileName>,
    ) -> Vec<String> {
        let active: Vec<_> = keys.iter().filter(|(name, _)| !retired.contains(name)).collect();
        let fault = |n: usize| {
            let (name, credential) = active[n];
            let (other, _) = active[..n].iter().find(|(_, other)| other == credential)?;
            let of = |profile: &ProfileName| self.names.of(&format!("profiles.{profile}.api_key_file"));
            let same = match credential.profile_id() {
                Some(id) => format!("the token, profile and mode ({id}, {})", credential.mode().as_str()),
                None => "the API key".to_owned(),
            };
            Some(format!(
                "{}: {same} of profile {other} too ({}); a key is of one profile of Mollie's, so give {name} another, or leave one \
                 of the two out",
                of(name),
                of(other)
            ))
        };
        (1..active.len()).filter_map(fault).collect()
    }

    fn key_files(&self) -> Vec<KeyFile> {
        let files = self.profiles.iter();
        files.filter_map(|(name, profile)| KeyFile::of(name, profile, &self.names)).collect()
    }

    fn credential(&self, name: &str, profile: &Profile) -> Result<Option<Credential>, Vec<String>> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if !(1..=PROFILE).contains(&name.len()) || !name.chars().all(is_name) {
            return Err(vec![format!("profiles.{name}: a name is 1 to {PROFILE} letters, digits, _ and -")]);
        }
        match KeyFile::of(name, profile, &self.names) {
            Some(file) => file.read().map(Some),
            None if profile.retired => Ok(None),
            None => {
                let setting = self.names.of(&format!("profiles.{name}.api_key_file"));
                Err(vec![format!(
                    "{setting}: a file with the profile's Mollie API key or an access token is expected"
                )])
            }
        }
    }

    /// Rules and locales that profiles name, and that there are not.
    pub(super) fn wrong_choices(&self) -> Vec<String> {
        self.profiles.iter().flat_map(|(name, profile)| self.wrong_choices_of(name, profile)).collect()
    }

    fn wrong_choices_of(&self, name: &str, profile: &Profile) -> Vec<String> {
        let warns = |rule: &&Rule| rule.severity != Severity::Refuse;
        let ids: BTreeSet<_> = catalog::rules().filter(warns).map(|rule| rule.id).collect();
        let setting = |key: &str| self.names.of(&format!("profiles.{name}.{key}"));
        let unknown = profile.strict_rules.iter().filter(|id| !ids.contains(id.as_str()));
        let unknown = unknown.map(|id| {
            let all = ids.iter().copied().collect::<Vec<_>>().join(" ");
            format!("{}: {id:?} is no rule that warns; there are {all}", setting("strict_rules"))
        });
        let fallback = profile.locale_fallback.iter().filter(|text| !LOCALES.contains(&text.as_str()));
        let fallback = fallback.map(|text| {
            let listed = LOCALES.join(" ");
            format!(
                "{}: a locale that Mollie lists is expected, not {text:?}: {listed}",
                setting("locale_fallback")
            )
        });
        let quiet = profile.quiet_hours().err().into_iter().flatten();
        let quiet = quiet.map(|(key, fault)| format!("{}: {fault}", setting(key)));
        let transfer = profile.payment_window_hours_of.contains_key(BANK_TRANSFER).then(|| {
            let key = format!("payment_window_hours_of.{BANK_TRANSFER}");
            format!(
                "{}: a bank transfer may take days, so no order is canceled that may be paid by one",
                setting(&key)
            )
        });
        unknown.chain(fallback).chain(quiet).chain(transfer).collect()
    }

    /// Values that are wrong whatever else is configured.
    pub(super) fn wrong_values(&self) -> Vec<String> {
        let mut faults = Vec::new();
        faults.extend(self.wrong_public_url());
        faults.extend(self.same_addresses());
        faults.extend(self.shown_passwords());
        if let Err(error) = persistence::check_address(&self.database.url) {
            faults.push(format!("{}: {error}", self.names.of("database.url")));
        }
        if let Some(fault) = wrong_filter(&self.log.filter) {
            faults.push(format!("{}: {fault}", self.names.of("log.filter")));
        }
        faults.extend(self.wrong_telemetry());
        #[cfg(feature = "dev")]
        if let Some(url) = self.clock.url.as_ref().filter(|url| !is_web_url(url)) {
            faults.push(format!("{} is {url:?}; an http(s) address is expected", self.names.of("clock.url")));
        }
        faults
    }

    /// Ports that cannot both be listened on.
    fn same_addresses(&self) -> Vec<String> {
        let ports = [
            ("grpc.listen", self.grpc.listen),
            ("webhook.listen", self.webhook.listen),
            ("monitoring.listen", self.monitoring.listen),
        ];
        let same = |n: usize| {
            let (path, address) = ports[n];
            let (other, _) = ports[..n].iter().find(|(_, other)| *other == address && address.port() != 0)?;
            Some(format!("{}: {address} is the address of {} too", self.names.of(path), self.names.of(other)))
        };
        (1..ports.len()).filter_map(same).collect()
    }

    /// Addresses that are logged and sent on, and so may hold nothing that lets somebody in.
    fn shown_passwords(&self) -> Vec<String> {
        let has_one = |text: &str| {
            reqwest::Url::parse(text).is_ok_and(|url| url.password().is_some() || !url.username().is_empty())
        };
        let public_url = self.webhook.public_url.as_deref().unwrap_or_default();
        let addresses =
            [("mollie.base_url", self.mollie.base_url.as_str()), ("webhook.public_url", public_url)];
        let named = addresses.into_iter().filter(|(_, address)| has_one(address));
        let fault = |(path, _)| {
            format!("{}: an address without a user and a password is expected", self.names.of(path))
        };
        named.map(fault).collect()
    }

    fn wrong_public_url(&self) -> Option<String> {
        let (public_url, name) = (self.public_url(), self.names.of("webhook.public_url"));
        if !is_web_url(&public_url) {
            return Some(format!(
                "{name} is {:?}; it must be an absolute http(s) address that Mollie can reach",
                without_password(&public_url)
            ));
        }
        // If Mollie's own address is invalid, it is unknown whether it is the real Mollie.
        let is_out_of_reach =
            is_web_url(&self.mollie.base_url) && self.mollie_is_real() && !public_url.starts_with("https://");
        is_out_of_reach.then(|| {
            format!(
                "{name} is {}; Mollie reaches only public addresses, over https",
                without_password(&public_url)
            )
        })
    }
}

/// What is wrong with a log filter. A bare unknown word would count as a module's name, and nothing would be logged.
fn wrong_filter(text: &str) -> Option<String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let words = || text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let is_level = |word: &str| LEVELS.contains(&word.to_ascii_lowercase().as_str());
    let expected = "off, error, warn, info, debug or trace is expected, alone or as module=level";
    if words().next().is_none() {
        return Some(format!("{expected}, not nothing"));
    }
    let odd = words().find(|word| !word.contains(['=', '[']) && !is_level(word));
    let unknown = odd.map(|word| format!("{expected}, not {word:?}"));
    unknown.or_else(|| text.parse::<tracing_subscriber::EnvFilter>().err().map(|error| error.to_string()))
}

/// Whether paths can be appended: an http(s) address with a host, and no query or fragment.
pub(super) fn is_web_url(text: &str) -> bool {
    reqwest::Url::parse(text).is_ok_and(|url| {
        let is_web = ["http", "https"].contains(&url.scheme()) && url.host().is_some();
        is_web && url.query().is_none() && url.fragment().is_none()
    })
}
