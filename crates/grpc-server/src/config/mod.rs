//! Configuration: one TOML file, overridden by `ORDER_SERVICE__SECTION__KEY` in the environment. Unknown keys are errors, and all
//! faults are reported at once, by the names the operator typed.

mod bounds;
mod callers;
mod check;
mod collector;
mod identity;
mod key_file;
mod names;
mod secret;
mod sections;
mod shown;
mod source;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use domain::ports::Settings;
use domain::rules::agreements::Agreements;
use domain::rules::call_rate::CallRate;
use domain::rules::ids::ProfileName;
use domain::rules::payment::APPLICATION_FEE;
use domain::rules::policy::Policy;
use jiff::SignedDuration;
use mollie_adapter::Limits;
use serde::{Deserialize, Serialize};

use crate::listen::Shares;
use crate::{admission, feed, listen, telemetry};

pub use check::Checked;
pub use identity::wrong_name;
pub use key_file::KeyFile;
pub use names::Names;
pub use secret::secret as secret_in;
use sections::{
    Database, Events, Grpc, Mollie, Monitoring, Operations, Placement, Profile, Required, Security,
    Simulator, Webhook,
};
pub use sections::{Log, Telemetry};
use source::Reading;

/// The prefix of the environment's keys.
const PREFIX: &str = "ORDER_SERVICE__";

/// All settings, with their defaults.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub grpc: Grpc,
    pub webhook: Webhook,
    pub monitoring: Monitoring,
    pub simulator: Simulator,
    pub database: Database,
    pub mollie: Mollie,
    pub placement: Placement,
    pub operations: Operations,
    pub events: Events,
    pub security: Security,
    pub callers: BTreeMap<String, callers::Caller>,
    pub profiles: BTreeMap<String, Profile>,
    pub log: Log,
    pub telemetry: Telemetry,
    #[cfg(feature = "dev")]
    pub clock: sections::Clock,
    /// The name of each setting, as the operator typed it.
    #[serde(skip)]
    pub names: Names,
}

/// Probes ask within seconds; whoever says nothing for longer only takes their place.
const PROBE_SECONDS: u64 = 2;

/// Calls of Mollie that nobody waits for: more than the loops of `worker` make at once.
const OF_WORKERS: u64 = 100;

/// All faults of the configuration.
#[derive(Debug, thiserror::Error)]
#[error("{} in the configuration:\n{}", faults(.0.len()), .0.iter().map(|fault| format!("  - {fault}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<String>);

fn faults(faults: usize) -> String {
    if faults == 1 { "1 fault".to_owned() } else { format!("{faults} faults") }
}

fn count(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl Config {
    /// Reads the file, if given, and the environment, for commands that need neither keys nor Mollie.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let Reading { config, mut faults, .. } = source::read(file);
        faults.extend(config.out_of_bounds());
        faults.extend(config.wrong_choices());
        if faults.is_empty() { Ok(config) } else { Err(ConfigError(faults)) }
    }

    /// The same for `serve`: checks everything that can be checked before anything is touched, and reads keys and secret.
    pub fn read_to_serve(file: Option<&Path>) -> Result<(Self, Checked), ConfigError> {
        let Reading { config, mut faults, is_whole } = source::read(file);
        faults.extend(config.out_of_bounds());
        faults.extend(config.wrong_choices());
        if !is_whole {
            faults.extend(config.wrong_values());
            return Err(ConfigError(faults));
        }
        match config.check() {
            Ok(checked) if faults.is_empty() => Ok((config, checked)),
            checked => {
                faults.extend(checked.err().unwrap_or_default());
                Err(ConfigError(faults))
            }
        }
    }

    /// How faults of the others are told: these settings as far as they can be read.
    pub fn log(file: Option<&Path>) -> Log {
        source::read(file).config.log
    }

    /// The address that Mollie calls, without a trailing slash.
    pub fn public_url(&self) -> String {
        let own = || format!("http://{}", self.webhook.listen);
        self.webhook.public_url.clone().unwrap_or_else(own).trim_end_matches('/').to_owned()
    }

    /// The workflow's settings.
    pub fn settings(&self) -> Settings {
        let seconds = |seconds: u64| SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        Settings {
            public_url: self.public_url(),
            placement_age_limit: seconds(self.placement.age_limit_seconds),
            settle_window: seconds(self.mollie.settle_window_seconds),
            call_timeout: seconds(self.mollie.call_timeout_seconds),
            lease: Duration::from_secs(self.operations.lease_seconds),
            trust_idempotency: self.mollie.trust_idempotency,
            restored_time: None,
            policies: self.policies(),
        }
    }

    /// What each profile has chosen of how its orders are worked on.
    fn policies(&self) -> BTreeMap<ProfileName, Policy> {
        self.profiles.iter().map(|(name, profile)| (ProfileName::new(name), profile.policy())).collect()
    }

    /// What each profile has agreed with Mollie and chosen for itself.
    pub fn agreements(&self) -> BTreeMap<ProfileName, Agreements> {
        let refused = |profile: &Profile| match profile.has_token() {
            true => profile.strict_rules.clone(),
            false => profile.strict_rules.iter().cloned().chain([APPLICATION_FEE.to_owned()]).collect(),
        };
        let agreed = |profile: &Profile| Agreements {
            klarna_expiry_days: profile.klarna_expiry_days,
            strict: refused(profile),
            has_token: profile.has_token(),
            reads_get_order: profile.required == Required::GetOrder,
            locale_fallback: profile.locale_fallback.clone(),
            limits: Vec::new(),
        };
        self.profiles.iter().map(|(name, profile)| (ProfileName::new(name), agreed(profile))).collect()
    }

    /// The limits of the streams of events.
    pub fn streams(&self) -> feed::Limits {
        let streams = usize::try_from(self.events.max_streams).unwrap_or(usize::MAX);
        let patience = Duration::from_secs(self.events.slow_reader_seconds);
        feed::Limits { streams, caller_share: self.caller_share(), patience }
    }

    /// How many calls are served at once. `mollie`: how many calls of Mollie may be under way.
    fn calls(&self, mollie: u64) -> admission::Limits {
        let Grpc { max_reads, max_changes, max_waits, .. } = &self.grpc;
        // Each has one under way. Where there is not enough for all, the workers' own need room, too.
        let changes = u64::from(*max_changes).min(mollie.saturating_sub(OF_WORKERS).max(mollie / 2)).max(1);
        admission::Limits {
            reads: count(*max_reads),
            changes: usize::try_from(changes).unwrap_or(usize::MAX),
            waits: count(*max_waits),
            caller_share: self.caller_share(),
        }
    }

    fn caller_share(&self) -> usize {
        usize::try_from(self.grpc.caller_share_percent).unwrap_or(100)
    }

    /// What connections of each port may do: callers', webhooks', and those of probes; and how many calls are served at once. Raises the limit
    /// of open files for them.
    pub fn capacity(&self) -> ([listen::Limits; 3], admission::Limits) {
        let Grpc { max_connections, max_changes, handshake_seconds, idle_seconds, max_age_seconds, .. } =
            self.grpc;
        let descriptors = listen::Descriptors {
            callers: max_connections.into(),
            webhooks: self.webhook.max_connections.into(),
            probes: self.monitoring.max_connections.into(),
            database: self.database.max_connections.into(),
            mollie: u64::from(max_changes) + OF_WORKERS,
        };
        let lower = ["grpc.max_connections", "webhook.max_connections"].map(|path| self.names.of(path));
        let Shares { callers, webhooks, mollie } = descriptors.provide(&lower.join(" and "));
        let limits = |connections: u64, handshake, idle| listen::Limits {
            connections: usize::try_from(connections).unwrap_or(usize::MAX),
            handshake: Duration::from_secs(handshake),
            idle: Duration::from_secs(idle),
            age: Duration::from_secs(max_age_seconds),
        };
        let patience = self.webhook.timeout_seconds;
        let ports = [
            limits(callers, handshake_seconds, idle_seconds),
            limits(webhooks, patience, patience),
            limits(
                self.monitoring.max_connections.into(),
                handshake_seconds.min(PROBE_SECONDS),
                idle_seconds,
            ),
        ];
        (ports, self.calls(mollie))
    }

    /// The adapter's settings.
    pub fn adapter(&self) -> mollie_adapter::Settings {
        mollie_adapter::Settings {
            base_url: self.mollie.base_url.trim_end_matches('/').to_owned(),
            call_timeout: Duration::from_secs(self.mollie.call_timeout_seconds),
            connect_timeout: Duration::from_secs(5),
            heard: telemetry::heard,
        }
    }

    /// How fast each profile's key may be used. A call waits for less than what is left of its operation's lease when it is sent
    /// (`Settings::send_margin`), and a look-up for less than its own.
    pub fn limits(&self) -> Limits {
        let of = |profile: &Profile| profile.calls_per_second.unwrap_or(self.mollie.calls_per_second);
        // None that is zero is read (`bounds`).
        let rate = |profile| Some(CallRate::per_second(NonZeroU32::new(of(profile))?));
        let rates = self.profiles.iter();
        let rates = rates.filter_map(|(name, profile)| Some((ProfileName::new(name), rate(profile)?)));
        let lease = Duration::from_secs(self.operations.lease_seconds);
        Limits {
            rates: rates.collect(),
            patience: lease / 8,
            asked_patience: lease / 4,
            lookup_patience: lease,
        }
    }

    /// Whether Mollie is the real one, rather than something on this machine.
    pub fn mollie_is_real(&self) -> bool {
        let host = self.mollie.base_url.split("://").nth(1).unwrap_or_default();
        !["127.", "localhost", "[::1]"].iter().any(|loopback| host.starts_with(loopback))
    }
}
