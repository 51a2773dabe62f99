//! Which operation a method and a path stand for.

use super::answer::Refusal;
use super::query;

/// An operation of the API, with the ids of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    CreateOrder,
    ListOrders,
    GetOrder(String),
    UpdateOrder(String),
    CancelOrder(String),
    CreateShipment(String),
    ListShipments(String),
    GetShipment(String, String),
    UpdateShipment(String, String),
    CancelLines(String),
    ManageLines(String),
    UpdateLine(String, String),
    CreateOrderPayment(String),
    CreateOrderRefund(String),
    ListOrderRefunds(String),
    GetPayment(String),
    CreatePaymentRefund(String),
    ListPaymentRefunds(String),
    GetRefund(String, String),
    CancelRefund(String, String),
    ListRefunds,
    ListCaptures(String),
    GetCapture(String, String),
    ListPaymentChargebacks(String),
    GetChargeback(String, String),
    ListChargebacks,
    ListMethods,
    GetMethod(String),
}

impl Endpoint {
    pub fn find(method: &str, path: &str) -> Result<Self, Refusal> {
        let segments = segments(path);
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let not_allowed =
            || Refusal::new(405, format!("The method {method} is not allowed for this resource."));
        let found = match parts.as_slice() {
            ["v2", "orders", rest @ ..] => of_orders(method, rest),
            ["v2", "payments", rest @ ..] => of_payments(method, rest),
            ["v2", "methods"] => Some((method == "GET").then_some(Self::ListMethods)),
            ["v2", "methods", id] => Some((method == "GET").then(|| Self::GetMethod((*id).to_owned()))),
            ["v2", "refunds"] => Some((method == "GET").then_some(Self::ListRefunds)),
            ["v2", "chargebacks"] => Some((method == "GET").then_some(Self::ListChargebacks)),
            _ => None,
        };
        found.ok_or_else(|| Refusal::new(404, "No such resource exists."))?.ok_or_else(not_allowed)
    }

    /// Idempotency keys are for these alone.
    pub fn is_post(&self) -> bool {
        match self {
            Self::CreateOrder
            | Self::CreateShipment(_)
            | Self::CreateOrderPayment(_)
            | Self::CreateOrderRefund(_)
            | Self::CreatePaymentRefund(_) => true,
            Self::UpdateOrder(_)
            | Self::UpdateShipment(..)
            | Self::UpdateLine(..)
            | Self::ManageLines(_)
            | Self::CancelLines(_)
            | Self::ListOrders
            | Self::GetOrder(_)
            | Self::CancelOrder(_)
            | Self::ListShipments(_)
            | Self::GetShipment(..)
            | Self::ListOrderRefunds(_)
            | Self::GetPayment(_)
            | Self::ListPaymentRefunds(_)
            | Self::GetRefund(..)
            | Self::CancelRefund(..)
            | Self::ListRefunds
            | Self::ListCaptures(_)
            | Self::GetCapture(..)
            | Self::ListPaymentChargebacks(_)
            | Self::GetChargeback(..)
            | Self::ListChargebacks
            | Self::ListMethods
            | Self::GetMethod(_) => false,
        }
    }

    pub fn has_body(&self) -> bool {
        match self {
            Self::UpdateOrder(_)
            | Self::UpdateShipment(..)
            | Self::UpdateLine(..)
            | Self::ManageLines(_)
            | Self::CancelLines(_) => true,
            Self::CreateOrder
            | Self::CreateShipment(_)
            | Self::CreateOrderPayment(_)
            | Self::CreateOrderRefund(_)
            | Self::CreatePaymentRefund(_)
            | Self::ListOrders
            | Self::GetOrder(_)
            | Self::CancelOrder(_)
            | Self::ListShipments(_)
            | Self::GetShipment(..)
            | Self::ListOrderRefunds(_)
            | Self::GetPayment(_)
            | Self::ListPaymentRefunds(_)
            | Self::GetRefund(..)
            | Self::CancelRefund(..)
            | Self::ListRefunds
            | Self::ListCaptures(_)
            | Self::GetCapture(..)
            | Self::ListPaymentChargebacks(_)
            | Self::GetChargeback(..)
            | Self::ListChargebacks
            | Self::ListMethods
            | Self::GetMethod(_) => self.is_post(),
        }
    }
}

/// `None` for no resource, `Some(None)` for one that does not know the method.
type Found = Option<Option<Endpoint>>;

fn of_orders(method: &str, rest: &[&str]) -> Found {
    let own = |id: &str| id.to_owned();
    Some(match (method, rest) {
        ("POST", []) => Some(Endpoint::CreateOrder),
        ("GET", []) => Some(Endpoint::ListOrders),
        ("GET", [id]) => Some(Endpoint::GetOrder(own(id))),
        ("DELETE", [id]) => Some(Endpoint::CancelOrder(own(id))),
        ("PATCH", [id]) => Some(Endpoint::UpdateOrder(own(id))),
        ("PATCH", [id, "lines"]) => Some(Endpoint::ManageLines(own(id))),
        ("PATCH", [id, "lines", one]) => Some(Endpoint::UpdateLine(own(id), own(one))),
        ("POST", [id, "payments"]) => Some(Endpoint::CreateOrderPayment(own(id))),
        ("DELETE", [id, "lines"]) => Some(Endpoint::CancelLines(own(id))),
        ("POST", [id, "shipments"]) => Some(Endpoint::CreateShipment(own(id))),
        ("GET", [id, "shipments"]) => Some(Endpoint::ListShipments(own(id))),
        ("GET", [id, "shipments", one]) => Some(Endpoint::GetShipment(own(id), own(one))),
        ("PATCH", [id, "shipments", one]) => Some(Endpoint::UpdateShipment(own(id), own(one))),
        ("POST", [id, "refunds"]) => Some(Endpoint::CreateOrderRefund(own(id))),
        ("GET", [id, "refunds"]) => Some(Endpoint::ListOrderRefunds(own(id))),
        (
            _,
            [] | [_] | [_, "lines" | "payments" | "shipments" | "refunds"] | [_, "lines" | "shipments", _],
        ) => None,
        _ => return None,
    })
}

fn of_payments(method: &str, rest: &[&str]) -> Found {
    let own = |id: &str| id.to_owned();
    Some(match (method, rest) {
        ("GET", [id]) => Some(Endpoint::GetPayment(own(id))),
        ("POST", [id, "refunds"]) => Some(Endpoint::CreatePaymentRefund(own(id))),
        ("GET", [id, "refunds"]) => Some(Endpoint::ListPaymentRefunds(own(id))),
        ("GET", [id, "refunds", one]) => Some(Endpoint::GetRefund(own(id), own(one))),
        ("DELETE", [id, "refunds", one]) => Some(Endpoint::CancelRefund(own(id), own(one))),
        ("GET", [id, "captures"]) => Some(Endpoint::ListCaptures(own(id))),
        ("GET", [id, "captures", one]) => Some(Endpoint::GetCapture(own(id), own(one))),
        ("GET", [id, "chargebacks"]) => Some(Endpoint::ListPaymentChargebacks(own(id))),
        ("GET", [id, "chargebacks", one]) => Some(Endpoint::GetChargeback(own(id), own(one))),
        (
            _,
            [_]
            | [_, "refunds" | "captures" | "chargebacks"]
            | [_, "refunds" | "captures" | "chargebacks", _],
        ) => None,
        _ => return None,
    })
}

/// The path with its ids left out, for counting: `/v2/orders/{id}`.
pub fn template(path: &str) -> String {
    let named = |(index, segment): (usize, String)| match index {
        0 => segment,
        index if index % 2 == 0 => "{id}".to_owned(),
        _ => segment,
    };
    let names: Vec<String> = segments(path).into_iter().enumerate().map(named).collect();
    format!("/{}", names.join("/"))
}

fn segments(path: &str) -> Vec<String> {
    path.trim_matches('/').split('/').map(query::decode).collect()
}
