//! Dates of a draft: YYYY-MM-DD and nothing else, within their range.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

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

    /// The last day that is at most so many days from now.
    pub fn plus(self, days: u16) -> Date {
        days_after(self.latest, i32::from(days))
    }

    /// The date until when something is to be paid (create order, `expiresAt`; bank transfer, `dueDate`): from tomorrow to
    /// 100 days after tomorrow. `None`, with a fault, for another; `None` for an empty text.
    pub fn ahead(
        self,
        text: &str,
        (path, rule): (&str, &'static str),
        faults: &mut Violations,
    ) -> Option<Date> {
        if text.is_empty() {
            return None;
        }
        let (first, last) = (days_after(self.earliest, 1), days_after(self.latest, 101));
        let date = parse(text);
        let is_ahead = date.is_some_and(|date| (first..=last).contains(&date));
        if !is_ahead {
            let range = format!("{FORM}, from {first} (tomorrow) to {last} (100 days after)");
            faults.add(path, rule, range, text);
        }
        date.filter(|_| is_ahead)
    }

    /// The day a person was born: past, and within a human life.
    pub fn birth(
        self,
        text: &str,
        (path, rule): (&str, &'static str),
        faults: &mut Violations,
    ) -> Option<Date> {
        if text.is_empty() {
            return None;
        }
        let date = parse(text).filter(|date| (EARLIEST_BIRTH..self.latest).contains(date));
        if date.is_none() {
            let got = if parse(text).is_some() { "a date beyond that".to_owned() } else { shape(text) };
            faults.add(path, rule, format!("{FORM}, past and not before {EARLIEST_BIRTH}"), got);
        }
        date
    }
}

fn days_after(date: Date, days: i32) -> Date {
    date.checked_add(Span::new().days(days)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let mut is_fine = |text: &str| today().ahead(text, ("a", "r"), &mut faults).is_some();
        assert!(is_fine("2026-11-29") && is_fine("2027-03-09"));
        assert!(!is_fine("2026-11-28") && !is_fine("2027-03-10") && !is_fine("1999-01-01"));
        assert_eq!(faults.into_vec().len(), 3);
    }

    #[test]
    fn a_person_was_born_in_the_past_and_not_too_long_ago_and_the_date_is_not_repeated() {
        let reported = |text: &str| {
            let mut faults = Violations::default();
            let date = today().birth(text, ("a", "r"), &mut faults);
            (date.is_some(), faults.into_vec().pop().map(|fault| fault.got))
        };
        assert_eq!(reported("1958-01-31"), (true, None));
        assert_eq!(reported("19580131"), (false, Some("8 characters".to_owned())));
        for text in ["2026-11-28", "0058-01-31"] {
            assert_eq!(reported(text), (false, Some("a date beyond that".to_owned())), "{text}");
        }
    }
}
