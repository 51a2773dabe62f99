//! Digital lines that the service ships by itself, over gRPC.

use tests::proto::{
    ListShipmentsRequest, Order, OrderDraft, OrderLineType, OrderStatus, Shipment, ShipmentState,
};
use tests::{GIFT_CARD, World, cents, draft, numbered, on_both_engines, told as tells, until};

use crate::requests::sync;
use crate::second_chance::told;

on_both_engines!(
    digital_lines_of_an_authorized_order_are_captured_alone,
    a_paid_order_of_digital_lines_is_completed,
    where_the_sum_does_not_fit_people_are_told,
    a_dry_run_ships_nothing,
);

const AUTO: [(&str, &str); 2] = [
    ("ORDER_SERVICE__PROFILES__MAIN__AUTO_SHIP", "digital_lines"),
    ("ORDER_SERVICE__PROFILES__MAIN__AUTO_SHIP_DRY_RUN", "false"),
];

/// The draft with these of its lines digital.
fn digital(mut draft: OrderDraft, lines: &[usize]) -> OrderDraft {
    for line in lines {
        draft.lines[*line].r#type = OrderLineType::Digital.into();
    }
    draft
}

async fn shipments(world: &World, order: &Order) -> Vec<Shipment> {
    let request = ListShipmentsRequest { order_id: order.id.clone(), ..Default::default() };
    world.orders().list_shipments(request).await.unwrap().into_inner().shipments
}

async fn digital_lines_of_an_authorized_order_are_captured_alone(mut world: World) {
    world.service.restart_with(&AUTO).await;
    let drafted = digital(numbered("auto-1", "klarnapaylater"), &[1]);
    let order = world.create(drafted).await;
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    world.reaches(&order.id, OrderStatus::Shipping).await;
    let event = told(&world, &order, "auto_ship.ships").await;
    assert_eq!(
        (&*event.actor, &event.changed[..]),
        ("order-service (auto_ship)", &["lines/2".to_owned()][..])
    );
    let parcels = shipments(&world, &order).await;
    assert_eq!((parcels.len(), &parcels[0].id), (1, &tells::auto_ship(&event).shipment_id));
    assert_eq!(parcels[0].state(), ShipmentState::Registered);
    let lines: Vec<_> = parcels[0].lines.iter().map(|line| (&*line.line_id, line.quantity)).collect();
    assert_eq!(lines, [("2", 1)]);
    world.advance("P1D").await;
    sync(&world, &order).await.unwrap();
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.sum(&order.mollie_order_id, "shipment_created", "captured"), cents("329.99"));
    assert_eq!(shipments(&world, &order).await.len(), 1);
}

async fn a_paid_order_of_digital_lines_is_completed(mut world: World) {
    world.service.restart_with(&AUTO).await;
    let order = world.create(digital(numbered("auto-2", "ideal"), &[0, 1])).await;
    world.simulator.check_out(&order.checkout_url, "paid").await;
    world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(shipments(&world, &order).await.len(), 1);
}

/// Two mugs at 10.00, digital for once, and a gift card of 5.00: alone they would capture more than was authorized.
async fn where_the_sum_does_not_fit_people_are_told(mut world: World) {
    world.service.restart_with(&AUTO).await;
    let drafted = digital(draft(GIFT_CARD, "klarnapaylater"), &[0]);
    let order = world.create_and_check_out(drafted, "authorized").await;
    let event = told(&world, &order, "auto_ship.left_to_people").await;
    let reasons = &tells::auto_ship(&event).reasons;
    assert!(reasons.iter().any(|reason| reason.contains("takes money off")), "{reasons:?}");
    world.advance("P1D").await;
    sync(&world, &order).await.unwrap();
    assert_eq!(shipments(&world, &order).await.len(), 0);
    let events = world.events(&order.id).await;
    assert_eq!(events.iter().filter(|event| event.kind.starts_with("auto_ship.")).count(), 1);
}

async fn a_dry_run_ships_nothing(mut world: World) {
    world.service.restart_with(&AUTO[..1]).await;
    let drafted = digital(numbered("auto-3", "klarnapaylater"), &[1]);
    let order = world.create_and_check_out(drafted, "authorized").await;
    told(&world, &order, "auto_ship.would_ship").await;
    assert_eq!(shipments(&world, &order).await.len(), 0);
    // Meant by now: what was only said is done.
    world.service.restart_with(&AUTO).await;
    sync(&world, &order).await.unwrap();
    let shipped = async || Some(shipments(&world, &order).await).filter(|parcels| parcels.len() == 1);
    until("they are shipped", tests::SOON, shipped).await;
}
