//! The bounds within which each number of the configuration makes sense, and why.

use std::ops::RangeInclusive;

use super::Config;
use super::sections::Profile;
use crate::wire::bounds::MESSAGE_BYTES_RANGE;

/// A number that can be configured.
struct Number {
    path: &'static str,
    range: RangeInclusive<u64>,
    unit: &'static str,
    of: fn(&Config) -> u64,
}

/// Without any, nothing is ever placed; more than that no process sends.
const CALLS_PER_SECOND: RangeInclusive<u64> = 1..=100_000;

/// A process without any is none; more than that no system gives descriptors to.
const CONNECTIONS: RangeInclusive<u64> = 1..=1_000_000;
/// Each may hold a message of the largest size, and what is made of it.
const CALLS: RangeInclusive<u64> = 1..=100_000;

const NUMBERS: [Number; 23] = [
    Number {
        path: "grpc.max_message_bytes",
        range: *MESSAGE_BYTES_RANGE.start() as u64..=*MESSAGE_BYTES_RANGE.end() as u64,
        unit: "bytes",
        of: |config| config.grpc.max_message_bytes as u64,
    },
    Number {
        path: "grpc.max_connections",
        range: CONNECTIONS,
        unit: "connections",
        of: |config| config.grpc.max_connections.into(),
    },
    // Who has nothing to say within five minutes has nothing to say.
    Number {
        path: "grpc.handshake_seconds",
        range: 1..=300,
        unit: "seconds",
        of: |config| config.grpc.handshake_seconds,
    },
    // Less would have clients connect for each call.
    Number {
        path: "grpc.idle_seconds",
        range: 1..=86_400,
        unit: "seconds",
        of: |config| config.grpc.idle_seconds,
    },
    // More than a week is never: then a balancer never spreads its connections over new replicas.
    Number {
        path: "grpc.max_age_seconds",
        range: 1..=604_800,
        unit: "seconds",
        of: |config| config.grpc.max_age_seconds,
    },
    Number { path: "grpc.max_reads", range: CALLS, unit: "calls", of: |config| config.grpc.max_reads.into() },
    Number {
        path: "grpc.max_changes",
        range: CALLS,
        unit: "calls",
        of: |config| config.grpc.max_changes.into(),
    },
    Number { path: "grpc.max_waits", range: CALLS, unit: "calls", of: |config| config.grpc.max_waits.into() },
    Number {
        path: "grpc.caller_share_percent",
        range: 1..=100,
        unit: "percent",
        of: |config| config.grpc.caller_share_percent,
    },
    Number {
        path: "webhook.max_connections",
        range: CONNECTIONS,
        unit: "connections",
        of: |config| config.webhook.max_connections.into(),
    },
    // Mollie itself gives up after 15 seconds.
    Number {
        path: "webhook.timeout_seconds",
        range: 1..=300,
        unit: "seconds",
        of: |config| config.webhook.timeout_seconds,
    },
    Number {
        path: "monitoring.max_connections",
        range: CONNECTIONS,
        unit: "connections",
        of: |config| config.monitoring.max_connections.into(),
    },
    // At once, where another replica is surely well; a failover takes no ten minutes.
    Number {
        path: "monitoring.database_patience_seconds",
        range: 0..=600,
        unit: "seconds",
        of: |config| config.monitoring.database_patience_seconds,
    },
    // Each costs the server a process, and a database server allows a few hundred in total.
    Number {
        path: "database.max_connections",
        range: 1..=1_000,
        unit: "connections",
        of: |config| config.database.max_connections.into(),
    },
    // Nothing is placed in no time; an operation under way holds up those of its order behind it.
    Number {
        path: "mollie.call_timeout_seconds",
        range: 1..=300,
        unit: "seconds",
        of: |config| config.mollie.call_timeout_seconds,
    },
    // Mollie remembers a key for an hour; waiting longer gains nothing.
    Number {
        path: "mollie.settle_window_seconds",
        range: 1..=3_600,
        unit: "seconds",
        of: |config| config.mollie.settle_window_seconds,
    },
    Number {
        path: "mollie.calls_per_second",
        range: CALLS_PER_SECOND,
        unit: "calls",
        of: |config| config.mollie.calls_per_second.into(),
    },
    // Less than a call and its repeat take would give up orders under way; no shopper waits a week.
    Number {
        path: "placement.age_limit_seconds",
        range: 60..=604_800,
        unit: "seconds",
        of: |config| config.placement.age_limit_seconds,
    },
    // An operation left by a dead process rests this long at most.
    Number {
        path: "operations.lease_seconds",
        range: 1..=3_600,
        unit: "seconds",
        of: |config| config.operations.lease_seconds,
    },
    Number {
        path: "events.position_milliseconds",
        range: 1..=3_600_000,
        unit: "milliseconds",
        of: |config| config.events.position_milliseconds,
    },
    // Each holds up to 64 messages for its reader.
    Number {
        path: "events.max_streams",
        range: 1..=100_000,
        unit: "streams",
        of: |config| config.events.max_streams,
    },
    Number {
        path: "events.slow_reader_seconds",
        range: 1..=3_600,
        unit: "seconds",
        of: |config| config.events.slow_reader_seconds,
    },
    // An alert waits for several readings.
    Number {
        path: "telemetry.gauge_seconds",
        range: 1..=3_600,
        unit: "seconds",
        of: |config| config.telemetry.gauge_seconds,
    },
];

/// A number that each profile has, or several under one name.
struct OfProfile {
    key: &'static str,
    range: RangeInclusive<u64>,
    unit: &'static str,
    of: fn(&Profile) -> Vec<u64>,
}

const OF_PROFILE: [OfProfile; 12] = [
    OfProfile {
        key: "calls_per_second",
        range: CALLS_PER_SECOND,
        unit: "calls",
        of: |profile| profile.calls_per_second.into_iter().map(u64::from).collect(),
    },
    // No order may expire more than 100 days after tomorrow.
    OfProfile {
        key: "klarna_expiry_days",
        range: 1..=101,
        unit: "days",
        of: |profile| vec![profile.klarna_expiry_days.into()],
    },
    // No order lasts longer than that.
    OfProfile {
        key: "warning_days",
        range: 1..=101,
        unit: "days",
        of: |profile| profile.warning_days.iter().copied().map(u64::from).collect(),
    },
    OfProfile {
        key: "authorization_days",
        range: 1..=101,
        unit: "days",
        of: |profile| vec![profile.authorization_days.into()],
    },
    OfProfile {
        key: "authorization_days_of",
        range: 1..=101,
        unit: "days",
        of: |profile| profile.authorization_days_of.values().copied().map(u64::from).collect(),
    },
    // Less would not leave Mollie time for an answer; more than a week would cancel what can still be shipped.
    OfProfile {
        key: "policy_hours_before",
        range: 1..=168,
        unit: "hours",
        of: |profile| vec![profile.policy_hours_before.into()],
    },
    // None at all is the policy "none".
    OfProfile {
        key: "policy_most_per_hour",
        range: 1..=10_000,
        unit: "orders",
        of: |profile| vec![profile.policy_most_per_hour.into()],
    },
    // None at all is no window.
    OfProfile {
        key: "payment_window_most_per_hour",
        range: 1..=100_000,
        unit: "orders",
        of: |profile| vec![profile.payment_window_most_per_hour.into()],
    },
    // The attempt may still be shown on the shopper's screen; after a week nobody remembers it.
    OfProfile {
        key: "second_chance_minutes",
        range: 1..=10_080,
        unit: "minutes",
        of: |profile| vec![profile.second_chance_minutes.into()],
    },
    // Mollie takes 25 attempts of an order, and the first is the shopper's own.
    OfProfile {
        key: "second_chance_most",
        range: 1..=24,
        unit: "payments",
        of: |profile| vec![profile.second_chance_most.into()],
    },
    // No order lasts longer than 101 days.
    OfProfile {
        key: "payment_window_hours",
        range: 0..=2_424,
        unit: "hours",
        of: |profile| vec![profile.payment_window_hours.into()],
    },
    OfProfile {
        key: "payment_window_hours_of",
        range: 0..=2_424,
        unit: "hours",
        of: |profile| profile.payment_window_hours_of.values().copied().map(u64::from).collect(),
    },
];

/// Whether the setting is a number.
pub(super) fn is_number(path: &str) -> bool {
    NUMBERS.iter().any(|number| number.path == path) || of_profile(path).is_some()
}

/// The bounds of a number that cannot be read.
pub(super) fn expected(path: &str) -> Option<String> {
    let number = NUMBERS.iter().find(|number| number.path == path).map(Number::expected);
    number.or_else(|| of_profile(path).map(|number| whole(&number.range, number.unit)))
}

fn of_profile(path: &str) -> Option<&'static OfProfile> {
    let (_, key) = path.strip_prefix("profiles.")?.split_once('.')?;
    OF_PROFILE.iter().find(|number| key.split('.').next() == Some(number.key))
}

fn whole(range: &RangeInclusive<u64>, unit: &str) -> String {
    format!("a whole number from {} to {} ({unit})", range.start(), range.end())
}

impl Number {
    fn expected(&self) -> String {
        whole(&self.range, self.unit)
    }
}

impl Config {
    /// A fault for each number out of bounds.
    pub(super) fn out_of_bounds(&self) -> Vec<String> {
        let wrong = NUMBERS.iter().filter(|number| !number.range.contains(&(number.of)(self)));
        let reported = |number: &Number| {
            let (name, got) = (self.names.of(number.path), (number.of)(self));
            format!("{name}: {} is expected, not {got}", number.expected())
        };
        let of_profiles = self.profiles.iter().flat_map(|(name, profile)| {
            OF_PROFILE.iter().filter_map(move |number| {
                let wrong = (number.of)(profile).into_iter().find(|got| !number.range.contains(got))?;
                let setting = self.names.of(&format!("profiles.{name}.{}", number.key));
                Some(format!("{setting}: {} is expected, not {wrong}", whole(&number.range, number.unit)))
            })
        });
        wrong.map(reported).chain(of_profiles).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_within_its_bounds() {
        assert_eq!(Config::default().out_of_bounds(), Vec::<String>::new());
    }

    #[test]
    fn the_document_of_limits_names_the_defaults_in_force() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/limits.md");
        let (text, config) = (std::fs::read_to_string(path).unwrap(), Config::default());
        let told = text.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
        let told: Vec<_> = told.map(|(path, rest)| (path, rest.split(' ').next().unwrap())).collect();
        for (path, value) in &told {
            let number = NUMBERS.iter().find(|number| number.path == *path);
            let default = (number.unwrap_or_else(|| panic!("{path} is no setting")).of)(&config);
            assert_eq!(value.replace(',', ""), default.to_string(), "{path}");
        }
        assert_eq!(told.len(), 12, "{told:?}");
    }
}
