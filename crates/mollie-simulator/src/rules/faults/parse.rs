//! Faults from JSON. Whatever is wrong with a list is said at once, and then nothing of it is armed.

use serde_json::{Value, json};

use super::armed::{Count, Fault, Faults};
use super::fate::Meanwhile;
use super::item::Item;
use super::kind::{FaultKind, FaultStatus, HookFault, RequestFault};
use super::rewrite::Edit;
use crate::rules::answer::Refusal;
use crate::rules::pattern::Pattern;

impl Faults {
    /// Reads a JSON list.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let list: Vec<Value> = serde_json::from_slice(body)
            .map_err(|error| Refusal::unprocessable(format!("The faults should be a JSON list: {error}")))?;
        let mut problems = Vec::new();
        let mut faults = Vec::new();
        for (index, value) in list.iter().enumerate() {
            match value {
                Value::Object(object) => faults.extend(fault(Item::new(index, object, &mut problems))),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                    problems.push(format!("{index}: should be an object"));
                }
            }
        }
        if problems.is_empty() {
            return Ok(Self::new(faults));
        }
        let detail = format!("The faults are invalid. {}.", problems.join("; "));
        Err(Refusal::unprocessable(detail).with_extra(json!({ "problems": problems })))
    }
}

fn fault(mut item: Item<'_>) -> Option<Fault> {
    let name = item.text("fault").unwrap_or_default();
    let kind = match name.as_str() {
        "idempotency_ignored" => Some(idempotency_ignored(&mut item)),
        "hook_dropped" => Some(hook(&mut item, Some(HookFault::Dropped))),
        "hook_doubled" => Some(hook(&mut item, Some(HookFault::Doubled))),
        "hook_reordered" => Some(hook(&mut item, Some(HookFault::Reordered))),
        "hook_delayed" => {
            let fault = item.duration("after").map(|after| HookFault::Delayed { after });
            Some(hook(&mut item, fault))
        }
        other => request_fault(&mut item, other).map(|fault| request(&mut item, fault)),
    };
    let Some(kind) = kind else {
        if !name.is_empty() {
            item.problem("fault", &format!("\"{name}\" is no kind of fault"));
        }
        item.finish_unknown();
        return None;
    };
    let skip = item.optional("skip", "should be a whole number", Value::as_u64).unwrap_or(0);
    let count = item.optional("count", "should be a whole number of at least 1, or \"all\"", count);
    item.finish();
    let kind = kind?;
    let usual = match &kind {
        FaultKind::IdempotencyIgnored { .. } => Count::All,
        FaultKind::Request { .. } | FaultKind::Hook { .. } => Count::Times(1),
    };
    Some(Fault { kind, skip, count: count.unwrap_or(usual) })
}

fn count(value: &Value) -> Option<Count> {
    match value.as_str() {
        Some("all") => Some(Count::All),
        Some(_) => None,
        None => value.as_u64().filter(|times| *times > 0).map(Count::Times),
    }
}

fn request(item: &mut Item<'_>, fault: Option<RequestFault>) -> Option<FaultKind> {
    let (method, path) = (item.text("method"), item.text("path"));
    Some(FaultKind::Request { on: Pattern { method: method?, path: path? }, fault: fault? })
}

/// A method and a path, or neither.
fn idempotency_ignored(item: &mut Item<'_>) -> Option<FaultKind> {
    match (item.optional_text("method"), item.optional_text("path")) {
        (Some(method), Some(path)) => {
            Some(FaultKind::IdempotencyIgnored { on: Some(Pattern { method, path }) })
        }
        (None, None) => Some(FaultKind::IdempotencyIgnored { on: None }),
        (Some(_), None) | (None, Some(_)) => {
            item.problem("fault", "needs both a method and a path, or neither");
            None
        }
    }
}

fn hook(item: &mut Item<'_>, fault: Option<HookFault>) -> Option<FaultKind> {
    let path = item.optional_text("path");
    Some(FaultKind::Hook { path, fault: fault? })
}

/// The outer `None` is for a kind that does not exist, the inner one for a fault that cannot be read.
fn request_fault(item: &mut Item<'_>, name: &str) -> Option<Option<RequestFault>> {
    Some(match name {
        "refuse" => Some(RequestFault::Refuse),
        "close_before" => Some(RequestFault::CloseBefore),
        "close_after" => Some(RequestFault::CloseAfter),
        "in_flight" => Some(RequestFault::InFlight),
        "busy" => Some(RequestFault::Busy),
        "key_used" => Some(RequestFault::KeyUsed),
        "hang" => item.flag("effect").map(|effect| RequestFault::Hang { effect }),
        "status" => {
            let (status, effect) = (item.required("status", STATUSES, status), item.flag("effect"));
            status.zip(effect).map(|(status, effect)| RequestFault::Status { status, effect })
        }
        "rate_limited" => {
            let seconds = item.optional("retry_after_seconds", "should be a whole number", Value::as_u64);
            Some(RequestFault::RateLimited { retry_after_seconds: seconds })
        }
        "truncate" => {
            Some(RequestFault::Truncate { chunked: item.optional_flag("chunked").unwrap_or(false) })
        }
        "drip" => item.duration("over").map(|over| RequestFault::Drip { over }),
        "rewrite" => item.required("edits", EDITS, edits).map(|edits| RequestFault::Rewrite { edits }),
        "line_counters_left_out" => Some(RequestFault::LineCountersLeftOut),
        "late_effect" => {
            let now = item.required("now", "should be close, hang or 500", meanwhile);
            let (after, in_flight) =
                (item.duration("after"), item.optional_flag("in_flight").unwrap_or(true));
            now.zip(after).map(|(now, after)| RequestFault::LateEffect { now, after, in_flight })
        }
        _ => return None,
    })
}

const STATUSES: &str = "should be 202, 401, 422, 500, 502 or 503";

fn status(value: &Value) -> Option<FaultStatus> {
    let number = value.as_u64()?;
    FaultStatus::ALL.into_iter().find(|status| u64::from(status.number()) == number)
}

const EDITS: &str = "should be a list of {\"op\": \"add\" or \"replace\" or \"remove\", \"path\": \"/…\", \"value\": … unless it removes}";

/// At least one: a rewrite that changes nothing is a slip.
fn edits(value: &Value) -> Option<Vec<Edit>> {
    let edits: Vec<Edit> = value.as_array()?.iter().map(Edit::parse).collect::<Option<_>>()?;
    Some(edits).filter(|edits| !edits.is_empty())
}

fn meanwhile(value: &Value) -> Option<Meanwhile> {
    let text = value.as_str()?;
    Meanwhile::ALL.into_iter().find(|meanwhile| meanwhile.as_text() == text)
}
