//! Which days a request may name: from tomorrow on, in a zone that no document names.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::rules::switches::ZoneOfTomorrow;

const MAX_DAYS_AFTER_TOMORROW: i64 = 100;
/// As a rule, so that it is the same on every machine.
const AMSTERDAM: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// The dates of which any may be meant by today. Refused is what is wrong for all of them.
pub fn todays(zone: ZoneOfTomorrow, now: Timestamp) -> Vec<Date> {
    let amsterdam = || TimeZone::posix(AMSTERDAM).unwrap_or(TimeZone::UTC);
    let zones = match zone {
        ZoneOfTomorrow::Either => vec![TimeZone::UTC, amsterdam()],
        ZoneOfTomorrow::Utc => vec![TimeZone::UTC],
        ZoneOfTomorrow::Amsterdam => vec![amsterdam()],
    };
    zones.into_iter().map(|zone| now.to_zoned(zone).date()).collect()
}

/// Whether the date is from tomorrow until 100 days after tomorrow.
pub fn is_within_reach(date: Date, zone: ZoneOfTomorrow, now: Timestamp) -> bool {
    todays(zone, now).into_iter().any(|today| {
        let tomorrow = today.saturating_add(1.day());
        (tomorrow..=tomorrow.saturating_add(MAX_DAYS_AFTER_TOMORROW.days())).contains(&date)
    })
}
