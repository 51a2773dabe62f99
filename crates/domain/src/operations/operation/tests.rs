//! Which operations hold up which.

use uuid::Uuid;

use super::*;
use crate::operations::{cancel_order, place_order};
use crate::rules::fixtures::at;

fn cancel() -> Task {
    cancel_order::Task { cause: cancel_order::Cause::Request }.into()
}

fn place() -> Task {
    place_order::Task { hook_address: "https://shop.example/hook".to_owned() }.into()
}

fn operation(turn: u64, task: Task, state: State) -> Operation {
    let id = OperationId::new(Uuid::from_u128(u128::from(turn)));
    Operation {
        id,
        order_id: OrderId::new(Uuid::from_u128(1)),
        profile: ProfileName::new("main"),
        group: GroupId::from(id),
        task,
        turn,
        after: None,
        state,
        key: IdempotencyKey::new(Uuid::from_u128(2)),
        tries: Tries::default(),
        created_time: at(0),
        not_before: at(5),
        last_problem: None,
        key_refused: false,
        sealed: Some(vec![1]),
        actor: None,
        caller: Caller::new("shop"),
    }
}

fn states() -> [State; 7] {
    let (sent, time) = (Sent::at(at(1)), at(2));
    let rejection = Rejection::of_ours("no");
    [
        State::NEW,
        State::InFlight { sent },
        State::Resolving { sent, refused: None },
        State::NeedsAttention { sent, refused: None },
        State::Succeeded { sent, time },
        State::Rejected { sent, time, rejection },
        State::Withdrawn { time },
    ]
}

#[test]
fn an_operation_under_way_holds_up_its_whole_lane_and_a_waiting_one_those_behind_it() {
    let holds = |turn, task: &Task, other: &Task| {
        let waiting = operation(5, other.clone(), State::NEW);
        states().map(|state| operation(turn, task.clone(), state).holds_up(&waiting, at(9), |_| false))
    };
    let before = [true, true, true, true, false, false, false];
    let behind = [false, true, true, true, false, false, false];
    assert_eq!((holds(4, &cancel(), &cancel()), holds(6, &cancel(), &cancel())), (before, behind));
    assert_eq!(holds(4, &place(), &cancel()), before);
    assert_eq!(holds(4, &cancel(), &place()), [false; 7]);
}

#[test]
fn nothing_holds_up_an_operation_under_way() {
    let first = operation(4, cancel(), State::InFlight { sent: Sent::at(at(1)) });
    for state in &states()[1..] {
        assert!(!first.holds_up(&operation(5, cancel(), state.clone()), at(9), |_| false), "{state:?}");
    }
}

#[test]
fn only_an_operation_put_off_and_never_sent_gives_way_until_its_time() {
    let (reported, waiting) =
        (State::Pending { sent: None, yields: true }, operation(5, cancel(), State::NEW));
    let held = |state: State, now| operation(4, cancel(), state).holds_up(&waiting, now, |_| false);
    assert!(!held(reported.clone(), at(4)) && held(reported, at(5)));
    assert!(held(State::NEW, at(4)));
    assert!(held(State::Pending { sent: Some(Sent::at(at(1))), yields: true }, at(4)));
}

#[test]
fn a_claim_sends_a_pending_operation_and_resolves_one_left_in_flight() {
    let sent = Sent { first: at(1), last: at(2) };
    let claimed = |state: State| state.claimed(at(7));
    assert_eq!(claimed(State::NEW), State::InFlight { sent: Sent::at(at(7)) });
    let again = State::InFlight { sent: Sent { first: at(1), last: at(7) } };
    assert_eq!(claimed(State::Pending { sent: Some(sent), yields: false }), again);
    assert_eq!(claimed(State::InFlight { sent }), State::Resolving { sent, refused: None });
    let refused = State::Resolving { sent, refused: Some(Rejection::of_ours("no")) };
    assert_eq!(claimed(refused.clone()), refused);
}

#[test]
fn a_settled_operation_keeps_no_secret() {
    let settled = operation(1, place(), State::NEW).settled(State::Withdrawn { time: at(3) });
    assert_eq!((settled.sealed, settled.state.settled_time()), (None, Some(at(3))));
}
