//! Money that would be captured too much, given up in silence, or believed lost although it is not.

use serde_json::json;
use tests::proto::{
    CancelOrderRequest, ListShipmentsRequest, Order, OrderStatus, ReviewItemKind, ShipmentState,
};
use tests::{EXPLICIT, GIFT_CARD, LEGO, World, draft, new_request_id, on_both_engines, refusal, told};
use tonic::Code;

use crate::requests::{cancel, closed, ship, ship_rest, sync};

on_both_engines!(
    goods_paid_by_a_gift_card_are_not_captured_without_it,
    canceling_the_rest_gives_up_a_gift_card_by_name_only,
    a_parcel_registered_in_the_dashboard_before_ours_alarms_nobody,
    the_only_line_shipped_in_the_dashboard_unheard_of_alarms_nobody,
    goods_shipped_in_the_dashboard_without_their_gift_card_are_told_as_captured_too_much,
    what_mollie_lets_another_program_capture_too_much_is_told,
    a_gift_card_that_expires_behind_shipped_goods_is_told_as_owed,
    a_gift_card_canceled_in_the_dashboard_behind_shipped_goods_is_told_as_owed,
);

/// Two mugs at 10.00 and a gift card of 5.00, of a profile that names each line.
async fn authorized(world: &mut World) -> Order {
    world.service.restart_with(&[EXPLICIT]).await;
    world.create_and_check_out(draft(GIFT_CARD, "klarnapaylater"), "authorized").await
}

async fn captured(world: &World, order: &Order) -> i64 {
    world.simulator.ledger().await.sum(&order.mollie_order_id, "shipment_created", "captured")
}

async fn goods_paid_by_a_gift_card_are_not_captured_without_it(mut world: World) {
    let order = authorized(&mut world).await;
    let refused = refusal(world.orders().create_shipment(ship(&order, 0, 2, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "CAPTURE_OUT_OF_BOUNDS"));
    let subjects: Vec<_> = refused.unmet.iter().map(|(subject, _)| subject.as_str()).collect();
    assert_eq!(subjects, ["order", "lines/2"]);
    let refused = refusal(world.orders().create_shipment(ship(&order, 1, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "CAPTURE_OUT_OF_BOUNDS"));
    assert_eq!(world.simulator.traffic().await.of("POST /v2/orders/{id}/shipments"), 0, "nothing was sent");
    world.orders().create_shipment(ship_rest(&order)).await.unwrap();
    world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(captured(&world, &order).await, 1_500);
}

async fn canceling_the_rest_gives_up_a_gift_card_by_name_only(mut world: World) {
    let order = authorized(&mut world).await;
    world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap();
    let refused = refusal(world.orders().cancel_order(cancel(&order)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "DEDUCTION_LEFT"));
    assert_eq!(refused.unmet[1].0, "lines/2");
    assert!(refused.message.contains("5.00 EUR"), "{}", refused.message);
    let naming = |lines: &[&str]| CancelOrderRequest {
        request_id: new_request_id(),
        release_line_ids: lines.iter().map(|line| (*line).to_owned()).collect(),
        ..cancel(&order)
    };
    let wrong = refusal(world.orders().cancel_order(naming(&["1", "2", "2", "9"])).await);
    assert_eq!(wrong.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    let paths: Vec<_> = wrong.violations.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["release_line_ids[0]", "release_line_ids[2]", "release_line_ids[3]"]);
    assert_eq!(world.simulator.traffic().await.of("DELETE /v2/orders/{id}"), 0, "nothing was sent");

    let request = naming(&["2"]);
    for _ in 0..2 {
        world.orders().cancel_order(request.clone()).await.unwrap();
    }
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    assert!(order.items.is_empty(), "{:?}", order.items);
    assert_eq!(captured(&world, &order).await, 1_000);
    let named = world.events(&order.id).await.into_iter().find(|event| event.kind == "cancellation.recorded");
    assert_eq!(told::cancellation(&named.unwrap()).release_line_ids, ["2"]);
    // The same name with other lines is another request.
    let other = CancelOrderRequest { release_line_ids: Vec::new(), ..request };
    let reused = refusal(world.orders().cancel_order(other).await);
    assert_eq!(reused.kind(), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
}

async fn a_parcel_registered_in_the_dashboard_before_ours_alarms_nobody(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.simulator.fail(json!([{ "fault": "hook_dropped", "count": "all" }])).await;
    let theirs = world.simulator.ship_elsewhere(&order, 1, 1, "329.99").await;
    let request = ship(&order, 1, 1, None);
    for _ in 0..2 {
        let refused = refusal(world.orders().create_shipment(request.clone()).await);
        assert_eq!(refused.kind(), (Code::FailedPrecondition, "QUANTITY_NOT_AVAILABLE"));
        assert_eq!(
            (&refused.metadata["mollie_shipment_ids"], &refused.unmet[0].0),
            (&theirs, &"lines/2".to_owned())
        );
    }
    let order = world.settles(&order.id).await;
    assert!(order.items.is_empty(), "{:?}", order.items);
    assert_eq!((order.lines[1].quantity_shipped, order.lines[1].quantity_reserved), (1, 0));
    let refused = world.events(&order.id).await.into_iter().find(|event| event.kind == "shipment.refused");
    assert_eq!(told::shipment(&refused.unwrap()).elsewhere_mollie_shipment_ids, [theirs]);
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 1);
}

async fn the_only_line_shipped_in_the_dashboard_unheard_of_alarms_nobody(world: World) {
    let mut draft = draft(LEGO, "klarnapaylater");
    draft.lines.remove(0);
    draft.amount = draft.lines[0].total_amount.clone();
    let order = world.create_and_check_out(draft, "authorized").await;
    let theirs = world.simulator.ship_in_dashboard(&order, 0).await;
    assert_eq!(world.order(&order.id).await.status(), OrderStatus::Authorized, "nobody has told of it");
    let request = ship(&order, 0, 1, None);
    for _ in 0..2 {
        let refused = refusal(world.orders().create_shipment(request.clone()).await);
        assert_eq!(refused.kind(), (Code::FailedPrecondition, "QUANTITY_NOT_AVAILABLE"));
        assert_eq!(
            (&refused.metadata["mollie_shipment_ids"], refused.unmet[0].0.as_str()),
            (&theirs, "lines/1")
        );
    }
    let order = world.settles(&order.id).await;
    assert!(order.items.is_empty(), "{:?}", order.items);
    assert_eq!((order.status(), order.closed_time.is_some()), (OrderStatus::Completed, false));
    let order = closed(&world, &order).await;
    assert_eq!((order.lines[0].quantity_shipped, order.lines[0].quantity_reserved), (1, 0));
    let shipments = ListShipmentsRequest { order_id: order.id.clone(), ..Default::default() };
    let shipments = world.orders().list_shipments(shipments).await.unwrap().into_inner().shipments;
    let reported: Vec<_> = shipments.iter().map(|one| (one.state(), one.made_elsewhere)).collect();
    assert_eq!(
        reported,
        [(ShipmentState::Registered, true), (ShipmentState::Refused, false)],
        "oldest first"
    );
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 1);
    assert_eq!(captured(&world, &order).await, 32_999);
}

async fn goods_shipped_in_the_dashboard_without_their_gift_card_are_told_as_captured_too_much(
    mut world: World,
) {
    let order = authorized(&mut world).await;
    world.simulator.ship_in_dashboard(&order, 0).await;
    let order = sync(&world, &order).await.unwrap();
    is_overcaptured(&order);
    assert_eq!(captured(&world, &order).await, 2_000);
    // Told once, and it stands in the way of nothing that makes it worse.
    let refused = refusal(world.orders().cancel_order(cancel(&order)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "DEDUCTION_LEFT"));
    assert_eq!(sync(&world, &order).await.unwrap().items, order.items);
}

async fn what_mollie_lets_another_program_capture_too_much_is_told(mut world: World) {
    let order = authorized(&mut world).await;
    world.simulator.switch(json!({ "capture_above_authorization": "accepted" })).await;
    world.simulator.ship_elsewhere(&order, 0, 2, "20.00").await;
    let order = sync(&world, &order).await.unwrap();
    is_overcaptured(&order);
    assert_eq!(captured(&world, &order).await, 2_000);
}

/// And the gift card is left open, where the caller names each line.
fn is_overcaptured(order: &Order) {
    let [captured, open] = order.items.as_slice() else { panic!("{:?}", order.items) };
    assert_eq!((captured.kind(), &captured.subject), (ReviewItemKind::Overcaptured, &order.mollie_order_id));
    assert!(captured.text.contains("5.00 EUR too much"), "{}", captured.text);
    assert_eq!((open.kind(), open.subject.as_str()), (ReviewItemKind::LineLeftOpen, "lines/2"));
    assert!(open.text.contains("The shopper is owed that: refund it"), "{}", open.text);
}

async fn a_gift_card_that_expires_behind_shipped_goods_is_told_as_owed(mut world: World) {
    let order = authorized(&mut world).await;
    world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap();
    assert!(world.reaches(&order.id, OrderStatus::Shipping).await.items.is_empty());
    world.advance("P29D").await;
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    is_told(&order, ReviewItemKind::DeductionLeft, "lines/2", "owed 5.00 EUR");
    assert_eq!(captured(&world, &order).await, 1_000);
}

async fn a_gift_card_canceled_in_the_dashboard_behind_shipped_goods_is_told_as_owed(mut world: World) {
    let order = authorized(&mut world).await;
    world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap();
    world.simulator.cancel_in_dashboard(&order, 1).await;
    let order = sync(&world, &order).await.unwrap();
    is_told(&order, ReviewItemKind::DeductionLeft, "lines/2", "owed 5.00 EUR");
    assert_eq!((order.status(), captured(&world, &order).await), (OrderStatus::Shipping, 1_000));
}

/// One item, of this kind and about that, whose text says so.
pub fn is_told(order: &Order, kind: ReviewItemKind, subject: &str, says: &str) {
    let reported: Vec<_> = order.items.iter().map(|item| (item.kind(), item.subject.as_str())).collect();
    assert_eq!(reported, [(kind, subject)], "{:?}", order.items);
    assert!(order.items[0].text.contains(says), "{}", order.items[0].text);
}
