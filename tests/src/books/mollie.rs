//! Orders as the service gives them beside the same as Mollie shows them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use serde_json::Value;

use super::tables::Shipment;
use crate::answers::cents;
use crate::proto::{Amount, ListOrdersRequest, Order, OrderFilter, OrderLine, Placement};
use crate::world::World;

/// How many orders Mollie is asked for at once.
const AT_ONCE: usize = 16;

/// Every order, wherever it stands.
pub async fn orders(world: &World) -> Vec<Order> {
    let placements = [Placement::Placing, Placement::Placed, Placement::Refused, Placement::Abandoned];
    let filter = OrderFilter { placements: placements.map(i32::from).to_vec(), ..OrderFilter::default() };
    let (mut orders, mut client, mut page_token) = (Vec::new(), world.orders(), String::new());
    loop {
        let request = ListOrdersRequest { filter: Some(filter.clone()), page_size: 250, page_token };
        let page = client.list_orders(request).await.expect("orders are listed").into_inner();
        orders.extend(page.orders);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return orders;
        }
    }
}

/// What Mollie shows of them.
pub async fn theirs(world: &World, orders: &[Order]) -> BTreeMap<String, Value> {
    let ids: Vec<&str> =
        orders.iter().map(|order| order.mollie_order_id.as_str()).filter(|id| !id.is_empty()).collect();
    let mut theirs = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        let read = some.iter().map(async |id| ((*id).to_owned(), world.simulator.order(id).await));
        theirs.extend(join_all(read).await);
    }
    theirs
}

/// Where the two do not say the same, or the sums of a line do not add up.
pub fn differences(ours: &Order, shipments: &[&Shipment], theirs: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, ours_say: String, theirs_say: String| {
        if ours_say != theirs_say {
            found.push(format!("order {}: {what} is {ours_say} here and {theirs_say} at Mollie", ours.id));
        }
    };
    compare("status", ours.status_raw.clone(), word(&theirs["status"]));
    for (name, amount) in
        [("amountCaptured", &ours.amount_captured), ("amountRefunded", &ours.amount_refunded)]
    {
        compare(name, value(amount).to_string(), their_value(&theirs[name]).to_string());
    }
    let paid = ours.payments.iter().map(|one| format!("{} {}", one.mollie_payment_id, one.status_raw));
    let theirs_paid =
        embedded(theirs, "payments").map(|one| format!("{} {}", word(&one["id"]), word(&one["status"])));
    compare("payments", set(paid), set(theirs_paid));
    let registered = shipments.iter().filter(|one| one.state != "refused");
    let registered = registered.map(|one| one.mollie_id.clone().unwrap_or_else(|| one.state.clone()));
    compare("shipments", set(registered), set(embedded(theirs, "shipments").map(|one| word(&one["id"]))));
    for line in &ours.lines {
        let lines = theirs["lines"].as_array().expect("an order has lines");
        let their_line = lines.iter().find(|one| one["id"] == *line.mollie_line_id).unwrap_or(&Value::Null);
        compare(&format!("line {}", line.id), counters(line), their_counters(their_line));
        compare(&format!("what adds up on line {}", line.id), sums(line), whole(line));
    }
    found
}

fn counters(line: &OrderLine) -> String {
    let quantities = [line.quantity_shipped, line.quantity_canceled, line.quantity_refunded];
    let amounts = [&line.amount_shipped, &line.amount_canceled, &line.amount_refunded].map(value);
    format!("{} {quantities:?} {amounts:?}", line.status_raw)
}

fn their_counters(line: &Value) -> String {
    let quantities = ["quantityShipped", "quantityCanceled", "quantityRefunded"]
        .map(|name| line[name].as_i64().unwrap_or(0));
    let amounts = ["amountShipped", "amountCanceled", "amountRefunded"].map(|name| their_value(&line[name]));
    format!("{} {quantities:?} {amounts:?}", word(&line["status"]))
}

/// Ordered is shipped, canceled, or still there; nothing is on its way when all is quiet.
fn sums(line: &OrderLine) -> String {
    let quantity = line.quantity_shipped + line.quantity_canceled + line.quantity_available;
    let amount = value(&line.amount_shipped) + value(&line.amount_canceled) + value(&line.amount_available);
    let reserved = line.quantity_reserved + line.quantity_canceling;
    format!("{quantity} for {amount}, {reserved} reserved")
}

fn whole(line: &OrderLine) -> String {
    format!("{} for {}, 0 reserved", line.quantity, value(&line.total_amount))
}

fn value(amount: &Option<Amount>) -> i64 {
    amount.as_ref().map_or(0, |amount| cents(&amount.value))
}

fn their_value(amount: &Value) -> i64 {
    amount["value"].as_str().map_or(0, cents)
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or("nothing").to_owned()
}

fn embedded<'a>(theirs: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    theirs["_embedded"][name].as_array().into_iter().flatten()
}

fn set(words: impl Iterator<Item = String>) -> String {
    words.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
}
