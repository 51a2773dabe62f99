//! An event in one line: what happened, to what, by whom and why.

use super::event_data::{moved, parts};
use super::words::plain;
use crate::proto::OrderEvent;
use crate::proto::event_cause::Cause;

/// What an event says beyond its kind.
pub fn details(event: &OrderEvent) -> String {
    let named = |name: &str, value: &str| match value {
        "" => String::new(),
        value if name.is_empty() => plain(value),
        value => format!("{name} {}", plain(value)),
    };
    let mut said = event.data.as_ref().map(parts).unwrap_or_default();
    said.push(named("changed", &event.changed.join(" ")));
    said.extend(moved(&event.entries));
    said.push(named("operation", &event.operation_id));
    said.push(named("by", &event.actor));
    said.push(named("", &cause(event)));
    said.retain(|part| !part.is_empty());
    said.join(", ")
}

/// Why it was written, if nothing else in the line says so: what the service did unasked has an actor who does.
fn cause(event: &OrderEvent) -> String {
    let Some(cause) = event.cause.as_ref().and_then(|why| why.cause.as_ref()) else { return String::new() };
    match cause {
        Cause::Request(request) => format!("request {} of {}", request.request_id, request.caller),
        Cause::Hook(_) => "read after a hook".to_owned(),
        Cause::LookUp(_) => "looked up".to_owned(),
        Cause::Asked(_) => "read when asked".to_owned(),
        Cause::Operator(_) => "an operator".to_owned(),
        Cause::Timer(_) => "a timer".to_owned(),
        Cause::Settled(settled) if settled.operation_id == event.operation_id => String::new(),
        Cause::Settled(settled) => format!("after operation {}", settled.operation_id),
        Cause::Unasked(_) => String::new(),
        Cause::Restored(_) => "found again after a restore".to_owned(),
    }
}

/// What an event means to whoever watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    /// Somebody should look.
    Bad,
    Usual,
}

pub fn tone(kind: &str) -> Tone {
    let (_, what) = kind.split_once('.').unwrap_or_default();
    match what {
        "paid" | "authorized" | "completed" | "registered" | "refunded" | "succeeded" => Tone::Good,
        "refused"
        | "failed"
        | "missing"
        | "needs_attention"
        | "expired"
        | "number_lost"
        | "received"
        | "raised"
        | "too_late"
        | "status_not_understood"
        | "placement_refused"
        | "placement_abandoned"
        | "update_refused"
        | "change_refused"
        | "cancel_refused" => Tone::Bad,
        _ => Tone::Usual,
    }
}

/// The text, coloured if that is wanted.
pub fn coloured(text: &str, tone: Tone, wanted: bool) -> String {
    match tone {
        Tone::Good if wanted => format!("\u{1b}[32m{text}\u{1b}[0m"),
        Tone::Bad if wanted => format!("\u{1b}[31m{text}\u{1b}[0m"),
        Tone::Good | Tone::Bad | Tone::Usual => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use domain::rules::event::KINDS;

    use super::*;
    use crate::proto::event_cause::{Hook, Request, Settled, Unasked};
    use crate::proto::order_event::Data;
    use crate::proto::{EventCause, SupersessionEvent, UnaskedAction};

    #[test]
    fn a_line_says_what_who_and_why_and_nothing_that_moves_the_cursor() {
        let data = SupersessionEvent { superseded_by: "new\u{7}".to_owned() };
        let event = OrderEvent {
            changed: vec!["lines/1".to_owned(), "lines/2".to_owned()],
            data: Some(Data::Supersession(data)),
            actor: "jane\u{1b}[2J".to_owned(),
            ..OrderEvent::default()
        };
        assert_eq!(details(&event), "other order new , changed lines/1 lines/2, by jane [2J");
        assert_eq!(details(&OrderEvent::default()), "");
    }

    #[test]
    fn a_line_says_why_it_was_written_unless_its_actor_or_its_operation_does() {
        let because = |cause, operation: &str| OrderEvent {
            cause: Some(EventCause { cause: Some(cause) }),
            operation_id: operation.to_owned(),
            ..OrderEvent::default()
        };
        let request = Request { caller: "shop".to_owned(), request_id: "r\u{7}1".to_owned() };
        assert_eq!(details(&because(Cause::Request(request), "")), "request r 1 of shop");
        assert_eq!(details(&because(Cause::Hook(Hook {}), "")), "read after a hook");
        let settled = || Cause::Settled(Settled { operation_id: "o".to_owned() });
        assert_eq!(details(&because(settled(), "o")), "operation o");
        assert_eq!(details(&because(settled(), "")), "after operation o");
        let unasked = Unasked { action: UnaskedAction::Fees.into() };
        assert_eq!(details(&because(Cause::Unasked(unasked), "")), "");
    }

    #[test]
    fn whatever_was_refused_or_failed_is_told_apart() {
        let bad = KINDS.iter().filter(|kind| kind.contains("refused") || kind.contains("failed"));
        assert!(bad.clone().count() > 5 && bad.into_iter().all(|kind| tone(kind) == Tone::Bad));
        assert_eq!((tone("order.paid"), tone("order.updated")), (Tone::Good, Tone::Usual));
        assert_eq!(coloured("x", Tone::Bad, false), "x");
        assert_eq!(coloured("x", Tone::Bad, true), "\u{1b}[31mx\u{1b}[0m");
    }
}
