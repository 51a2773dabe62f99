//! What is told of a change once it is written: a line for each operation that has settled, and a warning for whatever needs a person,
//! with what to do. Whoever wrote it tells it, so it is told once, whether Mollie, a look-up or a person brought it about.

use domain::operations::operation::{Operation, State, Tries};
use domain::ports::{Change, OperationWrite};
use domain::rules::deadline_notice::{Notice, NoticeSubject};
use domain::rules::event::{Event, EventData};
use domain::rules::item::Item;
use domain::rules::placement::Mode;
use persistence::Observer;
use tracing::{info, warn};

use super::context::here;
use super::metrics::{label, meters};

/// Keeps where the current work is with what it writes, and tells of that.
pub const OBSERVER: Observer = Observer { here, written };

fn written(change: &Change) {
    for part in change.parts() {
        part.operations.iter().for_each(settled);
        part.events.iter().for_each(|event| happened(event, part.order.mode));
    }
}

fn settled(write: &OperationWrite) {
    let operation = match write {
        OperationWrite::Insert { operation, .. }
        | OperationWrite::Release { operation, .. }
        | OperationWrite::Decide { operation }
        | OperationWrite::Withdraw { operation } => operation,
    };
    let Some(time) = operation.state.settled_time() else { return };
    let Operation { id, order_id, task, .. } = operation;
    let (kind, outcome) = (task.name().as_str(), operation.state.name().as_str());
    let took = time.duration_since(operation.created_time);
    let (duration_ms, attempts) = (i64::try_from(took.as_millis()).unwrap_or(i64::MAX), attempts(operation));
    info!(operation = %id, order = %order_id, kind, outcome, duration_ms, attempts, "operation settled");
    let labels = [label("kind", kind), label("outcome", outcome)];
    meters().settled.add(1, &labels);
    meters().settling.record(took.as_secs_f64(), &labels);
}

/// How often it was tried since a person decided about it last, also where it could not be sent or Mollie put it off.
fn attempts(operation: &Operation) -> u32 {
    let Tries { unknown, deferrals, .. } = operation.tries;
    let last = u32::from(!matches!(operation.state, State::Withdrawn { .. }));
    unknown.saturating_add(deferrals).saturating_add(last)
}

fn happened(event: &Event, mode: Mode) {
    let order = event.order_id;
    #[expect(clippy::wildcard_enum_match_arm, reason = "of all that happens, this needs a person")]
    match &event.data {
        EventData::AttentionNeeded { operation_id, reason, .. } => warn!(
            %order, operation = %operation_id, reason,
            "an operation needs attention, and those behind it wait: look at it with `order-service operations`, then retry or resolve it"
        ),
        EventData::ItemRaised { item: Item { number, kind, text, operation_id, .. } } => {
            let operation = operation_id.map(|id| id.to_string());
            warn!(
                %order, operation, item = number, kind = kind.as_str(), reason = text,
                "a review item is open: do what it says, then close it with `order-service operations`"
            );
            meters().raised.add(1, &[label("kind", kind.as_str()), label("mode", mode.as_str())]);
        }
        EventData::DeadlineTold { notice } => told(event, notice, mode),
        _ => (),
    }
}

fn told(event: &Event, notice: &Notice, mode: Mode) {
    let (order, ship_by, at_risk) = (event.order_id, notice.ship_by, notice.at_risk.total());
    let what_to_do = match &notice.subject {
        NoticeSubject::Warning { .. } => "ship or cancel what is left before the deadline",
        NoticeSubject::Loss => {
            "the money is gone: tell whoever ships, and find another way to be paid for what left"
        }
        NoticeSubject::Blocked { .. } => {
            "decide the operation that blocks it with `order-service operations`"
        }
        NoticeSubject::LeftToPeople { .. } => "goods may have left: find out, then ship or cancel the rest",
        NoticeSubject::Waits { .. } => "many orders were canceled unasked: look whether that is meant",
        NoticeSubject::Cancels { .. } | NoticeSubject::WouldCancel => "nothing: its profile's policy acts",
    };
    meters().deadlines.add(1, &[label("kind", notice.subject.kind()), label("mode", mode.as_str())]);
    warn!(%order, reason = notice.subject.kind(), %ship_by, %at_risk, what_to_do, "an order's deadline needs a look");
}
