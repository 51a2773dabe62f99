//! Which operation a method and a path stand for.

use super::answer::Refusal;
use super::query;

/// An operation of the API, with the ids of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    CreateOrder,
    ListOrders,
    GetOrder(String),
    CancelOrder(String),
    CreateShipment(String),
    ListShipments(String),
    GetShipment(String, String),
    UpdateShipment(String, String),
    GetPayment(String),
}

impl Endpoint {
    pub fn find(method: &str, path: &str) -> Result<Self, Refusal> {
        let segments = segments(path);
        let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
        let not_allowed =
            || Refusal::new(405, format!("The method {method} is not allowed for this resource."));
        match (method, parts.as_slice()) {
            ("POST", ["v2", "orders"]) => Ok(Self::CreateOrder),
            ("GET", ["v2", "orders"]) => Ok(Self::ListOrders),
            ("GET", ["v2", "orders", id]) => Ok(Self::GetOrder((*id).to_owned())),
            ("DELETE", ["v2", "orders", id]) => Ok(Self::CancelOrder((*id).to_owned())),
            ("POST", ["v2", "orders", id, "shipments"]) => Ok(Self::CreateShipment((*id).to_owned())),
            ("GET", ["v2", "orders", id, "shipments"]) => Ok(Self::ListShipments((*id).to_owned())),
            ("GET", ["v2", "orders", id, "shipments", shipment]) => {
                Ok(Self::GetShipment((*id).to_owned(), (*shipment).to_owned()))
            }
            ("PATCH", ["v2", "orders", id, "shipments", shipment]) => {
                Ok(Self::UpdateShipment((*id).to_owned(), (*shipment).to_owned()))
            }
            ("GET", ["v2", "payments", id]) => Ok(Self::GetPayment((*id).to_owned())),
            (
                _,
                ["v2", "orders"]
                | ["v2", "orders", _]
                | ["v2", "orders", _, "shipments"]
                | ["v2", "orders", _, "shipments", _]
                | ["v2", "payments", _],
            ) => Err(not_allowed()),
            _ => Err(Refusal::new(404, "No such resource exists.")),
        }
    }

    /// Idempotency keys are for these alone.
    pub fn is_post(&self) -> bool {
        match self {
            Self::CreateOrder | Self::CreateShipment(_) => true,
            Self::ListOrders
            | Self::GetOrder(_)
            | Self::CancelOrder(_)
            | Self::ListShipments(_)
            | Self::GetShipment(..)
            | Self::UpdateShipment(..)
            | Self::GetPayment(_) => false,
        }
    }

    pub fn has_body(&self) -> bool {
        match self {
            Self::CreateOrder | Self::CreateShipment(_) | Self::UpdateShipment(..) => true,
            Self::ListOrders
            | Self::GetOrder(_)
            | Self::CancelOrder(_)
            | Self::ListShipments(_)
            | Self::GetShipment(..)
            | Self::GetPayment(_) => false,
        }
    }
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
