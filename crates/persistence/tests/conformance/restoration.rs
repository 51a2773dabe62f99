//! What a restored database holds open counts as sent, and is looked for: of each order the first before the others. What is over is read later.

use conformance::samples::*;
use domain::operations::operation::{Operation, State};
use domain::ports::{Change, LookupEnd, Store};
use domain::rules::archival::USUAL_AGE;
use domain::rules::event::Event;
use domain::rules::ids::{MollieOrderId, OrderId};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use jiff::Timestamp;
use persistence::Database;

async fn now_is(database: &Database, operation: &Operation) -> State {
    database.load_operation(operation.id).await.unwrap().unwrap().state
}

pub async fn every_open_operation_of_a_restored_database_counts_as_sent_until_now(database: &Database) {
    let order = bare_order();
    let open = [OperationState::Pending, OperationState::Resolving, OperationState::NeedsAttention];
    let operations: Vec<_> = (2..)
        .zip(open)
        .map(|(turn, name)| Operation { state: state(name), ..operation(&order, turn) })
        .collect();
    let done = Operation { state: state(OperationState::Succeeded), ..operation(&order, 9) };
    let all: Vec<_> = operations.iter().chain([&done]).collect();
    stored(database, &all, order).await;
    assert_eq!(database.last_restoration().await.unwrap(), None);

    let begun = database.begin_restoration(at(1_000)).await.unwrap();
    assert!(begun.number == 1 && !begun.is_finished && begun.started == at(1_000), "{begun:?}");
    assert_eq!(begun.known_until, None, "there is no event");
    for operation in &operations {
        let now = now_is(database, operation).await;
        let was = operation.state.sent().map_or(operation.created_time, |sent| sent.first);
        let sent = now.sent().unwrap();
        assert_eq!((sent.first, sent.last), (was, at(1_000)), "{:?}", operation.state.name());
        let waits = operation.state.name() == OperationState::NeedsAttention;
        let expected = if waits { OperationState::NeedsAttention } else { OperationState::Resolving };
        assert_eq!(now.name(), expected);
    }
    assert_eq!(now_is(database, &done).await, done.state);

    // It goes on with the same one, and doubts nothing anew.
    assert_eq!(database.begin_restoration(at(2_000)).await.unwrap(), begun);
    database.finish_restoration(begun.number, at(3_000)).await.unwrap();
    assert!(database.last_restoration().await.unwrap().unwrap().is_finished);
    assert_eq!(database.begin_restoration(at(4_000)).await.unwrap().number, 2);
}

pub async fn of_each_order_the_first_open_operation_is_looked_for_before_the_others(database: &Database) {
    let (one, two) = (bare_order(), bare_order());
    let (first, second) = (operation(&one, 2), operation(&one, 3));
    let other = operation(&two, 2);
    stored(database, &[&second, &first], one).await;
    stored(database, &[&other], two).await;
    database.begin_restoration(at(1_000)).await.unwrap();
    assert_eq!(database.unobserved(&[]).await.unwrap(), 3);
    assert_eq!(database.unobserved(std::slice::from_ref(&other.profile)).await.unwrap(), 0);

    let claims = database.claim_unobserved(at(1_000), LEASE, token(), 10).await.unwrap();
    let mut claimed: Vec<_> = claims.iter().map(|claim| claim.operation.id).collect();
    claimed.sort();
    let mut expected = vec![first.id, other.id];
    expected.sort();
    assert_eq!(claimed, expected);
    assert!(database.claim_unobserved(at(1_000), LEASE, token(), 10).await.unwrap().is_empty());

    let claim = claims.into_iter().find(|claim| claim.operation.id == first.id).unwrap();
    let absent = Operation { state: State::NEW, ..claim.operation };
    assert!(database.defer(&absent, claim.token).await.unwrap());
    let claims = database.claim_unobserved(at(1_000), LEASE, token(), 10).await.unwrap();
    assert_eq!(claims.iter().map(|claim| claim.operation.id).collect::<Vec<_>>(), [second.id]);
    assert_eq!(database.unobserved(&[]).await.unwrap(), 2);
}

/// An order that is over, and of which no look-up is due.
async fn ended(database: &Database, time: i64) -> OrderId {
    let order = bare_order();
    let (id, mollie_id) = (order.id, Some(MollieOrderId::new(format!("ord_{}", order.id))));
    let order = Order { closed_time: Some(at(time)), placement: Placement::Placed, mollie_id, ..order };
    database.commit(Change { lookup: Some(at(1)), ..creation(&order) }).await.unwrap();
    let claims = database.claim_lookups(at(1), LEASE, token(), 10).await.unwrap();
    database.finish_lookup(&claims[0], LookupEnd { next: None, failures: 0, was_read: true }).await.unwrap();
    id
}

/// Its last look-up was under way at the moment that was restored, or was put off for long.
pub async fn what_is_over_is_read_soon_whatever_was_planned_for_it(database: &Database) {
    let (held, put_off) = (ended(database, 100).await, ended(database, 100).await);
    for id in [held, put_off] {
        database.hook_arrived(id, None, at(110)).await.unwrap();
    }
    let claims = database.claim_lookups(at(110), LEASE, token(), 10).await.unwrap();
    let later = claims.iter().find(|claim| claim.order_id == put_off).unwrap();
    let end = LookupEnd { next: Some(at(9_000_000)), failures: 0, was_read: true };
    database.finish_lookup(later, end).await.unwrap();
    assert!(due(database, 1_000).await.is_empty());
    database.begin_restoration(at(1_000)).await.unwrap();
    let (mut found, mut both) = (due(database, 1_000).await, vec![held, put_off]);
    found.sort();
    both.sort();
    assert_eq!(found, both);
}

/// Of how many a look-up is due, and of which.
async fn due(database: &Database, time: i64) -> Vec<OrderId> {
    let claims = database.claim_lookups(at(time), LEASE, token(), 250).await.unwrap();
    claims.into_iter().map(|claim| claim.order_id).collect()
}

pub async fn orders_that_are_over_are_read_too_but_not_all_at_once(database: &Database) {
    let long_ago = USUAL_AGE.as_secs() + 2_000;
    let old = ended(database, 60).await;
    let first = ended(database, long_ago - 100).await;
    let mut others = Vec::new();
    for n in 0..60 {
        others.push(ended(database, long_ago - n).await);
    }
    database.begin_restoration(at(long_ago)).await.unwrap();
    let (mut now, later) = (due(database, long_ago).await, due(database, long_ago + 60).await);
    now.sort();
    others.sort();
    assert_eq!((now, later), (others, vec![first]), "those that ended last come first");
    assert!(!due(database, long_ago + 6_000).await.contains(&old), "a bank takes back nothing so old");
}

async fn heard_of(database: &Database, time: i64) {
    let order = bare_order();
    let happened = Event { time: at(time), ..event(&order, 1, every_event(&order).remove(0)) };
    database.commit(Change { events: vec![happened], ..creation(&order) }).await.unwrap();
}

/// A whole restore, and since when it looks for orders.
async fn restored(database: &Database, time: i64) -> Option<Timestamp> {
    let begun = database.begin_restoration(at(time)).await.unwrap();
    database.finish_restoration(begun.number, at(time + 1)).await.unwrap();
    begun.known_until
}

pub async fn what_a_recent_restore_looked_for_is_looked_for_again(database: &Database) {
    const MONTH: i64 = 30 * 24 * 60 * 60;
    heard_of(database, 10).await;
    assert_eq!(restored(database, 1_000).await, Some(at(10)));
    heard_of(database, 2_000).await;
    assert_eq!(restored(database, MONTH).await, Some(at(10)), "a profile may have had no key then");
    heard_of(database, 2 * MONTH - 10).await;
    let promised = Some(at(MONTH - 1));
    assert_eq!(restored(database, 2 * MONTH - 1).await, promised, "older requests are promised nothing");
    assert_eq!(restored(database, 3 * MONTH).await, Some(at(2 * MONTH - 10)), "the last one is long ago");
}
