//! What an operation was to do beside what Mollie shows: every kind of operation can be asked about.

use std::collections::BTreeMap;

use tests::proto::operation_comparison::Side;
use tests::proto::{
    CancelRefundRequest, CompareOperationRequest, CreateRefundRequest, ListOperationsRequest,
    OperationComparison, OperationFilter, OperationKind, OperationState, PaymentStatus,
};
use tests::{SOON, World, amount, new_request_id, numbered, on_both_engines, until};

use crate::requests::{cancel, cancel_lines, manage, move_to, pay, ship, thing, track};

on_both_engines!(every_kind_stands_beside_what_mollie_shows);

async fn every_kind_stands_beside_what_mollie_shows(world: World) {
    let mut orders = world.orders();
    let order = world.create_and_check_out(numbered("compared", "klarnapaylater"), "authorized").await;
    let shipment = orders.create_shipment(ship(&order, 0, 1, Some("349.00"))).await.unwrap().into_inner();
    orders.update_shipment(track(&shipment, "JD01")).await.unwrap();
    orders.update_order(move_to(&order, "Utrecht")).await.unwrap();
    orders.cancel_order_lines(cancel_lines(&order, 1, 1, None)).await.unwrap();
    let changed = numbered("compared-change", "klarnapaylater");
    let changed = world.create_and_check_out(changed, "authorized").await;
    orders.manage_order_lines(manage(&changed, vec![thing("sleeve", 1)])).await.unwrap();
    orders.cancel_order(cancel(&changed)).await.unwrap();
    let paid = world.create_and_check_out(numbered("compared-paid", "ideal"), "paid").await;
    let (request_id, order_id) = (new_request_id(), paid.id.clone());
    let refund =
        CreateRefundRequest { request_id, order_id, amount: Some(amount("5.00")), ..Default::default() };
    let refund = orders.create_refund(refund).await.unwrap().into_inner();
    let (request_id, id) = (new_request_id(), refund.id.clone());
    orders.cancel_refund(CancelRefundRequest { request_id, id, ..Default::default() }).await.unwrap();
    let unpaid = world.create(numbered("compared-unpaid", "ideal")).await;
    world.simulator.check_out(&unpaid.checkout_url, "failed").await;
    until("the attempt has failed", SOON, async || {
        let payments = world.order(&unpaid.id).await.payments;
        (payments[0].status() == PaymentStatus::Failed).then_some(())
    })
    .await;
    orders.create_order_payment(pay(&unpaid)).await.unwrap();

    let compared = all(&world).await;
    let kinds: Vec<_> = compared.keys().copied().collect();
    let expected: Vec<_> = (1..64).filter(|kind| OperationKind::try_from(*kind).is_ok()).collect();
    assert_eq!(kinds, expected, "every kind is among them");
    for comparison in compared.values() {
        assert_ne!(comparison.ours, Some(Side::default()), "{comparison:?}");
    }
    let of = |kind: OperationKind| &compared[&i32::from(kind)];
    let ours = |kind: OperationKind| of(kind).ours.clone().unwrap();
    let theirs = |kind: OperationKind| {
        let [side] = &of(kind).theirs[..] else { panic!("{:?}", of(kind)) };
        side.clone()
    };
    assert_eq!(ours(OperationKind::PlaceOrder).amount, theirs(OperationKind::PlaceOrder).amount);
    let parcel = theirs(OperationKind::UpdateShipment);
    assert_eq!(parcel.mollie_id, shipment.mollie_shipment_id);
    assert_eq!(parcel.tracking, ours(OperationKind::UpdateShipment).tracking);
    assert_eq!(theirs(OperationKind::CreateShipment).mollie_id, shipment.mollie_shipment_id);
    let (added, there) = (ours(OperationKind::ManageLines), theirs(OperationKind::ManageLines));
    assert!(added.text.contains("sleeve") && added.lines[0].quantity == 1, "{added:?}");
    assert_eq!(there.lines, added.lines);
    assert_eq!(ours(OperationKind::CancelLines).lines.len(), 1);
    assert_eq!(theirs(OperationKind::CancelOrder).status, "canceled");
    assert!(ours(OperationKind::UpdateOrder).text.contains("billing_address"));
    assert!(!format!("{:?}", of(OperationKind::UpdateOrder)).contains("Utrecht"), "personal values stay out");
    assert_eq!(ours(OperationKind::CreateRefund).amount, refund.amount);
    assert_eq!(ours(OperationKind::CancelRefund).mollie_id, refund.mollie_refund_id);
    assert_eq!(theirs(OperationKind::CreatePayment).status, "open");
}

/// Each operation of the database beside Mollie, one of each kind.
async fn all(world: &World) -> BTreeMap<i32, OperationComparison> {
    let states = vec![OperationState::Succeeded.into()];
    let filter = Some(OperationFilter { states, ..OperationFilter::default() });
    let request = ListOperationsRequest { filter, page_size: 250, ..ListOperationsRequest::default() };
    let listed = world.operators().list_operations(request).await.unwrap().into_inner().operations;
    let mut compared = BTreeMap::new();
    for operation in listed {
        let request = CompareOperationRequest { operation_id: operation.id };
        let comparison = world.operators().compare_operation(request).await.unwrap().into_inner();
        compared.insert(operation.kind, comparison);
    }
    compared
}
