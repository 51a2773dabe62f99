//! Amounts of parts of a discounted line, and which lines a shipment means.

use tests::proto::{CreateShipmentRequest, Order, ShipmentLineSelection};
use tests::{LEGO, Refusal, World, draft, new_request_id, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{ship, ship_rest};

on_both_engines!(
    an_amount_outside_the_bounds_is_refused_and_both_bounds_are_named,
    lines_are_named_or_all_that_remain_are_meant_but_never_neither_or_both,
    more_than_is_available_is_not_shipped,
);

async fn an_amount_outside_the_bounds_is_refused_and_both_bounds_are_named(world: World) {
    let order = paid(&world).await;
    for outside in ["298.99", "399.01", "0.00", "-299.00"] {
        let refused = refused(&world, ship(&order, 0, 1, Some(outside))).await;
        assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
        let [(path, description)] = refused.violations.as_slice() else { panic!("{refused:#?}") };
        assert_eq!(path, "lines[0].amount");
        for named in ["299.00 EUR", "399.00 EUR", outside] {
            assert!(description.contains(named), "{named} in: {description}");
        }
    }
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 0);
    // The bounds themselves are within.
    world.orders().create_shipment(ship(&order, 0, 1, Some("399.00"))).await.unwrap();
    let order = world.settles(&order.id).await;
    let refused = refused(&world, ship(&order, 0, 1, Some("399.00"))).await;
    assert!(refused.violations[0].1.contains("exactly 299.00 EUR"), "{refused:#?}");
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
}

async fn lines_are_named_or_all_that_remain_are_meant_but_never_neither_or_both(world: World) {
    let order = paid(&world).await;
    let neither = CreateShipmentRequest { all_remaining: false, ..ship_rest(&order) };
    let both = CreateShipmentRequest { all_remaining: true, ..ship(&order, 1, 1, None) };
    for request in [neither, both] {
        let refused = refused(&world, request).await;
        assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
        assert_eq!(refused.violations[0].0, "lines");
    }
    let unknown = ShipmentLineSelection { line_id: "99".to_owned(), quantity: 0, amount: None };
    let request = CreateShipmentRequest { lines: vec![unknown.clone(), unknown], ..ship(&order, 0, 1, None) };
    assert_eq!(refused(&world, request).await.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 0);
}

async fn more_than_is_available_is_not_shipped(world: World) {
    let order = paid(&world).await;
    let too_many = refused(&world, ship(&order, 0, 3, None)).await;
    assert_eq!(too_many.kind(), (Code::FailedPrecondition, "QUANTITY_NOT_AVAILABLE"));
    assert_eq!(too_many.unmet[0].0, format!("lines/{}", order.lines[0].id));
    world.orders().create_shipment(ship_rest(&order)).await.unwrap();
    let refused = refusal(
        world
            .orders()
            .create_shipment(CreateShipmentRequest { request_id: new_request_id(), ..ship_rest(&order) })
            .await,
    );
    assert_eq!(refused.code, Code::FailedPrecondition, "{refused:?}");
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 1);
}

async fn paid(world: &World) -> Order {
    world.create_and_check_out(draft(LEGO, "ideal"), "paid").await
}

async fn refused(world: &World, request: CreateShipmentRequest) -> Refusal {
    refusal(world.orders().create_shipment(request).await)
}
