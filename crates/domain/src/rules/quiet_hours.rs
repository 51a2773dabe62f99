//! The hours in which no shopper is to hear from a merchant, by the clock on the merchant's wall. It may not decide what waits for their end.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// From one time of day to another, often over midnight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietHours {
    from: Time,
    to: Time,
    zone: TimeZone,
}

impl QuietHours {
    /// `None`: they begin when they end, and nobody knows whether that is always or never.
    #[must_use]
    pub fn new(from: Time, to: Time, zone: TimeZone) -> Option<Self> {
        (from != to).then_some(Self { from, to, zone })
    }

    /// Reads `21:00-08:00`.
    #[must_use]
    pub fn parse(text: &str, zone: TimeZone) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let time = |text: &str| Time::strptime("%H:%M", text.trim()).ok();
        Self::new(time(from)?, time(to)?, zone)
    }

    /// The same time, or the end of the quiet hours in which it falls. Where clocks are set back over their end, the later one counts, so that nobody is
    /// woken.
    #[must_use]
    pub fn put_off(&self, time: Timestamp) -> Timestamp {
        let local = time.to_zoned(self.zone.clone());
        let (now, over_midnight) = (local.time(), self.from > self.to);
        let is_quiet = match over_midnight {
            true => now >= self.from || now < self.to,
            false => now >= self.from && now < self.to,
        };
        if !is_quiet {
            return time;
        }
        let ends_tomorrow = over_midnight && now >= self.from;
        let day = if ends_tomorrow { local.date().saturating_add(1.day()) } else { local.date() };
        let end = self.zone.to_ambiguous_zoned(day.to_datetime(self.to)).later();
        end.map_or(time, |end| end.timestamp().max(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(text: &str, zone: &str) -> QuietHours {
        QuietHours::parse(text, TimeZone::get(zone).unwrap()).unwrap()
    }

    fn put_off(quiet: &QuietHours, time: &str) -> String {
        quiet.put_off(time.parse().unwrap()).to_string()
    }

    #[test]
    fn what_falls_into_the_night_waits_for_the_morning_of_the_merchants_zone() {
        let night = quiet("21:00-08:00", "Europe/Amsterdam");
        for (time, then) in [
            ("2026-01-10T19:59:59Z", "2026-01-10T19:59:59Z"),
            ("2026-01-10T20:00:00Z", "2026-01-11T07:00:00Z"),
            ("2026-01-10T23:30:00Z", "2026-01-11T07:00:00Z"),
            ("2026-01-11T06:59:59Z", "2026-01-11T07:00:00Z"),
            ("2026-01-11T07:00:00Z", "2026-01-11T07:00:00Z"),
            // In summer the same hours are others in UTC.
            ("2026-07-10T19:00:00Z", "2026-07-11T06:00:00Z"),
            ("2026-07-10T18:59:00Z", "2026-07-10T18:59:00Z"),
        ] {
            assert_eq!(put_off(&night, time), then, "{time}");
        }
        let noon = quiet("12:00-14:30", "UTC");
        assert_eq!(put_off(&noon, "2026-01-10T12:00:00Z"), "2026-01-10T14:30:00Z");
        assert_eq!(put_off(&noon, "2026-01-10T11:59:00Z"), "2026-01-10T11:59:00Z");
        assert_eq!(put_off(&noon, "2026-01-10T14:30:00Z"), "2026-01-10T14:30:00Z");
    }

    /// 2026-03-29: 02:00 becomes 03:00. 2026-10-25: 03:00 becomes 02:00.
    #[test]
    fn they_end_once_where_clocks_are_changed() {
        let night = quiet("22:00-02:30", "Europe/Amsterdam");
        assert_eq!(put_off(&night, "2026-03-29T00:10:00Z"), "2026-03-29T01:30:00Z");
        assert_eq!(put_off(&night, "2026-10-24T23:00:00Z"), "2026-10-25T01:30:00Z");
        assert_eq!(put_off(&night, "2026-10-25T01:10:00Z"), "2026-10-25T01:30:00Z");
    }

    #[test]
    fn only_two_different_times_of_day_are_read() {
        for text in ["", "21:00", "21:00-", "21:00-25:00", "9-8", "21:00-21:00", "21:00-08:00-09:00"] {
            assert_eq!(QuietHours::parse(text, TimeZone::UTC), None, "{text}");
        }
    }
}
