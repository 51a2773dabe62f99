//! Changing an order: addresses, its number, the pages to come back to.

use prost_types::FieldMask;
use serde_json::json;
use tests::proto::{Address, OperationKind, OrderStatus, OrderUpdate, UpdateOrderRequest};
use tests::{World, new_request_id, numbered, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{create, move_to, sync, update};

on_both_engines!(
    an_address_is_changed_whole_and_nothing_else_is_sent,
    every_fault_of_a_change_is_named_at_once,
    a_declined_change_leaves_the_order_as_it_was,
    a_change_that_was_given_up_is_refused_when_it_is_repeated,
    a_change_is_kept_while_mollie_is_down_and_a_repeat_is_the_same,
    an_order_takes_a_free_number_and_gives_its_own_away,
);

async fn an_address_is_changed_whole_and_nothing_else_is_sent(world: World) {
    let order = world.create_and_check_out(numbered("moved", "klarnapaylater"), "authorized").await;
    let before = order.billing_address.clone().unwrap();
    let new = Address {
        city: "Utrecht".to_owned(),
        country: "be".to_owned(),
        phone: String::new(),
        ..before.clone()
    };
    let change = OrderUpdate {
        billing_address: Some(new.clone()),
        order_number: "not named".to_owned(),
        ..OrderUpdate::default()
    };
    let after =
        world.orders().update_order(update(&order, "billing_address", change)).await.unwrap().into_inner();
    let expected = Address { country: "BE".to_owned(), ..new };
    assert_eq!(after.billing_address.as_ref(), Some(&expected), "a part that is left out is taken away");
    assert_eq!(
        (after.order_number.as_str(), after.shipping_address),
        ("moved", order.shipping_address.clone())
    );
    let ledger = world.simulator.ledger().await;
    let [effect] = &ledger.of("order_updated")[..] else { panic!("it is sent once") };
    let sent: Vec<_> = effect["updated"].as_object().unwrap().keys().collect();
    assert_eq!(sent, ["billingAddress"]);
    let read = sync(&world, &order).await.unwrap();
    assert_eq!(read.billing_address, Some(expected));
    let kinds: Vec<_> =
        world.events(&order.id).await.into_iter().map(|event| (event.kind, event.changed)).collect();
    assert!(
        kinds.contains(&("order.terms_updated".to_owned(), vec!["billing_address".to_owned()])),
        "{kinds:?}"
    );
}

async fn every_fault_of_a_change_is_named_at_once(world: World) {
    let order = world.create(numbered("faulty", "ideal")).await;
    let paths = [
        "billing_address",
        "order_number",
        "redirect_url",
        "cancel_url",
        "shipping_address",
        "lines",
        "billing_address.city",
    ];
    let request = UpdateOrderRequest {
        id: order.id.clone(),
        order: Some(OrderUpdate {
            billing_address: Some(Address {
                phone: "020".to_owned(),
                ..order.billing_address.clone().unwrap()
            }),
            order_number: " ".to_owned(),
            cancel_url: "no address".to_owned(),
            ..OrderUpdate::default()
        }),
        update_mask: Some(FieldMask { paths: paths.map(str::to_owned).to_vec() }),
        ..UpdateOrderRequest::default()
    };
    let refused = refusal(world.orders().update_order(request).await);
    assert_eq!(refused.code, Code::InvalidArgument);
    let mut fields: Vec<_> = refused.violations.iter().map(|(field, _)| field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    let expected = [
        "order.billing_address.phone",
        "order.cancel_url",
        "order.order_number",
        "order.redirect_url",
        "order.shipping_address",
        "request_id",
        "update_mask.paths[5]",
        "update_mask.paths[6]",
    ];
    assert_eq!(fields, expected);
    let nothing =
        UpdateOrderRequest { request_id: new_request_id(), id: order.id.clone(), ..Default::default() };
    let refused = refusal(world.orders().update_order(nothing).await);
    assert_eq!(refused.violations[0].0, "update_mask");
    let unknown = UpdateOrderRequest {
        id: "01950000-0000-7000-8000-000000000000".to_owned(),
        ..move_to(&order, "Utrecht")
    };
    assert_eq!(
        refusal(world.orders().update_order(unknown).await).kind(),
        (Code::NotFound, "ORDER_NOT_FOUND")
    );
    assert_eq!(world.simulator.ledger().await.count("order_updated"), 0);
}

async fn a_declined_change_leaves_the_order_as_it_was(world: World) {
    let order = world.create_and_check_out(numbered("declined", "klarnapaylater"), "authorized").await;
    world.simulator.switch(json!({ "supplier_declines": "address" })).await;
    let request = move_to(&order, "Utrecht");
    let refused = refusal(world.orders().update_order(request.clone()).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "MOLLIE_REFUSED"));
    let again = refusal(world.orders().update_order(request).await);
    assert_eq!(again.kind(), refused.kind(), "a repeated request is refused as it was");
    let now = sync(&world, &order).await.unwrap();
    assert_eq!((now.status(), now.billing_address), (OrderStatus::Authorized, order.billing_address));
    assert_eq!(world.simulator.traffic().await.of("PATCH /v2/orders/{id}"), 1);
}

async fn a_change_that_was_given_up_is_refused_when_it_is_repeated(world: World) {
    let order = world.create(numbered("given-up", "ideal")).await;
    let fault = json!({ "fault": "status", "status": 503, "effect": false, "method": "PATCH", "path": "/v2/orders/*", "count": "all" });
    world.simulator.fail(json!([fault])).await;
    let request = move_to(&order, "Utrecht");
    assert_eq!(world.orders().update_order(request.clone()).await.unwrap().into_inner().operations.len(), 1);
    world.advance("PT25H").await;
    world.settles(&order.id).await;
    world.simulator.mend().await;
    let repeated = refusal(world.orders().update_order(request).await);
    assert_eq!(repeated.kind(), (Code::FailedPrecondition, "MOLLIE_REFUSED"));
    assert!(repeated.message.contains("given up"), "{}", repeated.message);
    assert_eq!(world.order(&order.id).await.billing_address, order.billing_address);
}

async fn a_change_is_kept_while_mollie_is_down_and_a_repeat_is_the_same(world: World) {
    let order = world.create(numbered("down", "ideal")).await;
    let fault = json!({ "fault": "status", "status": 503, "effect": false, "method": "PATCH", "path": "/v2/orders/*", "count": "all" });
    world.simulator.fail(json!([fault])).await;
    let request = move_to(&order, "Utrecht");
    let waiting = world.orders().update_order(request.clone()).await.unwrap().into_inner();
    assert_eq!(waiting.billing_address, order.billing_address, "Mollie does not have it yet");
    let [operation] = &waiting.operations[..] else { panic!("{:?}", waiting.operations) };
    assert_eq!(operation.kind(), OperationKind::UpdateOrder);
    let again = world.orders().update_order(request.clone()).await.unwrap().into_inner();
    assert_eq!(again.operations[0].id, operation.id);
    world.simulator.mend().await;
    // What was sent may take effect until then.
    world.advance("PT2M").await;
    let after = world.settles(&order.id).await;
    assert_eq!(after.billing_address.unwrap().city, "Utrecht");
    let other = UpdateOrderRequest { request_id: request.request_id.clone(), ..move_to(&order, "Breda") };
    assert_eq!(
        refusal(world.orders().update_order(other).await).kind(),
        (Code::AlreadyExists, "REQUEST_ID_REUSED")
    );
    assert_eq!(world.simulator.ledger().await.count("order_updated"), 1);
}

async fn an_order_takes_a_free_number_and_gives_its_own_away(world: World) {
    let one = world.create(numbered("one", "ideal")).await;
    let two = world.create(numbered("two", "ideal")).await;
    let renamed = |number: &str| OrderUpdate { order_number: number.to_owned(), ..OrderUpdate::default() };
    let taken = refusal(world.orders().update_order(update(&one, "order_number", renamed("two"))).await);
    assert_eq!(taken.kind(), (Code::AlreadyExists, "ORDER_NUMBER_HELD"));
    assert!(taken.message.contains(&two.id), "{}", taken.message);
    let three = world.orders().update_order(update(&one, "order_number", renamed("three"))).await.unwrap();
    assert_eq!(three.into_inner().order_number, "three");
    let again = create(&new_request_id(), numbered("one", "ideal"));
    world.orders().create_order(again).await.expect("its number is free");
    let held = create(&new_request_id(), numbered("three", "ideal"));
    let held = refusal(world.orders().create_order(held).await);
    assert!(held.message.contains(&one.id), "{}", held.message);
    let read = sync(&world, &one).await.unwrap();
    assert_eq!(read.order_number, "three");
}
