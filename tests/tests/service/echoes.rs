//! What Mollie writes may repeat what it was sent, a person's data among it: operators read it with the operation or the item, and no line
//! of the log has it.

use serde_json::json;
use tests::proto::{ListPaymentMethodsRequest, OrderStatus};
use tests::{API_KEY, LEGO, SOON, World, draft, on_both_engines, refusal, until};
use tonic::Code;

use crate::requests::{ship, sync};

on_both_engines!(mollies_words_are_shown_to_operators_and_are_in_no_line_of_the_log);

async fn mollies_words_are_shown_to_operators_and_are_in_no_line_of_the_log(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let order = world.reaches(&order.id, OrderStatus::Authorized).await;
    world.simulator.revoke(&[API_KEY]).await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    let listed = world.orders().list_payment_methods(ListPaymentMethodsRequest::default()).await;
    for refused in [sync(&world, &order).await.unwrap_err(), refusal(listed)] {
        assert_eq!(refused.kind(), (Code::Unavailable, "PROFILE_KEY_REFUSED"));
    }
    let waits = world.order(&order.id).await.operations.remove(0);
    let about_the_key = quotation(&waits.last_problem);
    for line in ["ALERT: Mollie does not accept", "cannot be confirmed at Mollie", "methods cannot be listed"]
    {
        is_told(&world, line).await;
    }

    let refuses = json!({
        "fault": "status", "status": 422, "effect": false, "method": "POST", "path": "/v2/orders/*/shipments", "count": "all"
    });
    world.simulator.fail(json!([refuses])).await;
    world.simulator.revoke(&[]).await;
    let item = until("an item is raised", SOON, async || world.order(&order.id).await.items.pop()).await;
    let about_the_shipment = quotation(&item.text);
    is_told(&world, "a review item is open").await;

    let said = world.service.said();
    for words in [about_the_key, about_the_shipment] {
        assert!(!said.contains(&words), "{words:?} in {said}");
    }
    assert!(said.contains("401 “…”") && said.contains("422 “…”"), "it is marked what is left out: {said}");
}

/// Mollie's words in a text of ours.
fn quotation(text: &str) -> String {
    let (_, words) = text.split_once('“').unwrap_or_else(|| panic!("Mollie is not quoted in {text}"));
    let words = words.split('”').next().unwrap_or_default();
    assert!(words.len() > 10, "{text}");
    words.to_owned()
}

async fn is_told(world: &World, line: &str) {
    until(line, SOON, async || world.service.said().contains(line).then_some(())).await;
}
