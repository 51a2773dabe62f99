//! Mollie's error bodies and its `Retry-After`. Only what is certainly from Mollie counts: a proxy in between may answer too, and
//! proves nothing.

use std::time::Duration;

use domain::rules::call_rate::LONGEST_PAUSE;
use domain::rules::rejection::{RejectedBy, Rejection};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

/// Reads Mollie's error body; `None` if this is not one.
pub fn parse(status: StatusCode, body: &[u8]) -> Option<Rejection> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let same =
        |reported: &Value| reported.as_u64().is_none_or(|reported| reported == u64::from(status.as_u16()));
    if !value.get("status").is_none_or(same) {
        return None;
    }
    let detail = text("detail")?.to_owned();
    let title = text("title").or_else(|| status.canonical_reason()).unwrap_or_default();
    Some(Rejection {
        by: RejectedBy::Mollie(status.as_u16()),
        title: title.to_owned(),
        detail,
        field: text("field").map(str::to_owned),
        extra: value.get("extra").filter(|extra| !extra.is_null()).cloned(),
    })
}

/// `Retry-After`, in seconds or as a date. A date is measured from the answer's own `Date`, so that no clock is needed and clock
/// differences do not matter.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let pause = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = date(text)?.duration_since(date_of(headers)?);
            Duration::try_from(until).unwrap_or_default()
        }
    };
    Some(pause.min(LONGEST_PAUSE))
}

/// When the answer was given, by its own `Date`.
pub fn date_of(headers: &HeaderMap) -> Option<Timestamp> {
    date(headers.get(DATE)?.to_str().ok()?)
}

fn date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(retry_after_text: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after_text.parse().unwrap());
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        retry_after(&headers).map(|pause| pause.as_secs())
    }

    #[test]
    fn a_pause_is_read_in_seconds_or_as_a_date() {
        let noon = Some("Wed, 04 Mar 2026 12:00:00 GMT");
        assert_eq!(pause("30", None), Some(30));
        assert_eq!(pause("Wed, 04 Mar 2026 12:01:30 GMT", noon), Some(90));
        assert_eq!(pause("Wed, 04 Mar 2026 11:00:00 GMT", noon), Some(0));
        assert_eq!(pause("Wed, 04 Mar 2026 12:01:30 GMT", None), None);
        assert_eq!(pause("soon", noon), None);
        assert_eq!(pause("99999999999", None), Some(86_400));
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }

    #[test]
    fn mollies_error_is_kept_as_it_came() {
        let body = br#"{"status":422,"title":"Unprocessable Entity","detail":"An amount is required.",
            "field":"lines.0.amount","extra":{"minimumAmount":{"value":"5.00","currency":"EUR"}},"_links":{}}"#;
        let rejection = parse(StatusCode::UNPROCESSABLE_ENTITY, body).unwrap();
        assert_eq!(
            rejection.to_string(),
            "422 “Unprocessable Entity: An amount is required. (field lines.0.amount)”"
        );
        assert_eq!(rejection.extra.unwrap()["minimumAmount"]["value"], "5.00");
    }

    #[test]
    fn a_body_that_is_not_mollies_is_not_mollies_error() {
        for body in [
            "<html>Not here</html>",
            "",
            "{\"message\":\"no route\"}",
            "{\"status\":422,\"title\":\"Unproc",
            "{\"status\":404,\"title\":\"Not Found\",\"detail\":\"No such host\"}",
            "[]",
        ] {
            assert_eq!(parse(StatusCode::BAD_REQUEST, body.as_bytes()), None, "{body}");
        }
    }
}
