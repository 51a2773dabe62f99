//! Changing tracking: it waits for the shipment, holds nothing else up, and the last request wins.

use std::sync::Arc;
use std::time::Duration;

use domain::operations::update_shipment::Track;
use domain::ports::{Clock, GatewayError, Store};
use domain::rules::event::EventData;
use domain::rules::field::Field;
use domain::rules::ids::{OrderId, ShipmentId};
use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;
use domain::rules::precondition::PreconditionReason;
use domain::rules::shipment::{Shipment, ShipmentState, Tracking};
use domain::workflow::submit::{On, submit};
use domain::workflow::{MutationError, Recorded};

use crate::intents::{chairs, intent, lamps, reason, ship_lamps_elsewhere, the_rest, tracked, tracking};
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

impl World {
    async fn track(
        &self,
        id: OrderId,
        shipment_id: ShipmentId,
        code: &str,
    ) -> Result<Recorded, MutationError> {
        let intent = intent("UpdateShipment", &format!("track-{}", self.number()));
        let request = Track { shipment_id, tracking: tracking(code) };
        Box::pin(submit(self, &intent, On::Order(id), &request)).await
    }

    async fn track_now(&self, id: OrderId, shipment_id: ShipmentId, code: &str) -> Recorded {
        let accepted = self.track(id, shipment_id, code).await.unwrap();
        self.drive(accepted.claim.as_ref().unwrap()).await;
        accepted
    }

    async fn codes_at_mollie(&self, id: OrderId) -> Vec<Option<String>> {
        let order = self.order(id).await;
        let side = self.mollie.side();
        let theirs = side.ledger.find(order.mollie_id.as_ref().unwrap()).unwrap();
        let code = |tracking: &Field<Tracking>| tracking.value().map(|tracking| tracking.code.clone());
        theirs.shipments.iter().flatten().map(|shipment| code(&shipment.tracking)).collect()
    }

    async fn parcel(&self, id: ShipmentId) -> Shipment {
        self.store.load_shipment(id).await.unwrap().unwrap()
    }
}

fn code(shipment: &Shipment) -> Option<&str> {
    shipment.tracking.as_ref().map(|tracking| tracking.code.as_str())
}

/// An order of which one lamp is shipped.
async fn shipping() -> (Arc<World>, OrderId, ShipmentId) {
    let world = World::new().await;
    let id = world.authorized().await;
    let (accepted, _) = world.ship_now(id, &tracked(lamps(1), "3S1")).await;
    world.sync(id).await;
    (world, id, accepted.answer.shipment().unwrap())
}

#[tokio::test]
async fn tracking_is_changed_at_mollie_and_here_as_a_whole() {
    let (world, id, parcel) = shipping().await;
    let accepted = world.track_now(id, parcel, "3S2").await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    let shipment = world.parcel(parcel).await;
    assert_eq!((code(&shipment), &shipment.pending_tracking), (Some("3S2"), &None));
    assert_eq!(world.codes_at_mollie(id).await, [Some("3S2".to_owned())]);
    let kinds = world.kinds(id).await;
    assert!(kinds.ends_with(&["shipment.update_recorded", "shipment.updated"]), "{kinds:?}");
    world.sync(id).await;
    assert_eq!(world.kinds(id).await, kinds);
    world.settled(id).await;
}

/// It is sent once the shipment is registered; until then the parcel shows the pending change.
#[tokio::test]
async fn a_recorded_shipment_is_registered_before_its_tracking_changes() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(Duration::from_secs(30))));
    let (shipped, _) = world.ship_now(id, &lamps(1)).await;
    let parcel = shipped.answer.shipment().unwrap();
    let accepted = world.track(id, parcel, "3S2").await.unwrap();
    assert!(accepted.claim.is_none());
    world.work(secs(20)).await;
    let shipment = world.parcel(parcel).await;
    assert_eq!((shipment.state, shipment.pending_tracking), (ShipmentState::Recorded, Some(tracking("3S2"))));
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Pending);
    world.work(secs(20)).await;
    let shipment = world.parcel(parcel).await;
    assert_eq!((code(&shipment), &shipment.pending_tracking), (Some("3S2"), &None));
    assert_eq!(world.mollie.calls().iter().map(|call| call.kind).collect::<Vec<_>>()[2..], ["ship", "track"]);
    world.settled(id).await;
}

/// The first parcel waits for a person; the second one's tracking does not wait for that.
#[tokio::test]
async fn a_change_that_waits_for_its_shipment_holds_up_no_other_parcel() {
    let (world, id, other) = shipping().await;
    world.mollie.next(Fate::NotSent(Some(Duration::from_mins(10))));
    let (shipped, _) = world.ship_now(id, &chairs(1)).await;
    let waiting = world.track(id, shipped.answer.shipment().unwrap(), "3S2").await.unwrap();
    let behind = world.track(id, other, "3S3").await.unwrap();
    world.work(secs(5)).await;
    assert_eq!(world.state(waiting.operation_id()).await, OperationState::Pending);
    assert_eq!(world.state(behind.operation_id()).await, OperationState::Succeeded);
    // The later request for the same parcel comes later.
    let last = world.track(id, shipped.answer.shipment().unwrap(), "3S4").await.unwrap();
    world.work(mins(11)).await;
    for accepted in [&waiting, &last] {
        assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    }
    assert_eq!(code(&world.parcel(shipped.answer.shipment().unwrap()).await), Some("3S4"));
    world.settled(id).await;
}

#[tokio::test]
async fn a_change_to_a_rejected_shipment_is_withdrawn_and_an_event_says_why() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(None));
    let (shipped, _) = world.ship_now(id, &lamps(1)).await;
    let parcel = shipped.answer.shipment().unwrap();
    let accepted = world.track(id, parcel, "3S2").await.unwrap();
    world.mollie.next(Fate::Rejected);
    world.work(secs(5)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Withdrawn);
    let shipment = world.parcel(parcel).await;
    assert_eq!((shipment.state, shipment.pending_tracking), (ShipmentState::Refused, None));
    let events = world.events(id).await;
    let why = "Given up: what it follows has failed";
    let is_refusal = |data: &EventData| matches!(data, EventData::ShipmentUpdateRefused { rejection, .. } if rejection.to_string() == why);
    assert!(events.iter().any(|event| is_refusal(&event.data)), "{events:?}");
    let refusal = world.track(id, parcel, "3S3").await;
    assert_eq!(reason(refusal), PreconditionReason::ShipmentRefused);
    world.settled(id).await;
}

#[tokio::test]
async fn a_rejected_change_leaves_the_tracking_as_it_is() {
    let (world, id, parcel) = shipping().await;
    world.mollie.next(Fate::Rejected);
    let accepted = world.track_now(id, parcel, "3S2").await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Rejected);
    let shipment = world.parcel(parcel).await;
    assert_eq!((code(&shipment), &shipment.pending_tracking), (Some("3S1"), &None));
    assert!(world.kinds(id).await.contains(&"shipment.update_refused"));
}

/// The order is completed and no webhook comes any more; readings in between left the parcel alone.
#[tokio::test]
async fn a_dashboard_change_during_an_undecided_update_is_read_once_that_is_rejected() {
    let world = World::new().await;
    let id = world.authorized().await;
    let (shipped, _) = world.ship_now(id, &the_rest()).await;
    let parcel = shipped.answer.shipment().unwrap();
    world.look_up().await;
    world.mollie.next(Fate::LostCall);
    world.track_now(id, parcel, "3S2").await;
    world
        .at_mollie(id, |order| {
            order.shipments.as_mut().unwrap()[0].tracking = Field::Value(tracking("3S7"));
        })
        .await;
    world.sync(id).await;
    assert_eq!(code(&world.parcel(parcel).await), None);
    world.mollie.next(Fate::Rejected);
    world.work(mins(3)).await;
    world.look_up().await;
    assert_eq!(code(&world.parcel(parcel).await), Some("3S7"));
}

/// A change in the dashboard is recorded once, except for what may be ours.
#[tokio::test]
async fn tracking_changed_in_the_dashboard_is_recorded_once() {
    let (world, id, parcel) = shipping().await;
    let set = |code: &'static str| {
        move |order: &mut domain::rules::snapshot::Snapshot| {
            order.shipments.as_mut().unwrap()[0].tracking = Field::Value(tracking(code));
        }
    };
    world.at_mollie(id, set("3S7")).await;
    world.sync(id).await;
    world.sync(id).await;
    assert_eq!(code(&world.parcel(parcel).await), Some("3S7"));
    let updated = |kinds: Vec<&'static str>| kinds.iter().filter(|kind| **kind == "shipment.updated").count();
    assert_eq!(updated(world.kinds(id).await), 1);
    world.mollie.next(Fate::LostAnswer);
    world.track_now(id, parcel, "3S2").await;
    world.sync(id).await;
    assert_eq!((code(&world.parcel(parcel).await), updated(world.kinds(id).await)), (Some("3S7"), 1));
    world.work(mins(2)).await;
    assert_eq!((code(&world.parcel(parcel).await), updated(world.kinds(id).await)), (Some("3S2"), 2));
    world.settled(id).await;
}

#[tokio::test]
async fn a_dashboard_parcel_that_becomes_like_one_of_ours_is_raised() {
    let (world, id, _) = shipping().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, Some("3S9"), now)).await;
    assert_eq!(world.sync(id).await.items, []);
    world
        .at_mollie(id, |order| {
            order.shipments.as_mut().unwrap()[1].tracking = Field::Value(tracking("3S1"));
        })
        .await;
    let items: Vec<_> = world.sync(id).await.items.iter().map(|item| item.kind).collect();
    assert_eq!(items, [ItemKind::SurplusShipment]);
}

/// It appears after the next one was answered, unless that waits. The value proves nothing: it was the same before.
#[tokio::test]
async fn a_late_effect_of_an_earlier_change_does_not_undo_a_later_one() {
    let (world, id, parcel) = shipping().await;
    world.mollie.next(Fate::Late(Duration::from_secs(50)));
    let first = world.track_now(id, parcel, "3S1").await;
    let second = world.track(id, parcel, "3S2").await.unwrap();
    world.work(mins(3)).await;
    for accepted in [&first, &second] {
        assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    }
    assert_eq!(world.codes_at_mollie(id).await, [Some("3S2".to_owned())]);
    assert_eq!(code(&world.parcel(parcel).await), Some("3S2"));
    world.settled(id).await;
}

/// No answer is understood, whatever is sent: somebody must look.
#[tokio::test]
async fn a_change_whose_outcome_can_never_be_read_goes_to_an_operator() {
    let (world, id, parcel) = shipping().await;
    for _ in 0..30 {
        world.mollie.next(Fate::LostCall);
    }
    let accepted = world.track_now(id, parcel, "3S2").await;
    world.mollie.side().unreadable = Some(GatewayError::Unreadable("no JSON".into()));
    world.work(mins(60)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
}

/// A late second effect of the call that registered it carries the tracking of then.
#[tokio::test]
async fn a_parcel_like_ours_as_it_was_recorded_is_raised_after_our_tracking_changed() {
    let (world, id, parcel) = shipping().await;
    world.track_now(id, parcel, "3S2").await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, Some("3S1"), now)).await;
    world.sync(id).await;
    let items = world.order(id).await.items;
    assert_eq!(items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::SurplusShipment]);
}
