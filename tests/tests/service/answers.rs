//! Answers of Mollie that leave things out or write them oddly.

use serde_json::{Value, json};
use tests::proto::{Order, OrderStatus};
use tests::{LEGO, Refusal, SOON, World, draft, on_both_engines, refusal, until};
use tonic::Code;

use crate::requests::{ship, sync};

on_both_engines!(
    an_order_is_shipped_although_mollie_writes_what_nobody_pays_by_oddly,
    shipped_units_do_not_come_back_when_mollie_leaves_the_counters_out,
    a_field_that_money_depends_on_is_named_where_it_cannot_be_read,
    what_is_left_to_ship_is_not_refused_on_counters_that_mollie_left_out,
    an_order_costs_what_was_ordered_whatever_other_amount_mollie_tells,
    units_that_are_shipped_stay_shipped_when_mollies_counters_contradict_themselves,
    a_line_total_that_contradicts_its_price_raises_no_alarm,
);

const READING: &str = "GET /v2/orders/{id}";

/// From now on orders that are read hold these values at these JSON pointers.
async fn rewrite(world: &World, values: impl IntoIterator<Item = (&str, Value)>) {
    let edit = |(path, value)| json!({ "op": "add", "path": path, "value": value });
    let edits: Vec<_> = values.into_iter().map(edit).collect();
    arm(world, json!({ "fault": "rewrite", "edits": edits })).await;
}

/// From now on the lines of orders that are read come without their counters.
async fn leave_counters_out(world: &World) {
    arm(world, json!({ "fault": "line_counters_left_out" })).await;
}

/// Calls that change something pass as they are, and so do their answers.
async fn arm(world: &World, mut fault: Value) {
    fault["method"] = "GET".into();
    fault["path"] = "/v2/orders/*".into();
    fault["count"] = "all".into();
    world.simulator.fail(json!([fault])).await;
}

async fn an_order_is_shipped_although_mollie_writes_what_nobody_pays_by_oddly(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let known = sync(&world, &order).await.unwrap();
    let authorized = world.simulator.order(&order.mollie_order_id).await["authorizedAt"].clone();
    let without_offset = authorized.as_str().unwrap().get(..19).unwrap().to_owned();
    rewrite(
        &world,
        [
            ("/method", json!(["klarnapaylater"])),
            ("/_links/checkout", json!("https://pay.example/1")),
            ("/authorizedAt", json!(without_offset)),
            ("/billingAddress/region", json!(true)),
        ],
    )
    .await;
    let odd = sync(&world, &order).await.expect("the order is readable");
    assert_eq!((odd.status(), &odd.method), (OrderStatus::Authorized, &known.method));
    assert_eq!((&odd.billing_address, odd.authorized_time), (&known.billing_address, known.authorized_time));
    let mut fields: Vec<_> =
        odd.unread_fields.iter().map(|field| (field.path.as_str(), field.raw.as_str())).collect();
    fields.sort_unstable();
    let authorized = format!("\"{without_offset}\"");
    let expected = [
        ("_links.checkout", "\"https://pay.example/1\""),
        ("authorizedAt", authorized.as_str()),
        ("billingAddress.region", "a boolean"),
        ("method", "[\"klarnapaylater\"]"),
    ];
    assert_eq!(fields, expected);
    let events = world.events(&order.id).await;
    assert_eq!(events.last().unwrap().changed, ["unread_fields"]);
    // Told once, however often it is read.
    sync(&world, &order).await.unwrap();
    let said = world.service.said();
    assert_eq!(said.matches("has fields that this release does not understand").count(), 1, "{said}");

    let shipment = ship(&order, 0, 1, Some("299.00"));
    world.orders().create_shipment(shipment).await.unwrap();
    world.reaches(&order.id, OrderStatus::Shipping).await;
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 1);
    world.simulator.mend().await;
    assert!(sync(&world, &order).await.unwrap().unread_fields.is_empty());
}

async fn shipped_units_do_not_come_back_when_mollie_leaves_the_counters_out(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.reaches(&order.id, OrderStatus::Shipping).await;
    leave_counters_out(&world).await;
    let before = world.simulator.traffic().await.of(READING);
    let read = sync(&world, &order).await.unwrap();
    let counted = |order: &Order| (order.lines[0].quantity_shipped, order.lines[0].quantity_available);
    assert_eq!(counted(&read), (1, 1));
    let value = |order: &Order| order.lines[0].amount_available.clone().unwrap().value;
    assert_eq!(value(&read), "399.00");
    // It is asked for again, by itself and ever more seldom.
    until("the order is read again", SOON, async || {
        (world.simulator.traffic().await.of(READING) >= before + 4).then_some(())
    })
    .await;
    assert_eq!(counted(&world.order(&order.id).await), (1, 1));
    world.simulator.mend().await;
    assert_eq!(counted(&sync(&world, &order).await.unwrap()), (1, 1));
}

async fn a_field_that_money_depends_on_is_named_where_it_cannot_be_read(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
    rewrite(&world, [("/lines/0/totalAmount/value", json!(698.0))]).await;
    let named = "lines[0].totalAmount.value";
    let is_named = |refused: &Refusal| {
        assert_eq!(refused.kind(), (Code::Unavailable, "MOLLIE_UNAVAILABLE"));
        assert_eq!(refused.metadata.get("field").map(String::as_str), Some(named), "{refused:?}");
        assert!(refused.message.contains(named) && refused.retry.is_some(), "{refused:?}");
    };
    is_named(&sync(&world, &order).await.unwrap_err());
    // Two seconds later a refusal is confirmed first.
    world.advance("PT5S").await;
    is_named(&refusal(world.orders().create_shipment(ship(&order, 0, 3, None)).await));
    world.simulator.mend().await;
    let refused = refusal(world.orders().create_shipment(ship(&order, 0, 3, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "QUANTITY_NOT_AVAILABLE"));
}

async fn what_is_left_to_ship_is_not_refused_on_counters_that_mollie_left_out(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
    leave_counters_out(&world).await;
    world.advance("PT5S").await;
    let refused = refusal(world.orders().create_shipment(ship(&order, 0, 3, None)).await);
    assert_eq!(refused.kind(), (Code::Unavailable, "MOLLIE_UNAVAILABLE"));
    assert_eq!(refused.metadata.get("field").map(String::as_str), Some("lines[0].quantityShipped"));
    world.simulator.mend().await;
    let refused = refusal(world.orders().create_shipment(ship(&order, 0, 3, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "QUANTITY_NOT_AVAILABLE"));
}

/// What an order that is read holds of fields that cannot be believed.
async fn doubted(world: &World, order: &Order) -> (Order, Vec<String>) {
    let read = sync(world, order).await.unwrap();
    let fields = read.unread_fields.iter().map(|field| field.path.clone()).collect();
    (read, fields)
}

async fn an_order_costs_what_was_ordered_whatever_other_amount_mollie_tells(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
    for amount in
        [json!({"currency": "USD", "value": "1027.99"}), json!({"currency": "EUR", "value": "10.00"})]
    {
        rewrite(&world, [("/amount", amount)]).await;
        let (read, fields) = doubted(&world, &order).await;
        assert_eq!((&read.amount, fields), (&order.amount, vec!["amount".to_owned()]));
        assert!(read.items.is_empty(), "{:?}", read.items);
        world.simulator.mend().await;
    }
    // It is read again by itself.
    until("the amount is believed again", SOON, async || {
        world.order(&order.id).await.unread_fields.is_empty().then_some(())
    })
    .await;
}

async fn units_that_are_shipped_stay_shipped_when_mollies_counters_contradict_themselves(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.reaches(&order.id, OrderStatus::Shipping).await;
    for shipped in [9, 0] {
        // In this order: a reading that was due before must not confirm what is asked for below.
        rewrite(&world, [("/lines/0/quantityShipped", json!(shipped))]).await;
        world.advance("PT5S").await;
        let (read, fields) = doubted(&world, &order).await;
        assert_eq!((read.lines[0].quantity_shipped, read.lines[0].quantity_available), (1, 1));
        assert_eq!(fields, ["lines[0].quantityShipped"]);
        let refused = refusal(world.orders().create_shipment(ship(&order, 0, 2, None)).await);
        assert_eq!(refused.kind(), (Code::Unavailable, "MOLLIE_UNAVAILABLE"), "{refused:?}");
        assert_eq!(refused.metadata.get("field").map(String::as_str), Some("lines[0].quantityShipped"));
        world.simulator.mend().await;
        assert!(sync(&world, &order).await.unwrap().unread_fields.is_empty());
    }
    rewrite(&world, [("/lines/0/quantityShipped", json!(9))]).await;
    sync(&world, &order).await.unwrap();
    until("the log names the field", SOON, async || {
        let said = world.service.said();
        let named =
            said.lines().any(|line| line.contains("contradicts itself") && line.contains("9 units of 2"));
        named.then_some(())
    })
    .await;
}

async fn a_line_total_that_contradicts_its_price_raises_no_alarm(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 0, 2, None)).await.unwrap();
    world.reaches(&order.id, OrderStatus::Shipping).await;
    rewrite(&world, [("/lines/0/totalAmount/value", json!("1.00"))]).await;
    let (read, fields) = doubted(&world, &order).await;
    assert_eq!(
        (&read.lines[0].total_amount, fields),
        (&order.lines[0].total_amount, vec!["lines[0].totalAmount".to_owned()])
    );
    assert!(read.items.is_empty(), "{:?}", read.items);
    world.simulator.mend().await;
    assert!(sync(&world, &order).await.unwrap().items.is_empty());
}
