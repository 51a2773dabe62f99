//! Where requested units went: reported in the same way at every moment.

use domain::rules::precondition::{FailedPrecondition, PreconditionReason};
use domain::rules::status::OrderStatus;
use domain::workflow::{MutationError, Recorded};

use crate::intents::{chairs, lamps, ship_lamps_elsewhere, the_rest};
use crate::world::{World, secs};

/// A refusal because nothing of the line is available.
fn taken(outcome: Result<Recorded, MutationError>) -> FailedPrecondition {
    let Err(MutationError::Precondition(refusal)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(refusal.reason, PreconditionReason::QuantityNotAvailable, "{refusal:?}");
    let text = &refusal.unmet[0].description;
    assert!(refusal.unmet[0].subject == "lines/2" && text.contains("0 available"), "{text}");
    refusal
}

#[tokio::test]
async fn a_request_for_units_just_shipped_by_another_says_where_they_went_at_every_moment() {
    let world = World::new().await;
    let id = world.authorized().await;
    let shipped = world.ship(id, &lamps(3)).await.unwrap();
    let ours = shipped.answer.shipment().unwrap();
    let recorded = taken(world.ship(id, &lamps(1)).await);
    assert!(recorded.unmet[0].description.contains(&ours.to_string()), "{recorded:?}");

    world.drive(shipped.claim.as_ref().unwrap()).await;
    let theirs = world.shipment(shipped.answer.shipment()).await.mollie_id.unwrap();
    let registered = taken(world.ship(id, &lamps(1)).await);
    world.sync(id).await;
    let line_completed = taken(world.ship(id, &lamps(1)).await);
    world.ship_now(id, &chairs(2)).await;
    assert_eq!(world.sync(id).await.facts.status, Some(OrderStatus::Completed));
    let order_completed = taken(world.ship(id, &lamps(1)).await);
    for refusal in [registered, line_completed, order_completed] {
        assert!(refusal.unmet[0].description.contains(theirs.as_str()), "{refusal:?}");
    }
    world.settled(id).await;
}

#[tokio::test]
async fn units_shipped_in_the_dashboard_are_reported_with_that_shipment() {
    let world = World::new().await;
    let id = world.authorized().await;
    let now = domain::ports::Clock::now(&world.clock);
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_dash", 3, None, now)).await;
    world.advance(secs(3));
    world.sync(id).await;
    let refusal = taken(world.ship(id, &lamps(1)).await);
    assert!(refusal.unmet[0].description.contains("shp_dash"), "{refusal:?}");
}

#[tokio::test]
async fn shipping_all_remaining_of_a_canceled_order_says_that_it_is_canceled() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.cancel_now(id).await;
    world.sync(id).await;
    let Err(MutationError::Precondition(refusal)) = world.ship(id, &the_rest()).await else {
        panic!("not refused")
    };
    assert_eq!(refusal.reason, PreconditionReason::OrderNotShippable);
    assert!(refusal.unmet[0].description.contains("\"canceled\""), "{refusal:?}");
}
