//! Configuration: one TOML file and `ORDER_SERVICE__SECTION__KEY` in the environment, the latter stronger. Unknown keys are
//! errors, and all faults are named at once.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::ports::Settings;
use domain::rules::draft::Agreements;
use domain::rules::ids::ProfileName;
use domain::rules::placement::Mode;
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use jiff::SignedDuration;
use mollie_adapter::{ApiKey, MollieAdapter};
use serde::Deserialize;

use crate::vault::SECRET_BYTES;
use crate::wire::bounds;

/// What the environment's keys begin with.
const PREFIX: &str = "ORDER_SERVICE__";

/// No order lives longer than 100 days after tomorrow.
const KLARNA_DAYS: RangeInclusive<u16> = 1..=101;

/// Everything that can be configured, with its defaults.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub grpc: Grpc,
    pub webhook: Webhook,
    pub simulator: Simulator,
    pub database: Database,
    pub mollie: Mollie,
    pub placement: Placement,
    pub operations: Operations,
    pub events: Events,
    pub security: Security,
    pub profiles: BTreeMap<String, Profile>,
    pub log: Log,
    #[cfg(feature = "dev")]
    pub clock: Clock,
}

/// Where simulated time comes from, for `serve` beside a simulator in another process.
#[cfg(feature = "dev")]
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clock {
    pub url: Option<String>,
}

/// Where callers reach the service.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grpc {
    pub listen: SocketAddr,
    /// The largest request that is read; what it may hold is bounded besides.
    pub max_message_bytes: usize,
}

/// Where Mollie reaches the service.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhook {
    pub listen: SocketAddr,
    /// The address Mollie calls; by default the one listened on.
    pub public_url: Option<String>,
}

/// Mollie's stand-in for development.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Simulator {
    pub listen: SocketAddr,
    pub data: PathBuf,
}

/// Where orders are kept.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    pub max_connections: u32,
}

/// How Mollie is called.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mollie {
    pub base_url: String,
    pub call_timeout_seconds: u64,
    /// How long an effect may land after its call has ended, unseen.
    pub settle_window_seconds: u64,
    /// Whether Mollie is trusted to recognise a repeated idempotency key.
    pub trust_idempotency: bool,
}

/// How long a placement may take.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Placement {
    pub age_limit_seconds: u64,
}

/// How operations are worked on.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Operations {
    /// After so long another process takes over what one left behind. The same for every replica.
    pub lease_seconds: u64,
}

/// How events become a stream.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Events {
    /// How long an event waits for its position at most, unless there are more than can be given at once.
    pub position_milliseconds: u64,
}

/// Who is let in.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    /// Serve without TLS and authentication. Only for development and behind something that has both.
    pub insecure: bool,
    /// A file with at least 32 random bytes, the same for every replica. With `insecure` one is made and kept in the database.
    pub secret_file: Option<PathBuf>,
}

/// A Mollie profile: one API key, hence one mode.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    pub api_key_file: PathBuf,
    /// So many days ahead at most an order for Klarna expires.
    #[serde(default = "klarna_expiry_days")]
    pub klarna_expiry_days: u16,
}

fn klarna_expiry_days() -> u16 {
    Agreements::default().klarna_expiry_days
}

/// What is logged.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// A tracing filter.
    pub filter: String,
    pub json: bool,
}

impl Default for Grpc {
    fn default() -> Self {
        Self { listen: loopback(50051), max_message_bytes: bounds::MESSAGE_BYTES }
    }
}

impl Default for Webhook {
    fn default() -> Self {
        Self { listen: loopback(50052), public_url: None }
    }
}

impl Default for Simulator {
    fn default() -> Self {
        Self { listen: loopback(50053), data: PathBuf::from("data/simulator") }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite://data/orders.db".to_owned(), max_connections: 10 }
    }
}

impl Default for Mollie {
    fn default() -> Self {
        Self {
            base_url: "https://api.mollie.com/v2".to_owned(),
            call_timeout_seconds: 20,
            settle_window_seconds: 60,
            trust_idempotency: true,
        }
    }
}

impl Default for Placement {
    fn default() -> Self {
        Self { age_limit_seconds: 15 * 60 }
    }
}

impl Default for Operations {
    fn default() -> Self {
        Self { lease_seconds: 8 }
    }
}

impl Default for Events {
    fn default() -> Self {
        Self { position_milliseconds: 100 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { filter: "info".to_owned(), json: false }
    }
}

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::V4(std::net::SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, port))
}

/// What is wrong with the configuration, all of it.
#[derive(Debug, thiserror::Error)]
#[error("{} in the configuration:\n{}", count(.0.len()), .0.iter().map(|fault| format!("  - {fault}")).collect::<Vec<_>>().join("\n"))]
pub struct ConfigError(pub Vec<String>);

fn count(faults: usize) -> String {
    if faults == 1 { "1 fault".to_owned() } else { format!("{faults} faults") }
}

impl Config {
    /// Reads the file, if one is given, and the environment.
    pub fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut figment = Figment::new();
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let figment = figment.merge(Env::prefixed(PREFIX).split("__"));
        figment
            .extract()
            .map_err(|errors| ConfigError(errors.into_iter().map(|error| error.to_string()).collect()))
    }

    /// The address Mollie calls, without a slash at the end.
    pub fn public_url(&self) -> String {
        let own = || format!("http://{}", self.webhook.listen);
        self.webhook.public_url.clone().unwrap_or_else(own).trim_end_matches('/').to_owned()
    }

    /// The numbers the workflow goes by.
    pub fn settings(&self) -> Settings {
        let seconds = |seconds: u64| SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        Settings {
            public_url: self.public_url(),
            placement_age_limit: seconds(self.placement.age_limit_seconds),
            settle_window: seconds(self.mollie.settle_window_seconds),
            call_timeout: seconds(self.mollie.call_timeout_seconds),
            lease: Duration::from_secs(self.operations.lease_seconds),
            trust_idempotency: self.mollie.trust_idempotency,
        }
    }

    /// What each profile has agreed with Mollie.
    pub fn agreements(&self) -> BTreeMap<ProfileName, Agreements> {
        let agreed = |profile: &Profile| Agreements { klarna_expiry_days: profile.klarna_expiry_days };
        self.profiles.iter().map(|(name, profile)| (ProfileName::new(name), agreed(profile))).collect()
    }

    /// The adapter's settings.
    pub fn adapter(&self) -> mollie_adapter::Settings {
        mollie_adapter::Settings {
            base_url: self.mollie.base_url.trim_end_matches('/').to_owned(),
            call_timeout: Duration::from_secs(self.mollie.call_timeout_seconds),
            connect_timeout: Duration::from_secs(5),
        }
    }

    /// Whether Mollie is the real one, rather than something on this machine.
    pub fn mollie_is_real(&self) -> bool {
        let host = self.mollie.base_url.split("://").nth(1).unwrap_or_default();
        !["127.", "localhost", "[::1]"].iter().any(|loopback| host.starts_with(loopback))
    }

    /// Checks everything that can be checked before anything is touched, and reads keys and secret.
    pub fn check(&self) -> Result<Checked, ConfigError> {
        let mut faults = self.faults();
        let mut keys = Vec::new();
        for (name, profile) in &self.profiles {
            match read_key(&profile.api_key_file) {
                Ok(key) => keys.push((ProfileName::new(name), key)),
                Err(fault) => faults.push(format!("profiles.{name}.api_key_file: {fault}")),
            }
            if !KLARNA_DAYS.contains(&profile.klarna_expiry_days) {
                let (days, range) = (profile.klarna_expiry_days, KLARNA_DAYS);
                faults.push(format!(
                    "profiles.{name}.klarna_expiry_days: {days}; from {} to {} is expected",
                    range.start(),
                    range.end()
                ));
            }
        }
        let secret = match self.security.secret_file.as_deref().map(read_secret).transpose() {
            Ok(secret) => secret,
            Err(fault) => {
                faults.push(format!("security.secret_file: {fault}"));
                None
            }
        };
        match Checked::new(self, keys, secret) {
            Ok(checked) if faults.is_empty() => Ok(checked),
            Ok(_) => Err(ConfigError(faults)),
            Err(fault) => {
                faults.push(fault);
                Err(ConfigError(faults))
            }
        }
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |wrong: bool, text: String| {
            if wrong {
                faults.push(text);
            }
        };
        let key = format!("{PREFIX}PROFILES__MAIN__API_KEY_FILE");
        fault(
            self.profiles.is_empty(),
            format!("no profile is configured: set {key} to a file with its Mollie API key"),
        );
        fault(
            !self.security.insecure,
            format!(
                "this release has no TLS and no authentication of its own yet: put it behind something that has both, and \
                 say so with {PREFIX}SECURITY__INSECURE=true"
            ),
        );
        let public_url = self.public_url();
        let absolute = public_url.starts_with("http://") || public_url.starts_with("https://");
        fault(
            !absolute,
            format!(
                "webhook.public_url is {public_url:?}; it must be an absolute http(s) address that Mollie can reach"
            ),
        );
        fault(
            absolute && self.mollie_is_real() && !public_url.starts_with("https://"),
            format!("webhook.public_url is {public_url}; Mollie reaches only public addresses, over https"),
        );
        fault(
            self.operations.lease_seconds == 0,
            "operations.lease_seconds: at least 1 is needed".to_owned(),
        );
        fault(
            self.events.position_milliseconds == 0,
            "events.position_milliseconds: at least 1 is needed".to_owned(),
        );
        let (bytes, range) = (self.grpc.max_message_bytes, bounds::MESSAGE_BYTES_RANGE);
        fault(
            !range.contains(&bytes),
            format!("grpc.max_message_bytes: {bytes}; from {} to {} is expected", range.start(), range.end()),
        );
        let database = &self.database.url;
        let known =
            ["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| database.starts_with(scheme));
        fault(!known, "database.url: sqlite://PATH or postgres://… is expected".to_owned());
        if let Err(error) = self.log.filter.parse::<tracing_subscriber::EnvFilter>() {
            fault(true, format!("log.filter: {error}"));
        }
        faults
    }
}

/// What was read and checked.
pub struct Checked {
    pub modes: BTreeMap<ProfileName, Mode>,
    pub gateway: MollieAdapter,
    /// `None`: the one kept in the database.
    pub secret: Option<Vec<u8>>,
}

impl Checked {
    /// Puts the adapter together; a text if Mollie's address is none.
    pub fn new(
        config: &Config,
        keys: Vec<(ProfileName, ApiKey)>,
        secret: Option<Vec<u8>>,
    ) -> Result<Self, String> {
        let modes = keys.iter().map(|(name, key)| (name.clone(), key.mode())).collect();
        let gateway = MollieAdapter::new(config.adapter(), keys)
            .map_err(|error| format!("mollie.base_url: {error}"))?;
        Ok(Self { modes, gateway, secret })
    }
}

fn read_secret(file: &Path) -> Result<Vec<u8>, String> {
    let secret = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    match secret.len() {
        0..SECRET_BYTES => Err(format!(
            "{}: {} bytes; at least {SECRET_BYTES} random ones are needed",
            file.display(),
            secret.len()
        )),
        _ => Ok(secret),
    }
}

fn read_key(file: &Path) -> Result<ApiKey, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    ApiKey::parse(text.trim()).map_err(|error| format!("{}: {error}", file.display()))
}
