//! Cancellations of lines whose answer was lost: told by what Mollie counts beyond all that is settled here, and never repeated
//! blindly.

use domain::ports::GatewayError;
use domain::rules::ids::OrderId;
use domain::rules::item::ItemKind;
use domain::rules::operation::OperationState;
use domain::rules::precondition::PreconditionReason;
use domain::rules::status::OrderStatus;
use domain::workflow::operator::{OperatorError, Verdict, resolve_as};
use domain::workflow::step::Progress;

use crate::cancel_lines::{effects, part, release_elsewhere};
use crate::intents::{chairs, decision, lamps, reason};
use crate::mollie::Fate;
use crate::world::{World, mins, secs};

async fn lamps_canceled(world: &World, id: OrderId) -> u32 {
    world.order(id).await.lines[1].canceled.quantity
}

#[tokio::test]
async fn a_lost_answer_is_found_and_nothing_is_canceled_again() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, progress) = world.cancel_lines_now(id, lamps(1)).await;
    assert_eq!(progress, Progress::Deferred);
    // A hook comes first: the units may be ours.
    assert_eq!((world.sync(id).await.lines[1].canceled.quantity, world.order(id).await.items.len()), (0, 0));
    world.advance(secs(1));
    assert_eq!(world.step().await, Progress::Settled);
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    world.sync(id).await;
    assert_eq!((world.settled(id).await.lines[1].canceled.quantity, effects(&world)), (1, 1));
    assert_eq!(world.order(id).await.items, []);
}

#[tokio::test]
async fn a_lost_call_is_sent_again_only_after_the_settle_window() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.cancel_lines_now(id, lamps(1)).await;
    world.work(secs(87)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    assert_eq!(world.mollie.calls().len(), 2);
    world.work(secs(20)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
    assert_eq!((lamps_canceled(&world, id).await, effects(&world)), (1, 1));
}

#[tokio::test]
async fn an_effect_that_lands_late_is_found() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::Late(secs(70)));
    let (accepted, _) = world.cancel_lines_now(id, lamps(1)).await;
    world.work(mins(2)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
    assert_eq!((lamps_canceled(&world, id).await, effects(&world)), (1, 1));
}

/// The first one is settled here by then: what is left belongs to the second.
#[tokio::test]
async fn of_two_equal_cancellations_the_second_is_told_by_what_the_first_has_settled() {
    for (fate, calls) in [(Fate::LostAnswer, 3), (Fate::LostCall, 4)] {
        let world = World::new().await;
        let id = world.authorized().await;
        let first = world.cancel_lines(id, lamps(1), &[]).await.unwrap();
        let second = world.cancel_lines(id, lamps(1), &[]).await.unwrap();
        assert_ne!(first.operation_id(), second.operation_id());
        world.drive(first.claim.as_ref().unwrap()).await;
        world.mollie.next(fate);
        assert_eq!(world.step().await, Progress::Deferred);
        world.sync(id).await;
        assert_eq!(lamps_canceled(&world, id).await, 1);
        world.work(mins(3)).await;
        for operation in [first, second] {
            assert_eq!(world.state(operation.operation_id()).await, OperationState::Succeeded);
        }
        world.sync(id).await;
        let order = world.settled(id).await;
        assert_eq!((order.lines[1].canceled, order.items.len()), (part(2, "40.00"), 0));
        assert_eq!((effects(&world), world.mollie.calls().len()), (2, calls));
    }
}

#[tokio::test]
async fn a_crash_after_the_effect_leaves_one() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.cancel_lines(id, lamps(1), &[]).await.unwrap();
    world.crash(accepted.claim.as_ref().unwrap()).await;
    world.end_leases().await;
    assert_eq!(world.step().await, Progress::Settled);
    world.settled(id).await;
    assert_eq!((lamps_canceled(&world, id).await, effects(&world)), (1, 1));
}

#[tokio::test]
async fn missing_counters_prove_nothing() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.cancel_lines_now(id, lamps(1)).await;
    world.mollie.side().leaves_counters_out = true;
    world.work(secs(30)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Resolving);
    world.mollie.side().leaves_counters_out = false;
    world.work(mins(3)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
    assert_eq!((lamps_canceled(&world, id).await, effects(&world)), (1, 1));
}

#[tokio::test]
async fn other_lines_that_somebody_cancels_say_nothing() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.cancel_lines_now(id, lamps(1)).await;
    release_elsewhere(&world, id, 0, part(1, "349.00")).await;
    assert_eq!(world.sync(id).await.lines[0].canceled, part(1, "349.00"), "nobody here canceled that line");
    world.work(mins(3)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    world.settled(id).await;
    assert_eq!((lamps_canceled(&world, id).await, effects(&world)), (1, 1));
}

/// One of three lamps is ours; two are found.
#[tokio::test]
async fn more_units_than_ours_are_put_to_an_operator_who_knows() {
    for (fate, is_ours) in [(Fate::LostAnswer, true), (Fate::LostCall, false)] {
        let world = World::new().await;
        let id = world.authorized().await;
        world.mollie.next(fate);
        let (accepted, _) = world.cancel_lines_now(id, lamps(1)).await;
        release_elsewhere(
            &world,
            id,
            1,
            part(if is_ours { 1 } else { 2 }, if is_ours { "20.00" } else { "40.00" }),
        )
        .await;
        world.work(secs(10)).await;
        let operation = world.operation(accepted.operation_id()).await;
        assert_eq!(operation.state.name(), OperationState::NeedsAttention);
        let problem = operation.last_problem.unwrap();
        assert!(problem.contains("of line 2, 1 for 20.00 EUR sent, 2 for 40.00 EUR found"), "{problem}");
        assert_eq!(world.sync(id).await.lines[1].canceled.quantity, 0, "not while it is undecided");
        assert_eq!(reason(world.ship(id, &chairs(1)).await), PreconditionReason::OrderNeedsAttention);
        let verdict = match is_ours {
            true => Verdict::Succeeded { mollie_id: "ord_1.1".to_owned() },
            false => Verdict::Rejected,
        };
        Box::pin(resolve_as(&*world, accepted.operation_id().unwrap(), &verdict, &decision())).await.unwrap();
        world.sync(id).await;
        let order = world.settled(id).await;
        assert_eq!(order.lines[1].canceled, part(2, "40.00"));
    }
}

#[tokio::test]
async fn an_operators_word_is_checked() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostCall);
    let (accepted, _) = world.cancel_lines_now(id, lamps(2)).await;
    release_elsewhere(&world, id, 1, part(1, "20.00")).await;
    world.work(secs(10)).await;
    let operation = accepted.operation_id().unwrap();
    for (mollie_id, fits) in [("ord_1.1", false), ("ord_9", false)] {
        let verdict = Verdict::Succeeded { mollie_id: mollie_id.to_owned() };
        let outcome = Box::pin(resolve_as(&*world, operation, &verdict, &decision())).await;
        assert!(matches!(outcome, Err(OperatorError::DoesNotFit { .. })) != fits, "{outcome:?}");
    }
}

/// Nothing is left of the line: whoever canceled it, no call of ours can change that.
#[tokio::test]
async fn a_line_that_is_canceled_altogether_needs_no_operator() {
    for fate in [Fate::LostCall, Fate::Rejected] {
        let world = World::new().await;
        let id = world.authorized().await;
        let accepted = world.cancel_lines(id, lamps(1), &[]).await.unwrap();
        release_elsewhere(&world, id, 1, part(3, "60.00")).await;
        world.mollie.next(fate);
        world.drive(accepted.claim.as_ref().unwrap()).await;
        world.work(secs(10)).await;
        assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
        let order = world.settled(id).await;
        assert_eq!((order.lines[1].canceled, order.items.len()), (part(3, "60.00"), 0));
    }
}

/// Mollie has refused ours, so what is there is somebody else's, even where it looks the same.
#[tokio::test]
async fn units_canceled_elsewhere_do_not_settle_what_mollie_declined() {
    let world = World::new().await;
    let id = world.authorized().await;
    let accepted = world.cancel_lines(id, lamps(1), &[]).await.unwrap();
    release_elsewhere(&world, id, 1, part(1, "20.00")).await;
    world.mollie.next(Fate::Rejected);
    world.drive(accepted.claim.as_ref().unwrap()).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Rejected);
    let order = world.settled(id).await;
    assert_eq!((order.lines[1].canceled.quantity, order.lines[1].available().quantity), (1, 2));
}

/// The second call is that of a process that was woken past its lease.
#[tokio::test]
async fn a_second_effect_of_the_same_call_is_raised() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::Late(mins(4)));
    let (accepted, _) = world.cancel_lines_now(id, lamps(1)).await;
    world.work(mins(3)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::Succeeded);
    assert_eq!(world.sync(id).await.items, []);
    world.work(mins(2)).await;
    for _ in 0..2 {
        world.sync(id).await;
    }
    let order = world.settled(id).await;
    assert_eq!((order.lines[1].canceled.quantity, effects(&world)), (2, 2));
    let [item] = order.items.as_slice() else { panic!("{:?}", order.items) };
    assert_eq!((item.kind, item.operation_id), (ItemKind::SurplusCancellation, accepted.operation_id()));
    assert!(item.text.contains("1 of line 2, 20.00 EUR"), "{}", item.text);
}

#[tokio::test]
async fn other_units_canceled_later_raise_nothing() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.cancel_lines_now(id, lamps(1)).await;
    release_elsewhere(&world, id, 1, part(2, "40.00")).await;
    let order = world.sync(id).await;
    assert_eq!((order.lines[1].canceled.quantity, order.items.len()), (3, 0));
    assert_eq!(order.facts.status, Some(OrderStatus::Authorized));
}

/// An operator called it rejected, because nothing could be read; its effect is there all the same.
#[tokio::test]
async fn an_effect_that_an_operator_denied_is_raised() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::LostAnswer);
    let (accepted, _) = world.cancel_lines_now(id, lamps(1)).await;
    world.mollie.side().unreadable = Some(GatewayError::Unreadable("nonsense".into()));
    world.work(mins(30)).await;
    assert_eq!(world.state(accepted.operation_id()).await, OperationState::NeedsAttention);
    Box::pin(resolve_as(&*world, accepted.operation_id().unwrap(), &Verdict::Rejected, &decision()))
        .await
        .unwrap();
    world.mollie.side().unreadable = None;
    let order = world.sync(id).await;
    world.settled(id).await;
    assert_eq!(order.lines[1].canceled.quantity, 1);
    assert_eq!(order.items.iter().map(|item| item.kind).collect::<Vec<_>>(), [ItemKind::SurplusCancellation]);
}
