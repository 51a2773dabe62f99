//! Operations of one order in different lanes, of which some stand in none that a kind has yet.

use domain::operations::made_up::{self, What, When};
use domain::operations::operation::{Operation, State};
use domain::operations::sent::Sent;
use domain::operations::task::Task;
use domain::ports::Store;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use tokio::task::JoinSet;

use crate::claims::{claim, ids, load, release, settled};
use crate::samples::*;

/// In the lane of what moves no money.
fn terms() -> Task {
    made_up::Task { what: What::Number("1338".to_owned()), when: When::Now }.into()
}

fn in_terms(order: &Order, turn: u64) -> Operation {
    Operation { task: terms(), ..operation(order, turn) }
}

pub async fn what_waits_for_a_person_in_one_lane_holds_up_none_in_another(store: &impl Store) {
    let order = bare_order();
    let stuck = Operation { state: state(OperationState::NeedsAttention), ..in_terms(&order, 1) };
    let (behind, other) = (in_terms(&order, 2), operation(&order, 3));
    let mut order = stored(store, &[&stuck, &behind, &other], order).await;
    let claims = claim(store, 1).await;
    assert_eq!(ids(&claims), [other.id]);
    release(store, &mut order, settled(claims[0].operation.clone()), claims[0].token).await.unwrap();
    assert_eq!(ids(&claim(store, 1).await), []);
}

/// Also if both could be: which of them is first does not matter.
pub async fn of_one_order_one_is_sent_at_a_time(store: &impl Store) {
    let order = bare_order();
    let (first, second) = (in_terms(&order, 1), operation(&order, 2));
    let mut order = stored(store, &[&second, &first], order).await;
    let mut claims = claim(store, 1).await;
    assert_eq!(claims.len(), 1, "{claims:?}");
    assert_eq!(ids(&claim(store, 1).await), []);
    let taken = claims.remove(0);
    release(store, &mut order, settled(taken.operation.clone()), taken.token).await.unwrap();
    let next = claim(store, 1).await;
    assert_eq!(next.len(), 1);
    assert_ne!(next[0].operation.id, taken.operation.id);
}

pub async fn what_is_in_flight_is_looked_for_while_another_waits(store: &impl Store) {
    let order = bare_order();
    let (lost, waiting) = (in_terms(&order, 1), operation(&order, 2));
    stored(store, &[&lost], order.clone()).await;
    let first = store.claim_operations(at(1), NO_LEASE, token(), 10).await.unwrap();
    assert_eq!(ids(&first), [lost.id]);
    let mut order = order;
    let mut added = change(&mut order);
    added.operations = vec![inserted(waiting.clone())];
    store.commit(added).await.unwrap();
    // Nobody knows yet whether it is being sent.
    assert_eq!(ids(&claim(store, 2).await), [lost.id]);
    assert_eq!(load(store, &lost).await.state, State::Resolving { sent: Sent::at(at(1)), refused: None });
    assert_eq!(ids(&claim(store, 2).await), [waiting.id]);
}

/// What could not be sent keeps its place, and so does what was sent before.
pub async fn what_was_told_to_come_later_is_overtaken_in_its_lane(store: &impl Store) {
    for (sent, yields, overtaken) in
        [(None, true, true), (None, false, false), (Some(Sent::at(at(0))), true, false)]
    {
        let order = bare_order();
        let state = State::Pending { sent, yields };
        let later = Operation { state, not_before: at(60), ..operation(&order, 1) };
        let behind = operation(&order, 2);
        let mut order = stored(store, &[&later, &behind], order).await;
        let claims = claim(store, 1).await;
        assert_eq!(claims.len(), usize::from(overtaken), "{:?}", later.state);
        if let Some(claim) = claims.first() {
            release(store, &mut order, settled(claim.operation.clone()), claim.token).await.unwrap();
        }
        let due = claim(store, 60).await;
        assert_eq!(ids(&due), [later.id]);
        release(store, &mut order, settled(due[0].operation.clone()), due[0].token).await.unwrap();
        for rest in claim(store, 60).await {
            release(store, &mut order, settled(rest.operation.clone()), rest.token).await.unwrap();
        }
    }
}

/// It keeps its place behind that, and those behind it in its lane need not wait.
pub async fn what_follows_another_is_sent_once_that_has_ended_and_holds_up_none_before(store: &impl Store) {
    for outcome in [OperationState::NeedsAttention, OperationState::Succeeded, OperationState::Rejected] {
        let order = bare_order();
        let first = operation(&order, 1);
        let follower = Operation { after: Some(first.id), ..in_terms(&order, 2) };
        let (other, last) = (in_terms(&order, 3), Operation { not_before: at(5), ..in_terms(&order, 4) });
        let mut order = stored(store, &[&first, &follower, &other, &last], order).await;
        let claims = claim(store, 1).await;
        assert_eq!(ids(&claims), [first.id]);
        let state = state(outcome);
        let ended = Operation { state, ..claims[0].operation.clone() };
        release(store, &mut order, ended, claims[0].token).await.unwrap();
        let claims = claim(store, 1).await;
        let is_over = outcome.is_settled();
        assert_eq!(ids(&claims), [if is_over { follower.id } else { other.id }], "{outcome:?}");
        release(store, &mut order, settled(claims[0].operation.clone()), claims[0].token).await.unwrap();
        let next = claim(store, 5).await;
        assert_eq!(ids(&next), [if is_over { other.id } else { last.id }], "{outcome:?}");
        release(store, &mut order, settled(next[0].operation.clone()), next[0].token).await.unwrap();
        for rest in claim(store, 5).await {
            release(store, &mut order, settled(rest.operation.clone()), rest.token).await.unwrap();
        }
    }
}

pub async fn nothing_is_sent_before_the_placement(store: &impl Store) {
    let order = bare_order();
    let placement = Operation { task: place(), ..operation(&order, 1) };
    let (terms, cancel) = (in_terms(&order, 2), operation(&order, 3));
    let stuck = Operation { state: state(OperationState::NeedsAttention), ..placement.clone() };
    let other = bare_order();
    let elsewhere = Operation { order_id: other.id, ..stuck };
    let behind = in_terms(&other, 2);
    stored(store, &[&placement, &terms, &cancel], order).await;
    stored(store, &[&Operation { id: behind_id(), ..elsewhere }, &behind], other).await;
    assert_eq!(ids(&claim(store, 1).await), [placement.id]);
    assert_eq!(ids(&claim(store, 1).await), []);
}

fn behind_id() -> domain::rules::ids::OperationId {
    domain::rules::ids::OperationId::new(uuid())
}

pub async fn of_two_takers_of_two_lanes_one_sends<S: Store + Clone + 'static>(store: &S) {
    for _ in 0..40 {
        let order = bare_order();
        stored(store, &[&in_terms(&order, 1), &operation(&order, 2)], order).await;
    }
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        tasks.spawn(async move {
            let (mut all, mut idle) = (Vec::new(), 0);
            // Who meets another taker comes away with nothing, and asks again.
            while idle < 20 && all.len() < 80 {
                let claims = store.claim_operations(at(1), LEASE, token(), 3).await.unwrap();
                idle = if claims.is_empty() { idle + 1 } else { 0 };
                all.extend(claims.into_iter().map(|claim| claim.operation.order_id));
            }
            all
        });
    }
    let mut orders = tasks.join_all().await.concat();
    let claimed = orders.len();
    orders.sort();
    orders.dedup();
    assert_eq!((claimed, orders.len()), (40, 40));
}
