//! Placing: every way that its call can end.

use std::time::Duration;

use domain::operations::operation::State;
use domain::ports::{Clock, OrderKey, Store};
use domain::rules::operation::OperationState;
use domain::rules::placement::Placement;
use domain::rules::status::OrderStatus;
use domain::workflow::step::Progress;

use crate::intents::main_profile;
use crate::mollie::{Fate, meanwhile};
use crate::world::{World, mins, secs};

#[tokio::test]
async fn an_accepted_order_is_placed_and_its_request_is_answered_again_without_a_call() {
    let world = World::new().await;
    let first = world.recorded().await;
    assert_eq!(world.drive(first.claim.as_ref().unwrap()).await, Progress::Settled);
    let again = world.recorded().await;
    assert_eq!(
        (again.order_id, again.operation_id(), &again.claim),
        (first.order_id, first.operation_id(), &None)
    );
    world.work(secs(5)).await;
    let order = world.settled(first.order_id).await;
    assert_eq!((order.placement, order.facts.status), (Placement::Placed, Some(OrderStatus::Created)));
    assert_eq!(world.kinds(order.id).await, ["order.recorded", "order.placed"]);
    assert_eq!(order.observed_time.map(|time| time <= world.clock.now()), Some(true));
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (1, (1, 0, 0)));
}

#[tokio::test]
async fn payment_parameters_reach_mollie_and_are_wiped_at_the_end() {
    let world = World::new().await;
    let accepted = world.recorded().await;
    let before = world.operation(accepted.operation_id()).await.sealed.unwrap();
    assert!(!before.windows(10).any(|text| text == b"tkn_secret"));
    world.drive(accepted.claim.as_ref().unwrap()).await;
    assert_eq!(world.mollie.side().secrets, ["tkn_secret"]);
    assert_eq!(world.operation(accepted.operation_id()).await.sealed, None);
}

#[tokio::test]
async fn a_rejected_order_frees_its_number_and_its_request_is_answered_the_same() {
    let world = World::new().await;
    world.mollie.next(Fate::Rejected);
    let first = world.recorded().await;
    assert_eq!(world.drive(first.claim.as_ref().unwrap()).await, Progress::Settled);
    let order = world.settled(first.order_id).await;
    assert_eq!((order.placement, order.held_number()), (Placement::Refused, None));
    assert_eq!(order.rejection, Some(crate::mollie::rejection()));
    assert_eq!(world.state(first.operation_id()).await, OperationState::Rejected);
    assert_eq!(world.operation(first.operation_id()).await.sealed, None);
    assert_eq!(world.recorded().await.order_id, first.order_id);
    assert_eq!(world.mollie.calls().len(), 1);
    let other = world.place("p2", "1337").await;
    world.drive(other.claim.as_ref().unwrap()).await;
    assert_eq!(world.settled(other.order_id).await.placement, Placement::Placed);
    let (profile, _) = main_profile();
    let number = OrderKey::Number { profile, order_number: "1337".to_owned() };
    assert_eq!(world.store.load_order(&number).await.unwrap().unwrap().id, other.order_id);
}

#[tokio::test]
async fn an_order_that_cannot_be_sent_waits_with_its_key_and_growing_pauses() {
    let world = World::new().await;
    let accepted = world.recorded().await;
    let key = accepted.claim.as_ref().unwrap().0.operation.key;
    (0..4).for_each(|_| world.mollie.next(Fate::NotSent(None)));
    let mut claim = accepted.claim.clone().unwrap();
    for (deferrals, pause) in [(1, 500), (2, 1000), (3, 2000), (4, 4000)] {
        assert_eq!(world.drive(&claim).await, Progress::Deferred);
        let waiting = world.operation(accepted.operation_id()).await;
        assert_eq!(
            (waiting.state.name(), waiting.tries.deferrals, waiting.tries.unknown),
            (OperationState::Pending, deferrals, 0)
        );
        assert_eq!(waiting.state.sent(), None);
        world.advance(Duration::from_millis(pause - 1));
        world.rests().await;
        world.advance(Duration::from_millis(1));
        claim = world.claim_one().await;
        assert_eq!((claim.0.operation.state.name(), claim.0.operation.key), (OperationState::InFlight, key));
    }
    assert_eq!(world.drive(&claim).await, Progress::Settled);
    world.settled(accepted.order_id).await;
    assert!(world.mollie.calls().iter().all(|call| call.key == key));
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (5, (1, 0, 0)));
}

#[tokio::test]
async fn a_refused_key_is_no_fault_of_the_order_which_is_placed_once_the_key_is_right() {
    let world = World::new().await;
    (0..3).for_each(|_| world.mollie.next(Fate::KeyRefused));
    let accepted = world.recorded().await;
    assert_eq!(world.drive(accepted.claim.as_ref().unwrap()).await, Progress::KeyRefused);
    for _ in 0..2 {
        let waiting = world.operation(accepted.operation_id()).await;
        assert_eq!((&waiting.state, waiting.key_refused), (&State::NEW, true));
        assert_eq!(waiting.last_problem.as_deref(), Some("401 for profile main"));
        world.advance(mins(1));
        assert_eq!(world.step().await, Progress::KeyRefused);
    }
    world.advance(mins(1));
    assert_eq!(world.step().await, Progress::Settled);
    assert!(!world.operation(accepted.operation_id()).await.key_refused);
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}

#[tokio::test]
async fn an_order_whose_profile_has_no_right_key_is_given_up_at_its_age_limit() {
    let world = World::new().await;
    (0..200).for_each(|_| world.mollie.next(Fate::KeyRefused));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.work(mins(20)).await;
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Abandoned);
    assert_eq!(world.mollie.effects(), (0, 0, 0));
}

#[tokio::test]
async fn a_persistent_500_is_repeated_ever_less_often_down_to_once_a_minute_and_counted() {
    let world = World::new().await;
    (0..7).for_each(|_| world.mollie.next(Fate::Stumbles));
    let accepted = world.recorded().await;
    assert_eq!(world.drive(accepted.claim.as_ref().unwrap()).await, Progress::Deferred);
    for (attempts, pause) in [(1, 500), (2, 2_000), (3, 8_000), (4, 32_000), (5, 60_000), (6, 60_000)] {
        let waiting = world.operation(accepted.operation_id()).await;
        assert_eq!((waiting.state.name(), waiting.tries.unknown), (OperationState::Resolving, attempts));
        let problem = waiting.last_problem.unwrap();
        assert!(problem.contains("500"), "{problem}");
        assert_eq!(problem.contains(&format!("outcome: {attempts}.")), attempts > 1, "{problem}");
        world.advance(Duration::from_millis(pause - 1));
        world.rests().await;
        world.advance(Duration::from_millis(1));
        // It is observed, found absent, and sent again under its key.
        assert_eq!(world.step().await, Progress::Deferred);
        assert_eq!(world.step().await, Progress::Deferred);
    }
    world.advance(mins(1));
    world.step().await;
    assert_eq!(world.step().await, Progress::Settled);
    world.settled(accepted.order_id).await;
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (8, (1, 0, 0)));
    assert!(world.mollie.calls().windows(2).all(|calls| calls[0].key == calls[1].key));
}

#[tokio::test]
async fn an_order_that_makes_mollie_stumble_is_given_up_in_time_like_any_other() {
    let world = World::new().await;
    (0..40).for_each(|_| world.mollie.next(Fate::Stumbles));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.work(mins(20)).await;
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Abandoned);
    let calls = world.mollie.calls().len();
    assert!((15..=20).contains(&calls), "{calls} calls in a quarter of an hour");
}

#[tokio::test]
async fn a_pause_that_mollie_asks_for_is_kept() {
    let world = World::new().await;
    world.mollie.next(Fate::NotSent(Some(secs(90))));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(89));
    world.rests().await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    world.settled(accepted.order_id).await;
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_found_by_its_hook_address() {
    let world = World::new().await;
    world.mollie.next(Fate::LostAnswer);
    let accepted = world.recorded().await;
    assert_eq!(world.drive(accepted.claim.as_ref().unwrap()).await, Progress::Deferred);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    assert_eq!(world.sound(accepted.order_id).await.placement, Placement::Placing);
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (1, (1, 0, 0)));
}

#[tokio::test]
async fn an_order_is_not_mistaken_for_another_with_the_same_number() {
    let world = World::new().await;
    let other = world.placed().await;
    world.cancel_now(other).await;
    world.settled(other).await;
    world.mollie.next(Fate::LostCall);
    let accepted = world.place("p2", "1337").await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.work(secs(5)).await;
    let order = world.settled(accepted.order_id).await;
    assert_ne!(order.mollie_id, world.order(other).await.mollie_id);
    assert_eq!(world.mollie.effects(), (2, 0, 1));
}

#[tokio::test]
async fn a_crash_after_the_effect_leaves_one_placed_order() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(9));
    world.rests().await;
    world.end_leases().await;
    let claim = world.claim_one().await;
    assert_eq!(claim.0.operation.state.name(), OperationState::Resolving);
    assert_eq!(world.drive(&claim).await, Progress::Settled);
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (1, (1, 0, 0)));
}

#[tokio::test]
async fn a_crash_before_the_effect_leads_to_the_same_call_under_the_same_key() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsBefore);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    world.advance(secs(9));
    world.end_leases().await;
    world.work(secs(2)).await;
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
    let calls = world.mollie.calls();
    assert_eq!((calls.len(), world.mollie.effects()), (2, (1, 0, 0)));
    assert_eq!(calls[0], calls[1]);
}

#[tokio::test]
async fn an_order_left_after_it_was_recorded_is_placed_by_a_worker() {
    let world = World::new().await;
    let accepted = world.recorded().await;
    world.end_leases().await;
    world.work(secs(2)).await;
    assert_eq!(world.settled(accepted.order_id).await.placement, Placement::Placed);
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}

#[tokio::test]
async fn a_webhook_that_arrives_before_the_answer_finds_its_order() {
    let world = World::new().await;
    let accepted = world.recorded().await;
    let (early, id) = (world.clone(), accepted.order_id);
    let hook = meanwhile(async move {
        assert!(early.store.hook_arrived(id, None, early.clock.now()).await.unwrap());
    });
    world.mollie.next_during(Fate::Answered, hook);
    assert_eq!(world.drive(accepted.claim.as_ref().unwrap()).await, Progress::Settled);
    let token = accepted.claim.unwrap().0.token;
    let due = world.store.claim_lookups(world.clock.now(), secs(8), token, 10).await.unwrap();
    assert_eq!(due.iter().map(|claim| claim.order_id).collect::<Vec<_>>(), [id]);
    world.settled(id).await;
}

#[tokio::test]
async fn while_mollie_cannot_be_read_an_unknown_placement_waits() {
    let world = World::new().await;
    world.mollie.next(Fate::LostAnswer);
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.mollie.side().unreadable = Some(domain::ports::GatewayError::Unavailable("503".to_owned()));
    world.work(mins(30)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    assert_eq!(world.sound(accepted.order_id).await.placement, Placement::Placing);
    world.mollie.side().unreadable = None;
    world.work(secs(10)).await;
    assert_eq!(world.sound(accepted.order_id).await.placement, Placement::Placed);
    assert_eq!(world.mollie.calls()[0].kind, "place");
    assert_eq!(world.mollie.effects().0, 1);
}

#[tokio::test]
async fn an_order_whose_payment_parameters_cannot_be_unsealed_is_not_sent_without_them() {
    let world = World::new().await;
    world.mollie.next(Fate::NotSent(None));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    world.spoil_secrets().await;
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    let waiting = world.operation(accepted.operation_id()).await;
    assert_eq!((waiting.state.name(), waiting.sealed.is_some()), (OperationState::NeedsAttention, true));
    assert_eq!(world.sound(accepted.order_id).await.placement, Placement::Placing);
    assert_eq!((world.mollie.calls().len(), world.mollie.effects()), (1, (0, 0, 0)));
}

#[tokio::test]
async fn unknown_outcomes_are_counted_and_make_pauses_grow() {
    let world = World::new().await;
    (0..2).for_each(|_| world.mollie.next(Fate::LostCall));
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    assert_eq!(world.operation(accepted.operation_id()).await.tries.unknown, 1);
    world.advance(Duration::from_millis(499));
    world.rests().await;
    world.advance(Duration::from_millis(1));
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.step().await, Progress::Deferred);
    assert_eq!(world.operation(accepted.operation_id()).await.tries.unknown, 2);
    world.advance(Duration::from_millis(999));
    world.rests().await;
    world.work(secs(5)).await;
    world.settled(accepted.order_id).await;
    assert_eq!(world.mollie.effects(), (1, 0, 0));
}

/// Mollie's answer shows the state as of the question, or later.
#[tokio::test]
async fn an_answer_is_as_old_as_its_question() {
    let world = World::new().await;
    let slowly = || {
        let slow = world.clone();
        meanwhile(async move { slow.advance(secs(10)) })
    };
    world.mollie.next_during(Fate::Answered, slowly());
    let accepted = world.recorded().await;
    let asked = world.clock.now();
    world.drive(accepted.claim.as_ref().unwrap()).await;
    assert_eq!(world.settled(accepted.order_id).await.observed_time, Some(asked));
    world.mollie.next_during(Fate::Answered, slowly());
    let asked = world.clock.now();
    world.cancel_now(accepted.order_id).await;
    assert_eq!(world.settled(accepted.order_id).await.observed_time, Some(asked));
}

#[tokio::test]
async fn an_address_that_differs_at_mollie_is_kept_and_named_when_the_order_is_found() {
    let world = World::new().await;
    world.mollie.next(Fate::LostAnswer);
    let accepted = world.recorded().await;
    world.drive(accepted.claim.as_ref().unwrap()).await;
    {
        let mut side = world.mollie.side();
        let address = side.ledger.orders[0].billing_address.as_mut().unwrap();
        address.parts.city = Some("Utrecht".to_owned());
    }
    world.work(secs(1)).await;
    let order = world.settled(accepted.order_id).await;
    assert_eq!(order.personal.billing_address.unwrap().city.as_deref(), Some("Utrecht"));
    let events = format!("{:?}", world.events(accepted.order_id).await);
    assert!(events.contains("billing_address"));
    assert!(!events.contains("Utrecht") && !events.contains("Amsterdam"));
}

#[tokio::test]
async fn every_event_of_an_operation_names_its_actor() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.ship_now(id, &crate::intents::lamps(1)).await;
    world.cancel_now(id).await;
    for event in world.events(id).await {
        let observed = event.data.kind() == "order.authorized";
        assert_eq!(event.actor.as_deref(), (!observed).then_some("alice"), "{}", event.data.kind());
    }
}
