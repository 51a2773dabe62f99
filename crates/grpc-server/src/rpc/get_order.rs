//! GetOrder: by our id, Mollie's, or the order number.

use domain::ports::OrderKey;
use domain::rules::violation::Violation;
use tonic::Response;

use super::reading::Reading;
use super::{Answer, Visit, request};
use crate::convert;
use crate::proto::get_order_request::Key;
use crate::proto::{self, GetOrderRequest};

pub async fn call(rpc: &Visit, request: GetOrderRequest) -> Answer<proto::Order> {
    let mut reading = Reading::of(&request);
    let key = reading.part(key(rpc, request, ""));
    let key = reading.end(key)?;
    let found = rpc.order_with_operations(&key).await?;
    Ok(Response::new(convert::order::order(&found.order, &found.unsettled)))
}

/// The key in a request that lies `within` another one, such as `requests[0].`.
pub(super) fn key(rpc: &Visit, request: GetOrderRequest, within: &str) -> Result<OrderKey, Violation> {
    let fault = |path: &str, expected: &str, got: &str| Violation {
        path: format!("{within}{path}"),
        rule: "order.key",
        expected: expected.to_owned(),
        got: got.to_owned(),
    };
    match request.key {
        None => Err(fault("key", "id, mollie_order_id or order_number", "nothing")),
        Some(Key::Id(id)) => request::order_id(&id, &format!("{within}id")).map(OrderKey::Id),
        Some(Key::MollieOrderId(id)) if id.is_empty() => {
            Err(fault("mollie_order_id", "an order's id at Mollie, such as ord_pbjz8x", "nothing"))
        }
        Some(Key::MollieOrderId(id)) => Ok(OrderKey::MollieId(id)),
        Some(Key::OrderNumber(number)) if number.order_number.is_empty() => {
            Err(fault("order_number.order_number", "an order number", "nothing"))
        }
        Some(Key::OrderNumber(number)) => {
            let named = rpc.known_profile(&number.profile);
            let profile =
                named.map_err(|expected| fault("order_number.profile", &expected, &number.profile))?;
            Ok(OrderKey::Number { profile, order_number: number.order_number })
        }
    }
}
