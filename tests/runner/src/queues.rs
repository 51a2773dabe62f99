//! Where every operation of a history was last seen, and whether each waited for its turn.

use std::collections::BTreeMap;

use domain::operations::facts::Lane;
use domain::operations::operation::Operation;
use domain::rules::ids::{OperationId, OrderId};
use domain::rules::operation::OperationState;
use jiff::Timestamp;

use crate::checker::Violation;

/// The operations of each order, by turn.
#[derive(Default)]
pub struct Queues {
    orders: BTreeMap<OrderId, BTreeMap<(u64, OperationId), Operation>>,
    violations: Vec<Violation>,
}

impl Queues {
    /// Notes where an operation is now, and gives where it was. One that is sent while another of its order is in flight, or
    /// while an earlier one in its lane is not settled, has jumped the queue; what waits for its time or for another may be
    /// overtaken, what follows another comes behind it, and the placement goes before all.
    pub fn moved(&mut self, operation: &Operation, now: Timestamp) -> Option<OperationState> {
        let queue = self.orders.entry(operation.order_id).or_default();
        let place = (operation.turn, operation.id);
        let before = queue.get(&place).map(|before| before.state.name());
        let is_sent =
            operation.state.name() == OperationState::InFlight && before != Some(OperationState::InFlight);
        let is_open = |id: OperationId| queue.values().any(|one| one.id == id && !one.state.is_settled());
        let jumped = queue.values().find(|other| is_sent && is_jumped(other, operation, now, is_open));
        if let Some(other) = jumped {
            let reported = |one: &Operation| {
                let (lane, state) = (one.task.lane().as_str(), one.state.name().as_str());
                format!("{} of turn {} in lane {lane} is {state}", one.task.name().as_str(), one.turn)
            };
            let text = format!("{} while {}", reported(operation), reported(other));
            self.violations.push(Violation::new("queue", text));
        }
        queue.insert(place, operation.clone());
        before
    }

    /// Who jumped the queue.
    pub fn take_violations(&mut self) -> Vec<Violation> {
        std::mem::take(&mut self.violations)
    }
}

/// Whether the other one should have been out of the way. Judged here without the service's own rule.
fn is_jumped(
    other: &Operation,
    sent: &Operation,
    now: Timestamp,
    is_open: impl Fn(OperationId) -> bool,
) -> bool {
    if other.id == sent.id || other.state.is_settled() {
        return false;
    }
    let (lane, others) = (sent.task.lane(), other.task.lane());
    let is_waiting = other.state.name() == OperationState::Pending
        && other.state.sent().is_none()
        && (other.not_before > now || other.after.is_some_and(is_open));
    let is_first = other.turn < sent.turn && !is_waiting;
    let is_under_way = other.state.name() != OperationState::Pending;
    other.state.name() == OperationState::InFlight
        || sent.after == Some(other.id)
        || (others == lane || others == Lane::Placement) && (is_first || is_under_way)
}
