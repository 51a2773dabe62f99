//! CheckOrderDraft: all that is found in a draft, as an ordinary answer, and the order that it would become.

use std::sync::Arc;
use std::time::Duration;

use domain::rules::payment_method::MethodsWanted;
use domain::rules::violation::Violation;
use tonic::Response;

use super::errors::shown;
use super::reading::Reading;
use super::{Answer, Visit, draft, page};
use crate::convert;
use crate::proto::{CheckOrderDraftRequest, CheckOrderDraftResponse, DraftViolation};

/// So long a check waits for the limits of methods at most: without them it warns of less.
const PATIENCE: Duration = Duration::from_secs(2);

pub async fn call(rpc: &Visit, request: CheckOrderDraftRequest) -> Answer<CheckOrderDraftResponse> {
    rpc.may_use(&request.profile)?;
    if request.draft.as_ref().is_some_and(|draft| !draft.method.is_empty()) {
        learn_limits(rpc, &request.profile).await;
    }
    let reading = Reading::of(&request);
    let read = draft::read(rpc, &request.profile, request.draft.unwrap_or_default(), reading);
    let holder = match &read.number {
        Some((profile, number)) => draft::number_holder(rpc, profile, number).await?.map(|holder| holder.id),
        None => None,
    };
    let (parsed, mut faults) = match read.parsed {
        Ok(parsed) => (Some(parsed), Vec::new()),
        Err(faults) => (None, faults),
    };
    faults.extend(holder.and_then(|holder| Some(held(&read.number.as_ref()?.1, holder))));
    let order = parsed.filter(|_| faults.is_empty());
    let order = order.map(|(profile, draft)| draft::preview(&draft::would_be(rpc.service(), profile, draft)));
    let (violations, violations_left_out) = bounded(faults);
    let (warnings, warnings_left_out) = bounded(read.warnings);
    let order_number_held_by = holder.map(|holder| holder.to_string()).unwrap_or_default();
    Ok(Response::new(CheckOrderDraftResponse {
        violations,
        violations_left_out,
        order,
        warnings,
        warnings_left_out,
        order_number_held_by,
    }))
}

/// Reads the profile's methods, if they are not known.
async fn learn_limits(rpc: &Visit, profile: &str) {
    let service = Arc::clone(rpc.service());
    let Ok((profile, _)) = rpc.profile(profile) else { return };
    let listing = rpc.driver.own(async move {
        let listed = service.methods.list(&*service, &profile, &MethodsWanted::default()).await;
        if let Err(error) = listed {
            tracing::info!(%error, "the limits of methods could not be read");
        }
    });
    // Whether it ends in time or not, the draft is judged by what is known.
    let _ = tokio::time::timeout(PATIENCE, listing).await;
}

fn held(order_number: &str, holder: impl std::fmt::Display) -> Violation {
    Violation {
        path: "draft.order_number".to_owned(),
        rule: "order.number_held",
        expected: "a number that no order of this profile holds".to_owned(),
        got: format!("{order_number}, held by order {holder}"),
    }
}

/// As many as half an answer holds, and how many more there are.
fn bounded(found: Vec<Violation>) -> (Vec<DraftViolation>, i32) {
    let count = found.len();
    let shown = page::within_half(found.into_iter().map(violation));
    let left_out = i32::try_from(count - shown.len()).unwrap_or(i32::MAX);
    (shown, left_out)
}

fn violation(fault: Violation) -> DraftViolation {
    let Violation { path, rule, expected, got } = fault;
    convert::order::found([&path, rule, &expected, &got].map(shown))
}
