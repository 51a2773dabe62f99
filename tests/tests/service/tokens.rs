//! Two profiles by one access token of their organisation: every call says for which profile it is and that it is for tests, where
//! Mollie's stand-in takes it and nowhere else, and the orders of one profile are none of the other's.

use serde_json::{Value, json};
use tests::proto::{
    CancelRefundRequest, CreateOrderRequest, CreateRefundRequest, ListOrdersRequest,
    ListPaymentMethodsRequest, Order, OrderDraft, OrderFilter, OrderStatus, PaymentStatus, Refund,
    ShipmentLineSelection,
};
use tests::{Engine, LEGO, SOON, World, amount, draft, new_request_id, numbered, refusal, until};
use tonic::Code;

use crate::profiles::refused_start;
use crate::requests::{
    cancel, cancel_lines, create, manage, move_to, pay, rename_line, ship, sync, thing, track,
};

const TOKEN: &str = "access_acme_1";
const MAIN: &str = "pfl_Main1";
const OUTLET: &str = "pfl_Outlet2";

/// Every request that the service ever makes, as the simulator counts it.
const ALL: [&str; 18] = [
    "POST /v2/orders",
    "GET /v2/orders/{id}",
    "GET /v2/orders",
    "PATCH /v2/orders/{id}",
    "DELETE /v2/orders/{id}",
    "PATCH /v2/orders/{id}/lines",
    "PATCH /v2/orders/{id}/lines/{id}",
    "DELETE /v2/orders/{id}/lines",
    "POST /v2/orders/{id}/payments",
    "POST /v2/orders/{id}/shipments",
    "PATCH /v2/orders/{id}/shipments/{id}",
    "POST /v2/orders/{id}/refunds",
    "POST /v2/payments/{id}/refunds",
    "DELETE /v2/payments/{id}/refunds/{id}",
    "GET /v2/payments/{id}/refunds",
    "GET /v2/payments/{id}/captures",
    "GET /v2/payments/{id}/chargebacks",
    "GET /v2/methods",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_under_a_token_says_its_profile_and_its_mode_in_the_right_place() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let settings = vec![
        ("ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE", file.clone().into()),
        ("ORDER_SERVICE__PROFILES__MAIN__PROFILE_ID", MAIN.into()),
        ("ORDER_SERVICE__PROFILES__MAIN__TEST", "true".into()),
        ("ORDER_SERVICE__PROFILES__OUTLET__API_KEY_FILE", file.into()),
        ("ORDER_SERVICE__PROFILES__OUTLET__PROFILE_ID", OUTLET.into()),
        ("ORDER_SERVICE__PROFILES__OUTLET__TEST", "true".into()),
        // An order whose answer was lost is looked for in the list.
        ("ORDER_SERVICE__MOLLIE__TRUST_IDEMPOTENCY", "false".into()),
        ("ORDER_SERVICE__LOG__FILTER", "info,mollie_adapter=debug".into()),
    ];
    let mut world = Box::pin(World::prepare_with(Engine::Sqlite, settings)).await;
    // It refuses what it does not know of a request.
    world.simulator.switch(json!({ "unknown_parameters": "422" })).await;
    world.service.start().await;
    let shipped = Box::pin(authorized_flow(&world)).await;
    let paid = Box::pin(paid_flow(&world)).await;
    let lost = Box::pin(lost(&world)).await;
    for profile in ["main", "outlet"] {
        let wanted = ListPaymentMethodsRequest { profile: profile.to_owned(), ..Default::default() };
        assert!(!world.orders().list_payment_methods(wanted).await.unwrap().into_inner().methods.is_empty());
    }
    let traffic = world.simulator.traffic().await;
    let missing: Vec<_> = ALL.into_iter().filter(|kind| traffic.of(kind) == 0).collect();
    assert!(missing.is_empty(), "never asked: {missing:?} of {traffic:?}");
    let said = world.service.said();
    let refused: Vec<_> = said.lines().filter(|line| line.contains("status=4")).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));

    // Each profile has its own at Mollie, and here.
    assert_eq!(theirs(&world, MAIN).await, std::slice::from_ref(&shipped.mollie_order_id));
    assert_eq!(theirs(&world, OUTLET).await, [lost.mollie_order_id.clone(), paid.mollie_order_id.clone()]);
    assert_eq!(ours(&world, "main").await, [shipped.id]);
    assert_eq!(ours(&world, "outlet").await, [lost.id, paid.id]);

    // The platform's fee came through as it was asked for, and nothing else of a payment was.
    world.simulator.switch(json!({ "payment_object": "as sent" })).await;
    let fees: Vec<_> =
        listed(&world, OUTLET).await.into_iter().map(|mut order| order["payment"].take()).collect();
    let fee = json!({"amount": {"value": "1.50", "currency": "EUR"}, "description": "Platform"});
    assert_eq!(fees[1]["applicationFee"], fee, "{fees:?}");
    assert_eq!(fees[0].get("applicationFee"), None, "{fees:?}");

    // Another profile of Mollie's does not have the orders.
    world.service.stop().await;
    world.service.set("ORDER_SERVICE__PROFILES__MAIN__PROFILE_ID", "pfl_Other3");
    let said = refused_start(&world).await;
    for word in
        ["ORDER_SERVICE__PROFILES__MAIN__PROFILE_ID: pfl_Other3 is another profile", "which is pfl_Main1"]
    {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(!said.contains("OUTLET"), "{said}");
}

async fn place(world: &World, profile: &str, draft: OrderDraft) -> Order {
    let profile = profile.to_owned();
    let request = CreateOrderRequest { profile, ..create(&new_request_id(), draft) };
    world.orders().create_order(request).await.unwrap().into_inner()
}

async fn authorized_flow(world: &World) -> Order {
    let order = place(world, "main", draft(LEGO, "klarnapaylater")).await;
    assert_eq!(order.mollie_profile_id, MAIN);
    world.orders().update_order(move_to(&order, "Utrecht")).await.unwrap();
    world.settles(&order.id).await;
    world.simulator.check_out(&order.checkout_url, "failed").await;
    until("the attempt has failed", SOON, async || {
        let order = sync(world, &order).await.ok()?;
        (order.payments[0].status() == PaymentStatus::Failed).then_some(())
    })
    .await;
    let payment = world.orders().create_order_payment(pay(&order)).await.unwrap().into_inner();
    world.simulator.check_out(&payment.checkout_url, "authorized").await;
    world.reaches(&order.id, OrderStatus::Authorized).await;
    world.orders().manage_order_lines(manage(&order, vec![thing("Mug", 1)])).await.unwrap();
    let order = world.settles(&order.id).await;
    world.orders().update_order_line(rename_line(&order, 1, "Another")).await.unwrap();
    let order = world.settles(&order.id).await;
    let parcel =
        world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap().into_inner();
    world.settles(&order.id).await;
    world.orders().update_shipment(track(&parcel, "JD01")).await.unwrap();
    world.settles(&order.id).await;
    world.orders().cancel_order_lines(cancel_lines(&order, 2, 1, None)).await.unwrap();
    world.settles(&order.id).await;
    world.orders().cancel_order(cancel(&order)).await.unwrap();
    world.settles(&order.id).await;
    world.advance("PT1M").await;
    let order = sync(world, &order).await.unwrap();
    assert_eq!(order.status(), OrderStatus::Completed);
    order
}

async fn paid_flow(world: &World) -> Order {
    let order =
        place(world, "outlet", OrderDraft { payment: Some(fee()), ..numbered("1338", "ideal") }).await;
    assert_eq!(order.mollie_profile_id, OUTLET);
    world.simulator.check_out(&order.checkout_url, "paid").await;
    let order = world.reaches(&order.id, OrderStatus::Paid).await;
    let of = || CreateRefundRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        ..Default::default()
    };
    let line_id = order.lines[1].id.clone();
    let lines = vec![ShipmentLineSelection { line_id, quantity: 1, amount: None }];
    let by_line = refund(world, CreateRefundRequest { lines, ..of() }).await;
    // What is refunded beside the lines is looked for in the payment's own list.
    lose(world, "/v2/payments/*/refunds").await;
    refund(world, CreateRefundRequest { amount: Some(amount("10.00")), ..of() }).await;
    world.settles(&order.id).await;
    let (request_id, id) = (new_request_id(), by_line.id);
    let off = CancelRefundRequest { request_id, id, ..Default::default() };
    world.orders().cancel_refund(off).await.unwrap();
    world.settles(&order.id).await;
    world.simulator.charge_back(&order.payments[0].mollie_payment_id, "100.00").await;
    sync(world, &order).await.unwrap()
}

/// Has the answer to the next such POST get lost.
async fn lose(world: &World, path: &str) {
    let fault = json!({"fault": "close_after", "method": "POST", "path": path});
    world.simulator.fail(json!([fault])).await;
}

async fn refund(world: &World, request: CreateRefundRequest) -> Refund {
    world.orders().create_refund(request).await.unwrap().into_inner()
}

/// Its create took effect and was not answered.
async fn lost(world: &World) -> Order {
    lose(world, "/v2/orders").await;
    let request = CreateOrderRequest {
        profile: "outlet".to_owned(),
        ..create(&new_request_id(), numbered("1339", "ideal"))
    };
    until("the lost order is found", SOON, async || {
        world.orders().create_order(request.clone()).await.ok().map(tonic::Response::into_inner)
    })
    .await
}

/// The orders of a profile at Mollie.
async fn theirs(world: &World, profile: &str) -> Vec<String> {
    let orders = listed(world, profile).await.into_iter();
    orders.map(|order| order["id"].as_str().unwrap().to_owned()).collect()
}

async fn listed(world: &World, profile: &str) -> Vec<Value> {
    let url = format!("{}/orders?testmode=true&profileId={profile}", world.simulator.api());
    let answer = world.simulator.web().get(url).bearer_auth(TOKEN).send().await.unwrap();
    let list: Value = answer.json().await.unwrap();
    list["_embedded"]["orders"].as_array().unwrap().clone()
}

async fn ours(world: &World, profile: &str) -> Vec<String> {
    let filter = Some(OrderFilter { profile: profile.to_owned(), ..Default::default() });
    let request = ListOrdersRequest { filter, ..Default::default() };
    let page = world.orders().list_orders(request).await.unwrap().into_inner();
    page.orders.into_iter().map(|order| order.id).collect()
}

/// A profile with an API key may not take a fee: Mollie would leave it out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fee_of_the_platform_is_refused_where_there_is_no_token() {
    let world = Box::pin(World::start(Engine::Sqlite)).await;
    let mut order = draft(LEGO, "ideal");
    order.payment = Some(fee());
    let refused = refusal(world.orders().create_order(create(&new_request_id(), order)).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    assert_eq!(refused.violations.len(), 1, "{refused:?}");
    assert!(refused.message.contains("a fee needs an access token"), "{}", refused.message);
    assert_eq!(world.simulator.traffic().await.of("POST /v2/orders"), 0);
}

fn fee() -> tests::proto::PaymentParameters {
    use tests::proto::payment_parameters::ApplicationFee;
    let application_fee =
        Some(ApplicationFee { amount: Some(amount("1.50")), description: "Platform".to_owned() });
    tests::proto::PaymentParameters { application_fee, ..Default::default() }
}
