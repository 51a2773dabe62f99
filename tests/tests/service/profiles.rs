//! Whether a service starts whose profiles do not fit the orders of its database.

use std::time::Duration;

use serde_json::json;
use tests::proto::get_order_request::{Key, OrderNumber};
use tests::proto::{
    CreateOrderRequest, CreateRefundRequest, CreateShipmentRequest, GetOrderRequest, ListOrdersRequest,
    OrderFilter, SyncOrderRequest,
};
use tests::proto::{OrderStatus, Placement};
use tests::{LEGO, World, amount, draft, new_request_id, numbered, on_both_engines, refusal, until};
use tonic::Code;

use crate::requests::{cancel, closed, create, move_to, ship, track};

on_both_engines!(
    a_live_key_over_test_orders_is_refused_at_start,
    a_profile_with_open_orders_cannot_be_left_out_unless_it_is_marked_retired,
    an_order_that_is_over_is_open_while_one_of_its_operations_is_not_settled,
    a_retired_profile_takes_no_orders_and_finishes_those_it_has,
    orders_of_a_retired_profile_without_a_key_rest,
    the_last_profile_can_be_retired_too,
    a_changed_public_address_is_told_while_orders_are_open_under_the_old_one,
    while_mollie_refuses_the_key_an_order_waits_and_an_operator_is_alerted,
);

const KEY: &str = "ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE";
const OTHER: &str = "ORDER_SERVICE__PROFILES__OTHER__API_KEY_FILE";
const PUBLIC: &str = "ORDER_SERVICE__WEBHOOK__PUBLIC_URL";
const RETIRED: &str = "ORDER_SERVICE__PROFILES__MAIN__RETIRED";

/// Long enough for any start that fails.
const SOON: Duration = Duration::from_secs(60);

/// What a service says that does not start.
pub async fn refused_start(world: &World) -> String {
    let mut process = world.service.begin();
    let status = process.ended(SOON).await;
    assert_eq!(status.code(), Some(1), "it must not start:\n{}", process.said());
    process.said()
}

/// A file with an API key.
fn key(world: &World, key: &str) -> String {
    let path = world.directory().join(format!("{key}.key"));
    std::fs::write(&path, key).unwrap();
    path.to_str().unwrap().to_owned()
}

async fn a_live_key_over_test_orders_is_refused_at_start(mut world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let old = key(&world, "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM");
    let live = key(&world, "live_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM");
    world.service.stop().await;
    world.service.set(KEY, &live);
    let said = refused_start(&world).await;
    for word in [KEY, "live", "test orders", "main", "ORDER_SERVICE__DATABASE__URL"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    // Under another name it is no better, though no order is open.
    world.service.set(KEY, &old);
    world.service.start().await;
    world.orders().cancel_order(cancel(&order)).await.unwrap();
    world.reaches(&order.id, OrderStatus::Canceled).await;
    world.service.stop().await;
    world.service.forget(KEY);
    world.service.set(OTHER, &live);
    let said = refused_start(&world).await;
    for word in ["holds test orders", "main", "ORDER_SERVICE__DATABASE__URL"] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

async fn a_profile_with_open_orders_cannot_be_left_out_unless_it_is_marked_retired(mut world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    world.service.stop().await;
    world.service.forget(KEY);
    let other = key(&world, "test_another4XY7LxsDOtmnkVtjNVWXLSlXsM");
    world.service.set(OTHER, &other);
    let said = refused_start(&world).await;
    for word in ["profile main is not configured", "1 order is still open", KEY, RETIRED] {
        assert!(said.contains(word), "{word}: {said}");
    }
    world.service.set(RETIRED, "true");
    world.service.start().await;
    assert_eq!(world.order(&order.id).await.id, order.id);
}

async fn an_order_that_is_over_is_open_while_one_of_its_operations_is_not_settled(mut world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let all = CreateShipmentRequest { all_remaining: true, lines: Vec::new(), ..ship(&order, 0, 1, None) };
    let parcel = world.orders().create_shipment(all).await.unwrap().into_inner();
    world.reaches(&order.id, OrderStatus::Completed).await;
    let busy =
        json!({"fault": "busy", "method": "PATCH", "path": "/v2/orders/*/shipments/*", "count": "all"});
    world.simulator.fail(json!([busy])).await;
    closed(&world, &order).await;
    world.orders().update_shipment(track(&parcel, "JD01")).await.unwrap();
    assert_eq!(world.order(&order.id).await.closed_time, None, "something is still expected to happen");
    world.service.stop().await;
    world.service.forget(KEY);
    let other = key(&world, "test_another4XY7LxsDOtmnkVtjNVWXLSlXsM");
    world.service.set(OTHER, &other);
    let said = refused_start(&world).await;
    assert!(said.contains("1 order is still open"), "{said}");
}

async fn a_retired_profile_takes_no_orders_and_finishes_those_it_has(mut world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let unpaid = world.create(numbered("1338", "ideal")).await;
    world.service.stop().await;
    let other = key(&world, "test_another4XY7LxsDOtmnkVtjNVWXLSlXsM");
    world.service.set(OTHER, &other);
    world.service.set(RETIRED, "true");
    world.service.start().await;
    for validate_only in [false, true] {
        let request = CreateOrderRequest {
            profile: "main".to_owned(),
            validate_only,
            ..create(&new_request_id(), numbered("1339", "ideal"))
        };
        let refused = refusal(world.orders().create_order(request).await);
        assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
        assert!(refused.message.contains("profile: expected one of other"), "{}", refused.message);
    }
    let number = OrderNumber { profile: "main".to_owned(), order_number: order.order_number.clone() };
    let found = world.orders().get_order(GetOrderRequest { key: Some(Key::OrderNumber(number)) }).await;
    assert_eq!(found.unwrap().into_inner().id, order.id);
    let filter = Some(OrderFilter { profile: "main".to_owned(), ..Default::default() });
    let listed = world.orders().list_orders(ListOrdersRequest { filter, ..Default::default() }).await;
    assert_eq!(listed.unwrap().into_inner().orders.len(), 2);
    // Its parcels leave and money goes back; what is not paid can be changed, paid, and called off.
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.settles(&order.id).await;
    world.orders().cancel_order(cancel(&order)).await.unwrap();
    world.reaches(&order.id, OrderStatus::Completed).await;
    world.advance("PT1M").await;
    let amount = Some(amount("1.00"));
    let back = CreateRefundRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        amount,
        ..Default::default()
    };
    until("a part is refunded", SOON, async || world.orders().create_refund(back.clone()).await.ok()).await;
    world.orders().update_order(move_to(&unpaid, "Utrecht")).await.unwrap();
    world.settles(&unpaid.id).await;
    world.simulator.check_out(&unpaid.checkout_url, "paid").await;
    world.reaches(&unpaid.id, OrderStatus::Paid).await;
}

async fn orders_of_a_retired_profile_without_a_key_rest(mut world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let other = world.create(numbered("1338", "ideal")).await;
    world
        .simulator
        .fail(json!([{"fault": "busy", "method": "DELETE", "path": "/v2/orders/*", "count": "all"}]))
        .await;
    world.orders().cancel_order(cancel(&order)).await.unwrap();
    let old = key(&world, "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM");
    world.service.stop().await;
    world.simulator.mend().await;
    let asked = format!("{:?}", world.simulator.traffic().await);
    world.service.forget(KEY);
    world.service.set(RETIRED, "true");
    world.service.start().await;
    // Its webhook arrives.
    world.simulator.check_out(&other.checkout_url, "paid").await;
    let problem = until("what was under way rests", SOON, async || {
        let [operation] = &world.order(&order.id).await.operations[..] else { return None };
        let problem = operation.last_problem.clone();
        (!operation.key_refused && problem.contains("retired")).then_some(problem)
    })
    .await;
    assert!(problem.contains("profiles.main.api_key_file names a file with its key"), "{problem}");
    for status in [
        world.orders().cancel_order(cancel(&other)).await.unwrap_err(),
        world.orders().update_order(move_to(&other, "Utrecht")).await.unwrap_err(),
        world.orders().sync_order(SyncOrderRequest { id: other.id.clone() }).await.unwrap_err(),
    ] {
        let refused = refusal::<()>(Err(status));
        assert_eq!(refused.kind(), (Code::FailedPrecondition, "PROFILE_RETIRED"));
        assert_eq!(refused.metadata["profile"], "main");
        assert!(refused.message.contains("profiles.main.api_key_file"), "{}", refused.message);
    }
    assert_eq!(world.order(&other.id).await.operations, []);
    let said = world.service.stop_and_tell().await;
    let is_noise =
        |line: &&str| (line.contains("WARN") || line.contains("ERROR")) && !line.contains("NOT durable");
    let noise: Vec<_> = said.lines().filter(is_noise).collect();
    assert!(noise.is_empty(), "{}", noise.join("\n"));
    assert_eq!(format!("{:?}", world.simulator.traffic().await), asked, "Mollie was asked");
    world.service.set(KEY, &old);
    world.service.start().await;
    world.advance("PT15M").await;
    world.reaches(&order.id, OrderStatus::Canceled).await;
    world.reaches(&other.id, OrderStatus::Paid).await;
}

async fn a_changed_public_address_is_told_while_orders_are_open_under_the_old_one(mut world: World) {
    const CHANGED: &str = "the public address has changed";
    let over = world.create(draft(LEGO, "ideal")).await;
    let order = world.create(numbered("1338", "ideal")).await;
    world.orders().cancel_order(cancel(&over)).await.unwrap();
    closed(&world, &over).await;
    world.service.stop().await;
    world.service.start().await;
    let said = world.service.stop_and_tell().await;
    assert!(!said.contains(CHANGED), "it has not: {said}");
    let old = world.simulator.ledger().await.hook_address(&order.mollie_order_id);
    let old = old.split("/webhooks").next().unwrap().to_owned();
    world.service.set(PUBLIC, "http://orders.example");
    world.service.start().await;
    let told = async || {
        let said = world.service.said();
        said.lines().find(|line| line.contains(CHANGED)).map(str::to_owned)
    };
    let line = until("it is told", SOON, told).await;
    let expiry = order.expires_time.as_ref().unwrap().to_string();
    for word in ["WARN", &old, "http://orders.example", "open_orders=1", PUBLIC, &expiry] {
        assert!(line.contains(word), "{word}: {line}");
    }
    // The order is over, and then it is no matter any more.
    world.orders().cancel_order(cancel(&order)).await.unwrap();
    closed(&world, &order).await;
    world.service.stop().await;
    world.service.start().await;
    let said = world.service.stop_and_tell().await;
    assert!(!said.contains(CHANGED), "{said}");
}

async fn while_mollie_refuses_the_key_an_order_waits_and_an_operator_is_alerted(world: World) {
    let unauthorized = json!({"fault": "status", "status": 401, "effect": false, "method": "POST", "path": "/v2/orders", "count": "all"});
    world.simulator.fail(json!([unauthorized])).await;
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let refused = refusal(world.orders().create_order(request.clone()).await);
    assert_eq!(refused.kind(), (Code::Unavailable, "PROFILE_KEY_REFUSED"));
    assert_eq!(refused.metadata["profile"], "main");
    let order = world.order(&refused.metadata["order_id"]).await;
    assert_eq!(order.placement(), Placement::Placing);
    let [operation] = &order.operations[..] else { panic!("{:?}", order.operations) };
    assert_eq!((operation.id.as_str(), operation.key_refused), (&*refused.metadata["operation_id"], true));
    assert!(operation.last_problem.contains("the API key of profile main"), "{}", operation.last_problem);
    let said = world.service.said();
    assert!(said.contains("ALERT: Mollie does not accept the API key"), "{said}");
    world.simulator.mend().await;
    let placed = until("the order is placed", SOON, async || {
        world.orders().create_order(request.clone()).await.ok().map(tonic::Response::into_inner)
    })
    .await;
    assert_eq!((placed.id, placed.placement), (order.id, Placement::Placed.into()));
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
}

async fn the_last_profile_can_be_retired_too(mut world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    world.service.stop().await;
    world.service.set(RETIRED, "true");
    world.service.start().await;
    let refused = refusal(world.orders().create_order(create(&new_request_id(), draft(LEGO, "ideal"))).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    assert!(
        refused
            .message
            .contains("profile: expected a profile that takes orders, of which this service has none"),
        "{}",
        refused.message
    );
    world.simulator.check_out(&order.checkout_url, "paid").await;
    world.reaches(&order.id, OrderStatus::Paid).await;
}
