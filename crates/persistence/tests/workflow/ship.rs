//! Shipping: every way that its call can end.

use crate::submitted::ship;
use domain::ports::{Clock, Store};
use domain::rules::ids::Caller;
use domain::rules::operation::OperationState;
use domain::rules::part::Part;
use domain::rules::precondition::PreconditionReason;
use domain::rules::shipment::ShipmentState;
use domain::rules::status::OrderStatus;
use domain::workflow::step::Progress;
use domain::workflow::{Intent, MutationError};

use crate::intents::{chairs, euro, intent, lamps, named, reason, the_rest, tracked};
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, mins, secs};

#[tokio::test]
async fn an_accepted_shipment_is_registered_and_its_request_is_answered_again_without_a_call() {
    let world = World::new().await;
    let id = world.authorized().await;
    let wish = intent("CreateShipment", "s");
    let request = tracked(chairs(1), "3S1");
    let first = ship(&*world, &wish, id, &request).await.unwrap();
    let order = world.sound(id).await;
    assert_eq!(order.lines[0].reserved, Part { quantity: 1, amount: euro("349.00") });
    assert_eq!(world.shipment(first.answer.shipment()).await.state, ShipmentState::Recorded);
    assert_eq!(world.drive(first.claim.as_ref().unwrap()).await, Progress::Settled);
    let again = ship(&*world, &wish, id, &request).await.unwrap();
    assert_eq!(
        (again.answer.shipment(), again.operation_id(), again.claim),
        (first.answer.shipment(), first.operation_id(), None)
    );
    let order = world.settled(id).await;
    assert_eq!(order.lines[0].shipped, Part { quantity: 1, amount: euro("349.00") });
    let shipment = world.shipment(first.answer.shipment()).await;
    assert_eq!((shipment.state, shipment.mollie_id.is_some()), (ShipmentState::Registered, true));
    assert_eq!(shipment.tracking, request.tracking);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (2, (1, 1, 0)));
}

#[tokio::test]
async fn the_order_is_read_at_once_after_a_shipment() {
    let world = World::new().await;
    let id = world.authorized().await;
    let (accepted, _) = world.ship_now(id, &the_rest()).await;
    let token = accepted.claim.unwrap().0.token;
    let due = world.store.claim_lookups(world.clock.now(), secs(8), token, 10).await.unwrap();
    assert_eq!(due.iter().map(|claim| claim.order_id).collect::<Vec<_>>(), [id]);
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!(order.facts.status, Some(OrderStatus::Completed));
    assert_eq!(world.store.list_shipments(id).await.unwrap().len(), 1);
    assert_eq!(order.lines[0].shipped.amount.minor() + order.lines[1].shipped.amount.minor(), 75800);
}

#[tokio::test]
async fn a_rejected_shipment_gives_its_units_back() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::Rejected);
    let (accepted, progress) = world.ship_now(id, &the_rest()).await;
    assert_eq!(progress, Progress::Settled);
    let shipment = world.shipment(accepted.answer.shipment()).await;
    assert_eq!(shipment.state, ShipmentState::Refused);
    assert_eq!(shipment.rejection, Some(crate::mollie::rejection()));
    let order = world.settled(id).await;
    assert_eq!((order.lines[0].available().quantity, order.lines[1].available().quantity), (2, 3));
    assert!(world.kinds(id).await.ends_with(&["shipment.refused", "item.raised"]));
    assert_eq!(world.mollie.effects(), (1, 0, 0));
    let (_, progress) = world.ship_now(id, &the_rest()).await;
    assert_eq!(progress, Progress::Settled);
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

#[tokio::test]
async fn a_shipment_that_cannot_be_sent_stays_recorded_and_reserved() {
    let world = World::new().await;
    let id = world.authorized().await;
    (0..3).for_each(|_| world.mollie.next(Fate::NotSent(None)));
    let (accepted, _) = world.ship_now(id, &lamps(2)).await;
    for deferrals in 1..=3 {
        let waiting = world.operation(accepted.operation_id()).await;
        assert_eq!((waiting.state.name(), waiting.tries.deferrals), (OperationState::Pending, deferrals));
        assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Recorded);
        world.sync(id).await;
        let order = world.sound(id).await;
        assert_eq!((order.lines[1].reserved.quantity, order.lines[1].available().quantity), (2, 1));
        world.advance(secs(8));
        world.step().await;
    }
    world.settled(id).await;
    let calls = world.mollie.calls();
    assert!(calls[1..].iter().all(|call| call == &calls[1]));
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

#[tokio::test]
async fn a_shipment_outlasts_hours_without_mollie() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(mins(300))));
    let (accepted, _) = world.ship_now(id, &lamps(2)).await;
    world.advance(mins(300));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    world.settled(id).await;
}

#[tokio::test]
async fn a_plan_never_takes_reserved_units() {
    let world = World::new().await;
    let id = world.authorized().await;
    let first = world.ship(id, &lamps(2)).await.unwrap();
    assert_eq!(reason(world.ship(id, &lamps(2)).await), PreconditionReason::QuantityNotAvailable);
    let rest = world.ship(id, &the_rest()).await.unwrap();
    let lines = world.shipment(rest.answer.shipment()).await.lines;
    assert_eq!(lines.iter().map(|line| line.part.quantity).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(reason(world.ship(id, &the_rest()).await), PreconditionReason::NothingRemaining);
    assert_eq!(world.drive(&first.claim.unwrap()).await, Progress::Settled);
    world.work(secs(1)).await;
    world.sync(id).await;
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Completed));
    assert_eq!(world.mollie.effects(), (1, 2, 0));
}

#[tokio::test]
async fn parts_of_a_discounted_line_sum_exactly_and_amounts_outside_the_bounds_are_invalid() {
    let world = World::new().await;
    let id = world.authorized().await;
    for amount in ["298.99", "399.01"] {
        let outcome = world.ship(id, &named(1, 1, Some(amount))).await;
        assert!(matches!(outcome, Err(MutationError::Invalid(_))), "{outcome:?}");
    }
    world.ship_now(id, &named(1, 1, Some("399.00"))).await;
    world.ship_now(id, &chairs(1)).await;
    let order = world.settled(id).await;
    assert_eq!(order.lines[0].shipped, Part { quantity: 2, amount: euro("698.00") });
}

#[tokio::test]
async fn an_unauthorized_order_is_not_shipped() {
    let world = World::new().await;
    let id = world.placed().await;
    assert_eq!(reason(world.ship(id, &lamps(1)).await), PreconditionReason::OrderNotShippable);
    let recorded = world.place("p2", "1338").await;
    assert_eq!(reason(world.ship(recorded.order_id, &lamps(1)).await), PreconditionReason::OrderNotPlaced);
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}

#[tokio::test]
async fn an_order_that_changes_while_a_shipment_is_planned_is_planned_again() {
    let world = World::new().await;
    let id = world.placed().await;
    world.authorize(id).await;
    // The plan's own reading finds it authorized, and meanwhile lamps were shipped elsewhere.
    let other = world.clone();
    world.advance(secs(3));
    world.mollie.during_reading(meanwhile(async move {
        other.sync(id).await;
        other.ship_now(id, &lamps(3)).await;
    }));
    let rest = world.ship(id, &the_rest()).await.unwrap();
    let lines = world.shipment(rest.answer.shipment()).await.lines;
    assert_eq!(lines.iter().map(|line| line.line_id.number()).collect::<Vec<_>>(), [1]);
    world.drive(&rest.claim.unwrap()).await;
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 2, 0));
}

#[tokio::test]
async fn an_operation_names_who_requested_it_and_not_who_placed_the_order() {
    let world = World::new().await;
    let id = world.authorized().await;
    let warehouse = Intent { caller: Caller::new("warehouse"), ..intent("CreateShipment", "s") };
    let shipped = ship(&*world, &warehouse, id, &lamps(1)).await.unwrap();
    let operation = world.operation(shipped.operation_id()).await;
    assert_eq!((operation.caller.as_str(), operation.actor.as_deref()), ("warehouse", Some("alice")));
    assert_eq!(world.order(id).await.caller.as_str(), "shop");
}

#[tokio::test]
async fn a_settled_operation_has_its_end_time() {
    let world = World::new().await;
    let id = world.authorized().await;
    for fate in [Fate::Answered, Fate::Rejected] {
        world.mollie.next(fate);
        let accepted = world.ship(id, &lamps(1)).await.unwrap();
        assert_eq!(world.operation(accepted.operation_id()).await.state.settled_time(), None);
        world.drive(accepted.claim.as_ref().unwrap()).await;
        let settled = world.operation(accepted.operation_id()).await.state.settled_time();
        assert_eq!(settled, Some(world.clock.now()));
    }
}
