//! Gift cards and discounts as separate lines: no shipment captures more than the shopper agreed to, and no deduction is given up
//! silently.

use domain::ports::Clock;
use domain::rules::event::EventData;
use domain::rules::ids::{LineId, OrderId};
use domain::rules::money::Money;
use domain::rules::order::Order;
use domain::rules::part::Part;
use domain::rules::status::{LineStatus, OrderStatus, Read};
use domain::workflow::MutationError;

use crate::intents::{euro, named, ship_first_elsewhere, the_rest};
use crate::mollie::Fate;
use crate::world::{World, all_at, mins, secs};

/// Reason and subjects of a refusal.
fn refused<T: std::fmt::Debug>(outcome: Result<T, MutationError>) -> (String, Vec<String>, String) {
    match outcome {
        Err(MutationError::Precondition(refusal)) => {
            let text = refusal.unmet.iter().map(|unmet| unmet.description.as_str()).collect::<Vec<_>>();
            let subjects = refusal.unmet.iter().map(|unmet| unmet.subject.clone()).collect();
            (format!("{:?}", refusal.reason), subjects, text.join(" "))
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn items(order: &Order) -> Vec<(&'static str, &str)> {
    order.items.iter().map(|item| (item.kind.as_str(), item.subject.as_str())).collect()
}

#[tokio::test]
async fn goods_are_not_shipped_without_the_gift_card_that_pays_for_them() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    let (reason, subjects, text) = refused(world.ship(id, &named(1, 2, None)).await);
    assert_eq!((reason.as_str(), subjects.join(" ").as_str()), ("CaptureOutOfBounds", "order lines/2"));
    assert!(text.contains("20.00 EUR") && text.contains("15.00 EUR") && text.contains("-5.00 EUR"), "{text}");
    assert_eq!(world.mollie.effects(), (1, 0, 0));
    world.settled(id).await;
}

#[tokio::test]
async fn a_gift_card_is_not_shipped_without_goods() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    let (reason, subjects, text) = refused(world.ship(id, &named(2, 1, None)).await);
    assert_eq!((reason.as_str(), subjects.join(" ").as_str()), ("CaptureOutOfBounds", "order lines/1"));
    assert!(text.contains("-5.00 EUR") && text.contains("20.00 EUR"), "{text}");
}

#[tokio::test]
async fn recorded_and_unsettled_shipments_count_as_captured() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    world.ship(id, &named(1, 1, None)).await.unwrap();
    assert_eq!(refused(world.ship(id, &named(1, 1, None)).await).0, "CaptureOutOfBounds");
    world.ship(id, &the_rest()).await.unwrap();
}

#[tokio::test]
async fn a_canceled_gift_card_does_not_raise_what_may_be_captured() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    world.ship_now(id, &named(1, 1, None)).await;
    world
        .at_mollie(id, |order| {
            order.lines[1].canceled = Some(Part { quantity: 1, amount: euro("-5.00") });
            order.lines[1].status = Read::Known(LineStatus::Canceled);
        })
        .await;
    world.sync(id).await;
    world.advance(secs(3));
    let (reason, subjects, _) = refused(world.ship(id, &the_rest()).await);
    assert_eq!((reason.as_str(), subjects.join(" ").as_str()), ("CaptureOutOfBounds", "order"));
    assert_eq!(items(&world.settled(id).await), [("deduction_left", "lines/2")]);
}

#[tokio::test]
async fn a_cancellation_that_would_give_up_a_gift_card_is_refused_and_nothing_is_sent() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    world.ship_now(id, &named(1, 1, None)).await;
    let (reason, subjects, text) = refused(world.cancel(id).await);
    assert_eq!((reason.as_str(), subjects.join(" ").as_str()), ("DeductionLeft", "order lines/2"));
    assert!(text.contains("5.00 EUR"), "{text}");
    assert_eq!(world.mollie.effects(), (1, 1, 0));
}

#[tokio::test]
async fn an_unshipped_order_is_canceled_with_its_gift_card() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    world.cancel_now(id).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.facts.status, items(&order).len()), (Some(OrderStatus::Canceled), 0));
}

/// The parcel was unknown when the order was canceled.
#[tokio::test]
async fn a_gift_card_released_after_a_shipment_from_the_dashboard_is_raised_once() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_first_elsewhere(order, "shp_a", 1, "10.00", now)).await;
    world.cancel_now(id).await;
    world.sync(id).await;
    world.at_mollie(id, |order| order.method = Some("ideal".to_owned())).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!(items(&order), [("deduction_left", "lines/2")]);
    assert!(order.items[0].text.contains("5.00 EUR"), "{}", order.items[0].text);
}

#[tokio::test]
async fn a_gift_card_lost_by_expiry_after_a_shipment_is_raised() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    world.ship_now(id, &named(1, 1, None)).await;
    world
        .at_mollie(id, |order| {
            all_at(order, OrderStatus::Completed, LineStatus::Completed);
            order.lines[0].canceled = Some(Part { quantity: 1, amount: euro("10.00") });
            order.lines[1].canceled = Some(Part { quantity: 1, amount: euro("-5.00") });
        })
        .await;
    world.sync(id).await;
    assert_eq!(items(&world.settled(id).await), [("deduction_left", "lines/2")]);
}

#[tokio::test]
async fn more_captured_than_was_authorized_is_raised_with_the_amount() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    let now = world.clock.now();
    let captured = |value: &str| -> Option<Money> { Some(euro(value)) };
    world
        .at_mollie(id, |order| {
            ship_first_elsewhere(order, "shp_a", 1, "10.00", now);
            order.amount_captured = captured("10.00");
        })
        .await;
    assert_eq!(world.sync(id).await.items, []);
    world
        .at_mollie(id, |order| {
            ship_first_elsewhere(order, "shp_b", 1, "10.00", now);
            order.amount_captured = captured("20.00");
        })
        .await;
    for _ in 0..2 {
        world.sync(id).await;
    }
    let order = world.settled(id).await;
    assert_eq!(items(&order), [("overcaptured", "ord_1.1"), ("line_left_open", "lines/2")]);
    let text = &order.items[0].text;
    assert!(text.contains("20.00 EUR") && text.contains("15.00 EUR") && text.contains("5.00 EUR"), "{text}");
}

#[tokio::test]
async fn a_gift_card_is_given_up_if_named_and_that_is_recorded() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    world.ship_now(id, &named(1, 1, None)).await;
    let accepted = world.cancel_giving_up(id, &["2"]).await.unwrap();
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((order.facts.status, items(&order).len()), (Some(OrderStatus::Completed), 0));
    assert_eq!(releases(&world, id).await, [vec![LineId::new(2)]]);
}

/// It was requested before anything was shipped; the second desk knows of the parcel and names the card.
#[tokio::test]
async fn a_cancellation_under_way_gives_up_what_another_request_names() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    world.mollie.next(Fate::NotSent(Some(mins(5))));
    world.cancel_now(id).await;
    let now = world.clock.now();
    world.at_mollie(id, |order| ship_first_elsewhere(order, "shp_a", 1, "10.00", now)).await;
    world.sync(id).await;
    assert_eq!(refused(world.cancel(id).await).0, "DeductionLeft");
    for _ in 0..2 {
        world.cancel_giving_up(id, &["2"]).await.unwrap();
    }
    world.work(mins(6)).await;
    world.sync(id).await;
    assert_eq!(items(&world.settled(id).await), []);
    assert_eq!(releases(&world, id).await, [vec![], vec![LineId::new(2)]]);
    assert_eq!(world.mollie.effects(), (1, 1, 1));
}

/// Mollie kept the order; what was named then is not given up for ever.
#[tokio::test]
async fn a_refused_cancellation_gives_nothing_up() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    world.ship_now(id, &named(1, 1, None)).await;
    world.mollie.next(Fate::Rejected);
    let accepted = world.cancel_giving_up(id, &["2"]).await.unwrap();
    world.drive(accepted.claim.as_ref().unwrap()).await;
    assert_eq!(refused(world.cancel(id).await).0, "DeductionLeft");
    world.settled(id).await;
}

#[tokio::test]
async fn every_line_that_cannot_be_given_up_is_told_at_once() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    let Err(MutationError::Invalid(faults)) = world.cancel_giving_up(id, &["1", "2", "2", "7"]).await else {
        panic!("accepted");
    };
    let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["release_line_ids[0]", "release_line_ids[2]", "release_line_ids[3]"]);
    world.cancel_giving_up(id, &["2"]).await.unwrap();
}

/// The lines that each recorded cancellation has named.
async fn releases(world: &World, id: OrderId) -> Vec<Vec<LineId>> {
    let mut recorded = Vec::new();
    for event in world.events(id).await {
        if let EventData::CancellationRecorded { release, .. } = event.data {
            recorded.push(release);
        }
    }
    recorded
}
