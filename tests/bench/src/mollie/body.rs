//! The fixed bodies: made once from the order that the benchmark places, with marks where something varies.

use aho_corasick::AhoCorasick;
use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Created,
    Authorized,
    Completed,
    Canceled,
}

/// What is kept of an order, and nothing more.
pub struct Order {
    pub number: String,
    pub hook: String,
    pub stage: Stage,
}

const CREATED: &str = "2026-11-22T10:00:00+00:00";
const EXPIRES: &str = "2036-12-20T10:00:00+00:00";

/// In the order of their numbers.
const STAGES: [Stage; 4] = [Stage::Created, Stage::Authorized, Stage::Completed, Stage::Canceled];

/// What varies in a body, as it is in the text that is made once. None of it needs escaping in JSON.
const ID: &str = "@id@";
const NUMBER: &str = "@number@";
const HOOK: &str = "@hook@";

pub struct Bodies {
    marks: AhoCorasick,
    orders: [String; 4],
    shipment: String,
}

impl Bodies {
    /// The bodies about the order that `json` describes in Mollie's own form.
    pub fn about(json: &str) -> Result<Self> {
        let asked: Value = serde_json::from_str(json).context("the order is not JSON")?;
        let orders = STAGES.map(|stage| order(&asked, stage).to_string());
        let marks = AhoCorasick::new([ID, NUMBER, HOOK])?;
        Ok(Self { marks, orders, shipment: shipment(&asked).to_string() })
    }

    pub fn order(&self, id: usize, order: &Order) -> String {
        self.fill(&self.orders[order.stage as usize], id, order)
    }

    /// The order's only shipment, of everything.
    pub fn shipment(&self, id: usize, order: &Order) -> String {
        self.fill(&self.shipment, id, order)
    }

    fn fill(&self, body: &str, id: usize, order: &Order) -> String {
        self.marks.replace_all(body, &[&id.to_string(), &order.number, &order.hook])
    }
}

fn order(asked: &Value, stage: Stage) -> Value {
    let (is_new, is_done) = (stage == Stage::Created, stage == Stage::Completed);
    let is_open = is_new || stage == Stage::Authorized;
    let address = |path: &str| json!({"href": format!("https://www.mollie.com/{path}"), "type": "text/html"});
    let payment = json!({"resource": "payment", "id": format!("tr_{ID}"), "mode": "test", "createdAt": CREATED,
        "amount": asked["amount"], "method": asked["method"], "orderId": format!("ord_{ID}"),
        "status": if is_new { "open" } else if is_done { "paid" } else { word(stage) }});
    let payment =
        with(&payment, json!({"authorizedAt": when(!is_new, CREATED), "paidAt": when(is_done, CREATED)}));
    let shipments = if is_done { vec![shipment(asked)] } else { Vec::new() };
    let links = json!({"self": {"href": format!("https://api.mollie.com/v2/orders/ord_{ID}"), "type": "application/hal+json"},
        "dashboard": address(&format!("dashboard/org_1/orders/ord_{ID}"))});
    let checkout = json!({"checkout": when(is_new, address(&format!("checkout/order/{ID}")))});
    let fixed = json!({"resource": "order", "id": format!("ord_{ID}"), "profileId": "pfl_3RkSN1zuPE", "mode": "test",
        "status": word(stage), "isCancelable": is_open, "orderNumber": NUMBER, "webhookUrl": HOOK,
        "createdAt": CREATED, "expiresAt": when(is_open, EXPIRES), "authorizedAt": when(!is_new, CREATED),
        "completedAt": when(is_done, CREATED), "canceledAt": when(stage == Stage::Canceled, CREATED),
        "amountCaptured": when(is_done, asked["amount"].clone()), "lines": lines(asked, Some(stage)),
        "_embedded": {"payments": [payment], "shipments": shipments}, "_links": with(&links, checkout)});
    with(asked, fixed)
}

const fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Created => "created",
        Stage::Authorized => "authorized",
        Stage::Completed => "completed",
        Stage::Canceled => "canceled",
    }
}

/// The value, or none.
fn when(is_so: bool, value: impl Into<Value>) -> Option<Value> {
    is_so.then(|| value.into())
}

/// An object with more members; those without a value are left out.
fn with(object: &Value, more: Value) -> Value {
    let mut members = object.as_object().cloned().unwrap_or_default();
    let more = if let Value::Object(more) = more { more } else { Map::new() };
    members.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
    Value::Object(members)
}

fn shipment(asked: &Value) -> Value {
    json!({"resource": "shipment", "id": format!("shp_{ID}"), "orderId": format!("ord_{ID}"), "createdAt": CREATED,
        "lines": lines(asked, None)})
}

/// The lines of the order at a stage, or those of its shipment.
fn lines(asked: &Value, stage: Option<Stage>) -> Value {
    let lines = asked["lines"].as_array().into_iter().flatten().enumerate();
    lines.map(|(n, line)| order_line(line, n + 1, stage)).collect()
}

fn order_line(asked: &Value, number: usize, stage: Option<Stage>) -> Value {
    let mut line = with(
        asked,
        json!({"resource": "orderline", "id": format!("odl_{ID}.{number}"),
        "orderId": format!("ord_{ID}"), "status": stage.map_or("completed", word), "createdAt": CREATED,
        "_links": {"imageUrl": {"href": asked["imageUrl"]}, "productUrl": {"href": asked["productUrl"]}}}),
    );
    let zero = json!({"currency": asked["totalAmount"]["currency"], "value": "0.00"});
    for (name, is_whole) in [
        ("Shipped", stage == Some(Stage::Completed)),
        ("Canceled", stage == Some(Stage::Canceled)),
        ("Refunded", false),
    ] {
        let whole = (asked["quantity"].clone(), asked["totalAmount"].clone());
        let (quantity, amount) = if is_whole { whole } else { (json!(0), zero.clone()) };
        line[format!("quantity{name}")] = quantity;
        line[format!("amount{name}")] = amount;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn every_body_is_json_with_the_order_it_is_about() {
        let bodies = Bodies::about(::tests::LEGO).unwrap();
        for stage in STAGES {
            let order = Order { number: "N7".to_owned(), hook: "http://127.0.0.1:1/h".to_owned(), stage };
            let body = read(&bodies.order(7, &order));
            assert_eq!((&body["id"], &body["orderNumber"]), (&json!("ord_7"), &json!("N7")));
            assert_eq!(body["webhookUrl"], json!("http://127.0.0.1:1/h"));
            assert_eq!(body["lines"][1]["id"], json!("odl_7.2"));
            assert!(!body.to_string().contains('@') || body.to_string().contains("@mondriaan"));
            assert_eq!(read(&bodies.shipment(7, &order))["lines"][0]["quantity"], json!(2));
        }
    }
}
