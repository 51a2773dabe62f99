//! Dates of a draft: YYYY-MM-DD and nothing else, within their range.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::rule::Rule;
use super::text::shape;
use super::violation::Violations;

const FORM: &str = "a date as YYYY-MM-DD";

/// Nobody alive was born before.
const EARLIEST_BIRTH: Date = jiff::civil::date(1900, 1, 1);

/// Reads YYYY-MM-DD. The library takes other forms of ISO 8601 too, times and zones among them.
fn parse(text: &str) -> Option<Date> {
    let shaped = text.bytes().enumerate().all(|(n, byte)| match n {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    text.parse().ok().filter(|_| shaped && text.len() == 10)
}

/// Today's date in UTC and at Mollie. The documents do not say which zone "tomorrow" belongs to, so only what is wrong
/// in both is refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct Today {
    earliest: Date,
    latest: Date,
}

impl Today {
    pub fn at(now: Timestamp) -> Self {
        let utc = now.to_zoned(TimeZone::UTC).date();
        let amsterdam = TimeZone::get("Europe/Amsterdam").map_or(utc, |zone| now.to_zoned(zone).date());
        Self { earliest: utc.min(amsterdam), latest: utc.max(amsterdam) }
    }

    /// The last day that is at most so many days from now in either zone.
    pub fn plus(self, days: u16) -> Date {
        days_after(self.latest, i32::from(days))
    }

    /// The last day that is so in both.
    pub fn surely_plus(self, days: u16) -> Date {
        days_after(self.earliest, i32::from(days))
    }

    /// The day an order ends (create order, `expiresAt`): from tomorrow to 100 days after tomorrow. `None`, with a fault, for another; `None` for an empty text.
    pub fn ahead(
        self,
        text: &str,
        (path, rule): (&str, &'static Rule),
        faults: &mut Violations,
    ) -> Option<Date> {
        if text.is_empty() {
            return None;
        }
        let date = parse(text).filter(|date| self.is_ahead(*date));
        if date.is_none() {
            faults.breaks(path, rule, self.range(), text);
        }
        date
    }

    fn ahead_of(self) -> std::ops::RangeInclusive<Date> {
        days_after(self.earliest, 1)..=days_after(self.latest, 101)
    }

    fn is_ahead(self, date: Date) -> bool {
        self.ahead_of().contains(&date)
    }

    /// Whether a date is from tomorrow to 100 days after in both zones. Near midnight it may be so in one only.
    pub fn is_surely_ahead(self, date: Date) -> bool {
        (days_after(self.latest, 1)..=days_after(self.earliest, 101)).contains(&date)
    }

    /// What is said of a date that is right in one zone only.
    pub fn sure_range(self) -> String {
        let (first, last) = (days_after(self.latest, 1), days_after(self.earliest, 101));
        format!("{FORM}, from {first} to {last}: right both in UTC and in Amsterdam")
    }

    fn range(self) -> String {
        let (first, last) = self.ahead_of().into_inner();
        format!("{FORM}, from {first} (tomorrow) to {last} (100 days after)")
    }

    /// The date until when a bank transfer is awaited. `range`: it is outside of what an order may take.
    pub fn due(
        self,
        text: &str,
        (path, form, range): (&str, &'static Rule, &'static Rule),
        faults: &mut Violations,
    ) {
        let Some(date) = day(text, path, form, faults) else { return };
        if !self.is_ahead(date) {
            faults.breaks(path, range, self.range(), text);
        } else if !self.is_surely_ahead(date) {
            faults.breaks(path, range, self.sure_range(), text);
        }
    }

    /// The day a person was born. `odd`: it is not past, or not within a human life.
    pub fn birth(
        self,
        text: &str,
        (path, form, odd): (&str, &'static Rule, &'static Rule),
        faults: &mut Violations,
    ) -> Option<Date> {
        let date = day(text, path, form, faults)?;
        if !(EARLIEST_BIRTH..self.latest).contains(&date) {
            let expected = format!("a date that is past and not before {EARLIEST_BIRTH}");
            faults.breaks(path, odd, expected, "a date beyond that");
        }
        Some(date)
    }
}

/// A date as YYYY-MM-DD. `None` without a fault for an empty text.
pub(super) fn day(text: &str, path: &str, rule: &'static Rule, faults: &mut Violations) -> Option<Date> {
    if text.is_empty() {
        return None;
    }
    let date = parse(text);
    if date.is_none() {
        faults.breaks(path, rule, FORM, shape(text));
    }
    date
}

fn days_after(date: Date, days: i32) -> Date {
    date.checked_add(Span::new().days(days)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::draft::reading::{BIRTH, BORN};

    fn today() -> Today {
        Today::at("2026-11-28T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_date_is_written_in_one_way() {
        assert_eq!(parse("2026-12-05"), Some(jiff::civil::date(2026, 12, 5)));
        for text in [
            "20261205",
            "2026-12-05[Europe/Amsterdam]",
            "2026-12-05T23:30:00-08:00",
            "2026-12-05T00:00",
            "2026-12-5",
            "2026-W49-6",
            "+002026-12-05",
            "2026-13-05",
            "2026-02-30",
            " 2026-12-05",
            "２026-12-05",
            "soon",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_to_be_paid_is_due_from_tomorrow_to_a_hundred_days_after() {
        let mut faults = Violations::default();
        let mut is_fine = |text: &str| today().ahead(text, ("a", &BIRTH), &mut faults).is_some();
        assert!(is_fine("2026-11-29") && is_fine("2027-03-09"));
        assert!(!is_fine("2026-11-28") && !is_fine("2027-03-10") && !is_fine("1999-01-01"));
        assert_eq!(faults.into_vec().len(), 3);
    }

    #[test]
    fn a_person_was_born_in_the_past_and_not_too_long_ago_and_the_date_is_not_repeated() {
        let reported = |text: &str| {
            let mut faults = Violations::default();
            let date = today().birth(text, ("a", &BIRTH, &BORN), &mut faults);
            (date.is_some(), faults.into_vec().pop().map(|fault| fault.got))
        };
        assert_eq!(reported("1958-01-31"), (true, None));
        assert_eq!(reported("19580131"), (false, Some("8 characters".to_owned())));
        for text in ["2026-11-28", "0058-01-31"] {
            assert_eq!(reported(text), (true, Some("a date beyond that".to_owned())), "{text}");
        }
    }
}
