//! Answers that get lost, cut, delayed or doubtful, on a network that works again at once: each change is made once.

use serde_json::{Value, json};
use tests::proto::{GetShipmentRequest, OrderStatus, ShipmentState};
use tests::{SOON, World, new_request_id, numbered, on_both_engines, until};

use crate::requests::{cancel, create, ship};

on_both_engines!(
    whatever_becomes_of_its_answer_an_order_is_placed_once,
    whatever_becomes_of_its_answer_a_shipment_is_registered_once,
    whatever_becomes_of_its_answer_an_order_is_canceled_once,
    webhooks_that_are_doubled_or_out_of_order_or_late_tell_the_same_story,
);

/// What may happen to one call.
pub fn faults() -> Vec<Value> {
    vec![
        json!({"fault": "refuse"}),
        json!({"fault": "close_before"}),
        json!({"fault": "close_after"}),
        json!({"fault": "status", "status": 500, "effect": true}),
        json!({"fault": "status", "status": 500, "effect": false}),
        json!({"fault": "status", "status": 502, "effect": true}),
        json!({"fault": "status", "status": 503, "effect": false}),
        json!({"fault": "status", "status": 202, "effect": true}),
        json!({"fault": "truncate"}),
        json!({"fault": "busy"}),
        json!({"fault": "rate_limited", "retry_after_seconds": 1}),
    ]
}

/// Arms a fault for the next such request.
pub async fn arm(world: &World, fault: &Value, method: &str, path: &str) {
    let mut fault = fault.clone();
    fault["method"] = method.into();
    fault["path"] = path.into();
    world.simulator.fail(json!([fault])).await;
}

async fn whatever_becomes_of_its_answer_an_order_is_placed_once(world: World) {
    for (n, fault) in faults().iter().enumerate() {
        arm(&world, fault, "POST", "/v2/orders").await;
        let request = create(&new_request_id(), numbered(&format!("lost-{n}"), "klarnapaylater"));
        let order = until(&format!("the order is placed despite {fault}"), SOON, async || {
            world.orders().create_order(request.clone()).await.ok().map(tonic::Response::into_inner)
        })
        .await;
        assert_eq!(order.status(), OrderStatus::Created);
        assert_eq!(world.simulator.ledger().await.count("order_created"), n + 1, "{fault}");
    }
}

async fn whatever_becomes_of_its_answer_a_shipment_is_registered_once(world: World) {
    for (n, fault) in faults().iter().enumerate() {
        let draft = numbered(&format!("lost-{n}"), "klarnapaylater");
        let order = world.create_and_check_out(draft, "authorized").await;
        arm(&world, fault, "POST", "/v2/orders/*/shipments").await;
        let shipment = world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await;
        let id = shipment.unwrap().into_inner().id;
        until(&format!("the shipment is registered despite {fault}"), SOON, async || {
            let request = GetShipmentRequest { id: id.clone() };
            let shipment = world.orders().get_shipment(request).await.unwrap().into_inner();
            (shipment.state() == ShipmentState::Registered).then_some(())
        })
        .await;
        let ledger = world.simulator.ledger().await;
        assert_eq!(ledger.count("shipment_created"), n + 1, "{fault}");
        assert_eq!(ledger.sum(&order.mollie_order_id, "shipment_created", "captured"), 29_900, "{fault}");
    }
}

async fn whatever_becomes_of_its_answer_an_order_is_canceled_once(world: World) {
    for (n, fault) in faults().iter().enumerate() {
        let order = world.create(numbered(&format!("lost-{n}"), "klarnapaylater")).await;
        arm(&world, fault, "DELETE", "/v2/orders/*").await;
        let (mut orders, request) = (world.orders(), cancel(&order));
        let call = tokio::spawn(async move { orders.cancel_order(request).await });
        let canceled = until(&format!("the order is canceled despite {fault}"), SOON, async || {
            // A cancellation that was lost is not repeated before it is certain that it had no effect.
            world.simulator.advance("PT10S").await;
            Some(world.order(&order.id).await).filter(|order| order.status() == OrderStatus::Canceled)
        })
        .await;
        call.await.unwrap().unwrap();
        assert_eq!(world.simulator.ledger().await.count("order_canceled"), n + 1, "{fault}");
        world.settles(&canceled.id).await;
    }
}

async fn webhooks_that_are_doubled_or_out_of_order_or_late_tell_the_same_story(world: World) {
    for (n, fault) in ["hook_doubled", "hook_reordered", "hook_delayed"].into_iter().enumerate() {
        let after = if fault == "hook_delayed" { json!({"after": "PT30S"}) } else { json!({}) };
        let mut armed = json!({"fault": fault, "count": "all"});
        armed.as_object_mut().unwrap().extend(after.as_object().unwrap().clone());
        world.simulator.fail(json!([armed])).await;
        let order = world.create(numbered(&format!("hooks-{n}"), "ideal")).await;
        world.simulator.check_out(&order.checkout_url, "paid").await;
        until(&format!("the order is paid despite {fault}"), SOON, async || {
            world.simulator.advance("PT20S").await;
            Some(world.order(&order.id).await).filter(|order| order.status() == OrderStatus::Paid)
        })
        .await;
        let reported = world.events(&order.id).await;
        assert_eq!(reported.iter().filter(|event| event.kind == "order.paid").count(), 1, "{fault}");
    }
}
