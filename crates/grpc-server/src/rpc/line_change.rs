//! What the requests that change lines have in common: their changes are checked and decided together, and the answer is the order.

use std::sync::Arc;

use domain::operations::manage_lines::Manage;
use domain::ports::{OrderKey, OrderWithOperations};
use domain::rules::ids::OrderId;
use domain::rules::line_change::{LineChangeInput, LineChangesInput};
use domain::rules::violation::Violation;
use domain::workflow::Intent;
use domain::workflow::submit::{On, submit};
use tonic::{Response, Status};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::request::{self, Call, begin, or_before, refuse_if_undone};
use super::{Answer, Visit};
use crate::convert;
use crate::proto;
use crate::service::Service;

/// Changes of lines of an order, as a request has them.
pub struct Change<'a> {
    pub order_id: &'a str,
    /// Where the request has the changes.
    pub path: &'static str,
    /// Each with its own path.
    pub changes: Vec<(String, LineChangeInput)>,
}

impl Change<'_> {
    /// Checks them, has them decided and made, and answers with the order.
    pub async fn submit(
        self,
        rpc: &Visit,
        mut reading: Reading,
        intent: Intent,
        call_deadline: CallDeadline,
    ) -> Answer<proto::Order> {
        let order_id = reading.part(request::order_id(self.order_id, "order_id"));
        let (input, faults) = self.input(rpc, order_id).await?;
        reading.add(faults);
        let begun = match or_before(rpc, &intent, reading.parts(order_id)).await? {
            Call::Repeated(begun) => *begun,
            Call::New(order_id) => {
                let deciding = |service: Arc<Service>| async move {
                    submit(&*service, &intent, On::Order(order_id), &Manage(input)).await
                };
                begin(&rpc.driver, call_deadline, deciding).await?
            }
        };
        let recorded = begun.wait(&rpc.driver, call_deadline).await;
        let operations = refuse_if_undone(rpc, recorded.order_id, recorded.group).await?;
        let OrderWithOperations { order, unsettled } =
            rpc.order_with_operations(&OrderKey::Id(recorded.order_id)).await?;
        let answer = convert::order::order(&order, &unsettled);
        Ok(Response::new(convert::line_change::warned(answer, &operations)))
    }

    /// As what is decided on; how it is judged depends on the order's profile and currency.
    async fn input(
        self,
        rpc: &Visit,
        order_id: Option<OrderId>,
    ) -> Result<(LineChangesInput, Vec<Violation>), Status> {
        let order = match order_id {
            Some(id) => rpc.find_order(&OrderKey::Id(id)).await?,
            None => None,
        };
        let agreed = order.as_ref().and_then(|order| rpc.service().agreements.get(&order.profile));
        let agreements = agreed.cloned().unwrap_or_default();
        let input = LineChangesInput { path: self.path, changes: self.changes, agreements };
        let faults = input.check(order.as_ref()).err().unwrap_or_default();
        Ok((input, faults))
    }
}
