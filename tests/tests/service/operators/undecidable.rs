//! A shipment whose fate nobody can tell: it waits for a person, holds up what moves money, and is decided by what Mollie
//! shows.

use std::slice;
use std::time::Duration;

use tests::proto::{
    CloseReviewItemRequest, CompareOperationRequest, GetOperationRequest, GetShipmentRequest,
    ListOperationsRequest, MollieError, OperationFilter, OperationKind, OperationState, OrderEvent,
    ResolveOperationRequest, ShipmentState, WaitOperationRequest,
};
use tests::{LEGO, Uuid, World, draft, on_both_engines, refusal, told};
use tonic::{Code, Request};

use super::{BY, REASON, Undecidable, close, listed, rejected, retry, succeeded};
use crate::requests::{cancel, ship, ship_rest};

on_both_engines!(
    what_nobody_can_tell_is_listed_and_no_money_moves_until_a_person_has_decided,
    a_decision_that_mollie_does_not_bear_out_is_refused_and_changes_nothing,
    read_once_more_a_late_effect_is_found,
    a_rejected_shipment_frees_its_units,
    every_fault_of_a_decision_is_told_at_once,
    operations_are_listed_by_pages_and_by_what_is_asked_for,
);

async fn what_nobody_can_tell_is_listed_and_no_money_moves_until_a_person_has_decided(world: World) {
    let Undecidable { order, shipment, operation, theirs } = Undecidable::make(&world).await;
    assert_eq!(listed(&world, OperationState::NeedsAttention).await, slice::from_ref(&operation.id));
    assert_eq!((operation.kind(), operation.attempts), (OperationKind::CreateShipment, 1));
    // Whoever waits for it is answered at once.
    let mut wait = Request::new(WaitOperationRequest { id: operation.id.clone() });
    wait.set_timeout(Duration::from_secs(3600));
    assert_eq!(
        world.orders().wait_operation(wait).await.unwrap().into_inner().state(),
        OperationState::NeedsAttention
    );
    assert!(operation.last_problem.contains(&theirs), "{}", operation.last_problem);
    assert!(
        operation.first_sent_time.is_some() && operation.profile == "main" && !operation.caller.is_empty()
    );
    let before = world.events(&order.id).await.len();
    let request = CompareOperationRequest { operation_id: operation.id.clone() };
    let compared = world.operators().compare_operation(request).await.unwrap().into_inner();
    let side = &compared.theirs[0];
    assert_eq!((compared.theirs.len(), &side.mollie_id, side.created_time.is_some()), (1, &theirs, true));
    assert_eq!(compared.ours.as_ref().unwrap().lines, side.lines);
    assert_eq!(compared.operation.as_ref(), Some(&operation));
    assert_eq!(world.events(&order.id).await.len(), before, "comparing changes nothing");
    let refused = refusal(world.orders().create_shipment(ship(&order, 1, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_NEEDS_ATTENTION"));
    let refused = refusal(world.orders().cancel_order(cancel(&order)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_NEEDS_ATTENTION"));

    let resolved = world.operators().resolve_operation(succeeded(&operation, &theirs)).await.unwrap();
    let resolved = resolved.into_inner();
    assert_eq!((&resolved.id, resolved.state()), (&operation.id, OperationState::Succeeded));
    assert!(resolved.settled_time.is_some());
    let registered = read(&world, &shipment.id).await;
    assert_eq!(registered, (ShipmentState::Registered, theirs));
    assert!(listed(&world, OperationState::NeedsAttention).await.is_empty());
    let decided = event(&world, &order.id, "operation.resolved").await;
    assert_eq!((decided.actor.as_str(), told::operation(&decided).reason.as_str()), (BY, REASON));
    assert_eq!(told::operation(&decided).state(), OperationState::Succeeded);
    assert_eq!(decided.operation_id, operation.id);
    assert_eq!(event(&world, &order.id, "shipment.registered").await.actor, BY);

    world.orders().create_shipment(ship_rest(&order)).await.unwrap();
    let refused = refusal(world.operators().resolve_operation(rejected(&operation)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "OPERATION_NEEDS_NO_ATTENTION"));
    assert_eq!(refused.metadata["state"], "SUCCEEDED");
}

async fn a_decision_that_mollie_does_not_bear_out_is_refused_and_changes_nothing(mut world: World) {
    let Undecidable { order, operation, .. } = Undecidable::make(&world).await;
    let other = world.simulator.ship_elsewhere(&order, 1, 1, "329.99").await;
    let refused = refusal(world.operators().resolve_operation(succeeded(&operation, &other)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "EFFECT_DOES_NOT_FIT"));
    assert!(refused.message.contains("its lines, quantities or amounts differ"), "{}", refused.message);
    // It cannot be ours, and is known as somebody else's from now on; the next reading tells of its capture.
    for _ in 0..2 {
        world.orders().sync_order(tests::proto::SyncOrderRequest { id: order.id.clone() }).await.unwrap();
    }
    let before = (world.order(&order.id).await.etag, world.events(&order.id).await.len());
    let refused = refusal(world.operators().resolve_operation(succeeded(&operation, "shp_nowhere")).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "NOT_AT_MOLLIE"));
    assert_eq!(
        (refused.metadata["mollie_id"].as_str(), refused.unmet[0].0.as_str()),
        ("shp_nowhere", "operation")
    );
    let refused = refusal(world.operators().resolve_operation(succeeded(&operation, &other)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "EFFECT_DOES_NOT_FIT"));
    assert!(refused.message.contains("it is shipment"), "{}", refused.message);
    world.simulator.stop();
    let refused = refusal(world.operators().resolve_operation(succeeded(&operation, &other)).await);
    assert_eq!(refused.kind(), (Code::Unavailable, "MOLLIE_UNAVAILABLE"));
    assert!(refused.retry.is_some());
    world.simulator.resume().await;
    let after = (world.order(&order.id).await.etag, world.events(&order.id).await.len());
    assert_eq!(after, before);
    assert_eq!(listed(&world, OperationState::NeedsAttention).await, [operation.id]);
}

async fn read_once_more_a_late_effect_is_found(world: World) {
    let Undecidable { order, shipment, operation, theirs } = Undecidable::make(&world).await;
    let again = world.operators().retry_operation(retry(&operation)).await.unwrap().into_inner();
    assert_eq!(again.state(), OperationState::NeedsAttention, "nothing has changed at Mollie: {again:?}");
    world.advance("PT2H").await;
    let found = world.operators().retry_operation(retry(&operation)).await.unwrap().into_inner();
    assert_eq!(found.state(), OperationState::Succeeded, "{found:?}");
    let (state, ours) = read(&world, &shipment.id).await;
    assert!(state == ShipmentState::Registered && ours != theirs, "the one with our tracking is ours");
    let retried = events(&world, &order.id, "operation.retried").await;
    assert_eq!(retried.len(), 2);
    assert_eq!((retried[0].actor.as_str(), told::operation(&retried[0]).reason.as_str()), (BY, REASON));
    assert_eq!(
        world.simulator.traffic().await.of("POST /v2/orders/{id}/shipments"),
        2,
        "ours once, and theirs"
    );
}

async fn a_rejected_shipment_frees_its_units(world: World) {
    let Undecidable { order, shipment, operation, .. } = Undecidable::make(&world).await;
    let decided = world.operators().resolve_operation(rejected(&operation)).await.unwrap().into_inner();
    assert_eq!(decided.state(), OperationState::Rejected);
    let MollieError { status, detail, .. } = decided.rejection.unwrap();
    assert_eq!((status, detail), (0, format!("{BY}: {REASON}")));
    assert_eq!(read(&world, &shipment.id).await.0, ShipmentState::Refused);
    let decided = event(&world, &order.id, "operation.resolved").await;
    assert_eq!((decided.actor.as_str(), told::operation(&decided).state()), (BY, OperationState::Rejected));
    // What was shipped in the dashboard is somebody else's, and the other unit is free.
    let request = tests::proto::SyncOrderRequest { id: order.id.clone() };
    let order = world.orders().sync_order(request).await.unwrap().into_inner();
    let line = &order.lines[0];
    assert_eq!((line.quantity_shipped, line.quantity_reserved, line.quantity_available), (1, 0, 1));
    assert!(order.items.is_empty(), "a person has looked already: {:?}", order.items);
}

async fn every_fault_of_a_decision_is_told_at_once(world: World) {
    let refused = refusal(world.operators().resolve_operation(ResolveOperationRequest::default()).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    let paths: Vec<_> = refused.violations.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["operation_id", "outcome", "actor", "reason"]);
    let refused = refusal(world.operators().close_review_item(CloseReviewItemRequest::default()).await);
    let paths: Vec<_> = refused.violations.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["order_id", "number", "actor", "reason"]);
    let filter =
        OperationFilter { order_id: "x".to_owned(), states: vec![99], kinds: vec![0], ..Default::default() };
    let request = ListOperationsRequest { filter: Some(filter), page_size: -1, page_token: "x".to_owned() };
    let refused = refusal(world.operators().list_operations(request).await);
    assert_eq!(refused.violations.len(), 5, "{:?}", refused.violations);

    let order = world.create(draft(LEGO, "ideal")).await;
    let refused = refusal(world.operators().close_review_item(close(&order, 1)).await);
    assert_eq!(refused.kind(), (Code::NotFound, "REVIEW_ITEM_NOT_FOUND"));
    assert_eq!(refused.message, format!("There is no review item 1 on order {}.", order.id));
    let nowhere = tests::proto::Operation { id: Uuid::nil().to_string(), ..Default::default() };
    let refused = refusal(world.operators().retry_operation(retry(&nowhere)).await);
    assert_eq!(refused.kind(), (Code::NotFound, "OPERATION_NOT_FOUND"));
    let request = CompareOperationRequest { operation_id: nowhere.id.clone() };
    let refused = refusal(world.operators().compare_operation(request).await);
    assert_eq!(refused.kind(), (Code::NotFound, "OPERATION_NOT_FOUND"));
}

async fn operations_are_listed_by_pages_and_by_what_is_asked_for(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 1, 1, None)).await.unwrap();
    world.orders().cancel_order(cancel(&order)).await.unwrap();
    let list = async |states: &[OperationState], kinds: &[OperationKind]| {
        let (mut found, mut page_token) = (Vec::new(), String::new());
        loop {
            let states = states.iter().map(|state| (*state).into()).collect();
            let kinds = kinds.iter().map(|kind| (*kind).into()).collect();
            let order_id = order.id.clone();
            let filter = Some(OperationFilter { order_id, states, kinds, ..Default::default() });
            let request = ListOperationsRequest { filter, page_size: 1, page_token };
            let page = world.operators().list_operations(request).await.unwrap().into_inner();
            found.extend(page.operations);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return found;
            }
        }
    };
    assert_eq!(list(&[], &[]).await, [], "all are settled");
    let settled = list(&[OperationState::Succeeded], &[]).await;
    let kinds: Vec<_> = settled.iter().map(tests::proto::Operation::kind).collect();
    assert_eq!(kinds, [OperationKind::PlaceOrder, OperationKind::CreateShipment, OperationKind::CancelOrder]);
    let shipping = list(&[OperationState::Succeeded], &[OperationKind::CreateShipment]).await;
    let same = GetOperationRequest { id: shipping[0].id.clone() };
    assert_eq!([world.orders().get_operation(same).await.unwrap().into_inner()], shipping.as_slice());
}

async fn read(world: &World, shipment: &str) -> (ShipmentState, String) {
    let request = GetShipmentRequest { id: shipment.to_owned() };
    let shipment = world.orders().get_shipment(request).await.unwrap().into_inner();
    (shipment.state(), shipment.mollie_shipment_id)
}

async fn events(world: &World, order: &str, kind: &str) -> Vec<OrderEvent> {
    world.events(order).await.into_iter().filter(|event| event.kind == kind).collect()
}

async fn event(world: &World, order: &str, kind: &str) -> OrderEvent {
    let events = events(world, order, kind).await;
    <[OrderEvent; 1]>::try_from(events).expect("it happened once").into_iter().next().unwrap()
}
