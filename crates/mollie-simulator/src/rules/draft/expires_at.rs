//! When an order expires: the day that the request names, or the usual 28 days.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::dates::{is_within_reach, todays};
use super::method::Choice;
use crate::rules::answer::Refusal;
use crate::rules::fields::Fields;
use crate::rules::switches::{KlarnaExpiry, Switches};

/// An order expires after 28 days unless it says otherwise; Klarna does not wait longer than that.
const DAYS_TO_EXPIRY: i64 = 28;

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
    if !is_within_reach(date, switches.zone_of_tomorrow, now) {
        let detail = "The expiresAt should be a date from tomorrow until 100 days after tomorrow.";
        return Err(fields.refuse("expiresAt", detail));
    }
    let is_too_late = todays(switches.zone_of_tomorrow, now)
        .into_iter()
        .all(|today| date > today.saturating_add(DAYS_TO_EXPIRY.days()));
    match switches.klarna_beyond_28_days {
        KlarnaExpiry::Refused if choice.is_klarna_only() && is_too_late => {
            let detail = "The expiresAt can be at most 28 days in the future for this payment method.";
            Err(fields.refuse("expiresAt", detail))
        }
        KlarnaExpiry::Refused | KlarnaExpiry::Agreed => at_the_time_of(now, date)
            .ok_or_else(|| fields.refuse("expiresAt", "The expiresAt is out of range.")),
    }
}

/// An order expires at the time of day at which it was made.
fn at_the_time_of(now: Timestamp, date: Date) -> Option<Timestamp> {
    let time_of_day = now.to_zoned(TimeZone::UTC).time();
    let zoned = date.to_datetime(time_of_day).to_zoned(TimeZone::UTC);
    zoned.map(|zoned| zoned.timestamp()).ok()
}
