//! I6: every event says why it was written, and that is so: its request and its operation are there, what was requested names a
//! request or what the service does unasked, and what only a reading can show names no request.

use domain::rules::cause::Cause;
use domain::rules::event::Event;
use domain::rules::order::Order;

use super::Violation;
use crate::memory::Dump;

/// What was asked for, by somebody or by the service itself.
const RECORDED: &str = "recorded";
/// What Mollie reports.
const OBSERVED: [&str; 4] = ["order.updated", "shipment.observed", "refund.observed", "deadline.lost"];

pub fn judge(stored: &Dump) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (id, order) in &stored.orders {
        for event in stored.events.get(id).into_iter().flatten() {
            if let Err(why) = plausible(stored, order, event) {
                let (kind, cause) = (event.data.kind(), &event.cause);
                let text = format!("order {id}, event {}, {kind}: {cause:?}: {why}", event.sequence);
                violations.push(Violation::new("I6", text));
            }
        }
    }
    violations
}

fn plausible(stored: &Dump, order: &Order, event: &Event) -> Result<(), &'static str> {
    let kind = event.data.kind();
    let (_, what) = kind.split_once('.').unwrap_or_default();
    let was_wanted = matches!(event.cause, Cause::Request { .. } | Cause::Unasked(_));
    if (what == RECORDED || what.ends_with("_recorded")) && !was_wanted {
        return Err("nobody wanted it");
    }
    if OBSERVED.contains(&kind) && was_wanted {
        return Err("no request shows that");
    }
    match &event.cause {
        Cause::Request { caller, request_id } => {
            let request = stored.requests.get(&(caller.clone(), request_id.clone()));
            request.map(drop).ok_or("there is no such request")
        }
        Cause::Operation(id) => {
            let operation = stored.operations.get(id).ok_or("there is no such operation")?;
            // An order changes with the one that replaces it, or was to.
            let replaced = stored.orders.get(&operation.order_id).and_then(|other| other.supersedes);
            let is_about_it = operation.order_id == order.id || replaced == Some(order.id);
            is_about_it.then_some(()).ok_or("it is another order's")
        }
        Cause::Unasked(unasked) if event.actor.as_deref() != Some(unasked.actor()) => {
            Err("its actor is another one")
        }
        Cause::Operator if event.actor.is_none() => Err("nobody decided"),
        Cause::Restored => Err("nothing was restored"),
        Cause::Hook | Cause::LookUp | Cause::Asked | Cause::Timer if event.actor.is_some() => {
            Err("a reading is on nobody's behalf")
        }
        Cause::Unasked(_) | Cause::Operator | Cause::Hook | Cause::LookUp | Cause::Asked | Cause::Timer => {
            Ok(())
        }
    }
}
