//! The meaning of an answer: the change was made, rejected, certainly not begun, or its outcome is unknown. In doubt it is
//! unknown: a change wrongly taken for undone is made twice, and one wrongly taken for done is never made.

use domain::ports::{Acceptance, GatewayError, Outcome};
use domain::rules::ids::ProfileName;
use domain::rules::misread::Misread;
use domain::rules::quote::quoted;
use domain::rules::rejection::Rejection;
use reqwest::StatusCode;
use serde_json::Value;

use crate::json::Object;
use crate::problem;
use crate::transport::{Answer, Failure};

const LIMITED: &str = "Mollie limits our rate (429)";

/// The outcome of a command.
pub fn of_command(
    profile: &ProfileName,
    result: Result<Answer, Failure>,
    accept: impl FnOnce(Option<&Object<'_>>) -> Result<Acceptance, Misread>,
) -> Outcome {
    let answer = match result {
        Ok(answer) => answer,
        Err(Failure::NotSent(problem)) => return not_sent(format!("Mollie was not reached: {problem}")),
        Err(Failure::Later { problem, pause }) => return Outcome::NotSent { problem, pause: Some(pause) },
        Err(Failure::Lost(problem)) => return unknown(format!("no answer came: {problem}")),
    };
    let status = answer.status;
    match status.as_u16() {
        200 | 201 => accepted(status, read(&answer, |object| accept(Some(object)))),
        204 => accepted(status, accept(None)),
        401 | 403 => Outcome::KeyRefused { problem: key_problem(profile, &answer) },
        429 => Outcome::NotSent { problem: LIMITED.to_owned(), pause: answer.pause },
        // A server or a proxy timed out waiting for our request, or for another server: the documents do not say which.
        408 => {
            unknown("Mollie or a proxy answered 408: whether the request was processed is unknown".to_owned())
        }
        400..=499 => refused(&answer),
        500 => Outcome::Unknown { problem: format!("Mollie answered {status}"), stumbled: true },
        _ => unknown(format!("Mollie or a proxy answered {status}")),
    }
}

fn accepted(status: StatusCode, read: Result<Acceptance, Misread>) -> Outcome {
    match read {
        Ok(acceptance) => Outcome::Accepted(acceptance),
        Err(problem) => unknown(format!("Mollie answered {status}, but {problem}")),
    }
}

/// What was read, or why not.
pub fn of_reading<T>(
    profile: &ProfileName,
    result: Result<Answer, Failure>,
    parse: impl FnOnce(&Object<'_>) -> Result<T, Misread>,
) -> Result<T, GatewayError> {
    let answer = result.map_err(|failure| match failure {
        Failure::NotSent(problem) | Failure::Lost(problem) => GatewayError::Unavailable(problem),
        Failure::Later { problem, pause } => GatewayError::Later { problem, pause },
    })?;
    let status = answer.status;
    match status.as_u16() {
        200 => match &answer.body {
            Ok(_) => read(&answer, parse).map_err(GatewayError::Unreadable),
            Err(problem) => Err(GatewayError::Unavailable(problem.clone())),
        },
        401 | 403 => Err(GatewayError::KeyRefused(key_problem(profile, &answer))),
        // Only Mollie's own 404 counts: a proxy's 404 would make an order seem lost.
        404 if rejection(&answer).is_some() => Err(GatewayError::NotFound),
        429 if let Some(pause) = answer.pause => {
            Err(GatewayError::Later { problem: LIMITED.to_owned(), pause })
        }
        408 | 429 | 500..=599 => Err(GatewayError::Unavailable(format!("it answered {status}"))),
        _ => {
            let detail = rejection(&answer)
                .map_or_else(String::new, |rejection| format!(": {}", quoted(&rejection.detail)));
            Err(GatewayError::Unreadable(format!("it answered {status}{detail}").into()))
        }
    }
}

/// What was read, or Mollie's refusal of what was asked for, if it names the field.
pub fn of_asking<T>(
    profile: &ProfileName,
    result: Result<Answer, Failure>,
    parse: impl FnOnce(&Object<'_>) -> Result<T, Misread>,
) -> Result<Result<T, Box<Rejection>>, GatewayError> {
    let is_about_us = |answer: &Answer| matches!(answer.status.as_u16(), 400 | 422);
    let refusal = result.as_ref().ok().filter(|answer| is_about_us(answer)).and_then(rejection);
    match refusal.filter(|refusal| refusal.field.is_some()) {
        Some(refusal) => Ok(Err(Box::new(refusal))),
        None => of_reading(profile, result, parse).map(Ok),
    }
}

fn read<T>(answer: &Answer, parse: impl FnOnce(&Object<'_>) -> Result<T, Misread>) -> Result<T, Misread> {
    let body = answer.body.as_ref().map_err(|problem| format!("the body broke off: {problem}"))?;
    // serde_json's message may quote personal data: only the position is kept.
    let value: Value = serde_json::from_slice(body).map_err(|error| {
        format!("the body is not JSON from line {} column {}", error.line(), error.column())
    })?;
    Object::root(&value).and_then(|object| parse(&object))
}

fn refused(answer: &Answer) -> Outcome {
    let Some(rejection) = rejection(answer) else {
        return unknown(format!("a proxy answered {}: the body is not Mollie's", answer.status));
    };
    let detail = rejection.detail.to_ascii_lowercase();
    // "… is already being processed" and "… has already been used": an earlier request of ours is or was being processed.
    let about_key = detail.contains("idempotency-key") || detail.contains("idempotency key");
    match answer.status {
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT if about_key => {
            unknown(format!("Mollie answered {rejection}"))
        }
        StatusCode::CONFLICT if !detail.contains("duplicate") => Outcome::NotSent {
            problem: format!("Mollie is busy with the order: {rejection}"),
            pause: answer.pause,
        },
        _ => Outcome::Rejected(rejection),
    }
}

fn rejection(answer: &Answer) -> Option<Rejection> {
    let body = answer.body.as_ref().ok()?;
    problem::parse(answer.status, body)
}

/// Addressed to an operator, who can fix it.
fn key_problem(profile: &ProfileName, answer: &Answer) -> String {
    let words = rejection(answer).map_or_else(
        || format!("{}, not in Mollie's form, so perhaps from a proxy", answer.status),
        |rejection| rejection.to_string(),
    );
    format!(
        "the API key of profile {profile} is not accepted ({words}): check in Mollie's dashboard that the key belongs to \
         this profile, is still valid and may use orders; then put the right one in the profile's key file, which is read again at once"
    )
}

const fn not_sent(problem: String) -> Outcome {
    Outcome::NotSent { problem, pause: None }
}

const fn unknown(problem: String) -> Outcome {
    Outcome::Unknown { problem, stumbled: false }
}

#[cfg(test)]
mod tests;
