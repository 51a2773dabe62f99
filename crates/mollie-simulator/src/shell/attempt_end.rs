//! Reads what a test wants to become of an attempt. Everything that is wrong is said at once; whether it can be, the rules
//! decide.

use serde_json::{Map, Value};

use super::attempts::{object, refusal, unknown_fields};
use crate::rules::{Amount, AttemptEnd, FinalState, Refusal};

const STATUSES: &str = "status: should be paid, authorized, failed, canceled or expired";
const AMOUNT: &str = "should be an amount, as in {\"value\":\"10.00\",\"currency\":\"EUR\"}";

pub enum Asked {
    End(AttemptEnd),
    Refund(Amount),
}

pub fn read(body: &[u8]) -> Result<Asked, Refusal> {
    let object = object(body)?;
    let mut problems = unknown_fields(&object, &["status", "amount", "forced", "refund"]);
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
    Some(Asked::End(AttemptEnd { state: state?, amount, forced: forced.flatten().unwrap_or(false) }))
}

fn read_amount(object: &Map<String, Value>, name: &str, problems: &mut Vec<String>) -> Option<Amount> {
    let amount = serde_json::from_value(object.get(name)?.clone()).ok();
    if amount.is_none() {
        problems.push(format!("{name}: {AMOUNT}"));
    }
    amount
}
