//! A person who looks after what no rule can tell: has it read once more, and else says what became of it. What really
//! happened is known to this person, as it would be to somebody who asks the warehouse and looks at Mollie's dashboard.

use domain::operations::operation::Operation;
use domain::ports::{OperationFilter, Store};
use domain::rules::decision::Decision;
use domain::rules::operation::OperationState;
use domain::workflow::operator::{Verdict, resolve_as, retry};

use crate::shop::World;
use crate::story;

/// How often a person looks.
const ROUNDS: usize = 40;

impl World {
    /// Decides whatever needs attention, until nothing does.
    pub async fn operate(self) {
        for round in 0..ROUNDS {
            for operation in self.waiting().await {
                Box::pin(self.decide(operation, round == 0)).await;
            }
            self.site.pause(2_000, 9_000).await;
        }
    }

    async fn waiting(&self) -> Vec<Operation> {
        let filter =
            OperationFilter { states: vec![OperationState::NeedsAttention], ..OperationFilter::default() };
        let page = self.site.store.list_operations(&filter, None, 100).await;
        page.map(|page| page.items).unwrap_or_default()
    }

    async fn decide(&self, operation: Operation, read_again: bool) {
        let Some(replica) = self.some_replica() else { return };
        let Ok(decision) = Decision::parse("jane", "asked the warehouse") else { return };
        let outcome = if read_again {
            Box::pin(retry(&*replica, operation.id, &decision)).await
        } else {
            let truth = self.truth(&operation);
            Box::pin(resolve_as(&*replica, operation.id, &truth, &decision)).await
        };
        let what = if read_again { "retried" } else { "resolved" };
        let how = if outcome.is_ok() { "done" } else { "not taken" };
        self.site.note(|| format!("operator: {what} {}: {:?}", operation.id, outcome.as_ref().err()));
        self.site.tally().call(format!("operator: {what}, {how}"));
    }

    /// What became of an operation.
    fn truth(&self, operation: &Operation) -> Verdict {
        let id = story::of(operation.task.name()).came_to(operation, &self.site);
        id.map_or(Verdict::Rejected, |mollie_id| Verdict::Succeeded { mollie_id })
    }
}
