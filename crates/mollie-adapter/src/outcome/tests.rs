//! The class of each answer.

use std::time::Duration;

use super::*;
use crate::fixtures::bare_order;
use crate::snapshot;

const BUSY: &str =
    r#"{"status":409,"title":"Conflict","detail":"The order is being updated, try again later."}"#;
const RUNNING: &str = r#"{"status":409,"title":"Conflict",
    "detail":"Another request with this Idempotency-Key is already being processed."}"#;
const USED: &str =
    r#"{"status":400,"title":"Bad Request","detail":"This Idempotency-Key has already been used."}"#;
const FINAL: &str = r#"{"status":400,"title":"Bad Request",
    "detail":"The order cannot be canceled from state: canceled"}"#;
const WRONG: &str = r#"{"status":422,"title":"Unprocessable Entity","detail":"Too many.",
    "field":"lines.0.quantity"}"#;
const GONE: &str = r#"{"status":404,"title":"Not Found","detail":"No order exists with token ord_b."}"#;
const KEY: &str = r#"{"status":401,"title":"Unauthorized Request","detail":"Missing authentication."}"#;
const HTML: &str = "<html><body><h1>Bad Gateway</h1></body></html>";

fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).unwrap(),
        pause: None,
        left: Vec::new(),
        body: Ok(body.as_bytes().to_vec()),
    }
}

fn broken(status: u16) -> Answer {
    Answer { body: Err("connection reset".to_owned()), ..answer(status, "") }
}

fn command(result: Result<Answer, Failure>) -> Outcome {
    of_command(&ProfileName::new("main"), result, |order| match order {
        Some(order) => snapshot::read(order).map(|read| Acceptance::Order(Box::new(read))),
        None => Ok(Acceptance::Nothing),
    })
}

fn class(result: Result<Answer, Failure>) -> &'static str {
    match command(result) {
        Outcome::Accepted(_) => "accepted",
        Outcome::Rejected(_) => "rejected",
        Outcome::NotSent { .. } => "not sent",
        Outcome::KeyRefused { .. } => "key refused",
        Outcome::Unknown { .. } => "unknown",
    }
}

#[test]
fn each_answer_to_a_command_is_classified() {
    let order = bare_order().to_string();
    let half = &order[..order.len() / 2];
    for (status, body, expected) in [
        (201, order.as_str(), "accepted"),
        (200, &order, "accepted"),
        (202, &order, "unknown"),
        (204, "", "accepted"),
        (201, half, "unknown"),
        (201, "", "unknown"),
        (201, "{}", "unknown"),
        (200, HTML, "unknown"),
        (301, "", "unknown"),
        (400, FINAL, "rejected"),
        (400, USED, "unknown"),
        (400, HTML, "unknown"),
        (401, KEY, "key refused"),
        (403, HTML, "key refused"),
        (404, GONE, "rejected"),
        (404, HTML, "unknown"),
        (408, HTML, "unknown"),
        (409, BUSY, "not sent"),
        (409, RUNNING, "unknown"),
        (409, HTML, "unknown"),
        (422, WRONG, "rejected"),
        (422, "{\"message\":\"no\"}", "unknown"),
        (429, "", "not sent"),
        (500, r#"{"status":500,"title":"Internal Server Error","detail":"x"}"#, "unknown"),
        (502, HTML, "unknown"),
        (503, "", "unknown"),
    ] {
        assert_eq!(class(Ok(answer(status, body))), expected, "{status} {body}");
    }
}

#[test]
fn only_mollies_own_500_counts_as_stumbling() {
    for (status, expected) in [(500, true), (502, false), (503, false), (504, false), (408, false)] {
        let outcome = command(Ok(answer(status, "")));
        assert!(matches!(outcome, Outcome::Unknown { stumbled, .. } if stumbled == expected), "{status}");
    }
}

#[test]
fn a_truncated_answer_counts_only_if_its_status_says_enough() {
    for (status, expected) in [(201, "unknown"), (422, "unknown"), (401, "key refused"), (429, "not sent")] {
        assert_eq!(class(Ok(broken(status))), expected, "{status}");
    }
}

#[test]
fn no_answer_is_not_sent_or_unknown() {
    assert_eq!(class(Err(Failure::NotSent("refused".to_owned()))), "not sent");
    assert_eq!(class(Err(Failure::Lost("reset".to_owned()))), "unknown");
}

#[test]
fn a_rejection_keeps_mollies_text_and_field() {
    let Outcome::Rejected(rejection) = command(Ok(answer(422, WRONG))) else {
        panic!("a refusal expected");
    };
    assert_eq!(rejection.to_string(), "422 “Unprocessable Entity: Too many. (field lines.0.quantity)”");
}

#[test]
fn mollies_retry_after_is_passed_on() {
    let pause = Some(Duration::from_secs(7));
    for (status, body) in [(429, ""), (409, BUSY)] {
        let answer = Answer { pause, ..answer(status, body) };
        assert!(matches!(command(Ok(answer)), Outcome::NotSent { pause: reported, .. } if reported == pause));
    }
}

#[test]
fn a_rejected_key_is_reported_with_its_profile_and_what_to_do() {
    let Outcome::KeyRefused { problem } = command(Ok(answer(401, KEY))) else {
        panic!("not sent expected");
    };
    for part in ["profile main", "Missing authentication.", "key file"] {
        assert!(problem.contains(part), "{problem}");
    }
}

#[test]
fn each_answer_to_a_reading_is_classified() {
    let order = bare_order().to_string();
    let read = |answer| of_reading(&ProfileName::new("main"), answer, snapshot::read);
    assert!(read(Ok(answer(200, &order))).is_ok());
    assert!(matches!(read(Ok(answer(404, GONE))), Err(GatewayError::NotFound)));
    for status in [401, 403] {
        assert!(matches!(read(Ok(answer(status, KEY))), Err(GatewayError::KeyRefused(_))), "{status}");
    }
    for status in [408, 429, 500, 502, 503, 504] {
        assert!(matches!(read(Ok(answer(status, HTML))), Err(GatewayError::Unavailable(_))), "{status}");
    }
    for (status, body) in
        [(404, HTML), (200, HTML), (200, "{"), (302, ""), (202, &order), (410, GONE), (400, USED)]
    {
        assert!(
            matches!(read(Ok(answer(status, body))), Err(GatewayError::Unreadable(_))),
            "{status} {body}"
        );
    }
    let odd = order.replace("25.05", "25.055");
    let Err(GatewayError::Unreadable(misread)) = read(Ok(answer(200, &odd))) else {
        panic!("unreadable expected")
    };
    assert_eq!(misread.field.as_deref(), Some("amount.value"));
    for failure in [Failure::NotSent(String::new()), Failure::Lost(String::new())] {
        assert!(matches!(read(Err(failure)), Err(GatewayError::Unavailable(_))));
    }
    assert!(matches!(read(Ok(broken(200))), Err(GatewayError::Unavailable(_))));
}

/// Only where Mollie itself names the field that it does not take.
#[test]
fn a_refusal_of_what_was_asked_for_is_no_failure_to_read() {
    let asked = |status: u16, body: &str| {
        let read = of_asking(&ProfileName::new("main"), Ok(answer(status, body)), |_| Ok(()));
        read.map(|read| read.err().and_then(|refusal| refusal.field))
    };
    let field = Some("lines.0.quantity".to_owned());
    assert_eq!(asked(422, WRONG).unwrap(), field);
    assert_eq!(asked(400, &WRONG.replace("422", "400")).unwrap(), field);
    assert_eq!(asked(200, "{}").unwrap(), None);
    for (status, body) in [(400, FINAL), (422, HTML), (404, GONE), (401, KEY), (503, HTML)] {
        assert!(asked(status, body).is_err(), "{status} {body}");
    }
    let lost = of_asking(&ProfileName::new("main"), Err(Failure::Lost("reset".to_owned())), |_| Ok(()));
    assert!(matches!(lost, Err(GatewayError::Unavailable(_))));
}
