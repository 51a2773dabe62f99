//! Reading times and expiry dates. Money and deadlines depend on most of them, so an unreadable one is an error; one that only
//! lacks its offset counts as UTC, like all of Mollie's, and is noted.

use domain::rules::misread::Misread;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

use crate::json::Object;

impl Object<'_> {
    /// A point in time, to the microsecond: stores keep no more. An empty text counts as missing.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Misread> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let wrong = || self.wrong(name, "a time in ISO 8601 with an offset");
        let text = value.as_str().ok_or_else(wrong)?;
        let time = exact(text).or_else(|| {
            self.note(name);
            without_offset(text)
        });
        time.map(Some).ok_or_else(wrong)
    }

    /// A required point in time.
    pub fn required_time(&self, name: &str) -> Result<Timestamp, Misread> {
        self.time(name)?.ok_or_else(|| self.wrong(name, "a time"))
    }

    /// An expiry: a point in time, or a date, which means the last second of that day in UTC.
    pub fn end(&self, name: &str) -> Result<Option<Timestamp>, Misread> {
        let text = self.value(name).and_then(|value| value.as_str());
        let Some(text) = text.filter(|text| text.len() == "2026-01-31".len()) else {
            return self.time(name);
        };
        let wrong = || self.wrong(name, "a date or a time");
        let date: Date = text.parse().map_err(|_| wrong())?;
        let end = date.at(23, 59, 59, 0).to_zoned(TimeZone::UTC);
        end.map(|end| Some(end.timestamp())).map_err(|_| wrong())
    }

    /// A point in time, if it has an offset.
    pub fn exact_time(&self, name: &str) -> Option<Timestamp> {
        self.value(name).and_then(|value| value.as_str()).and_then(exact)
    }
}

fn exact(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok()?.round(Unit::Microsecond).ok()
}

/// A time zone in brackets would mean an offset other than UTC's.
fn without_offset(text: &str) -> Option<Timestamp> {
    let local: DateTime = text.parse().ok().filter(|_| !text.contains('['))?;
    let time = local.to_zoned(TimeZone::UTC).ok()?.timestamp();
    time.round(Unit::Microsecond).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_in_either_form_and_kept_to_the_microsecond() {
        let value = json!({"a": "2026-03-04T12:00:00+00:00", "b": "2026-03-04T12:00:00.0Z",
            "c": "2026-03-04T13:00:00.1234567+01:00", "d": "2026-03-04", "e": "yesterday", "f": null});
        let object = Object::root(&value).unwrap();
        let time = |name| object.time(name).unwrap().map(|time| time.to_string());
        assert_eq!(time("a"), time("b"));
        assert_eq!(time("c").unwrap(), "2026-03-04T12:00:00.123457Z");
        assert_eq!((time("f"), time("none")), (None, None));
        assert_eq!(object.end("d").unwrap().unwrap().to_string(), "2026-03-04T23:59:59Z");
        assert_eq!(object.end("a").unwrap(), object.time("a").unwrap());
        assert!(object.unread().is_empty());
        assert!(object.time("e").unwrap_err().to_string().starts_with("e: expected a time"));
        assert!(object.end("e").is_err());
    }

    #[test]
    fn a_time_without_an_offset_counts_as_utc_and_is_noted() {
        for text in ["2026-03-04T12:00:00", "2026-03-04 12:00:00"] {
            let value = json!({"paidAt": text});
            let object = Object::root(&value).unwrap();
            assert_eq!(object.time("paidAt").unwrap().unwrap().to_string(), "2026-03-04T12:00:00Z", "{text}");
            let unread = object.unread();
            assert_eq!((unread.fields[0].path.as_str(), unread.fields.len()), ("paidAt", 1));
            assert!(unread.fields[0].raw.contains(text) && object.exact_time("paidAt").is_none());
        }
    }

    #[test]
    fn an_unreadable_time_never_counts_as_missing() {
        for odd in [
            json!(""),
            json!(1_772_625_600),
            json!(20_260_304),
            json!(false),
            json!({}),
            json!([]),
            json!("2026-03-04T12:00:00[Europe/Amsterdam]"),
            json!("2026-02-30T12:00:00Z"),
        ] {
            let value = json!({"authorizedAt": odd});
            let error = Object::root(&value).unwrap().time("authorizedAt").unwrap_err();
            assert_eq!(error.field.as_deref(), Some("authorizedAt"), "{odd}");
        }
    }
}
