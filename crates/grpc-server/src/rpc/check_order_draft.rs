//! CheckOrderDraft: everything that is wrong with a draft, as an ordinary answer, or the order that it would become.

use domain::rules::violation::Violation;
use tonic::Response;

use super::errors::shown;
use super::reading::Reading;
use super::{Answer, OrderRpc, draft, page};
use crate::proto::{CheckOrderDraftRequest, CheckOrderDraftResponse, DraftViolation};

pub async fn call(rpc: &OrderRpc, request: CheckOrderDraftRequest) -> Answer<CheckOrderDraftResponse> {
    let reading = Reading::of(&request);
    let (profile, draft) =
        match draft::read(rpc.service(), &request.profile, request.draft.unwrap_or_default(), reading) {
            Ok(parsed) => parsed,
            Err(faults) => return Ok(Response::new(report(faults))),
        };
    if let Some(holder) = draft::number_holder(rpc, &profile.0, &draft.order_number).await? {
        return Ok(Response::new(report(vec![held(&draft.order_number, holder)])));
    }
    let order = Some(draft::preview(rpc.service(), profile, draft));
    Ok(Response::new(CheckOrderDraftResponse { order, ..CheckOrderDraftResponse::default() }))
}

fn held(order_number: &str, holder: impl std::fmt::Display) -> Violation {
    Violation {
        path: "draft.order_number".to_owned(),
        rule: "order.number_held",
        expected: "a number that no order of this profile holds".to_owned(),
        got: format!("{order_number}, held by order {holder}"),
    }
}

fn report(faults: Vec<Violation>) -> CheckOrderDraftResponse {
    let count = faults.len();
    let violations = page::within_bytes(faults.into_iter().map(violation));
    let left_out = i32::try_from(count - violations.len()).unwrap_or(i32::MAX);
    CheckOrderDraftResponse { violations, violations_left_out: left_out, order: None }
}

fn violation(fault: Violation) -> DraftViolation {
    let Violation { path, rule, expected, got } = fault;
    let (field, expected, got) = (shown(&path), shown(&expected), shown(&got));
    DraftViolation { field, rule: rule.to_owned(), expected, got }
}
