//! What becomes of the money of shipments that capture it.

use std::sync::Arc;

use domain::ports::Clock;
use domain::rules::field::Field;
use domain::rules::ids::OrderId;
use domain::rules::item::ItemKind;
use domain::rules::payment::Payment;
use domain::rules::shipment::{Capture, CaptureStatus, Shipment, Tracking};
use domain::rules::status::{PaymentStatus, Read};

use crate::intents::{euro, lamps};
use crate::items::{attempt, raised};
use crate::world::{World, mins};

impl World {
    /// Authorized, with the payment that holds it.
    async fn to_be_captured(self: &Arc<Self>) -> OrderId {
        let id = self.placed().await;
        self.authorize(id).await;
        let payment = attempt("tr_1", PaymentStatus::Authorized, self.clock.now());
        self.at_mollie(id, |order| order.payments = Some(vec![payment])).await;
        self.sync(id).await;
        id
    }
}

fn status(shipment: &Shipment) -> Option<CaptureStatus> {
    match &shipment.capture {
        Some(Capture { status: Read::Known(status), .. }) => Some(*status),
        Some(_) | None => None,
    }
}

#[tokio::test]
async fn a_capture_that_came_is_told_once_and_ends_the_wait() {
    let world = World::new().await;
    let id = world.to_be_captured().await;
    let (recorded, _) = world.ship_now(id, &lamps(1)).await;
    let shipment = world.shipment(recorded.answer.shipment()).await;
    assert_eq!((shipment.capture.as_ref(), world.order(id).await.open_captures), (None, vec![shipment.id]));
    world.sync(id).await;
    let shipment = world.shipment(recorded.answer.shipment()).await;
    assert_eq!(status(&shipment), Some(CaptureStatus::Succeeded));
    assert_eq!(shipment.capture.unwrap().amount, euro("20.00"));
    let order = world.sync(id).await;
    assert!(order.open_captures.is_empty() && order.items.is_empty());
    let told = world.kinds(id).await;
    assert_eq!(told.iter().filter(|kind| **kind == "capture.succeeded").count(), 1, "{told:?}");
    world.balanced(id).await;
}

#[tokio::test]
async fn a_capture_that_failed_is_raised_and_the_goods_stay_shipped() {
    let world = World::new().await;
    let id = world.to_be_captured().await;
    let (recorded, _) = world.ship_now(id, &lamps(1)).await;
    let shipment = world.shipment(recorded.answer.shipment()).await;
    world.mollie.side().failed_captures = vec![shipment.mollie_id.clone().unwrap()];
    let order = world.sync(id).await;
    assert_eq!(raised(&order), [(ItemKind::CaptureLost, shipment.id.to_string().as_str())]);
    assert_eq!(status(&world.shipment(recorded.answer.shipment()).await), Some(CaptureStatus::Failed));
    assert_eq!((order.lines[1].shipped.quantity, order.open_captures.len()), (1, 0));
    assert_eq!(world.sync(id).await.items, order.items);
}

#[tokio::test]
async fn a_shipment_without_a_capture_is_raised_after_two_days() {
    let world = World::new().await;
    let id = world.to_be_captured().await;
    world.mollie.side().lists_no_captures = true;
    let (recorded, _) = world.ship_now(id, &lamps(1)).await;
    world.advance(mins(48 * 60 - 1));
    let order = world.sync(id).await;
    assert_eq!((order.open_captures.len(), order.items.len()), (1, 0), "it may still come");
    world.advance(mins(1));
    let order = world.sync(id).await;
    let shipment = world.shipment(recorded.answer.shipment()).await;
    assert_eq!(raised(&order), [(ItemKind::CaptureLost, shipment.id.to_string().as_str())]);
    assert_eq!(status(&shipment), Some(CaptureStatus::Missing));
    assert!(order.open_captures.is_empty());
}

#[tokio::test]
async fn where_the_order_was_paid_at_once_no_capture_is_awaited() {
    let world = World::new().await;
    let id = world.paid().await;
    let (recorded, _) = world.ship_now(id, &lamps(1)).await;
    let order = world.sync(id).await;
    assert!(order.open_captures.is_empty());
    assert_eq!(world.shipment(recorded.answer.shipment()).await.capture, None);
}

/// One row is written, and neither change undoes the other.
#[tokio::test]
async fn what_else_is_new_of_a_shipment_is_kept_beside_its_capture() {
    let world = World::new().await;
    let id = world.to_be_captured().await;
    let (recorded, _) = world.ship_now(id, &lamps(1)).await;
    let theirs = Tracking { carrier: "DHL".to_owned(), code: "ELSEWHERE-42".to_owned(), url: None };
    world
        .at_mollie(id, |order| {
            let parcel = &mut order.shipments.as_mut().unwrap()[0];
            parcel.tracking = Field::Value(theirs.clone());
        })
        .await;
    world.sync(id).await;
    let shipment = world.shipment(recorded.answer.shipment()).await;
    assert_eq!(
        (shipment.tracking.as_ref(), status(&shipment)),
        (Some(&theirs), Some(CaptureStatus::Succeeded))
    );
}

#[tokio::test]
async fn what_was_captured_before_the_rest_lapsed_is_followed_to_its_end() {
    let world = World::new().await;
    let id = world.to_be_captured().await;
    let (recorded, _) = world.ship_now(id, &lamps(1)).await;
    let now = world.clock.now();
    let lapsed = Payment { authorized_time: Some(now), ..attempt("tr_1", PaymentStatus::Expired, now) };
    world.at_mollie(id, |order| order.payments = Some(vec![lapsed])).await;
    world.mollie.side().lists_no_captures = true;
    world.sync(id).await;
    world.mollie.side().lists_no_captures = false;
    world.sync(id).await;
    let shipment = world.shipment(recorded.answer.shipment()).await;
    assert_eq!(status(&shipment), Some(CaptureStatus::Succeeded));
}
