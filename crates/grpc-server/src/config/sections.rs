//! The sections of the configuration and their defaults. `bounds` and `check` define valid values.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use domain::rules::agreements::Agreements;
use domain::rules::companion::Companions;
use domain::rules::deadline::{Deadlines, Distances, Windows};
use domain::rules::deadline_policy::{self, Automatic, Fuse};
use domain::rules::payment_window::PaymentWindows;
use domain::rules::policy::Policy;
use domain::rules::quiet_hours::QuietHours;
use domain::rules::surplus::Surplus;
use domain::rules::{auto_ship, second_chance};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::callers::Issuer;
use crate::wire::bounds;

/// Where simulated time comes from, for `serve` beside a simulator in another process.
#[cfg(feature = "dev")]
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clock {
    pub url: Option<String>,
}

/// The gRPC listener.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grpc {
    pub listen: SocketAddr,
    /// The largest request that is read; its content has further bounds.
    pub max_message_bytes: usize,
    /// The most connections; more are closed at once.
    pub max_connections: u32,
    /// After this time a connection ends that has not begun to speak.
    pub handshake_seconds: u64,
    /// After this time without a call a connection ends.
    pub idle_seconds: u64,
    /// After this time a connection ends, and streams go on over another one.
    pub max_age_seconds: u64,
    /// The most calls at once that only read the database.
    pub max_reads: u32,
    /// The most calls at once that may wait for Mollie.
    pub max_changes: u32,
    /// The most calls at once that wait for an operation.
    pub max_waits: u32,
    /// How many percent of these calls, and of the streams of events, one caller may have.
    pub caller_share_percent: u64,
}

/// The webhook listener.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhook {
    pub listen: SocketAddr,
    /// The address that Mollie calls; by default the listen address.
    pub public_url: Option<String>,
    /// The most connections; more are closed at once.
    pub max_connections: u32,
    /// How long a webhook's headers may take, and then its body.
    pub timeout_seconds: u64,
}

/// The port of probes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Monitoring {
    pub listen: SocketAddr,
    /// The most connections; more are closed at once.
    pub max_connections: u32,
    /// How long the database may be lost before this replica counts as not ready.
    pub database_patience_seconds: u64,
}

/// The simulated Mollie, for development.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Simulator {
    pub listen: SocketAddr,
    pub data: PathBuf,
    /// What links start with, where a proxy stands in front of it; without one, the address it listens on.
    pub public_url: Option<String>,
}

/// The database.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    pub max_connections: u32,
    /// Whether `serve` brings the schema up to date; if not, `order-service migrate` does it first.
    pub migrate_on_start: bool,
}

/// Calls to Mollie.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mollie {
    pub base_url: String,
    pub call_timeout_seconds: u64,
    /// How long the effect of a lost call may still appear.
    pub settle_window_seconds: u64,
    /// Whether we trust Mollie to recognise a repeated idempotency key.
    pub trust_idempotency: bool,
    /// The most calls that are begun under one API key in any second, by all processes together.
    pub calls_per_second: u32,
}

/// The placement of orders.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Placement {
    pub age_limit_seconds: u64,
}

/// The work on operations.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Operations {
    /// After this time another process takes over an operation that one left behind. The same for every replica.
    pub lease_seconds: u64,
}

/// The event stream.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Events {
    /// The longest an event waits for its position, unless the backlog exceeds one batch.
    pub position_milliseconds: u64,
    /// The most streams of events that one process serves.
    pub max_streams: u64,
    /// After this time a stream ends whose reader takes nothing.
    pub slow_reader_seconds: u64,
}

/// Access to the service.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    /// Serve also without TLS or callers. Only for development and behind something that provides both. What is configured of them
    /// holds all the same.
    pub insecure: bool,
    /// The certificate of the gRPC port and those that sign it, in PEM, and its key.
    pub certificate_file: Option<PathBuf>,
    pub certificate_key_file: Option<PathBuf>,
    /// The authorities whose client certificates are looked at, in PEM.
    pub client_ca_file: Option<PathBuf>,
    /// Hashes of static tokens, a line each (`order-service token`).
    pub tokens_file: Option<PathBuf>,
    /// Who signs tokens (JWT), by a name of ours.
    pub issuers: BTreeMap<String, Issuer>,
    /// The file that `order-service secret` makes, or one with at least 32 random bytes; the same for every replica. With
    /// `insecure` a secret is generated and stored in the database.
    pub secret_file: Option<PathBuf>,
}

/// A Mollie profile: one credential and one mode.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Has the profile's API key, or an access token of its organisation, which other profiles may name, too. Only a retired profile
    /// may lack it.
    pub api_key_file: Option<PathBuf>,
    /// With an access token: Mollie's id of the profile.
    pub profile_id: Option<String>,
    /// With an access token: whether its orders are for tests.
    pub test: Option<bool>,
    /// Takes no new orders. With a key its existing orders go on to their end; without one they stay as they are.
    pub retired: bool,
    /// `mollie.calls_per_second` for its key.
    pub calls_per_second: Option<u32>,
    /// How many days ahead an order for Klarna may expire at most.
    pub klarna_expiry_days: u16,
    /// Ids of rules whose warnings refuse a draft (docs/rules.md).
    pub strict_rules: BTreeSet<String>,
    /// What a draft must have: locale, names, e-mail and VAT too (`create_order`), or not (`get_order`: they warn).
    pub required: Required,
    /// A locale that Mollie lists; it stands for one that is missing, or listed in neither spelling, with a warning.
    pub locale_fallback: Option<String>,
    /// Whether fees and deductions join parcels of goods (`companions`), or are named like goods (`explicit`).
    pub companions: Shipping,
    /// Whether a person decides about an order that was paid twice (`review`), or its second payment is given back
    /// (`refund_surplus`).
    pub surplus_payments: SurplusPayments,
    /// How many days before an order's deadline its people are warned.
    pub warning_days: BTreeSet<u16>,
    /// How many days after the authorization its money is taken for lost, where Mollie does not say.
    pub authorization_days: u16,
    /// The same for single methods, by Mollie's name of them.
    pub authorization_days_of: BTreeMap<String, u16>,
    /// What is done shortly before a deadline unasked.
    pub deadline_policy: DeadlinePolicy,
    /// How many hours before the deadline that is.
    pub policy_hours_before: u16,
    /// Whether it is only told what the policy would do. Switch it off once that looks right.
    pub policy_dry_run: bool,
    /// How many orders this policy cancels within an hour at most.
    pub policy_most_per_hour: u32,
    /// Whether a shopper whose attempt to pay has ended gets another one unasked.
    pub second_chance: SecondChance,
    /// How long after the end of an attempt that is.
    pub second_chance_minutes: u16,
    /// How many payments of an order the service makes at most.
    pub second_chance_most: u16,
    /// When no payment is made unasked, as 21:00-08:00 by the clock of `time_zone`; `none`: at any time.
    pub quiet_hours: String,
    /// Where the shop is, by its name in the time zone database.
    pub time_zone: String,
    /// How many hours an order may stay unpaid before it is canceled; 0: as long as Mollie keeps it.
    pub payment_window_hours: u16,
    /// The same for single methods, by Mollie's name of them; 0 leaves one out.
    pub payment_window_hours_of: BTreeMap<String, u16>,
    /// Whether it is only told which orders would be canceled unpaid. Switch it off once that looks right.
    pub payment_window_dry_run: bool,
    /// How many unpaid orders are canceled within an hour at most.
    pub payment_window_most_per_hour: u32,
    /// What is shipped unasked once the shopper's money is there.
    pub auto_ship: AutoShip,
    /// Whether it is only told what would be shipped. Switch it off once that looks right.
    pub auto_ship_dry_run: bool,
}

/// What becomes of an order whose attempt to pay has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondChance {
    /// Nothing: people are told.
    #[default]
    None,
    /// The service makes the next payment.
    CreatePayment,
}

/// What is shipped unasked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoShip {
    #[default]
    None,
    DigitalLines,
}

/// What is done shortly before a deadline unasked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeadlinePolicy {
    /// Nothing: people are told.
    #[default]
    None,
    /// What was not shipped is canceled, unless goods may have left.
    CancelUnshipped,
}

/// The document by which a draft's required fields are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Required {
    #[default]
    CreateOrder,
    GetOrder,
}

/// Who names the lines that nobody packs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shipping {
    #[default]
    Companions,
    Explicit,
}

/// Who decides about an order that was paid twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SurplusPayments {
    #[default]
    Review,
    RefundSurplus,
}

impl From<SurplusPayments> for Surplus {
    fn from(chosen: SurplusPayments) -> Self {
        match chosen {
            SurplusPayments::Review => Self::Review,
            SurplusPayments::RefundSurplus => Self::Refund,
        }
    }
}

impl From<Shipping> for Companions {
    fn from(shipping: Shipping) -> Self {
        match shipping {
            Shipping::Companions => Self::Join,
            Shipping::Explicit => Self::Explicit,
        }
    }
}

impl Profile {
    /// Whether its file has an access token. If it has another credential, that is a fault (`key_file`).
    pub const fn has_token(&self) -> bool {
        self.profile_id.is_some()
    }

    /// What it has chosen of how its orders are worked on.
    pub fn policy(&self) -> Policy {
        let days = |days: &u16| SignedDuration::from_hours(i64::from(*days) * 24);
        let by_method = self.authorization_days_of.iter().map(|(method, of)| (method.clone(), days(of)));
        let windows = Windows { by_method: by_method.collect(), otherwise: days(&self.authorization_days) };
        // None that is too short is read (`bounds`).
        let distances = Distances::new(self.warning_days.iter().map(days).collect()).unwrap_or_default();
        let policy = match self.deadline_policy {
            DeadlinePolicy::None => deadline_policy::DeadlinePolicy::None,
            DeadlinePolicy::CancelUnshipped => {
                deadline_policy::DeadlinePolicy::CancelUnshipped { hours_before: self.policy_hours_before }
            }
        };
        Policy {
            companions: self.companions.into(),
            surplus: self.surplus_payments.into(),
            deadlines: Arc::new(Deadlines { windows, distances }),
            automatic: Automatic {
                policy,
                fuse: Fuse { most_per_hour: self.policy_most_per_hour },
                dry_run: self.policy_dry_run,
            },
            second_chance: self.second_chance(),
            payment_windows: Arc::new(self.payment_windows()),
            auto_ship: match (self.auto_ship, self.auto_ship_dry_run) {
                (AutoShip::None, _) => auto_ship::AutoShip::Off,
                (AutoShip::DigitalLines, true) => auto_ship::AutoShip::DryRun,
                (AutoShip::DigitalLines, false) => auto_ship::AutoShip::Digital,
            },
        }
    }

    fn second_chance(&self) -> Option<Arc<second_chance::SecondChance>> {
        match self.second_chance {
            SecondChance::None => None,
            SecondChance::CreatePayment => Some(Arc::new(second_chance::SecondChance {
                delay: SignedDuration::from_mins(self.second_chance_minutes.into()),
                most: self.second_chance_most.into(),
                // None that cannot be read is let through (`check`).
                quiet: self.quiet_hours().unwrap_or_default(),
            })),
        }
    }

    /// The hours in which nothing is sent to shoppers.
    ///
    /// # Errors
    /// The keys of the settings that cannot be read, with what is expected.
    pub fn quiet_hours(&self) -> Result<Option<QuietHours>, Vec<(&'static str, String)>> {
        let zone = TimeZone::get(&self.time_zone).map_err(|_| {
            let expected = "a name of the time zone database is expected, such as Europe/Amsterdam";
            ("time_zone", format!("{expected}, not {:?}", self.time_zone))
        });
        let hours = |zone| match self.quiet_hours.as_str() {
            NO_QUIET_HOURS => Ok(None),
            text => QuietHours::parse(text, zone).map(Some).ok_or_else(|| {
                let expected = "two different times of day are expected, such as 21:00-08:00, or none";
                ("quiet_hours", format!("{expected}, not {text:?}"))
            }),
        };
        match (zone, hours(TimeZone::UTC)) {
            (Ok(zone), Ok(_)) => hours(zone).map_err(|fault| vec![fault]),
            (zone, hours) => Err(zone.err().into_iter().chain(hours.err()).collect()),
        }
    }

    fn payment_windows(&self) -> PaymentWindows {
        let hours = |hours: u16| (hours > 0).then(|| SignedDuration::from_hours(hours.into()));
        let by_method = self.payment_window_hours_of.iter();
        PaymentWindows {
            by_method: by_method.map(|(method, of)| (method.clone(), hours(*of))).collect(),
            otherwise: hours(self.payment_window_hours),
            fuse: Fuse { most_per_hour: self.payment_window_most_per_hour },
            dry_run: self.payment_window_dry_run,
        }
    }
}

/// How it is said that there are none.
const NO_QUIET_HOURS: &str = "none";

impl Default for Profile {
    fn default() -> Self {
        let klarna_expiry_days = Agreements::default().klarna_expiry_days;
        Self {
            api_key_file: None,
            profile_id: None,
            test: None,
            retired: false,
            calls_per_second: None,
            klarna_expiry_days,
            strict_rules: BTreeSet::new(),
            required: Required::default(),
            locale_fallback: None,
            companions: Shipping::default(),
            surplus_payments: SurplusPayments::default(),
            warning_days: [7, 3, 1].into(),
            authorization_days: 28,
            authorization_days_of: BTreeMap::new(),
            deadline_policy: DeadlinePolicy::default(),
            policy_hours_before: 12,
            policy_dry_run: true,
            policy_most_per_hour: Fuse::default().most_per_hour,
            second_chance: SecondChance::default(),
            second_chance_minutes: 60,
            second_chance_most: 1,
            quiet_hours: "21:00-08:00".to_owned(),
            time_zone: "Europe/Amsterdam".to_owned(),
            payment_window_hours: 0,
            payment_window_hours_of: BTreeMap::new(),
            payment_window_dry_run: true,
            payment_window_most_per_hour: 200,
            auto_ship: AutoShip::default(),
            auto_ship_dry_run: true,
        }
    }
}

/// What is logged.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// A tracing filter.
    pub filter: String,
    pub json: bool,
}

/// Where traces and metrics go.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// The collector, over OTLP and gRPC. Without one, and without the standard variables, none is told anything.
    pub endpoint: Option<String>,
    /// The share of the calls that are traced, if their callers have not decided it.
    pub sampling_ratio: Option<f64>,
    pub service_name: Option<String>,
    /// How often the database is read for metrics.
    pub gauge_seconds: u64,
}

impl Telemetry {
    /// Whether there is a collector, by these settings or by the standard variables of OpenTelemetry.
    pub fn is_on(&self) -> bool {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_disabled =
            std::env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
        let standard = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
        !is_disabled && (self.endpoint.is_some() || standard.into_iter().any(is_set))
    }
}

impl Default for Grpc {
    fn default() -> Self {
        Self {
            listen: loopback(50051),
            max_message_bytes: bounds::MESSAGE_BYTES,
            max_connections: 10_000,
            handshake_seconds: 10,
            idle_seconds: 300,
            max_age_seconds: 3_600,
            max_reads: 256,
            max_changes: 256,
            max_waits: 1_000,
            caller_share_percent: 75,
        }
    }
}

impl Default for Webhook {
    fn default() -> Self {
        Self { listen: loopback(50052), public_url: None, max_connections: 1_000, timeout_seconds: 10 }
    }
}

impl Default for Monitoring {
    fn default() -> Self {
        Self { listen: loopback(50054), max_connections: 32, database_patience_seconds: 30 }
    }
}

impl Default for Simulator {
    fn default() -> Self {
        Self { listen: loopback(50053), data: PathBuf::from("data/simulator"), public_url: None }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite://data/orders.db".to_owned(), max_connections: 10, migrate_on_start: true }
    }
}

impl Default for Mollie {
    fn default() -> Self {
        Self {
            base_url: "https://api.mollie.com/v2".to_owned(),
            call_timeout_seconds: 20,
            settle_window_seconds: 60,
            trust_idempotency: true,
            calls_per_second: 2_000,
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
        Self { position_milliseconds: 100, max_streams: 1_000, slow_reader_seconds: 10 }
    }
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { endpoint: None, sampling_ratio: None, service_name: None, gauge_seconds: 15 }
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
