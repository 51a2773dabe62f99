//! Mollie cannot be reached: goods that left are a fact all the same, and an order is kept until it can be placed.

use std::time::Duration;

use tests::proto::{GetShipmentRequest, OperationState, OrderStatus, Placement, ShipmentState};
use tests::{LEGO, SOON, World, draft, new_request_id, on_both_engines, refusal, until};
use tonic::Code;

use crate::requests::{cancel, create, ship, ship_rest};

/// Pauses between attempts grow to eight seconds.
const RECOVERY: Duration = Duration::from_secs(30);

on_both_engines!(
    a_shipment_is_recorded_while_mollie_is_down_and_registered_once_when_it_is_back,
    shipments_recorded_while_mollie_is_down_do_not_overlap,
    an_order_is_kept_while_mollie_is_down_and_placed_once_when_it_is_back,
    an_order_that_mollie_never_had_is_withdrawn_by_canceling_it,
);

async fn a_shipment_is_recorded_while_mollie_is_down_and_registered_once_when_it_is_back(mut world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.simulator.stop();
    let request = ship(&order, 0, 1, Some("299.00"));
    let shipment = world.orders().create_shipment(request.clone()).await.unwrap().into_inner();
    assert_eq!(shipment.state(), ShipmentState::Recorded);
    let waiting = until("the operation is pending", SOON, async || {
        let order = world.order(&order.id).await;
        (order.operations.first()?.state() == OperationState::Pending).then_some(order)
    })
    .await;
    assert_eq!((waiting.operations.len(), &waiting.operations[0].shipment_id), (1, &shipment.id));
    assert!(!waiting.operations[0].last_problem.is_empty(), "an operator can see why");
    assert_eq!((waiting.lines[0].quantity_reserved, waiting.lines[0].quantity_available), (1, 1));

    world.simulator.resume().await;
    let registered = until("the shipment is registered", RECOVERY, async || {
        let request = GetShipmentRequest { id: shipment.id.clone() };
        let shipment = world.orders().get_shipment(request).await.unwrap().into_inner();
        (shipment.state() == ShipmentState::Registered).then_some(shipment)
    })
    .await;
    let again = world.orders().create_shipment(request).await.unwrap().into_inner();
    assert_eq!((&again.id, &again.mollie_shipment_id), (&shipment.id, &registered.mollie_shipment_id));
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 1);
    world.reaches(&order.id, OrderStatus::Shipping).await;
    world.events(&order.id).await;
}

async fn shipments_recorded_while_mollie_is_down_do_not_overlap(mut world: World) {
    let order = world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
    world.simulator.stop();
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    let rest = world.orders().create_shipment(ship_rest(&order)).await.unwrap().into_inner();
    assert_eq!(rest.lines.iter().map(|line| line.quantity).collect::<Vec<_>>(), [1, 1]);
    // Nothing is left, but that cannot be confirmed now.
    let refused = refusal(world.orders().create_shipment(ship_rest(&order)).await);
    assert_eq!(refused.kind(), (Code::Unavailable, "MOLLIE_UNAVAILABLE"));
    world.simulator.resume().await;
    until("everything is shipped", RECOVERY, async || {
        (world.order(&order.id).await.status() == OrderStatus::Completed).then_some(())
    })
    .await;
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 2);
    world.events(&order.id).await;
}

async fn an_order_is_kept_while_mollie_is_down_and_placed_once_when_it_is_back(mut world: World) {
    world.simulator.stop();
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let refused = refusal(world.orders().create_order(request.clone()).await);
    assert_eq!(refused.kind(), (Code::Unavailable, "PLACEMENT_PENDING"));
    assert!(refused.retry.is_some() && refused.metadata.contains_key("operation_id"), "{refused:?}");
    let kept = world.order(&refused.metadata["order_id"]).await;
    assert_eq!((kept.placement(), kept.status()), (Placement::Placing, OrderStatus::Unspecified));

    world.simulator.resume().await;
    let order = until("the order is placed", RECOVERY, async || {
        world.orders().create_order(request.clone()).await.ok().map(tonic::Response::into_inner)
    })
    .await;
    assert_eq!((&order.id, order.placement()), (&kept.id, Placement::Placed));
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
    world.events(&order.id).await;
}

async fn an_order_that_mollie_never_had_is_withdrawn_by_canceling_it(mut world: World) {
    world.simulator.stop();
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let pending = refusal(world.orders().create_order(request.clone()).await);
    let order = world.order(&pending.metadata["order_id"]).await;
    world.orders().cancel_order(cancel(&order)).await.unwrap();
    until("the placement is abandoned", SOON, async || {
        (world.order(&order.id).await.placement() == Placement::Abandoned).then_some(())
    })
    .await;
    world.simulator.resume().await;
    let refused = refusal(world.orders().create_order(request).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "PLACEMENT_ABANDONED"));
    // The number is free again, and what was withdrawn never reaches Mollie.
    let other = world.create(draft(LEGO, "ideal")).await;
    let ledger = world.simulator.ledger().await;
    assert_eq!((ledger.count("order_created"), other.placement()), (1, Placement::Placed));
}
