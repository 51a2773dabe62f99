//! Where every operation of a history was last seen, and whether each waited for its turn.

use std::collections::BTreeMap;

use domain::rules::ids::{OperationId, OrderId};
use domain::rules::operation::{Operation, OperationState};

use crate::checker::Violation;

/// The operations of each order, by turn.
#[derive(Default)]
pub struct Queues {
    orders: BTreeMap<OrderId, BTreeMap<(u64, OperationId), OperationState>>,
    violations: Vec<Violation>,
}

impl Queues {
    /// Notes where an operation is now, and gives where it was. One that is sent or looked for while an earlier one of its
    /// order is not settled has jumped the queue.
    pub fn moved(&mut self, operation: &Operation) -> Option<OperationState> {
        let queue = self.orders.entry(operation.order_id).or_default();
        let place = (operation.turn, operation.id);
        if matches!(operation.state, OperationState::InFlight | OperationState::Resolving)
            && let Some(((turn, _), state)) = queue.range(..place).find(|(_, state)| !state.is_settled())
        {
            let text = format!(
                "{} of turn {} is {} while that of turn {turn} is {}",
                operation.kind.as_str(),
                operation.turn,
                operation.state.as_str(),
                state.as_str()
            );
            self.violations.push(Violation::new("queue", text));
        }
        queue.insert(place, operation.state)
    }

    /// Who jumped the queue.
    pub fn take_violations(&mut self) -> Vec<Violation> {
        std::mem::take(&mut self.violations)
    }
}
