//! Reads with which method a test wants an attempt to begin, and what it wants to become of one. Everything that is wrong is
//! said at once; whether it can be, the rules decide.

use serde_json::{Map, Value, json};

use crate::rules::{Amount, AttemptEnd, FinalState, PaidVoucher, Refusal};

const STATUSES: &str = "status: should be paid, authorized, pending, failed, canceled or expired";
const VOUCHERS: &str = "vouchers: should be a list, as in \
    [{\"issuer\":\"pluxee-lunch-pass\",\"amount\":{\"value\":\"10.00\",\"currency\":\"EUR\"}}]";
const AMOUNT: &str = "should be an amount, as in {\"value\":\"10.00\",\"currency\":\"EUR\"}";

pub enum Asked {
    End(AttemptEnd),
    Refund(Amount),
}

pub fn read_method(body: &[u8]) -> Result<Option<String>, Refusal> {
    let object = if body.iter().all(u8::is_ascii_whitespace) { Map::new() } else { object(body)? };
    let mut problems = unknown_fields(&object, &["method"]);
    let method = match object.get("method") {
        None | Some(Value::Null) => None,
        Some(Value::String(method)) if !method.is_empty() => Some(method.clone()),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
            problems.push("method: should be a text".to_owned());
            None
        }
    };
    if problems.is_empty() { Ok(method) } else { Err(refusal(&problems)) }
}

pub fn read_end_or_refund(body: &[u8]) -> Result<Asked, Refusal> {
    let object = object(body)?;
    let mut problems = unknown_fields(
        &object,
        &["status", "amount", "forced", "failure", "vouchers", "remainder", "refund"],
    );
    let asked = match object.get("refund") {
        Some(_) => read_refund(&object, &mut problems),
        None => read_end(&object, &mut problems),
    };
    asked.filter(|_| problems.is_empty()).ok_or_else(|| refusal(&problems))
}

fn read_refund(object: &Map<String, Value>, problems: &mut Vec<String>) -> Option<Asked> {
    if object.len() > 1 {
        problems.push("refund: stands alone".to_owned());
    }
    read_amount(object, "refund", problems).map(Asked::Refund)
}

fn read_end(object: &Map<String, Value>, problems: &mut Vec<String>) -> Option<Asked> {
    let state = object.get("status").and_then(Value::as_str).and_then(FinalState::from_text);
    let state = state.filter(|state| *state != FinalState::Open);
    if state.is_none() {
        problems.push(STATUSES.to_owned());
    }
    let brings_money = matches!(state, None | Some(FinalState::Paid | FinalState::Authorized));
    let amount = read_amount(object, "amount", problems);
    if amount.is_some() && !brings_money {
        problems.push("amount: only a payment that is paid or authorized has one".to_owned());
    }
    let forced = object.get("forced").map(Value::as_bool);
    if forced == Some(None) {
        problems.push("forced: should be true or false".to_owned());
    }
    let failure = read_text(object, "failure", problems);
    if failure.is_some() && state.is_some_and(|state| state != FinalState::Failed) {
        problems.push("failure: only a payment that fails has one".to_owned());
    }
    let vouchers = read_vouchers(object, problems);
    let remainder = read_text(object, "remainder", problems);
    Some(Asked::End(AttemptEnd {
        state: state?,
        amount,
        forced: forced.flatten().unwrap_or(false),
        failure,
        vouchers,
        remainder,
    }))
}

fn read_text(object: &Map<String, Value>, name: &str, problems: &mut Vec<String>) -> Option<String> {
    let value = object.get(name)?;
    let text = value.as_str().map(str::to_owned);
    if text.is_none() {
        problems.push(format!("{name}: should be a text"));
    }
    text
}

fn read_vouchers(object: &Map<String, Value>, problems: &mut Vec<String>) -> Vec<PaidVoucher> {
    let Some(value) = object.get("vouchers") else {
        return Vec::new();
    };
    serde_json::from_value(value.clone()).unwrap_or_else(|_| {
        problems.push(VOUCHERS.to_owned());
        Vec::new()
    })
}

fn read_amount(object: &Map<String, Value>, name: &str, problems: &mut Vec<String>) -> Option<Amount> {
    let amount = serde_json::from_value(object.get(name)?.clone()).ok();
    if amount.is_none() {
        problems.push(format!("{name}: {AMOUNT}"));
    }
    amount
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    serde_json::from_slice(body)
        .map_err(|error| Refusal::unprocessable(format!("The attempt should be a JSON object: {error}")))
}

fn unknown_fields(object: &Map<String, Value>, known: &[&str]) -> Vec<String> {
    object
        .keys()
        .filter(|field| !known.contains(&field.as_str()))
        .map(|field| format!("{field}: is no field of this request"))
        .collect()
}

/// Everything that is wrong, at once.
fn refusal(problems: &[String]) -> Refusal {
    let detail = format!("The attempt is invalid. {}.", problems.join("; "));
    Refusal::unprocessable(detail).with_extra(json!({ "problems": problems }))
}
