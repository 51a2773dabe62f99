//! ListPaymentMethods: what a checkout page shows.

use std::sync::Arc;

use domain::rules::payment_method::MethodsInput;
use domain::rules::violation::Violation;
use tonic::{Request, Response};

use super::call_deadline::CallDeadline;
use super::reading::Reading;
use super::{Answer, Visit, errors};
use crate::convert::common::{amount_input, time};
use crate::convert::payment_method::method;
use crate::proto::{ListPaymentMethodsRequest, ListPaymentMethodsResponse};

pub async fn call(
    rpc: &Visit,
    request: Request<ListPaymentMethodsRequest>,
) -> Answer<ListPaymentMethodsResponse> {
    let call_deadline = CallDeadline::of(request.metadata());
    let request = request.into_inner();
    rpc.may_use(&request.profile)?;
    let mut reading = Reading::of(&request);
    let got = if request.profile.is_empty() { "nothing".to_owned() } else { request.profile.clone() };
    let named = rpc.profile(&request.profile).map_err(|expected| Violation {
        path: "profile".to_owned(),
        rule: "profile.name",
        expected,
        got,
    });
    let profile = reading.part(named);
    let ListPaymentMethodsRequest { amount, billing_country, locale, include_issuers, .. } = request;
    let input = MethodsInput { amount: amount.map(amount_input), billing_country, locale, include_issuers };
    let wanted = reading.part(input.parse());
    let ((profile, _), wanted) = reading.end(profile.zip(wanted))?;
    let service = Arc::clone(rpc.service());
    let asked = wanted.clone();
    let listing = rpc.driver.own(async move { service.methods.list(&*service, &profile, &asked).await });
    let listed = match tokio::time::timeout_at(call_deadline.answer_by, listing).await {
        Ok(Ok(listed)) => listed.map_err(|error| errors::methods(error, &wanted))?,
        Ok(Err(error)) => {
            tracing::error!(%error, "a reading ended unexpectedly");
            return Err(errors::internal());
        }
        Err(_) => return Err(errors::mollie_slow()),
    };
    let methods = listed.methods.iter().map(method).collect();
    Ok(Response::new(ListPaymentMethodsResponse { methods, read_time: Some(time(listed.read_time)) }))
}
