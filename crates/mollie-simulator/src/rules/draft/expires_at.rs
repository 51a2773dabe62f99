//! When an order expires: the day that the request names, or the usual 28 days.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::method::Choice;
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::switches::{KlarnaExpiry, Switches, ZoneOfTomorrow};

/// An order expires after 28 days unless it says otherwise; Klarna does not wait longer than that.
const DAYS_TO_EXPIRY: i64 = 28;
const MAX_DAYS_AFTER_TOMORROW: i64 = 100;
/// As a rule, so that it is the same on every machine.
const AMSTERDAM: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

pub fn read_expiry(
    fields: &Fields<'_>,
    choice: &Choice,
    switches: &Switches,
    now: Timestamp,
) -> Result<Timestamp, Refusal> {
    let Some(date) = fields.date("expiresAt")? else {
        let usual = SignedDuration::from_hours(24 * DAYS_TO_EXPIRY);
        return Ok(now.saturating_add(usual).unwrap_or(now));
    };
    let days: Vec<Date> = todays(switches.zone_of_tomorrow, now);
    if !days.iter().any(|today| is_within_reach(date, *today)) {
        let detail = "The expiresAt should be a date from tomorrow until 100 days after tomorrow.";
        return Err(fields.refuse("expiresAt", detail));
    }
    let is_too_late = days.iter().all(|today| date > today.saturating_add(DAYS_TO_EXPIRY.days()));
    match switches.klarna_beyond_28_days {
        KlarnaExpiry::Refused if choice.is_klarna_only() && is_too_late => {
            let detail = "The expiresAt can be at most 28 days in the future for this payment method.";
            Err(fields.refuse("expiresAt", detail))
        }
        KlarnaExpiry::Refused | KlarnaExpiry::Agreed => at_the_time_of(now, date)
            .ok_or_else(|| fields.refuse("expiresAt", "The expiresAt is out of range.")),
    }
}

/// The dates of which any may be meant by today. Refused is what is wrong for all of them.
fn todays(zone: ZoneOfTomorrow, now: Timestamp) -> Vec<Date> {
    let amsterdam = || TimeZone::posix(AMSTERDAM).unwrap_or(TimeZone::UTC);
    let zones = match zone {
        ZoneOfTomorrow::Either => vec![TimeZone::UTC, amsterdam()],
        ZoneOfTomorrow::Utc => vec![TimeZone::UTC],
        ZoneOfTomorrow::Amsterdam => vec![amsterdam()],
    };
    zones.into_iter().map(|zone| now.to_zoned(zone).date()).collect()
}

fn is_within_reach(date: Date, today: Date) -> bool {
    let tomorrow = today.saturating_add(1.day());
    (tomorrow..=tomorrow.saturating_add(MAX_DAYS_AFTER_TOMORROW.days())).contains(&date)
}

/// An order expires at the time of day at which it was made.
fn at_the_time_of(now: Timestamp, date: Date) -> Option<Timestamp> {
    let time_of_day = now.to_zoned(TimeZone::UTC).time();
    let zoned = date.to_datetime(time_of_day).to_zoned(TimeZone::UTC);
    zoned.map(|zoned| zoned.timestamp()).ok()
}
