//! Which obstacles a run needs for its points to be passed at all: some lie on the straight road, some only where Mollie
//! once asks to come again, or where a placement is withdrawn.

use serde_json::{Value, json};

use crate::simulator::Simulator;

/// What is in the way of the next calls.
pub struct Road<'a>(pub &'a [String]);

impl Road<'_> {
    /// Whether an operation of this stem has to be put back once, so that its points are passed.
    fn is_bumpy(&self, stem: &str) -> bool {
        let bumps = ["deferred", "claimed"].map(|step| format!("{stem}.{step}."));
        self.0.iter().any(|point| bumps.iter().any(|bump| point.starts_with(bump)))
    }

    /// Whether an operation of this stem has to be withdrawn.
    pub fn has_withdrawal(&self, stem: &str) -> bool {
        self.0.iter().any(|point| point.starts_with(&format!("{stem}.withdrawn.")))
    }

    /// Whether an order has to replace another one, so that both are written at once.
    pub fn has_changed_cart(&self) -> bool {
        self.0.iter().any(|point| point.starts_with("orders.paired."))
    }

    /// Whether an order has to be archived.
    pub fn has_archival(&self) -> bool {
        self.0.iter().any(|point| point.starts_with("archive."))
    }

    /// Puts what is needed before the next call of a stem.
    pub async fn lay(&self, simulator: &Simulator, stem: &str) {
        let (method, path) = match stem {
            "place_order" => ("POST", "/v2/orders"),
            "create_shipment" => ("POST", "/v2/orders/*/shipments"),
            "update_shipment" => ("PATCH", "/v2/orders/*/shipments/*"),
            "cancel_order" => ("DELETE", "/v2/orders/*"),
            "cancel_lines" => ("DELETE", "/v2/orders/*/lines"),
            "create_refund" => ("POST", "/v2/payments/*/refunds"),
            "create_payment" => ("POST", "/v2/orders/*/payments"),
            "update_order" => ("PATCH", "/v2/orders/*"),
            "manage_lines" => ("PATCH", "/v2/orders/*/lines"),
            "cancel_refund" => ("DELETE", "/v2/payments/*/refunds/*"),
            _ => panic!("nothing is known of {stem}"),
        };
        let faults: Vec<Value> = self.is_bumpy(stem).then(|| limited(method, path, 1)).into_iter().collect();
        simulator.fail(faults.into()).await;
    }

    /// Has the next refund wait for so long that it can be withdrawn.
    pub async fn block_refund(&self, simulator: &Simulator) {
        simulator.fail(json!([limited("POST", "/v2/payments/*/refunds", 8)])).await;
    }

    /// Has the next placement wait for so long that it can be withdrawn.
    pub async fn block_placement(&self, simulator: &Simulator) {
        simulator.fail(json!([limited("POST", "/v2/orders", 8)])).await;
    }
}

/// Mollie once asks to come again after so many seconds, having done nothing.
fn limited(method: &str, path: &str, seconds: u64) -> Value {
    json!({"fault": "rate_limited", "retry_after_seconds": seconds, "method": method, "path": path})
}
