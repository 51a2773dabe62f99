//! A test-only kind, driven by the workflow alone: sent, lost, found, repeated, rejected and taken over. What holds for it holds
//! for every future kind.

use std::sync::Arc;

use domain::operations::made_up::{Change, Task, What, When};
use domain::ports::{Clock, GatewayError};
use domain::rules::ids::{LineId, OrderId};
use domain::rules::money::Money;
use domain::rules::operation::OperationState;
use domain::rules::part::Part;
use domain::rules::precondition::PreconditionReason;
use domain::rules::shipment::{ShipmentLine, ShipmentState};
use domain::workflow::step::Progress;
use domain::workflow::submit::{On, submit};
use domain::workflow::{MutationError, Recorded};

use crate::intents::{intent, lamps, reason};
use crate::ledger::give_up;
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

/// The line of lamps.
const LAMPS: LineId = LineId::new(2);

fn number(number: &str) -> Task {
    Task { what: What::Number(number.to_owned()), when: When::Now }
}

fn give_lamps_up(units: u32) -> Task {
    let amount = Money::parse("EUR", "20.00").unwrap().times(units).unwrap();
    let line = ShipmentLine { line_id: LAMPS, part: Part { quantity: units, amount } };
    Task { what: What::GiveUp(line), when: When::Now }
}

impl World {
    async fn change(&self, id: OrderId, task: Task) -> Result<Recorded, MutationError> {
        let intent = intent("MadeUp", &format!("made-up-{}", self.number()));
        Box::pin(submit(self, &intent, On::Order(id), &Change(task))).await
    }

    async fn change_now(&self, id: OrderId, task: Task) -> (Recorded, Progress) {
        let accepted = self.change(id, task).await.unwrap();
        let progress = self.drive(accepted.claim.as_ref().unwrap()).await;
        (accepted, progress)
    }

    /// Its state, and how often it was sent.
    async fn came_to(&self, accepted: &Recorded) -> (OperationState, usize) {
        (self.state(accepted.operation_id()).await, self.mollie.side().bodies.len())
    }

    async fn given_up(&self, id: OrderId) -> (u32, u32) {
        let ours = self.sync(id).await;
        let side = self.mollie.side();
        let theirs = side.ledger.find(ours.mollie_id.as_ref().unwrap()).unwrap();
        (ours.lines[1].canceled.quantity, theirs.lines[1].canceled.unwrap().quantity)
    }
}

async fn authorized() -> (Arc<World>, OrderId) {
    let world = World::new().await;
    let id = world.authorized().await;
    (world, id)
}

#[tokio::test]
async fn an_answer_without_a_body_ends_it() {
    let (world, id) = authorized().await;
    for task in [number("1338"), give_lamps_up(1)] {
        let (accepted, progress) = world.change_now(id, task).await;
        assert_eq!(
            (progress, world.came_to(&accepted).await.0),
            (Progress::Settled, OperationState::Succeeded)
        );
    }
    assert_eq!(world.mollie.side().bodies.len(), 2);
    assert_eq!(world.given_up(id).await, (1, 1));
}

/// The value proves nothing before the settle window is over: it may have been set before.
#[tokio::test]
async fn an_operation_whose_answer_was_lost_is_found_by_its_effect() {
    let (world, id) = authorized().await;
    for (n, task, time) in [(1, number("1338"), secs(100)), (2, give_lamps_up(1), secs(2))] {
        world.mollie.next(Fate::LostAnswer);
        let (accepted, progress) = world.change_now(id, task).await;
        assert_eq!(progress, Progress::Deferred);
        world.work(time).await;
        assert_eq!(world.came_to(&accepted).await, (OperationState::Succeeded, n));
    }
    assert_eq!(world.given_up(id).await, (1, 1));
}

/// A look-up between the lost answer and the observation must not attribute the effect to somebody else: it would be repeated.
#[tokio::test]
async fn a_look_up_does_not_attribute_a_lost_effect_to_somebody_else() {
    let (world, id) = authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.change_now(id, give_lamps_up(1)).await;
    assert_eq!(world.given_up(id).await, (0, 1));
    let order = world.order(id).await;
    assert_eq!((order.lines[1].canceling.quantity, order.lines[1].available().quantity), (1, 2));
    world.work(mins(3)).await;
    assert_eq!(world.came_to(&accepted).await, (OperationState::Succeeded, 1));
    assert_eq!(world.given_up(id).await, (1, 1));
    assert_eq!(world.order(id).await.lines[1].canceling.quantity, 0);
}

#[tokio::test]
async fn two_equal_operations_without_a_key_each_have_one_effect() {
    for (first_fate, second_fate) in [
        (Fate::Answered, Fate::LostAnswer),
        (Fate::LostAnswer, Fate::LostAnswer),
        (Fate::LostCall, Fate::LostAnswer),
    ] {
        let (world, id) = authorized().await;
        world.mollie.next(first_fate.clone());
        world.mollie.next(second_fate);
        let first = world.change(id, give_lamps_up(1)).await.unwrap();
        let second = world.change(id, give_lamps_up(1)).await.unwrap();
        world.drive(first.claim.as_ref().unwrap()).await;
        for _ in 0..6 {
            world.work(secs(30)).await;
            world.sync(id).await;
        }
        for accepted in [&first, &second] {
            assert_eq!(
                world.state(accepted.operation_id()).await,
                OperationState::Succeeded,
                "{first_fate:?}"
            );
        }
        assert_eq!(world.given_up(id).await, (2, 2), "{first_fate:?}");
    }
}

/// The first call can have no further effect when it is repeated, and both are byte for byte the same.
#[tokio::test]
async fn an_operation_that_was_not_done_is_sent_again_after_the_settle_window() {
    let (world, id) = authorized().await;
    for (n, task) in [(1, number("1338")), (2, give_lamps_up(1))] {
        world.mollie.next(Fate::LostCall);
        let (accepted, _) = world.change_now(id, task).await;
        world.work(secs(80)).await;
        assert_eq!(world.came_to(&accepted).await, (OperationState::Resolving, 2 * n - 1));
        world.work(secs(20)).await;
        assert_eq!(world.came_to(&accepted).await, (OperationState::Succeeded, 2 * n));
        let bodies = world.mollie.side().bodies.clone();
        assert_eq!(bodies[2 * n - 1], bodies[2 * n - 2]);
    }
    assert_eq!(world.given_up(id).await, (1, 1));
}

/// It is repeated because it sets a value; the other kind can only wait for a person.
#[tokio::test]
async fn in_doubt_only_an_operation_that_sets_a_value_is_repeated() {
    for (task, state, sends) in [
        (number("1338"), OperationState::Succeeded, 2),
        (give_lamps_up(1), OperationState::NeedsAttention, 1),
    ] {
        let (world, id) = authorized().await;
        world.mollie.next(Fate::LostCall);
        let (accepted, _) = world.change_now(id, task).await;
        world.mollie.side().unreadable = Some(GatewayError::Unreadable("no JSON".into()));
        world.work(mins(3)).await;
        assert_eq!(world.came_to(&accepted).await, (state, sends));
    }
}

#[tokio::test]
async fn an_operation_rejected_because_its_effect_exists_has_succeeded() {
    let (world, id) = authorized().await;
    world.at_mollie(id, |order| order.order_number = "1338".to_owned()).await;
    let (accepted, progress) = world.change_now(id, number("1338")).await;
    assert_eq!(
        (progress, world.came_to(&accepted).await),
        (Progress::Settled, (OperationState::Succeeded, 1))
    );
}

#[tokio::test]
async fn a_rejected_operation_without_an_effect_fails_and_frees_its_units() {
    let (world, id) = authorized().await;
    world.mollie.next(Fate::Rejected);
    let (accepted, progress) = world.change_now(id, give_lamps_up(1)).await;
    assert_eq!(
        (progress, world.came_to(&accepted).await),
        (Progress::Settled, (OperationState::Rejected, 1))
    );
    assert_eq!((world.order(id).await.lines[1].canceling.quantity, world.given_up(id).await), (0, (0, 0)));
    assert!(world.kinds(id).await.contains(&"cancellation.refused"));
}

/// If Mollie does not know something in the order, the operation is rejected and those behind it go on.
#[tokio::test]
async fn a_404_about_something_in_the_order_holds_nothing_up() {
    for task in [number("1338"), give_lamps_up(1)] {
        let (world, id) = authorized().await;
        world.mollie.next(Fate::NotKnown);
        let (accepted, progress) = world.change_now(id, task).await;
        assert_eq!(
            (progress, world.came_to(&accepted).await.0),
            (Progress::Settled, OperationState::Rejected)
        );
        let (behind, _) = world.change_now(id, give_lamps_up(1)).await;
        assert_eq!(world.came_to(&behind).await.0, OperationState::Succeeded);
    }
}

#[tokio::test]
async fn a_foreign_key_is_waited_out() {
    let (world, id) = authorized().await;
    world.mollie.next(Fate::OtherProfile);
    let (accepted, progress) = world.change_now(id, number("1338")).await;
    assert_eq!(
        (progress, world.came_to(&accepted).await),
        (Progress::KeyRefused, (OperationState::Pending, 1))
    );
    world.work(secs(2)).await;
    assert_eq!(world.came_to(&accepted).await, (OperationState::Succeeded, 2));
}

/// Whether or not it was done before its sender died.
#[tokio::test]
async fn an_operation_whose_sender_died_is_taken_over() {
    for (fate, sends) in [(Fate::HangsAfter, 1), (Fate::HangsBefore, 2)] {
        for task in [number("1338"), give_lamps_up(1)] {
            let (world, id) = authorized().await;
            world.mollie.next(fate.clone());
            let accepted = world.change(id, task).await.unwrap();
            world.crash(accepted.claim.as_ref().unwrap()).await;
            world.end_leases().await;
            world.work(mins(3)).await;
            assert_eq!(world.came_to(&accepted).await, (OperationState::Succeeded, sends), "{fate:?}");
        }
    }
}

#[tokio::test]
async fn an_operation_that_needs_attention_holds_up_no_other_lane() {
    let (world, id) = authorized().await;
    world.mollie.next(Fate::LostCall);
    let (stuck, _) = world.change_now(id, give_lamps_up(1)).await;
    // More than that is given up elsewhere: ours may or may not be among it.
    world.at_mollie(id, |order| give_up(&mut order.lines[1], 2).unwrap()).await;
    world.work(secs(2)).await;
    assert_eq!(world.came_to(&stuck).await, (OperationState::NeedsAttention, 1));
    assert_eq!(reason(world.ship(id, &lamps(1)).await), PreconditionReason::OrderNeedsAttention);
    let (other, progress) = world.change_now(id, number("1338")).await;
    assert_eq!((progress, world.came_to(&other).await), (Progress::Settled, (OperationState::Succeeded, 2)));
}

#[tokio::test]
async fn only_one_operation_of_an_order_is_in_flight_across_lanes() {
    let (world, id) = authorized().await;
    let first = world.change(id, number("1338")).await.unwrap();
    let parcel = world.ship(id, &lamps(1)).await.unwrap();
    assert!(first.claim.is_some() && parcel.claim.is_none());
    world.rests().await;
    assert_eq!(world.drive(first.claim.as_ref().unwrap()).await, Progress::Settled);
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.shipment(parcel.answer.shipment()).await.state, ShipmentState::Registered);
}

/// It keeps its units while others go first.
#[tokio::test]
async fn an_operation_put_off_is_overtaken_and_keeps_its_units() {
    let (world, id) = authorized().await;
    let when = When::From(world.clock.now() + jiff::SignedDuration::from_mins(10));
    let (later, progress) = world.change_now(id, Task { when, ..give_lamps_up(1) }).await;
    assert_eq!((progress, world.came_to(&later).await), (Progress::Deferred, (OperationState::Pending, 0)));
    let parcel = world.ship(id, &lamps(2)).await.unwrap();
    world.work(secs(2)).await;
    assert_eq!(world.shipment(parcel.answer.shipment()).await.state, ShipmentState::Registered);
    assert_eq!(reason(world.ship(id, &lamps(1)).await), PreconditionReason::QuantityNotAvailable);
    world.work(mins(11)).await;
    assert_eq!(world.came_to(&later).await, (OperationState::Succeeded, 1));
    assert_eq!(world.given_up(id).await, (1, 1));
}

#[tokio::test]
async fn an_effect_that_may_exist_is_observed_before_the_send() {
    for (is_so, sends) in [(true, 0), (false, 1)] {
        let (world, id) = authorized().await;
        if is_so {
            world.at_mollie(id, |order| order.order_number = "1338".to_owned()).await;
        }
        let task = Task { when: When::AfterLooking, ..number("1338") };
        let (accepted, progress) = world.change_now(id, task).await;
        assert_eq!(
            (progress, world.came_to(&accepted).await),
            (Progress::Settled, (OperationState::Succeeded, sends))
        );
    }
}
