//! What returns came to: a cancellation of lines, a refund, or both. Each is judged as any other of its kind; here is asked whether
//! they are those of the return, and all of them.

use domain::operations::task::OperationKind;
use domain::rules::ids::{Caller, RequestId};
use domain::rules::line_return::ReturnRequest;
use domain::rules::returned::{Return, ReturnedLine};
use domain::rules::shipment::LineSelection;
use mollie_simulator::rules::EffectKind;

use super::{Found, Reported};
use crate::journal::Intent;
use crate::replica::Wish;
use crate::story;

/// The kinds of operations that may come of a wish.
pub fn kinds(intent: &Intent) -> Vec<OperationKind> {
    match &intent.wish {
        Wish::TakeBack(..) => vec![OperationKind::CancelLines, OperationKind::CreateRefund],
        Wish::Place(..)
        | Wish::Ship(..)
        | Wish::Track(..)
        | Wish::Cancel(..)
        | Wish::CancelLines(..)
        | Wish::Refund(..)
        | Wish::CallOff(..)
        | Wish::Pay(..)
        | Wish::Update(..)
        | Wish::Manage(..) => vec![intent.kind],
    }
}

/// The units that are to be canceled.
pub fn staying(request: &ReturnRequest) -> Vec<LineSelection> {
    selected(request, |line| line.not_leaving)
}

/// The units that are to be refunded: all of them, unless some are canceled.
pub fn going_back(kind: OperationKind, request: &ReturnRequest) -> Vec<LineSelection> {
    let cancels = story::causes(kind, EffectKind::LinesCanceled);
    selected(request, |line| if cancels { line.came_back } else { line.came_back + line.not_leaving })
}

fn selected(request: &ReturnRequest, units: impl Fn(&ReturnedLine) -> u32) -> Vec<LineSelection> {
    let of =
        |line: &ReturnedLine| LineSelection { line_id: line.line_id, quantity: units(line), amount: None };
    request.lines.iter().map(of).filter(|line| line.quantity > 0).collect()
}

impl Found<'_> {
    /// An accepted return is kept and names what was set to work for it; its second part has come to what its kind must come to.
    pub fn returned(&mut self, intent: &Intent, reported: &Reported<'_>) {
        let Wish::TakeBack(_, wish) = &intent.wish else { return };
        let name = reported.name;
        let Some(returned) = self.return_of(reported) else {
            return self.say("I2", format!("{name}: its return is gone"));
        };
        let group =
            reported.operation.and_then(|id| self.evidence.stored.operations.get(&id)).map(|it| it.group);
        let all = self.evidence.stored.operations.values();
        let own: Vec<_> = all.filter(|one| Some(one.group) == group).cloned().collect();
        let canceling = returned.cancellation.as_ref().map(|it| it.operation_id);
        let is_named =
            |id, refund| canceling == Some(id) || refund_of(&returned).is_some_and(|it| Some(it) == refund);
        let named = own.iter().filter(|one| is_named(one.id, one.task.kind().subject().refund())).count();
        let cancels = !staying(wish).is_empty() && story::causes(intent.kind, EffectKind::LinesCanceled);
        // What is worth nothing needs no refund.
        let is_booked =
            |line: &LineSelection| returned.without_money.iter().any(|it| it.line.line_id == line.line_id);
        let refunds = going_back(intent.kind, wish).iter().any(|line| !is_booked(line));
        let parts = usize::from(cancels) + usize::from(refunds);
        if (own.len(), named) != (parts, parts) || returned.lines != wish.lines {
            self.say(
                "I1",
                format!("{name}: {returned:?} names {named} of {} operations, not {parts}", own.len()),
            );
        }
        for second in own.iter().filter(|one| Some(one.id) != reported.operation) {
            let operation = Some(second.id);
            let of_second = Reported { operation, done: false, not_done: false, ..*reported };
            story::of(second.task.name()).judge(self, &of_second);
        }
    }

    fn return_of(&self, reported: &Reported<'_>) -> Option<Return> {
        let key = (Caller::new("shop"), RequestId::new(reported.name));
        let id = self.evidence.stored.requests.get(&key)?.answer.returned()?;
        self.order(reported.order)?.returned(id).cloned()
    }
}

fn refund_of(returned: &Return) -> Option<domain::rules::ids::RefundId> {
    returned.refunds.first().copied()
}
