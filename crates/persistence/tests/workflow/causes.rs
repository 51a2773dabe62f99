//! Every event says why it was written.

use std::sync::Arc;

use domain::ports::Clock;
use domain::rules::cause::{Cause, Unasked};
use domain::rules::companion::Companions;
use domain::rules::draft::OrderDraft;
use domain::rules::ids::{Caller, OperationId, OrderId, RequestId};
use domain::rules::line::LineDraft;
use domain::rules::policy::Policy;
use domain::rules::status::PaymentStatus;
use domain::rules::surplus::Surplus;
use domain::workflow::operator::close_item;

use crate::deadlines::with_policy;
use crate::intents::{
    decision, euro, lamps, main_profile, named, ship_first_elsewhere, ship_lamps_elsewhere, with_fee,
    with_gift_card,
};
use crate::items::attempt;
use crate::mollie::Fate;
use crate::operator::doubtful;
use crate::world::{World, mins, secs};

/// An event's kind, cause and actor.
type Told = (&'static str, Cause, Option<String>);

const ALICE: Option<&str> = Some("alice");

fn request(id: &str) -> Cause {
    Cause::Request { caller: Caller::new("shop"), request_id: RequestId::new(id) }
}

fn told(kind: &'static str, cause: Cause, actor: Option<&str>) -> Told {
    (kind, cause, actor.map(str::to_owned))
}

/// What the service did unasked.
fn unasked(kind: &'static str, unasked: Unasked) -> Told {
    told(kind, Cause::Unasked(unasked), Some(unasked.actor()))
}

impl World {
    /// Every event of the order, from one on.
    async fn causes(&self, id: OrderId, from: usize) -> Vec<Told> {
        let events = self.events(id).await.into_iter().skip(from);
        events.map(|event| (event.data.kind(), event.cause, event.actor)).collect()
    }

    async fn count(&self, id: OrderId) -> usize {
        self.events(id).await.len()
    }

    /// The operation of the order's only unsettled one.
    async fn unsettled(&self, id: OrderId) -> OperationId {
        let unsettled = domain::ports::Store::unsettled_operations(&self.store, id).await.unwrap();
        assert_eq!(unsettled.len(), 1, "{unsettled:?}");
        unsettled[0].id
    }
}

async fn choosing(change: impl FnOnce(&mut Policy)) -> Arc<World> {
    World::with(|settings| change(settings.policies.get_mut(&main_profile().0).unwrap())).await
}

#[tokio::test]
async fn a_request_is_named_and_what_becomes_of_its_operation_names_that() {
    let world = World::new().await;
    let accepted = world.recorded().await;
    let placing = accepted.operation_id().unwrap();
    world.drive(accepted.claim.as_ref().unwrap()).await;
    let id = accepted.order_id;
    let expected =
        [told("order.recorded", request("p"), ALICE), told("order.placed", Cause::Operation(placing), ALICE)];
    assert_eq!(world.causes(id, 0).await, expected);
}

#[tokio::test]
async fn a_reading_says_whether_a_hook_a_look_up_or_somebody_asked_for_it() {
    let world = World::new().await;
    let id = world.placed().await;
    world.lookups().await;
    let mollie_id = world.order(id).await.mollie_id.unwrap();
    let method = async |method: &str| {
        world.at_mollie(id, |order| order.method = Some(method.to_owned())).await;
        world.count(id).await
    };
    // A hook that names the order, and one that names nothing.
    let from = method("ideal").await;
    world.hook(id, mollie_id.as_str()).await;
    world.look_up().await;
    assert_eq!(world.causes(id, from).await, [told("order.updated", Cause::Hook, None)]);
    let from = method("billie").await;
    world.hook(id, "").await;
    world.look_up().await;
    assert_eq!(world.causes(id, from).await, [told("order.updated", Cause::LookUp, None)]);
    // The schedule, although hooks have come before.
    let from = method("klarna").await;
    world.advance(mins(15));
    world.look_up().await;
    assert_eq!(world.causes(id, from).await, [told("order.updated", Cause::LookUp, None)]);
    let from = method("paypal").await;
    world.sync(id).await;
    assert_eq!(world.causes(id, from).await, [told("order.updated", Cause::Asked, None)]);
}

/// It was made for the refusal, and not by it.
#[tokio::test]
async fn a_reading_before_a_refusal_was_asked_for() {
    let world = World::new().await;
    let id = world.authorized().await;
    let (now, from) = (world.clock.now(), world.count(id).await);
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 3, None, now)).await;
    world.advance(mins(1));
    world.ship(id, &lamps(4)).await.unwrap_err();
    let causes = world.causes(id, from).await;
    assert!(causes.iter().any(|(kind, ..)| *kind == "shipment.observed"), "{causes:?}");
    assert!(causes.iter().all(|(_, cause, actor)| (cause, actor) == (&Cause::Asked, &None)), "{causes:?}");
}

/// The cause of what was made elsewhere is that of its recording: lamps were shipped in the dashboard, so the order is completed.
#[tokio::test]
async fn what_an_answer_shows_beside_its_own_effect_has_the_operation_as_its_cause() {
    let world = World::new().await;
    let id = world.authorized().await;
    let (now, from) = (world.clock.now(), world.count(id).await);
    world.at_mollie(id, |order| ship_lamps_elsewhere(order, "shp_a", 1, None, now)).await;
    let (accepted, _) = world.cancel_now(id).await;
    let operation = Cause::Operation(accepted.operation_id().unwrap());
    let causes = world.causes(id, from).await;
    assert_eq!(causes[0], told("cancellation.recorded", request("c0"), ALICE));
    let by_it = |kind| told(kind, operation.clone(), ALICE);
    assert_eq!(causes[1..], [by_it("cancellation.succeeded"), by_it("order.completed")]);
}

#[tokio::test]
async fn an_operators_decisions_are_told_apart_from_answers() {
    let (world, id, accepted) = doubtful().await;
    let from = world.count(id).await;
    world.retry(accepted.operation_id()).await.unwrap();
    assert_eq!(world.causes(id, from).await, [told("operation.retried", Cause::Operator, Some("olga"))]);
    world.work(mins(2)).await;
    let from = world.count(id).await;
    world.rejected(accepted.operation_id()).await.unwrap();
    let causes = world.causes(id, from).await;
    assert_eq!(causes[0], told("operation.resolved", Cause::Operator, Some("olga")));
    assert!(causes.contains(&told("shipment.refused", Cause::Operator, Some("olga"))), "{causes:?}");
}

#[tokio::test]
async fn an_item_is_closed_by_an_operator() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::Rejected);
    let (accepted, _) = world.ship_now(id, &lamps(1)).await;
    let shipping = Cause::Operation(accepted.operation_id().unwrap());
    let causes = world.causes(id, 0).await;
    assert_eq!(causes.last(), Some(&told("item.raised", shipping, ALICE)));
    Box::pin(close_item(&*world, id, 1, &decision())).await.unwrap();
    let closed = told("item.closed", Cause::Operator, Some("olga"));
    assert_eq!(world.causes(id, causes.len()).await, [closed]);
}

#[tokio::test]
async fn a_warning_is_of_the_timer_and_the_cancellation_of_the_policy() {
    let world = with_policy(false, 20).await;
    let id = world.authorized().await;
    let from = world.count(id).await;
    world.before(id, 13).await;
    world.on_time().await;
    assert_eq!(world.causes(id, from).await, [told("deadline.warning", Cause::Timer, None)]);
    // Mollie is read first, and has news.
    world.at_mollie(id, |order| order.method = Some("billie".to_owned())).await;
    world.before(id, 12).await;
    world.on_time().await;
    let canceling = Cause::Operation(world.unsettled(id).await);
    world.work(secs(5)).await;
    let expected = [
        told("order.updated", Cause::Timer, None),
        unasked("deadline.cancels", Unasked::Deadline),
        unasked("cancellation.recorded", Unasked::Deadline),
        told("cancellation.succeeded", canceling.clone(), Some(Unasked::Deadline.actor())),
        told("order.canceled", canceling, Some(Unasked::Deadline.actor())),
    ];
    assert_eq!(world.causes(id, from + 1).await, expected);
}

#[tokio::test]
async fn a_placement_found_too_late_is_canceled_unasked() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    world.advance(mins(16));
    world.end_leases().await;
    world.step().await;
    let placing = Cause::Operation(accepted.operation_id().unwrap());
    let expected =
        [told("order.placed", placing, ALICE), unasked("cancellation.recorded", Unasked::AgeLimit)];
    assert_eq!(world.causes(accepted.order_id, 1).await, expected);
}

/// Both orders change for the same reason.
#[tokio::test]
async fn a_replaced_order_changes_because_of_the_one_that_replaces_it() {
    let world = World::new().await;
    let old = world.placed().await;
    let from = world.count(old).await;
    let new = world.replace(old, "new", "1337").await.unwrap();
    world.drive(new.claim.as_ref().unwrap()).await;
    let expected = [
        told("order.superseded", request("new"), ALICE),
        told("order.replaced", Cause::Operation(new.operation_id().unwrap()), ALICE),
    ];
    assert_eq!(world.causes(old, from).await, expected);
    world.live(1).await;
    let causes = world.causes(old, from + 2).await;
    assert!(causes.contains(&unasked("cancellation.recorded", Unasked::Superseded)), "{causes:?}");
}

#[tokio::test]
async fn a_second_payment_is_given_back_unasked() {
    let world = choosing(|policy| policy.surplus = Surplus::Refund).await;
    let id = world.placed().await;
    let now = world.clock.now();
    world.pay(id).await;
    let payments = ["tr_1", "tr_2"].map(|id| attempt(id, PaymentStatus::Paid, now)).to_vec();
    world.at_mollie(id, |order| order.payments = Some(payments)).await;
    world.sync(id).await;
    world.advance(mins(2));
    let from = world.count(id).await;
    world.sync(id).await;
    assert_eq!(world.causes(id, from).await, [unasked("refund.recorded", Unasked::Surplus)]);
}

#[tokio::test]
async fn fees_that_are_left_are_registered_unasked() {
    let world = choosing(|policy| policy.companions = Companions::Join).await;
    let id = world.authorized_of(with_fee()).await;
    let (now, from) = (world.clock.now(), world.count(id).await);
    world.at_mollie(id, |order| ship_first_elsewhere(order, "shp_a", 2, "20.00", now)).await;
    world.sync(id).await;
    let causes = world.causes(id, from).await;
    assert!(causes.contains(&told("shipment.observed", Cause::Asked, None)), "{causes:?}");
    assert_eq!(causes.last(), Some(&unasked("shipment.recorded", Unasked::Fees)));
}

/// Two of five mugs fit neither with the card nor without it, as long as the plate may be canceled.
#[tokio::test]
async fn held_parcels_that_fit_by_now_go_unasked() {
    let world = choosing(|policy| policy.companions = Companions::Join).await;
    let id = world.authorized_of(mugs_and_a_plate()).await;
    let canceling = world.cancel_lines(id, named(3, 1, None), &[]).await.unwrap();
    world.ship(id, &named(1, 2, None)).await.unwrap();
    assert_eq!(world.order(id).await.held.len(), 1);
    let from = world.count(id).await;
    world.mollie.next(Fate::Rejected);
    world.drive(canceling.claim.as_ref().unwrap()).await;
    world.sync(id).await;
    let causes = world.causes(id, from).await;
    let refused = told("cancellation.refused", Cause::Operation(canceling.operation_id().unwrap()), ALICE);
    assert_eq!(causes.first(), Some(&refused), "{causes:?}");
    assert_eq!(causes.last(), Some(&unasked("shipment.carried", Unasked::HeldParcels)), "{causes:?}");
}

/// Five mugs at 4.00, a gift card of 15.00, and a plate.
fn mugs_and_a_plate() -> OrderDraft {
    let mut draft = with_gift_card();
    let plate = LineDraft {
        name: "Plate".to_owned(),
        quantity: 1,
        vat: draft.lines[0].vat.clone().map(|(rate, _)| (rate, euro("1.74"))),
        total_amount: euro("10.00"),
        ..draft.lines[0].clone()
    };
    (draft.lines[0].quantity, draft.lines[0].unit_price) = (5, euro("4.00"));
    (draft.lines[1].unit_price, draft.lines[1].total_amount) = (euro("-15.00"), euro("-15.00"));
    draft.lines.push(plate);
    OrderDraft { amount: euro("15.00"), ..draft }
}
