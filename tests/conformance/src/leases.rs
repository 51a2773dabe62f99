//! An operation is written only by whoever holds it, or while nobody can have sent it.

use domain::operations::operation::{Operation, State, Tries};
use domain::operations::sent::Sent;
use domain::ports::{CommitError, OperationWrite, Store};
use domain::rules::order::Order;

use crate::claims::{claim, ids, load, release, settled};
use crate::samples::*;

pub async fn a_lease_is_renewed_by_its_token_while_it_stands(store: &impl Store) {
    let order = bare_order();
    let pending = operation(&order, 1);
    stored(store, &[&pending], order).await;
    let claims = claim(store, 1).await;
    let renewed = async |token, lease| store.renew_lease(pending.id, token, lease).await.unwrap();
    assert!(!renewed(token(), LEASE).await);
    assert!(renewed(claims[0].token, LEASE).await);
    // Now it runs out, and what has run out is not extended.
    assert!(renewed(claims[0].token, NO_LEASE).await);
    assert!(!renewed(claims[0].token, LEASE).await);
    assert_eq!(ids(&claim(store, 1).await), [pending.id]);
}

pub async fn an_operation_is_released_by_its_token_only(store: &impl Store) {
    let order = bare_order();
    let pending = operation(&order, 1);
    let mut order = stored(store, &[&pending], order).await;
    let claims = claim(store, 1).await;
    let done = settled(claims[0].operation.clone());
    let refused = release(store, &mut order, done.clone(), token()).await;
    assert!(matches!(refused, Err(CommitError::LeaseLost)), "{refused:?}");
    release(store, &mut order, done.clone(), claims[0].token).await.unwrap();
    assert_eq!(load(store, &done).await, done);
    let again = release(store, &mut order, done, claims[0].token).await;
    assert!(matches!(again, Err(CommitError::LeaseLost)), "{again:?}");
}

pub async fn an_operation_is_put_back_by_its_token_only(store: &impl Store) {
    let order = bare_order();
    stored(store, &[&operation(&order, 1)], order).await;
    let claims = claim(store, 1).await;
    let back = Operation {
        state: State::NEW,
        tries: Tries { deferrals: 1, ..Tries::default() },
        not_before: at(20),
        last_problem: Some("connection refused".into()),
        ..claims[0].operation.clone()
    };
    assert!(!store.defer(&back, token()).await.unwrap());
    assert!(store.defer(&back, claims[0].token).await.unwrap());
    assert!(!store.defer(&back, claims[0].token).await.unwrap());
    assert_eq!(load(store, &back).await, back);
    assert_eq!(ids(&claim(store, 19).await), []);
    assert_eq!(ids(&claim(store, 20).await), [back.id]);
}

pub async fn what_is_settled_is_not_put_back(store: &impl Store) {
    let order = bare_order();
    stored(store, &[&operation(&order, 1)], order).await;
    let claims = claim(store, 1).await;
    let done = settled(claims[0].operation.clone());
    let refused = store.defer(&done, claims[0].token).await;
    assert!(refused.is_err_and(|error| !error.retryable()));
    assert_eq!(load(store, &done).await, claims[0].operation);
}

pub async fn only_what_was_never_sent_is_withdrawn(store: &impl Store) {
    let order = bare_order();
    let (fresh, mut sent_before) = (operation(&order, 1), operation(&order, 2));
    sent_before.state = State::Pending { sent: Some(Sent::at(at(0))), yields: false };
    let in_flight = operation(&bare_order(), 1);
    let mut order = stored(store, &[&fresh, &sent_before], order).await;
    let mut other = bare_order();
    other.id = in_flight.order_id;
    let mut other = stored(store, &[&in_flight], other).await;

    let withdraw = async |order: &mut Order, operation: Operation| {
        let mut changed = order.clone();
        let mut change = change(&mut changed);
        let operation = operation.settled(State::Withdrawn { time: at(3) });
        change.operations = vec![OperationWrite::Withdraw { operation }];
        store.commit(change).await.map(|()| *order = changed)
    };
    withdraw(&mut order, fresh.clone()).await.unwrap();
    assert_eq!(load(store, &fresh).await.state, State::Withdrawn { time: at(3) });
    let twice = withdraw(&mut order, fresh).await;
    assert!(matches!(twice, Err(CommitError::LeaseLost)), "{twice:?}");
    let refused = withdraw(&mut order, sent_before).await;
    assert!(matches!(refused, Err(CommitError::LeaseLost)), "{refused:?}");
    claim(store, 1).await;
    let refused = withdraw(&mut other, in_flight).await;
    assert!(matches!(refused, Err(CommitError::LeaseLost)), "{refused:?}");
}

/// Nobody else can have touched it: what was done is worth more than the time it took.
pub async fn work_done_under_a_lease_that_ran_out_counts_while_nobody_took_over(store: &impl Store) {
    let (order, other) = (bare_order(), bare_order());
    let (first, second) = (operation(&order, 1), operation(&other, 1));
    let mut order = stored(store, &[&first], order).await;
    stored(store, &[&second], other).await;
    let claims = store.claim_operations(at(1), NO_LEASE, token(), 10).await.unwrap();
    assert_eq!(ids(&claims), [first.id, second.id]);
    let done = settled(claims[0].operation.clone());
    release(store, &mut order, done.clone(), claims[0].token).await.unwrap();
    assert_eq!(load(store, &done).await, done);
    assert!(store.defer(&second, claims[1].token).await.unwrap());
    assert_eq!(load(store, &second).await, second);
    assert!(!store.defer(&second, claims[1].token).await.unwrap());
}

pub async fn what_somebody_holds_is_not_withdrawn(store: &impl Store) {
    for (lease, withdrawn) in [(LEASE, false), (NO_LEASE, true)] {
        let mut order = bare_order();
        let pending = operation(&order, 1);
        let mut recorded = creation(&order);
        let claim = Some((token(), lease));
        recorded.operations = vec![OperationWrite::Insert { operation: pending.clone(), claim }];
        store.commit(recorded).await.unwrap();
        let mut change = change(&mut order);
        let operation = pending.settled(State::Withdrawn { time: at(3) });
        change.operations = vec![OperationWrite::Withdraw { operation }];
        let outcome = store.commit(change).await;
        let refused = matches!(outcome, Err(CommitError::LeaseLost));
        assert_eq!((outcome.is_ok(), refused), (withdrawn, !withdrawn), "{outcome:?}");
    }
}
