//! An order's whole life, from its draft to completed, in both flows, and the books of both sides afterwards.

use tests::proto::{
    Order, OrderDraft, OrderEvent, OrderLineStatus, OrderStatus, PaymentStatus, Placement, ShipmentState,
};
use tests::{LEGO, SECOND, World, cents, draft, on_both_engines};

use crate::requests::{cancel, closed, ship, ship_rest};

on_both_engines!(
    an_authorized_order_is_captured_by_what_is_shipped_and_the_rest_released,
    a_paid_order_is_shipped_in_two_parts_until_completed,
    an_authorized_order_in_another_currency_is_shipped_with_its_fee_and_its_discount,
    an_order_that_nobody_paid_can_be_canceled,
    a_failed_payment_leaves_the_order_open_to_be_paid,
);

async fn an_authorized_order_is_captured_by_what_is_shipped_and_the_rest_released(world: World) {
    let order = created(&world, draft(LEGO, "klarnapaylater"), "1027.99").await;
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    let order = world.reaches(&order.id, OrderStatus::Authorized).await;
    assert_eq!(order.payments[0].status(), PaymentStatus::Authorized);

    let shipment =
        world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap().into_inner();
    assert_eq!(shipment.state(), ShipmentState::Registered);
    assert!(shipment.mollie_shipment_id.starts_with("shp_"));
    let order = world.reaches(&order.id, OrderStatus::Shipping).await;
    assert_eq!(value(&order.amount_captured), "299.00");

    world.orders().cancel_order(cancel(&order)).await.unwrap();
    let order = completed(&world, &order).await;
    let first = &order.lines[0];
    assert_eq!((first.quantity_shipped, first.quantity_canceled, first.quantity_available), (1, 1, 0));
    assert_eq!((value(&first.amount_shipped), value(&first.amount_canceled)), ("299.00", "399.00"));
    assert_eq!(order.lines[1].status(), OrderLineStatus::Canceled);
    assert_eq!(value(&order.lines[1].amount_canceled), "329.99");

    let (ledger, id) = (world.simulator.ledger().await, &order.mollie_order_id);
    let [ordered, shipped] =
        [ledger.sum(id, "order_created", "ordered"), ledger.sum(id, "shipment_created", "shipped")];
    assert_eq!(ordered, shipped + ledger.sum(id, "order_canceled", "canceled"));
    assert_eq!((ordered, shipped), (102_799, 29_900));
    assert_eq!(ledger.sum(id, "shipment_created", "captured"), shipped);
    let kinds = kinds(&world.events(&order.id).await);
    assert_eq!(&kinds[..3], ["order.recorded", "order.placed", "order.authorized"]);
    for kind in
        ["shipment.recorded", "shipment.registered", "cancellation.recorded", "cancellation.succeeded"]
    {
        assert_eq!(kinds.iter().filter(|other| *other == kind).count(), 1, "{kind} once in {kinds:?}");
    }
}

async fn a_paid_order_is_shipped_in_two_parts_until_completed(world: World) {
    let order = created(&world, draft(LEGO, "ideal"), "1027.99").await;
    world.simulator.check_out(&order.checkout_url, "paid").await;
    let order = world.reaches(&order.id, OrderStatus::Paid).await;
    assert_eq!(order.payments[0].status(), PaymentStatus::Paid);
    assert!(order.checkout_url.is_empty(), "there is nothing to pay any more");

    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    let rest = world.orders().create_shipment(ship_rest(&order)).await.unwrap().into_inner();
    let parts: Vec<_> = rest.lines.iter().map(|line| (line.quantity, value(&line.amount))).collect();
    assert_eq!(parts, [(1, "399.00"), (1, "329.99")]);
    let order = completed(&world, &order).await;

    let (ledger, id) = (world.simulator.ledger().await, &order.mollie_order_id);
    let shipped = ledger.sum(id, "shipment_created", "shipped");
    assert_eq!((shipped, ledger.sum(id, "payment_paid", "paid")), (102_799, 102_799));
    assert_eq!(ledger.sum(id, "order_created", "ordered"), shipped);
    assert_eq!((ledger.count("shipment_created"), ledger.count("order_completed")), (2, 1));
    let kinds = kinds(&world.events(&order.id).await);
    assert_eq!(&kinds[..3], ["order.recorded", "order.placed", "order.paid"]);
    assert_eq!(kinds.iter().filter(|kind| *kind == "shipment.registered").count(), 2);
}

async fn an_authorized_order_in_another_currency_is_shipped_with_its_fee_and_its_discount(world: World) {
    let order = created(&world, draft(SECOND, "klarnapaylater"), "1677.00").await;
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    let order = world.reaches(&order.id, OrderStatus::Authorized).await;
    // No amount given: two thirds of what is left of the discounted line.
    let shipment = world.orders().create_shipment(ship(&order, 0, 2, None)).await.unwrap().into_inner();
    let line = &shipment.lines[0];
    assert_eq!(
        [&line.amount, &line.vat_amount, &line.discount_amount].map(value),
        ["900.00", "180.00", "98.00"]
    );
    world.orders().create_shipment(ship_rest(&order)).await.unwrap();
    let order = completed(&world, &order).await;
    assert_eq!(
        (value(&order.lines[2].amount_shipped), value(&order.lines[3].amount_shipped)),
        ("49.00", "-100.00")
    );
    assert_eq!(value(&order.amount_captured), "1677.00");
    let (ledger, id) = (world.simulator.ledger().await, &order.mollie_order_id);
    assert_eq!(ledger.sum(id, "shipment_created", "captured"), 167_700);
}

async fn an_order_that_nobody_paid_can_be_canceled(world: World) {
    let order = created(&world, draft(LEGO, "ideal"), "1027.99").await;
    let canceled = world.orders().cancel_order(cancel(&order)).await.unwrap().into_inner();
    assert_eq!(canceled.status(), OrderStatus::Canceled);
    let order = world.settles(&order.id).await;
    assert!(order.closed_time.is_some() && order.canceled_time.is_some());
    assert_eq!(world.simulator.ledger().await.count("order_canceled"), 1);
    world.events(&order.id).await;
}

async fn a_failed_payment_leaves_the_order_open_to_be_paid(world: World) {
    let order = created(&world, draft(LEGO, "ideal"), "1027.99").await;
    world.simulator.check_out(&order.checkout_url, "failed").await;
    let seen = tests::until("the failed payment is seen", tests::SOON, async || {
        let order = world.order(&order.id).await;
        order.payments.iter().any(|payment| payment.status() == PaymentStatus::Failed).then_some(order)
    })
    .await;
    assert_eq!(seen.status(), OrderStatus::Created);
    world.simulator.check_out(&seen.checkout_url, "paid").await;
    let order = world.reaches(&order.id, OrderStatus::Paid).await;
    let statuses: Vec<_> = order.payments.iter().map(tests::proto::Payment::status).collect();
    assert_eq!(statuses, [PaymentStatus::Failed, PaymentStatus::Paid]);
}

async fn created(world: &World, draft: OrderDraft, total: &str) -> Order {
    let order = world.create(draft.clone()).await;
    assert_eq!((order.placement(), order.status()), (Placement::Placed, OrderStatus::Created));
    assert_eq!((value(&order.amount), &order.order_number), (total, &draft.order_number));
    assert!(order.mollie_order_id.starts_with("ord_") && order.checkout_url.starts_with("http"));
    assert_eq!(order.metadata, draft.metadata, "metadata goes through unchanged");
    assert_eq!(
        (&order.billing_address, &order.shipping_address),
        (&draft.billing_address, &draft.shipping_address)
    );
    order
}

/// The completed order, the same after it was read at Mollie once more.
async fn completed(world: &World, order: &Order) -> Order {
    world.reaches(&order.id, OrderStatus::Completed).await;
    let order = world.settles(&order.id).await;
    let sums = order
        .lines
        .iter()
        .map(|line| cents(value(&line.amount_shipped)) + cents(value(&line.amount_canceled)));
    assert_eq!(sums.sum::<i64>(), cents(value(&order.amount)), "all that was ordered is shipped or canceled");
    closed(world, &order).await
}

fn value(amount: &Option<tests::proto::Amount>) -> &str {
    amount.as_ref().map_or("none", |amount| &amount.value)
}

fn kinds(events: &[OrderEvent]) -> Vec<String> {
    events.iter().map(|event| event.kind.clone()).collect()
}
