//! Answers that contradict themselves: what is known stays, no review item is raised, and the order is read again.

use std::sync::Arc;

use domain::ports::{Clock, GatewayError};
use domain::rules::item::ItemKind;
use domain::rules::money::Money;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::part::Part;
use domain::rules::precondition::PreconditionReason;
use domain::rules::shipment::ShipmentState;
use domain::rules::snapshot::Snapshot;
use domain::workflow::MutationError;
use domain::workflow::lookup::LookedUp;
use jiff::SignedDuration;

use crate::intents::{chairs, euro, lamps, reason};
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

/// The fields that the order shows as not understood.
fn fields(order: &Order) -> Vec<&str> {
    order.facts.unread.fields.iter().map(|field| field.path.as_str()).collect()
}

/// An order of which both sides know that one lamp was shipped.
async fn shipping() -> (Arc<World>, domain::rules::ids::OrderId) {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &lamps(1)).await;
    world.sync(id).await;
    world.advance(secs(3));
    (world, id)
}

/// Reads while Mollie distorts its answers; except for what is not believed the order stays as it was.
async fn read_distorted(distort: fn(&mut Snapshot)) -> Order {
    let (world, id) = shipping().await;
    let before = world.order(id).await;
    world.mollie.side().distorts = Some(distort);
    let order = world.sync(id).await;
    assert_eq!((&order.lines, order.terms.amount), (&before.lines, before.terms.amount));
    assert_eq!(order.observed_time, before.observed_time, "nothing is confirmed");
    assert_eq!(order.open_items(), 0);
    world.mollie.side().distorts = None;
    assert!(fields(&world.sync(id).await).is_empty());
    world.settled(id).await;
    order
}

#[tokio::test]
async fn an_amount_that_the_lines_do_not_add_up_to_is_not_believed() {
    let order = read_distorted(|order| order.amount = euro("758.01")).await;
    assert_eq!(fields(&order), ["amount"]);
}

#[tokio::test]
async fn an_amount_in_another_currency_than_ordered_is_not_believed() {
    let order = read_distorted(|order| order.amount = Money::parse("USD", "758.00").unwrap()).await;
    assert_eq!(fields(&order), ["amount"]);
}

#[tokio::test]
async fn more_shipped_units_than_a_line_has_are_not_believed() {
    let nine = |order: &mut Snapshot| {
        order.lines[1].shipped = Some(Part { quantity: 9, amount: euro("180.00") });
    };
    assert_eq!(fields(&read_distorted(nine).await), ["lines[1].quantityShipped"]);
}

#[tokio::test]
async fn shipped_units_stay_shipped_if_mollie_reports_their_amount_and_no_units() {
    let none = |order: &mut Snapshot| {
        order.lines[1].shipped = Some(Part { quantity: 0, amount: euro("20.00") });
    };
    assert_eq!(fields(&read_distorted(none).await), ["lines[1].quantityShipped"]);
}

#[tokio::test]
async fn shipped_units_that_a_canceled_counter_leaves_no_room_for_are_not_believed() {
    let both = |order: &mut Snapshot| {
        order.lines[1].canceled = Some(Part { quantity: 3, amount: euro("60.00") });
    };
    let order = read_distorted(both).await;
    assert_eq!(fields(&order), ["lines[1].quantityShipped", "lines[1].quantityCanceled"]);
}

/// Its units would count twice, and so would its price.
#[tokio::test]
async fn a_line_that_is_listed_twice_is_not_believed() {
    let twice = |order: &mut Snapshot| {
        let mut line = order.lines[1].clone();
        line.shipped = Some(Part { quantity: 3, amount: euro("60.00") });
        order.lines.push(line);
        order.amount = euro("818.00");
    };
    assert_eq!(fields(&read_distorted(twice).await), ["lines[2].id"]);
}

#[tokio::test]
async fn an_answer_to_our_own_create_that_lists_a_line_twice_gives_no_line_its_id() {
    let world = World::new().await;
    world.mollie.side().distorts = Some(|order| {
        let line = order.lines[0].clone();
        order.lines.insert(1, line);
    });
    let id = world.placed().await;
    let before = world.order(id).await;
    assert!(before.lines.iter().all(|line| line.mollie_id.is_none()));
    assert!(matches!(world.look_up().await, LookedUp::Contradictory { .. }));
    world.mollie.side().distorts = None;
    world.advance(secs(1));
    assert!(matches!(world.look_up().await, LookedUp::Done { .. }));
    let after = world.order(id).await;
    let ids: std::collections::HashSet<_> =
        after.lines.iter().filter_map(|line| line.mollie_id.clone()).collect();
    assert_eq!((after.lines.len(), ids.len()), (before.lines.len(), before.lines.len()));
    world.settled(id).await;
}

#[tokio::test]
async fn a_line_total_that_contradicts_its_price_is_not_believed_and_raises_nothing() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &chairs(2)).await;
    world.at_mollie(id, |order| order.amount_captured = Some(euro("698.00"))).await;
    world.mollie.side().distorts = Some(|order| order.lines[0].total_amount = euro("1.00"));
    let order = world.sync(id).await;
    assert_eq!((order.lines[0].total_amount, order.open_items()), (euro("698.00"), 0));
    assert_eq!(fields(&order), ["lines[0].totalAmount"]);
    world.mollie.side().distorts = None;
    assert_eq!(world.sync(id).await.open_items(), 0);
    world.settled(id).await;
}

#[tokio::test]
async fn a_concern_from_a_contradictory_answer_is_raised_once_a_sound_answer_confirms_it() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.at_mollie(id, |order| order.amount_captured = Some(euro("800.00"))).await;
    world.mollie.side().distorts = Some(|order| order.amount = euro("1.00"));
    assert_eq!(world.sync(id).await.open_items(), 0);
    world.mollie.side().distorts = None;
    let items = world.sync(id).await.items;
    assert_eq!(items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::Overcaptured]);
}

#[tokio::test]
async fn persistently_contradictory_answers_are_read_less_and_less_often() {
    let (world, id) = shipping().await;
    world.mollie.side().distorts = Some(|order| order.amount = euro("1.00"));
    world.sync(id).await;
    world.advance(secs(1));
    let version = world.order(id).await.version;
    for (times, pause) in (1..).zip([1, 2, 4, 8, 16]) {
        let looked = world.look_up().await;
        let LookedUp::Contradictory { fields, times: reported, next } = looked else { panic!("{looked:?}") };
        let fields: Vec<_> = fields.iter().filter_map(|field| field.field.as_deref()).collect();
        assert_eq!((fields, reported), (vec!["amount"], times));
        assert_eq!(next, world.clock.now() + SignedDuration::from_secs(pause));
        world.advance(std::time::Duration::from_secs(pause.unsigned_abs()) - secs(1));
        assert!(world.lookups().await.is_empty(), "read again before {pause} s");
        world.advance(secs(1));
    }
    assert_eq!(world.order(id).await.version, version, "recorded once");
    world.mollie.side().distorts = None;
    assert!(matches!(world.look_up().await, LookedUp::Done { next: Some(_) }));
    world.settled(id).await;
}

#[tokio::test]
async fn a_request_that_depends_on_counters_is_refused_only_if_they_make_sense() {
    let (world, id) = shipping().await;
    world.mollie.side().distorts =
        Some(|order| order.lines[1].shipped = Some(Part { quantity: 9, amount: euro("180.00") }));
    let refused = world.ship(id, &lamps(3)).await;
    let Err(MutationError::Unconfirmed(GatewayError::Unreadable(misread))) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(misread.field.as_deref(), Some("lines[1].quantityShipped"));
    assert_eq!(misread.problem, "9 units of 3");
    world.mollie.side().distorts = None;
    assert_eq!(reason(world.ship(id, &lamps(3)).await), PreconditionReason::QuantityNotAvailable);
}

#[tokio::test]
async fn a_contradictory_answer_to_our_own_create_does_not_change_the_order() {
    let world = World::new().await;
    world.mollie.side().distorts = Some(|order| {
        order.amount = euro("60.01");
        order.lines[0].total_amount = euro("1.00");
    });
    let id = world.placed().await;
    let order = world.order(id).await;
    assert_eq!((order.terms.amount, order.lines[0].total_amount), (euro("758.00"), euro("698.00")));
    assert!(matches!(world.look_up().await, LookedUp::Contradictory { .. }));
    world.mollie.side().distorts = None;
    world.advance(secs(1));
    assert!(matches!(world.look_up().await, LookedUp::Done { .. }));
    world.settled(id).await;
}

#[tokio::test]
async fn a_lost_cancellation_does_not_count_as_absent_while_mollie_contradicts_itself() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.ship_now(id, &chairs(1)).await;
    world.sync(id).await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.cancel_now(id).await;
    world.mollie.side().distorts = Some(|order| {
        order.lines[0].canceled = Some(Part { quantity: 0, amount: euro("349.00") });
        order.lines[1].canceled = Some(Part { quantity: 0, amount: euro("60.00") });
    });
    world.work(secs(30)).await;
    let problem = world.operation(accepted.operation_id()).await.last_problem.unwrap();
    assert!(problem.contains("lines[0].quantityCanceled: no units"), "{problem}");
    world.mollie.side().distorts = None;
    world.work(secs(10)).await;
    world.settled(id).await;
    assert_eq!(world.mollie.effects(), (1, 1, 1));
}

/// A shipment that is counted exists, whether or not it is listed yet.
#[tokio::test]
async fn a_lost_shipment_is_not_sent_again_while_the_list_lacks_counted_units() {
    let world = World::without_trust().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    world.mollie.side().distorts = Some(|order| order.shipments = Some(Vec::new()));
    world.work(mins(3)).await;
    let operation = world.operation(accepted.operation_id()).await;
    assert_eq!(operation.state.name(), OperationState::NeedsAttention);
    let problem = operation.last_problem.unwrap();
    assert!(
        problem.contains("_embedded.shipments: lines[1]: 1 units counted as shipped, and 0"),
        "{problem}"
    );
    assert_eq!((world.mollie.effects(), world.mollie.calls().len()), ((1, 1, 0), 2));
    world.mollie.side().distorts = None;
    world.retry(accepted.operation_id()).await.unwrap();
    world.work(secs(30)).await;
    assert_eq!(world.shipment(accepted.answer.shipment()).await.state, ShipmentState::Registered);
    let order = world.settled(id).await;
    assert_eq!((world.mollie.effects(), order.lines[1].shipped.quantity), ((1, 1, 0), 1));
}

/// However often it is read, and whatever the figures are then: it is one field.
#[tokio::test]
async fn a_list_that_lags_behind_its_counters_is_one_field_and_one_event() {
    let (world, id) = shipping().await;
    world.mollie.side().distorts = Some(|order| order.shipments = Some(Vec::new()));
    let before = world.kinds(id).await.len();
    for _ in 0..5 {
        world.advance(secs(3));
        assert_eq!(fields(&world.sync(id).await), ["_embedded.shipments"]);
    }
    assert_eq!(world.kinds(id).await.len(), before + 1);
}

#[tokio::test]
async fn a_counter_that_lags_behind_listed_shipments_frees_no_units() {
    let none = |order: &mut Snapshot| {
        order.lines[1].shipped = Some(Part { quantity: 0, amount: euro("0.00") });
    };
    assert_eq!(fields(&read_distorted(none).await), ["lines[1].quantityShipped"]);
}
