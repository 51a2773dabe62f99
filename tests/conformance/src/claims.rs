//! Operations are given out one per order, in turn, each to one taker at a time.

use std::collections::BTreeSet;

use domain::operations::claim::Claim;
use domain::operations::operation::{Operation, State};
use domain::operations::sent::Sent;
use domain::ports::{CommitError, OperationWrite, Store};
use domain::rules::ids::{LeaseToken, OperationId};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use tokio::task::JoinSet;

use crate::samples::*;

pub(crate) async fn claim(store: &impl Store, seconds: i64) -> Vec<Claim> {
    let claims = store.claim_operations(at(seconds), LEASE, token(), 10).await;
    claims.unwrap()
}

pub(crate) fn ids(claims: &[Claim]) -> Vec<OperationId> {
    claims.iter().map(|claim| claim.operation.id).collect()
}

pub(crate) async fn load(store: &impl Store, operation: &Operation) -> Operation {
    let found = store.load_operation(operation.id).await.unwrap();
    found.unwrap()
}

pub(crate) async fn release(
    store: &impl Store,
    order: &mut Order,
    operation: Operation,
    token: LeaseToken,
) -> Result<(), CommitError> {
    let mut changed = order.clone();
    let mut change = change(&mut changed);
    change.operations = vec![OperationWrite::Release { operation, token }];
    store.commit(change).await?;
    *order = changed;
    Ok(())
}

pub(crate) fn settled(operation: Operation) -> Operation {
    operation.settled(state(OperationState::Succeeded))
}

pub async fn operations_are_given_out_in_turn(store: &impl Store) {
    let order = bare_order();
    let (second, first) = (operation(&order, 5), operation(&order, 2));
    let mut order = stored(store, &[&second, &first], order).await;
    let claims = claim(store, 1).await;
    assert_eq!(ids(&claims), [first.id]);
    assert_eq!(ids(&claim(store, 1).await), []);
    let Claim { operation, token, .. } = claims[0].clone();
    release(store, &mut order, settled(operation), token).await.unwrap();
    assert_eq!(ids(&claim(store, 1).await), [second.id]);
}

pub async fn an_operation_is_not_given_out_before_its_time(store: &impl Store) {
    let order = bare_order();
    let mut later = operation(&order, 1);
    later.not_before = micros(5, 500_000);
    let mut resolving = operation(&bare_order(), 1);
    resolving.not_before = at(6);
    resolving.state = state(OperationState::Resolving);
    stored(store, &[&later], order).await;
    let mut other = bare_order();
    other.id = resolving.order_id;
    stored(store, &[&resolving], other).await;
    assert_eq!(ids(&claim(store, 5).await), []);
    assert_eq!(ids(&claim(store, 6).await), [later.id, resolving.id]);
}

/// Texts of different lengths would sort `12:00:05Z` behind `12:00:05.5Z`.
pub async fn times_compare_also_at_whole_seconds(store: &impl Store) {
    for (not_before, now, due) in [
        (at(5), micros(5, 1), true),
        (micros(5, 1), at(5), false),
        (micros(5, 100_000), micros(5, 99_999), false),
        (at(5), at(5), true),
    ] {
        let order = bare_order();
        let mut operation = operation(&order, 1);
        operation.not_before = not_before;
        let mut order = stored(store, &[&operation], order).await;
        let claims = store.claim_operations(now, LEASE, token(), 10).await.unwrap();
        assert_eq!(!claims.is_empty(), due, "{not_before} at {now}");
        let holder = claims.first().map_or(token(), |claim| claim.token);
        if release(store, &mut order, settled(operation.clone()), holder).await.is_err() {
            let mut change = change(&mut order);
            operation.state = state(OperationState::Withdrawn);
            change.operations = vec![OperationWrite::Withdraw { operation }];
            store.commit(change).await.unwrap();
        }
    }
}

pub async fn a_claim_notes_the_times_of_sending(store: &impl Store) {
    let order = bare_order();
    let pending = operation(&order, 1);
    let mut order = stored(store, &[&pending], order).await;
    let claims = claim(store, 3).await;
    let mut sent = Operation { state: State::InFlight { sent: Sent::at(at(3)) }, ..pending };
    assert_eq!(claims[0].operation, sent);
    assert_eq!(load(store, &sent).await, sent);
    sent.state = State::Pending { sent: Some(Sent::at(at(3))), yields: false };
    release(store, &mut order, sent.clone(), claims[0].token).await.unwrap();
    let again = claim(store, micros(9, 0).duration_since(at(0)).as_secs()).await;
    assert_eq!(again[0].operation.state, State::InFlight { sent: Sent { first: at(3), last: at(9) } });
}

pub async fn a_lease_that_ran_out_leaves_the_operation_resolving(store: &impl Store) {
    let order = bare_order();
    let pending = operation(&order, 1);
    let mut order = stored(store, &[&pending], order).await;
    let first = store.claim_operations(at(1), NO_LEASE, token(), 10).await.unwrap();
    assert_eq!(first[0].operation.state, State::InFlight { sent: Sent::at(at(1)) });
    let second = claim(store, 2).await;
    let resolving = Operation { state: State::Resolving { sent: Sent::at(at(1)), refused: None }, ..pending };
    assert_eq!(second[0].operation, resolving);
    let late = release(store, &mut order, settled(resolving.clone()), first[0].token).await;
    assert!(matches!(late, Err(CommitError::LeaseLost)), "{late:?}");
    assert_eq!(load(store, &resolving).await, resolving);
}

pub async fn what_is_resolving_stays_so_when_it_is_claimed(store: &impl Store) {
    let order = bare_order();
    let mut resolving = operation(&order, 1);
    resolving.state = state(OperationState::Resolving);
    stored(store, &[&resolving], order).await;
    let first = store.claim_operations(at(1), NO_LEASE, token(), 10).await.unwrap();
    assert_eq!(first[0].operation, resolving);
    assert_eq!(claim(store, 1).await[0].operation, resolving);
    assert_eq!(ids(&claim(store, 1).await), []);
}

pub async fn an_operation_that_needs_attention_holds_up_those_behind_it(store: &impl Store) {
    let (order, other) = (bare_order(), bare_order());
    let mut stuck = operation(&order, 1);
    stuck.state = state(OperationState::NeedsAttention);
    let behind = operation(&order, 2);
    let elsewhere = operation(&other, 1);
    stored(store, &[&stuck, &behind], order).await;
    stored(store, &[&elsewhere], other).await;
    assert_eq!(ids(&claim(store, 1).await), [elsewhere.id]);
}

pub async fn an_operation_inserted_with_a_claim_is_not_given_out(store: &impl Store) {
    let mut order = bare_order();
    let mut sent = operation(&order, 1);
    sent.state = state(OperationState::InFlight);
    let mine = token();
    let mut change = creation(&order);
    change.operations = vec![OperationWrite::Insert { operation: sent.clone(), claim: Some((mine, LEASE)) }];
    store.commit(change).await.unwrap();
    assert_eq!(ids(&claim(store, 1).await), []);
    release(store, &mut order, settled(sent), mine).await.unwrap();
}

pub async fn no_more_are_given_out_than_asked_for(store: &impl Store) {
    for _ in 0..9 {
        let order = bare_order();
        stored(store, &[&operation(&order, 1)], order).await;
    }
    let mut seen = BTreeSet::new();
    for expected in [4, 4, 1, 0] {
        let claims = store.claim_operations(at(1), LEASE, token(), 4).await.unwrap();
        assert_eq!(claims.len(), expected);
        seen.extend(ids(&claims));
    }
    assert_eq!(seen.len(), 9);
}

pub async fn of_many_takers_at_once_one_gets_it<S: Store + Clone + 'static>(store: &S) {
    for _ in 0..60 {
        let order = bare_order();
        stored(store, &[&operation(&order, 1), &operation(&order, 2)], order).await;
    }
    let mut tasks = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        tasks.spawn(async move {
            let mut all = Vec::new();
            loop {
                let claims = store.claim_operations(at(1), LEASE, token(), 3).await.unwrap();
                all.extend(ids(&claims));
                // A store that never ends giving out is to fail, not to hang.
                if claims.is_empty() || all.len() > 60 {
                    return all;
                }
            }
        });
    }
    let claimed = tasks.join_all().await.concat();
    let distinct: BTreeSet<_> = claimed.iter().collect();
    assert_eq!((claimed.len(), distinct.len()), (60, 60));
}

pub async fn unsettled_operations_come_by_turn(store: &impl Store) {
    let order = bare_order();
    let mut operations: Vec<_> = (1..)
        .zip(OperationState::ALL)
        .map(|(turn, name)| Operation { state: state(*name), ..operation(&order, turn) })
        .collect();
    operations.reverse();
    let order = stored(store, &operations.iter().collect::<Vec<_>>(), order).await;
    let found = store.unsettled_operations(order.id).await.unwrap();
    let states: Vec<_> = found.iter().map(|operation| operation.state.name().as_str()).collect();
    assert_eq!(states, ["pending", "in_flight", "resolving", "needs_attention"]);
}

pub async fn those_that_wait_longest_are_given_out_first(store: &impl Store) {
    let mut waiting = Vec::new();
    for seconds in [3, 1, 2, 1] {
        let order = bare_order();
        let operation = Operation { not_before: at(seconds), ..operation(&order, 1) };
        stored(store, &[&operation], order).await;
        waiting.push(operation.id);
    }
    let claims = store.claim_operations(at(9), LEASE, token(), 3).await.unwrap();
    assert_eq!(ids(&claims), [waiting[1], waiting[3], waiting[2]]);
    assert_eq!(ids(&claim(store, 9).await), [waiting[0]]);
}

/// Its sender is gone, and what it sent may have taken effect: no time of its own says when to look.
pub async fn what_was_left_in_flight_is_given_out_before_its_time(store: &impl Store) {
    let order = bare_order();
    let mut left = operation(&order, 1);
    (left.state, left.not_before) = (state(OperationState::InFlight), at(1000));
    stored(store, &[&left], order).await;
    let claims = claim(store, 1).await;
    assert_eq!(claims[0].operation, Operation { state: state(OperationState::Resolving), ..left });
}
