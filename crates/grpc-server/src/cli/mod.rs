//! Commands of `order-service`.

mod archive;
mod client;
mod config;
mod deadlines;
#[cfg(feature = "dev")]
mod demo;
#[cfg(feature = "dev")]
mod dev;
mod event_data;
mod event_line;
mod json;
mod migrate;
mod operations;
mod order;
mod secret;
mod serve;
mod signal;
#[cfg(feature = "dev")]
mod simulator;
mod tail;
mod token;
mod unreachable;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::config::{Config, ConfigError};
use crate::telemetry;

/// Records a merchant's orders durably and drives them through Mollie to completion.
#[derive(Parser)]
#[command(name = "order-service", version, after_help = after_help())]
struct Arguments {
    /// A TOML file with the configuration; environment variables override it.
    #[arg(long, global = true, env = "ORDER_SERVICE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve on SQLite with a simulated Mollie. The default.
    #[cfg(feature = "dev")]
    Dev,
    /// Drive an order through its whole life, in the authorized and the paid flow, and compare the sums.
    #[cfg(feature = "dev")]
    Demo(demo::Arguments),
    /// Serve with the configured database and Mollie.
    Serve(serve::Arguments),
    /// Bring the database's schema up to date and stop.
    Migrate,
    /// Check the configuration, or show it.
    Config(config::Arguments),
    /// Make the file with the service's secret, or add a generation to it.
    Secret(secret::Arguments),
    /// Show what needs a person at a running service, and record decisions.
    Operations(operations::Arguments),
    /// Show which orders lose their money soon if nobody ships them, and why.
    Deadlines(deadlines::Arguments),
    /// Show everything about one order at a running service.
    Order(order::Arguments),
    /// Follow the events of all orders at a running service.
    Tail(tail::Arguments),
    /// Archive orders that are closed for good, at a running service.
    Archive(archive::Arguments),
    /// Make a token for a caller.
    Token(token::Arguments),
    /// Run the simulated Mollie alone.
    #[cfg(feature = "dev")]
    Simulator,
    /// Print the crash points at which ORDER_SERVICE_PROBE can kill this build.
    #[cfg(feature = "probes")]
    Probes,
}

const SETTINGS: &str = "\
Configuration, as ORDER_SERVICE__SECTION__KEY in the environment or section.key in the file; in brackets the default.
`serve` needs a profile's key, a certificate and callers, or SECURITY__INSECURE; for Mollie itself also WEBHOOK__PUBLIC_URL.

  ORDER_SERVICE__GRPC__LISTEN                   where callers connect [127.0.0.1:50051]
  ORDER_SERVICE__GRPC__MAX_MESSAGE_BYTES        the largest request that is read [1048576]
  ORDER_SERVICE__GRPC__MAX_CONNECTIONS          the most connections; more are closed at once [10000]
  ORDER_SERVICE__GRPC__HANDSHAKE_SECONDS        after which a connection ends that has not begun to speak [10]
  ORDER_SERVICE__GRPC__IDLE_SECONDS             after which a connection without a call ends [300]
  ORDER_SERVICE__GRPC__MAX_AGE_SECONDS          after which a connection ends, and streams go on over another one [3600]
  ORDER_SERVICE__GRPC__MAX_READS                the most calls at once that only read the database [256]
  ORDER_SERVICE__GRPC__MAX_CHANGES              the most calls at once that may wait for Mollie [256]
  ORDER_SERVICE__GRPC__MAX_WAITS                the most calls at once that wait for an operation [1000]
  ORDER_SERVICE__GRPC__CALLER_SHARE_PERCENT     how much of these, and of the streams of events, one caller may have [75]
  ORDER_SERVICE__WEBHOOK__LISTEN                where Mollie's webhooks arrive [127.0.0.1:50052]
  ORDER_SERVICE__WEBHOOK__PUBLIC_URL            the address that Mollie calls, over https
  ORDER_SERVICE__WEBHOOK__MAX_CONNECTIONS       the most connections; more are closed at once [1000]
  ORDER_SERVICE__WEBHOOK__TIMEOUT_SECONDS       how long a webhook's headers may take, and then its body [10]
  ORDER_SERVICE__MONITORING__LISTEN             where probes ask: /livez, /readyz, /startupz [127.0.0.1:50054]
  ORDER_SERVICE__MONITORING__MAX_CONNECTIONS    the most connections; more are closed at once [32]
  ORDER_SERVICE__MONITORING__DATABASE_PATIENCE_SECONDS
                                                how long the database may be lost before this replica counts as not
                                                ready; until then calls answer UNAVAILABLE [30]
  ORDER_SERVICE__DATABASE__URL                  sqlite://PATH or postgres://... [sqlite://data/orders.db]
  ORDER_SERVICE__DATABASE__MAX_CONNECTIONS      the most connections [10]
  ORDER_SERVICE__DATABASE__MIGRATE_ON_START     whether `serve` brings the schema up to date; if not, run `migrate` first
                                                [true]
  ORDER_SERVICE__MOLLIE__BASE_URL               Mollie's API [https://api.mollie.com/v2]
  ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS   the longest a call may take [20]
  ORDER_SERVICE__MOLLIE__SETTLE_WINDOW_SECONDS  how long after a lost call its effect may still appear; shorter risks
                                                doing it twice [60]
  ORDER_SERVICE__MOLLIE__TRUST_IDEMPOTENCY      whether a lost call may be repeated under its key at once [true]
  ORDER_SERVICE__MOLLIE__CALLS_PER_SECOND       the most calls under one API key in any second, by all replicas together
                                                [2000]
  ORDER_SERVICE__PLACEMENT__AGE_LIMIT_SECONDS   after which an order that Mollie does not have is given up [900]
  ORDER_SERVICE__OPERATIONS__LEASE_SECONDS      after which another process takes over an operation left behind; the same
                                                for every replica [8]
  ORDER_SERVICE__EVENTS__POSITION_MILLISECONDS  the longest an event waits for its position [100]
  ORDER_SERVICE__EVENTS__MAX_STREAMS            the most streams of events of one process [1000]
  ORDER_SERVICE__EVENTS__SLOW_READER_SECONDS    after which a stream ends whose reader takes nothing [10]
  ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE   a file with the API key of the profile `main`, others by their names, or with
                                                an access token; read again when it changes
  ORDER_SERVICE__PROFILES__MAIN__PROFILE_ID     with an access token: Mollie's id of the profile, pfl_...
  ORDER_SERVICE__PROFILES__MAIN__TEST           with an access token: whether its orders are for tests
  ORDER_SERVICE__PROFILES__MAIN__CALLS_PER_SECOND
                                                the same for this profile's key
  ORDER_SERVICE__PROFILES__MAIN__KLARNA_EXPIRY_DAYS
                                                how far ahead expires_on may be with Klarna, as agreed with it [28]
  ORDER_SERVICE__PROFILES__MAIN__STRICT_RULES   rules of docs/rules.md whose warnings refuse a draft:
                                                [line.type_left_out] []
  ORDER_SERVICE__PROFILES__MAIN__REQUIRED       create_order, or get_order: locale, names, e-mail and
                                                VAT may be left out [create_order]
  ORDER_SERVICE__PROFILES__MAIN__LOCALE_FALLBACK
                                                sent for a locale that is missing or not listed
  ORDER_SERVICE__PROFILES__MAIN__COMPANIONS     companions: fees and deductions that nobody names join parcels of goods; or
                                                explicit: callers name every line [companions]
  ORDER_SERVICE__PROFILES__MAIN__SURPLUS_PAYMENTS
                                                what becomes of the second of two paid attempts: review, or
                                                refund_surplus, which gives it back [review]
  ORDER_SERVICE__PROFILES__MAIN__WARNING_DAYS   how many days before a deadline people are warned [[7,3,1]]
  ORDER_SERVICE__PROFILES__MAIN__AUTHORIZATION_DAYS
                                                after which an authorization counts as lost where Mollie does not say [28]
  ORDER_SERVICE__PROFILES__MAIN__AUTHORIZATION_DAYS_OF__KLARNA
                                                the same for a method, by Mollie's name of it
  ORDER_SERVICE__PROFILES__MAIN__DEADLINE_POLICY
                                                none, or cancel_unshipped: what was not shipped is canceled shortly before
                                                its deadline, unless goods may have left [none]
  ORDER_SERVICE__PROFILES__MAIN__POLICY_HOURS_BEFORE
                                                how long before that is [12]
  ORDER_SERVICE__PROFILES__MAIN__POLICY_DRY_RUN
                                                only tell what the policy would do [true]
  ORDER_SERVICE__PROFILES__MAIN__POLICY_MOST_PER_HOUR
                                                the most orders that it cancels within an hour [20]
  ORDER_SERVICE__PROFILES__MAIN__SECOND_CHANCE  none, or create_payment: after an attempt to pay has ended, the service
                                                makes the next payment, and its link is told with an event [none]
  ORDER_SERVICE__PROFILES__MAIN__SECOND_CHANCE_MINUTES
                                                how long after the end of the attempt [60]
  ORDER_SERVICE__PROFILES__MAIN__SECOND_CHANCE_MOST
                                                the most payments of an order that the service makes [1]
  ORDER_SERVICE__PROFILES__MAIN__QUIET_HOURS    when it makes none, or none for never [21:00-08:00]
  ORDER_SERVICE__PROFILES__MAIN__TIME_ZONE      whose clock that is [Europe/Amsterdam]
  ORDER_SERVICE__PROFILES__MAIN__PAYMENT_WINDOW_HOURS
                                                after which an order that nobody pays is canceled; 0: when Mollie ends it [0]
  ORDER_SERVICE__PROFILES__MAIN__PAYMENT_WINDOW_HOURS_OF__IDEAL
                                                the same for a method, by Mollie's name of it
  ORDER_SERVICE__PROFILES__MAIN__PAYMENT_WINDOW_DRY_RUN
                                                only tell what would be canceled [true]
  ORDER_SERVICE__PROFILES__MAIN__PAYMENT_WINDOW_MOST_PER_HOUR
                                                the most unpaid orders that are canceled within an hour [200]
  ORDER_SERVICE__PROFILES__MAIN__AUTO_SHIP      none, or digital_lines: shipped by the service once the money is there [none]
  ORDER_SERVICE__PROFILES__MAIN__AUTO_SHIP_DRY_RUN
                                                only tell what would be shipped [true]
  ORDER_SERVICE__SECURITY__INSECURE             serve also without TLS or callers, to whoever connects [false]
  ORDER_SERVICE__SECURITY__CERTIFICATE_FILE     the certificate of the gRPC port with those that sign it, in PEM; this and
                                                the files below are read again when they change
  ORDER_SERVICE__SECURITY__CERTIFICATE_KEY_FILE its key
  ORDER_SERVICE__SECURITY__CLIENT_CA_FILE       who signs the client certificates that are looked at
  ORDER_SERVICE__SECURITY__TOKENS_FILE          hashes of callers' tokens, a line each (`order-service token NAME`)
  ORDER_SERVICE__SECURITY__ISSUERS__CORP__ISSUER
                                                the `iss` of signed tokens (JWT) that are accepted
  ORDER_SERVICE__SECURITY__ISSUERS__CORP__AUDIENCE
                                                what stands for this service in their `aud`
  ORDER_SERVICE__SECURITY__ISSUERS__CORP__KEYS_FILE
                                                the issuer's public keys (JWKS); or
  ORDER_SERVICE__SECURITY__ISSUERS__CORP__KEYS_URL
                                                their address, over https
  ORDER_SERVICE__SECURITY__ISSUERS__CORP__REFRESH_SECONDS
                                                how often that is read [300]
  ORDER_SERVICE__SECURITY__ISSUERS__CORP__ALGORITHMS
                                                what the issuer signs with: RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384
                                                EdDSA [[RS256,ES256]]
  ORDER_SERVICE__SECURITY__ISSUERS__CORP__LEEWAY_SECONDS
                                                how far its clock may be off [30]
  ORDER_SERVICE__CALLERS__SHOP__CERTIFICATES    names (URI, DNS) in the client certificates of the caller `shop`
  ORDER_SERVICE__CALLERS__SHOP__SUBJECTS__CORP  subjects of its tokens by the issuer `corp`
  ORDER_SERVICE__CALLERS__SHOP__ROLES__MAIN     its roles on the profile `main`, \"*\" in the file for all: checkout,
                                                fulfilment, care, finance, viewer, operator (docs/access.md)
  ORDER_SERVICE__SECURITY__SECRET_FILE          what `order-service secret create` makes, the same for every replica; read again
                                                when it changes [made once, kept in the database]
  ORDER_SERVICE__PROFILES__MAIN__RETIRED        the profile takes no new orders; its open ones go on, or rest if it has no key
                                                [false]
  ORDER_SERVICE__LOG__FILTER                    a level, or levels by module: info,persistence=debug [info]
  ORDER_SERVICE__LOG__JSON                      one JSON object a line [false]
  ORDER_SERVICE__TELEMETRY__ENDPOINT            the collector that traces are sent to, by OTLP over gRPC; also by
                                                OTEL_EXPORTER_OTLP_ENDPOINT
  ORDER_SERVICE__TELEMETRY__SAMPLING_RATIO      the share of calls that are traced whose callers have not decided it; or by
                                                OTEL_TRACES_SAMPLER [1]
  ORDER_SERVICE__TELEMETRY__SERVICE_NAME        what the service is called there; or by OTEL_SERVICE_NAME [order-service]
  ORDER_SERVICE__TELEMETRY__GAUGE_SECONDS       how often the database is read for metrics [15]";

/// Settings of builds that have the simulated Mollie.
const OF_DEVELOPMENT: &str = if cfg!(feature = "dev") {
    "

For development:
  ORDER_SERVICE__SIMULATOR__LISTEN              the simulated Mollie [127.0.0.1:50053]
  ORDER_SERVICE__SIMULATOR__DATA                its state [data/simulator]
  ORDER_SERVICE__SIMULATOR__PUBLIC_URL          what its links start with, where a proxy stands in front of it
  ORDER_SERVICE__CLOCK__URL                     a simulator in another process whose time `serve` follows"
} else {
    ""
};

fn after_help() -> String {
    format!("{SETTINGS}{OF_DEVELOPMENT}")
}

/// Runs the command; returns 1 and prints the reasons to standard error if it fails.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // One TLS provider for every client of this process; this call installs it first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            tell(&error);
            ExitCode::FAILURE
        }
    }
}

/// Tells why a command failed: a service in its log, a line for each fault, and any other at the terminal.
fn tell(error: &anyhow::Error) {
    if !tracing::enabled!(tracing::Level::ERROR) {
        return eprintln!("order-service: {error:#}");
    }
    match error.downcast_ref::<ConfigError>() {
        Some(ConfigError(faults)) => {
            for fault in faults {
                let of = faults.len();
                tracing::error!(%fault, of, "order-service cannot serve: a fault of its configuration");
            }
        }
        None => tracing::error!(error = format!("{error:#}"), "order-service cannot serve"),
    }
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    let config = || Config::read(arguments.config.as_deref());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let Some(command) = arguments.command.or_else(default_command) else {
        anyhow::bail!("name a command; `order-service --help` lists them");
    };
    runtime.block_on(async {
        match command {
            #[cfg(feature = "dev")]
            Command::Dev => dev::run(config()?).await.map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "dev")]
            Command::Demo(arguments) => Box::pin(demo::run(config()?, arguments)).await,
            Command::Serve(chosen) => {
                let config = Config::read_to_serve(arguments.config.as_deref());
                let config = config
                    .inspect_err(|_| telemetry::start_lines(&Config::log(arguments.config.as_deref())))?;
                serve::run(config, &chosen).await.map(|()| ExitCode::SUCCESS)
            }
            Command::Migrate => migrate::run(config()?).await.map(|()| ExitCode::SUCCESS),
            Command::Config(chosen) => {
                config::run(&chosen, arguments.config.as_deref()).map(|()| ExitCode::SUCCESS)
            }
            Command::Secret(arguments) => secret::run(arguments).map(|()| ExitCode::SUCCESS),
            // It talks to a service that is configured elsewhere.
            Command::Operations(arguments) => Box::pin(operations::run(arguments)).await,
            Command::Deadlines(arguments) => Box::pin(deadlines::run(arguments)).await,
            Command::Order(arguments) => Box::pin(order::run(arguments)).await,
            Command::Tail(arguments) => Box::pin(tail::run(arguments)).await.map(|()| ExitCode::SUCCESS),
            Command::Archive(arguments) => Box::pin(archive::run(arguments)).await,
            Command::Token(arguments) => token::run(&arguments).map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "dev")]
            Command::Simulator => simulator::run(config()?).await.map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "probes")]
            Command::Probes => {
                for point in crate::probes::Point::all() {
                    println!("{point}");
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    })
}

const fn default_command() -> Option<Command> {
    #[cfg(feature = "dev")]
    return Some(Command::Dev);
    #[cfg(not(feature = "dev"))]
    None
}

/// Starts logging as configured.
fn start_logging(config: &Config) -> Result<()> {
    telemetry::start(config).map_err(anyhow::Error::msg)
}
