//! `order-service tail`, `order-service order` and `order-service deadlines`: the stream as lines that a script can read, and one order on one screen.

use std::time::Duration;

use serde_json::Value;
use tests::{LEGO, Process, SOON, World, draft, numbered, on_both_engines, until};

use super::payments::paid_twice;

on_both_engines!(
    tail_writes_a_line_for_each_event_and_goes_on_from_its_token,
    tail_goes_on_by_itself_when_the_service_is_back,
    an_order_is_shown_whole_by_each_of_its_names,
    what_is_about_to_be_lost_is_shown_as_a_table,
);

fn command(world: &World, name: &str, more: &[&str]) -> Process {
    let address = format!("http://{}", world.service.grpc());
    let arguments = [&["--address", &address], more].concat();
    Process::start_with(name, &arguments, world.directory(), &Vec::new())
}

/// Waits until it has written this.
async fn says(process: &Process, what: &str) -> String {
    until(what, SOON, async || Some(process.said()).filter(|said| said.contains(what))).await
}

/// Stops it as a person does; gives what it has written.
async fn stopped(mut process: Process) -> String {
    process.signal("INT");
    let status = process.ended(SOON).await;
    assert!(status.success(), "{status}: {}", process.said());
    process.said()
}

/// The events in lines of JSON.
fn events(said: &str) -> Vec<Value> {
    let lines = said.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].clone()).collect()
}

async fn tail_writes_a_line_for_each_event_and_goes_on_from_its_token(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let first = command(&world, "tail", &["--from-beginning", "--json"]);
    says(&first, "order.placed").await;
    let said = stopped(first).await;
    let token =
        said.lines().find_map(|line| line.strip_prefix("order-service: go on with --token ")).unwrap();
    let lines = command(&world, "tail", &["--token", token]);
    let picky =
        command(&world, "tail", &["--from-beginning", "--json", "--kind", "order.paid", "--profile", "main"]);
    world.simulator.check_out(&order.checkout_url, "paid").await;
    says(&picky, "order.paid").await;
    let shown = says(&lines, "order.paid").await;
    assert!(!shown.contains("order.placed") && !shown.contains('\u{1b}'), "{shown}");
    let line = shown.lines().find(|line| line.contains("order.paid")).unwrap();
    assert!(line.contains(&order.id) && line.contains("  main  ") && line.contains("PAID"), "{line}");
    let listed = world.events(&order.id).await;
    let kinds: Vec<_> =
        events(&said).iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, listed[..2].iter().map(|event| event.kind.clone()).collect::<Vec<_>>());
    let paid = events(&stopped(picky).await);
    assert_eq!((paid.len(), &paid[0]["orderId"]), (1, &Value::from(order.id.clone())));

    let mut wrong = command(&world, "tail", &["--token", "x", "--kind", "order.payed"]);
    assert_eq!(wrong.ended(SOON).await.code(), Some(1));
    assert!(
        wrong.said().contains("INVALID_REQUEST") && wrong.said().contains("order.payed"),
        "{}",
        wrong.said()
    );
}

async fn tail_goes_on_by_itself_when_the_service_is_back(mut world: World) {
    let tail = command(&world, "tail", &["--from-beginning", "--json"]);
    let order = world.create(draft(LEGO, "ideal")).await;
    says(&tail, "order.placed").await;
    world.service.stop().await;
    says(&tail, "going on").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.service.start().await;
    world.simulator.check_out(&order.checkout_url, "paid").await;
    says(&tail, "order.paid").await;
    let said = stopped(tail).await;
    let sequences: Vec<_> = events(&said).iter().map(|event| event["sequence"].clone()).collect();
    let listed = world.events(&order.id).await.len();
    assert_eq!(sequences, (1..=listed).map(|n| Value::from(n.to_string())).collect::<Vec<_>>());
}

async fn an_order_is_shown_whole_by_each_of_its_names(world: World) {
    let order = world.create_and_check_out(numbered("shown-1", "ideal"), "paid").await;
    for name in [&order.id, &order.mollie_order_id, &order.order_number] {
        let mut shown = command(&world, "order", &[name]);
        assert_eq!(shown.ended(SOON).await.code(), Some(0), "{}", shown.said());
        let shown = shown.said();
        for part in [
            &order.id,
            &order.mollie_order_id,
            "Lines\n",
            "Payments\n",
            "Timeline\n",
            "order.paid",
            "698.00 EUR",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
    }
    let (twice, _) = paid_twice(&world).await;
    let mut waits = command(&world, "order", &["--json", &twice.id]);
    assert_eq!(waits.ended(SOON).await.code(), Some(3), "an item is open");
    let whole: Value = serde_json::from_str(&waits.said()).unwrap();
    assert_eq!(whole["order"]["id"], Value::from(twice.id.clone()));
    let listed = world.events(&twice.id).await.len();
    assert_eq!(whole["events"].as_array().map(Vec::len), Some(listed));
    let mut nobody = command(&world, "order", &["no-such-number"]);
    assert_eq!(nobody.ended(SOON).await.code(), Some(1));
    assert!(nobody.said().contains("ORDER_NOT_FOUND"), "{}", nobody.said());
}

async fn what_is_about_to_be_lost_is_shown_as_a_table(world: World) {
    let order = world.create_and_check_out(numbered("ends-1", "klarnapaylater"), "authorized").await;
    let shown = async |more: &[&str]| {
        let mut command = command(&world, "deadlines", more);
        let code = command.ended(SOON).await.code();
        (code, command.said())
    };
    let (code, said) = shown(&["--test"]).await;
    assert_eq!(code, Some(0));
    assert!(said.contains("within 7 days"), "{said}");
    let (code, said) = shown(&["--test", "--days", "30"]).await;
    let value = &order.amount_to_capture.as_ref().unwrap().value;
    assert!(said.contains("ends-1") && said.contains(&format!("{value} EUR not shipped")), "{said}");
    assert_eq!(code, Some(0), "shipping helps");
    let (_, said) = shown(&["--days", "30"]).await;
    assert!(said.contains("Nothing that is authorized ends"), "live orders only: {said}");
    let refused = serde_json::json!({ "fault": "status", "status": 422, "effect": false });
    crate::lost::arm(&world, &refused, "POST", "/v2/orders/*/shipments").await;
    let ship = crate::requests::ship(&order, 0, 1, Some("299.00"));
    assert!(world.orders().create_shipment(ship).await.is_err());
    let (code, said) = shown(&["--test", "--days", "30", "--json"]).await;
    assert_eq!(code, Some(3), "a person must look first: {said}");
    let all: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(all["deadlines"][0]["orderId"], Value::from(order.id.clone()));
    assert_eq!(all["sums"][0]["orders"], Value::from("1"));
}
