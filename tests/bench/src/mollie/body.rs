//! The fixed bodies: made once from the order that the benchmark places, with marks where something varies.

use aho_corasick::AhoCorasick;
use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::book::{Order, Stage};

const CREATED: &str = "2026-11-22T10:00:00+00:00";
const EXPIRES: &str = "2036-12-20T10:00:00+00:00";

/// What varies in a body, as it is in the text that is made once. None of it needs escaping in JSON.
const ID: &str = "@id@";
const NUMBER: &str = "@number@";
const HOOK: &str = "@hook@";

/// All bodies.
pub struct Bodies {
    marks: AhoCorasick,
    created: String,
    authorized: String,
    completed: String,
    canceled: String,
    shipment: String,
}

impl Bodies {
    /// The bodies about the order that `json` describes in Mollie's own form.
    pub fn about(json: &str) -> Result<Self> {
        let asked: Value = serde_json::from_str(json).context("the order is not JSON")?;
        let order = |stage| order(&asked, stage).to_string();
        Ok(Self {
            marks: AhoCorasick::new([ID, NUMBER, HOOK])?,
            created: order(Stage::Created),
            authorized: order(Stage::Authorized),
            completed: order(Stage::Completed),
            canceled: order(Stage::Canceled),
            shipment: shipment(&asked).to_string(),
        })
    }

    /// The order as it stands.
    pub fn order(&self, id: usize, order: &Order) -> String {
        let body = match order.stage {
            Stage::Created => &self.created,
            Stage::Authorized => &self.authorized,
            Stage::Completed => &self.completed,
            Stage::Canceled => &self.canceled,
        };
        self.fill(body, id, order)
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
    let mut order = asked.clone();
    let word = match stage {
        Stage::Created => "created",
        Stage::Authorized => "authorized",
        Stage::Completed => "completed",
        Stage::Canceled => "canceled",
    };
    let open = matches!(stage, Stage::Created | Stage::Authorized);
    for (key, value) in [
        ("resource", json!("order")),
        ("id", json!(format!("ord_{ID}"))),
        ("profileId", json!("pfl_3RkSN1zuPE")),
        ("status", json!(word)),
        ("isCancelable", json!(open)),
        ("createdAt", json!(CREATED)),
        ("mode", json!("test")),
        ("orderNumber", json!(NUMBER)),
        ("webhookUrl", json!(HOOK)),
        ("lines", lines(asked, Some(stage))),
        ("_embedded", embedded(asked, stage)),
        ("_links", links(stage)),
    ] {
        order[key] = value;
    }
    let times = [
        ("expiresAt", EXPIRES, open),
        ("authorizedAt", CREATED, stage != Stage::Created),
        ("completedAt", CREATED, stage == Stage::Completed),
        ("canceledAt", CREATED, stage == Stage::Canceled),
    ];
    for (key, time, _) in times.into_iter().filter(|(_, _, is_told)| *is_told) {
        order[key] = json!(time);
    }
    if stage == Stage::Completed {
        order["amountCaptured"] = asked["amount"].clone();
    }
    order
}

fn links(stage: Stage) -> Value {
    let html = |address: String| json!({"href": address, "type": "text/html"});
    let mut links = json!({"self": {"href": format!("https://api.mollie.com/v2/orders/ord_{ID}"), "type": "application/hal+json"},
        "dashboard": html(format!("https://www.mollie.com/dashboard/org_1/orders/ord_{ID}"))});
    if stage == Stage::Created {
        links["checkout"] = html(format!("https://www.mollie.com/checkout/order/{ID}"));
    }
    links
}

fn embedded(asked: &Value, stage: Stage) -> Value {
    let word = match stage {
        Stage::Created => "open",
        Stage::Authorized => "authorized",
        Stage::Completed => "paid",
        Stage::Canceled => "canceled",
    };
    let mut payment = json!({"resource": "payment", "id": format!("tr_{ID}"), "mode": "test", "createdAt": CREATED,
        "amount": asked["amount"], "method": asked["method"], "status": word, "orderId": format!("ord_{ID}")});
    for (key, is_told) in [("authorizedAt", stage != Stage::Created), ("paidAt", stage == Stage::Completed)] {
        if is_told {
            payment[key] = json!(CREATED);
        }
    }
    let shipments = if stage == Stage::Completed { vec![shipment(asked)] } else { Vec::new() };
    json!({"payments": [payment], "shipments": shipments})
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
    let mut line = asked.clone();
    let word = match stage {
        Some(Stage::Created) => "created",
        Some(Stage::Authorized) => "authorized",
        Some(Stage::Completed) | None => "completed",
        Some(Stage::Canceled) => "canceled",
    };
    line["resource"] = json!("orderline");
    line["id"] = json!(format!("odl_{ID}.{number}"));
    line["orderId"] = json!(format!("ord_{ID}"));
    line["status"] = json!(word);
    line["createdAt"] = json!(CREATED);
    line["_links"] =
        json!({"imageUrl": {"href": asked["imageUrl"]}, "productUrl": {"href": asked["productUrl"]}});
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
        for stage in [Stage::Created, Stage::Authorized, Stage::Completed, Stage::Canceled] {
            let order = Order { number: "N7".to_owned(), hook: "http://127.0.0.1:1/h".to_owned(), stage };
            let told = read(&bodies.order(7, &order));
            assert_eq!((&told["id"], &told["orderNumber"]), (&json!("ord_7"), &json!("N7")));
            assert_eq!(told["webhookUrl"], json!("http://127.0.0.1:1/h"));
            assert_eq!(told["lines"][1]["id"], json!("odl_7.2"));
            assert!(!told.to_string().contains('@') || told.to_string().contains("@mondriaan"));
            assert_eq!(read(&bodies.shipment(7, &order))["lines"][0]["quantity"], json!(2));
        }
    }
}
