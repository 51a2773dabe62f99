//! Canceling lines: what an answer, a refusal and a preview change, and what it means for shipments and for the whole order.

use domain::operations::cancel_lines::Cancel;
use domain::rules::event::EventData;
use domain::rules::ids::{LineId, OrderId};
use domain::rules::line_cancellation::LineCancellationRequest;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::part::Part;
use domain::rules::precondition::PreconditionReason;
use domain::rules::rejection::RejectedBy;
use domain::rules::status::{LineStatus, OrderStatus, Read};
use domain::workflow::preview::{Preview, preview};
use domain::workflow::step::Progress;

use crate::intents::{chairs, euro, intent, lamps, named, reason, the_rest};
use crate::ledger::release;
use crate::mollie::Fate;
use crate::world::{World, all_at, mins, secs};

pub fn part(quantity: u32, amount: &str) -> Part {
    Part { quantity, amount: euro(amount) }
}

/// How often a call canceled units of lines at Mollie.
pub fn effects(world: &World) -> usize {
    world.mollie.side().ledger.line_cancellations
}

/// Units of a line are canceled in the dashboard.
pub async fn release_elsewhere(world: &World, id: OrderId, line: usize, units: Part) {
    world
        .at_mollie(id, |order| {
            let line = order.lines[line].mollie_id.clone();
            release(order, &line, units).unwrap();
        })
        .await;
}

fn canceled(order: &Order) -> Vec<(u32, i64)> {
    order.lines.iter().map(|line| (line.canceled.quantity, line.canceled.amount.minor())).collect()
}

#[tokio::test]
async fn an_answer_without_a_body_settles_what_was_sent_and_the_order_is_read_at_once() {
    let world = World::new().await;
    let id = world.authorized().await;
    let (accepted, progress) = world.cancel_lines_now(id, named(1, 1, Some("299.00"))).await;
    assert_eq!(
        (progress, world.state(accepted.operation_id()).await),
        (Progress::Settled, OperationState::Succeeded)
    );
    let order = world.settled(id).await;
    assert_eq!(canceled(&order), [(1, 29_900), (0, 0)]);
    assert_eq!(order.lines[0].available(), part(1, "399.00"));
    world.look_up().await;
    let order = world.settled(id).await;
    assert_eq!(
        (order.facts.status, canceled(&order)),
        (Some(OrderStatus::Authorized), vec![(1, 29_900), (0, 0)])
    );
    let kinds = world.kinds(id).await;
    assert_eq!(kinds[3..], ["cancellation.recorded", "cancellation.succeeded"], "the reading has no news");
}

#[tokio::test]
async fn units_are_reserved_from_the_beginning_and_freed_if_mollie_declines() {
    let world = World::new().await;
    let id = world.authorized().await;
    let recorded = world.cancel_lines(id, lamps(2), &[]).await.unwrap();
    let order = world.sound(id).await;
    assert_eq!((order.lines[1].canceling, order.lines[1].available().quantity), (part(2, "40.00"), 1));
    assert_eq!(reason(world.ship(id, &lamps(2)).await), PreconditionReason::QuantityNotAvailable);
    world.mollie.next(Fate::Rejected);
    assert_eq!(world.drive(recorded.claim.as_ref().unwrap()).await, Progress::Settled);
    let operation = world.operation(recorded.operation_id()).await;
    assert_eq!(operation.state.name(), OperationState::Rejected);
    assert_eq!(operation.state.rejection().map(|why| why.by), Some(RejectedBy::Mollie(422)));
    let order = world.settled(id).await;
    assert_eq!((order.lines[1].available().quantity, order.items.len()), (3, 0));
    assert_eq!(world.kinds(id).await.last(), Some(&"cancellation.refused"));
    world.ship_now(id, &lamps(3)).await;
    assert_eq!((world.mollie.effects(), effects(&world)), ((1, 1, 0), 0));
}

#[tokio::test]
async fn the_last_lines_end_the_order() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.cancel_lines_now(id, chairs(2)).await;
    world.ship_now(id, &lamps(1)).await;
    world.cancel_lines_now(id, lamps(2)).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!(
        (order.facts.status, canceled(&order)),
        (Some(OrderStatus::Completed), vec![(2, 69_800), (2, 4_000)])
    );
    assert_eq!(reason(world.cancel_lines(id, the_rest(), &[]).await), PreconditionReason::NothingRemaining);
}

#[tokio::test]
async fn an_order_whose_lines_are_all_canceled_is_canceled_and_stays_so() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.cancel_lines_now(id, the_rest()).await;
    let order = world.sync(id).await;
    assert_eq!((order.facts.status, order.held_number()), (Some(OrderStatus::Canceled), None));
    let version = world.settled(id).await.version;
    let again = world.cancel_lines(id, chairs(1), &[]).await.unwrap();
    assert_eq!((again.operation_id(), again.claim), (None, None));
    assert_eq!((world.settled(id).await.version, effects(&world)), (version, 1));
}

/// What is released may not be captured: the bound is lowered as soon as the cancellation is recorded.
#[tokio::test]
async fn what_is_released_lowers_what_shipments_may_capture() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    world.mollie.next(Fate::NotSent(Some(mins(5))));
    world.cancel_lines_now(id, named(1, 1, None)).await;
    assert_eq!(reason(world.ship(id, &named(1, 1, None)).await), PreconditionReason::CaptureOutOfBounds);
    world.ship(id, &the_rest()).await.unwrap();
    world.work(mins(6)).await;
    let order = world.sync(id).await;
    world.settled(id).await;
    assert_eq!(
        (order.facts.status, canceled(&order)),
        (Some(OrderStatus::Completed), vec![(1, 1_000), (0, 0)])
    );
}

#[tokio::test]
async fn a_deduction_left_behind_shipped_goods_is_given_up_only_by_name() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    world.ship_now(id, &named(1, 1, None)).await;
    assert_eq!(
        reason(world.cancel_lines(id, named(1, 1, None), &[]).await),
        PreconditionReason::DeductionLeft
    );
    world.mollie.next(Fate::Rejected);
    let refused = world.cancel_lines(id, named(1, 1, None), &["2"]).await.unwrap();
    world.drive(refused.claim.as_ref().unwrap()).await;
    assert_eq!(world.settled(id).await.releases, [], "nothing was given up");
    let accepted = world.cancel_lines(id, named(1, 1, None), &["2"]).await.unwrap();
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.sync(id).await;
    let order = world.settled(id).await;
    assert_eq!((canceled(&order), order.items.len()), (vec![(1, 1_000), (1, -500)], 0));
    let mut recorded = Vec::new();
    for event in world.events(id).await {
        if let EventData::CancellationRecorded { release, .. } = event.data {
            recorded.push(release);
        }
    }
    assert_eq!(recorded, vec![vec![LineId::new(2)]; 2]);
}

#[tokio::test]
async fn a_cancellation_of_the_whole_order_under_way_does_it_too() {
    let world = World::new().await;
    let id = world.authorized().await;
    let whole = world.cancel(id).await.unwrap();
    let lines = world.cancel_lines(id, chairs(1), &[]).await.unwrap();
    assert_eq!((lines.operation_id(), lines.claim), (whole.operation_id(), None));
    world.drive(whole.claim.as_ref().unwrap()).await;
    assert_eq!(world.settled(id).await.facts.status, Some(OrderStatus::Canceled));
    assert_eq!((world.mollie.effects(), effects(&world)), ((1, 0, 1), 0));
}

/// Before it was sent, somebody canceled the whole order, and that was read.
#[tokio::test]
async fn nothing_is_sent_for_lines_that_are_canceled_by_then() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::NotSent(Some(mins(1))));
    let (accepted, _) = world.cancel_lines_now(id, chairs(1)).await;
    release_elsewhere(&world, id, 0, part(2, "698.00")).await;
    assert_eq!(canceled(&world.sync(id).await), [(2, 69_800), (0, 0)], "it was certainly not ours");
    world.work(mins(2)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    assert_eq!((canceled(&world.settled(id).await), effects(&world)), (vec![(2, 69_800), (0, 0)], 0));
}

#[tokio::test]
async fn a_preview_tells_every_effect_and_changes_nothing() {
    let world = World::new().await;
    let id = world.authorized_with_gift_card().await;
    let version = world.order(id).await.version;
    let request = |lines: domain::rules::shipment::ShipmentRequest| {
        Cancel(LineCancellationRequest { selection: lines.selection, release: Vec::new() })
    };
    let intent = intent("CancelOrderLines", "look");
    let seen = Box::pin(preview(&*world, &intent, id, &request(named(1, 2, None)))).await.unwrap();
    let Preview::Now { before, change } = seen else { panic!("it was decided before") };
    let after = &change.order;
    let canceling: Vec<_> = after.lines.iter().map(|line| line.canceling).collect();
    assert_eq!(canceling, [part(2, "20.00"), part(1, "-5.00")], "the gift card goes along");
    let left = domain::rules::capture::left;
    assert_eq!((left(&before.order), left(after)), (euro("15.00"), euro("0.00")));
    world.rests().await;
    assert_eq!((world.settled(id).await.version, effects(&world)), (version, 0));
    // A refusal is confirmed at Mollie first.
    world.advance(secs(5));
    world.at_mollie(id, |order| all_at(order, OrderStatus::Expired, LineStatus::Canceled)).await;
    let refused = Box::pin(preview(&*world, &intent, id, &request(named(1, 3, None)))).await;
    assert_eq!(reason(refused), PreconditionReason::OrderNotCancelable);
}

#[tokio::test]
async fn an_expired_authorization_leaves_nothing_to_be_canceled() {
    let world = World::new().await;
    let id = world.authorized().await;
    world
        .at_mollie(id, |order| {
            all_at(order, OrderStatus::Expired, LineStatus::Canceled);
            for line in &mut order.lines {
                line.canceled = Some(Part { quantity: line.quantity, amount: line.total_amount });
            }
            order.status = Some(Read::Known(OrderStatus::Expired));
        })
        .await;
    world.advance(secs(5));
    let (accepted, progress) = world.cancel_lines_now(id, chairs(1)).await;
    assert_eq!(progress, Progress::Settled);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    let order = world.settled(id).await;
    assert_eq!(
        (order.facts.status, canceled(&order)),
        (Some(OrderStatus::Expired), vec![(2, 69_800), (3, 6_000)])
    );
}
