//! Operations as operators list and decide them.

use domain::operations::operation::Operation;
use domain::operations::task::OperationKind;
use domain::ports::{Change, CommitError, OperationFilter, OperationPageKey, OperationWrite, Store};
use domain::rules::access::Profiles;
use domain::rules::ids::{OperationId, OrderId, ProfileName};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;

use crate::samples::*;

async fn listed(store: &impl Store, filter: OperationFilter) -> Vec<OperationId> {
    let page = store.list_operations(&filter, None, 100).await.unwrap();
    assert_eq!(page.next, None);
    page.items.iter().map(|operation| operation.id).collect()
}

pub(crate) fn in_state(order: &Order, turn: u64, name: OperationState) -> Operation {
    let created_time = micros(i64::try_from(turn).unwrap(), 0);
    Operation { state: state(name), created_time, ..operation(order, turn) }
}

/// Several operations of the same moment, as a moment is no key; and a younger one with every page.
pub async fn operations_come_oldest_first_without_loss_or_double(store: &impl Store) {
    let order = bare_order();
    let operations: Vec<_> = (0..23_i64)
        .map(|n| Operation {
            created_time: micros(n / 5, (n % 2) * 500_000),
            ..operation(&order, u64::try_from(n).unwrap())
        })
        .collect();
    let mut expected: Vec<_> = operations.iter().map(|it| (it.created_time, it.id)).collect();
    expected.sort();
    let mut order = stored(store, &operations.iter().collect::<Vec<_>>(), order).await;
    for limit in [1, 4, 22, 23] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.list_operations(&OperationFilter::default(), after, limit).await.unwrap();
            assert!(page.items.len() <= usize::try_from(limit).unwrap());
            found.extend(page.items.iter().map(|it| (it.created_time, it.id)));
            after = page.next;
            let older = in_state(&order, 99, OperationState::Rejected);
            let mut added = change(&mut order);
            added.operations = vec![inserted(older)];
            store.commit(added).await.unwrap();
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "pages of {limit}");
    }
    let last =
        expected.last().map(|(created_time, id)| OperationPageKey { created_time: *created_time, id: *id });
    let page = store.list_operations(&OperationFilter::default(), last, 10).await.unwrap();
    assert_eq!((page.items, page.next), (Vec::new(), None));
}

pub async fn operations_that_are_not_settled_are_listed_unless_others_are_asked_for(store: &impl Store) {
    let order = bare_order();
    let all: Vec<_> = (1..).zip(OperationState::ALL).map(|(n, state)| in_state(&order, n, *state)).collect();
    stored(store, &all.iter().collect::<Vec<_>>(), order).await;
    let unsettled: Vec<_> = all.iter().filter(|it| !it.state.is_settled()).map(|it| it.id).collect();
    assert_eq!(unsettled.len(), 4);
    assert_eq!(listed(store, OperationFilter::default()).await, unsettled);
    for operation in &all {
        let states = vec![operation.state.name()];
        assert_eq!(
            listed(store, OperationFilter { states, ..OperationFilter::default() }).await,
            [operation.id]
        );
    }
}

pub async fn operations_are_filtered_by_each_part(store: &impl Store) {
    let (plain, mut other) = (bare_order(), bare_order());
    other.profile = ProfileName::new("outlet");
    let ship =
        Operation { task: full_operation(&plain).task, ..in_state(&plain, 2, OperationState::Pending) };
    let place = Operation { task: place(), ..in_state(&plain, 1, OperationState::Pending) };
    let foreign = in_state(&other, 3, OperationState::Pending);
    stored(store, &[&ship, &place], plain.clone()).await;
    stored(store, &[&foreign], other.clone()).await;
    let none = OperationFilter::default;
    assert_eq!(listed(store, none()).await, [place.id, ship.id, foreign.id]);
    let profiles = Profiles::one(other.profile.clone());
    assert_eq!(listed(store, OperationFilter { profiles, ..none() }).await, [foreign.id]);
    let profiles = Profiles::These([].into());
    assert_eq!(listed(store, OperationFilter { profiles, ..none() }).await, []);
    let order_id = Some(plain.id);
    assert_eq!(listed(store, OperationFilter { order_id, ..none() }).await, [place.id, ship.id]);
    let kinds = vec![OperationKind::CreateShipment, OperationKind::CancelOrder];
    assert_eq!(listed(store, OperationFilter { kinds, order_id, ..none() }).await, [ship.id]);
    let order_id = Some(OrderId::new(uuid()));
    assert_eq!(listed(store, OperationFilter { order_id, ..none() }).await, []);
}

pub async fn only_what_needs_attention_is_decided(store: &impl Store) {
    for name in OperationState::ALL {
        let order = bare_order();
        let before = in_state(&order, 1, *name);
        let mut order = stored(store, &[&before], order).await;
        let resolving = Operation { state: state(OperationState::Resolving), ..before.clone() };
        let mut decided = change(&mut order);
        decided.operations = vec![OperationWrite::Decide { operation: resolving.clone() }];
        let outcome = store.commit(decided).await;
        let found = store.load_operation(before.id).await.unwrap().unwrap();
        match name {
            OperationState::NeedsAttention => {
                outcome.unwrap();
                assert_eq!(found, resolving);
                let claims = store.claim_operations(at(5), LEASE, token(), 10).await.unwrap();
                let is_due = claims.iter().any(|claim| claim.operation.id == before.id);
                assert!(is_due, "it is not due at once");
            }
            OperationState::Pending
            | OperationState::InFlight
            | OperationState::Resolving
            | OperationState::Succeeded
            | OperationState::Rejected
            | OperationState::Withdrawn => {
                assert!(matches!(outcome, Err(CommitError::LeaseLost)), "{outcome:?}");
                assert_eq!(found, before);
                order.version -= 1;
            }
        }
    }
}

/// No lease stands on what needs attention; were there one, its holder would decide.
pub async fn what_somebody_works_on_is_not_decided(store: &impl Store) {
    let mut order = stored(store, &[], bare_order()).await;
    let operation = in_state(&order, 1, OperationState::NeedsAttention);
    let mut begun = change(&mut order);
    let claim = Some((token(), LEASE));
    begun.operations = vec![OperationWrite::Insert { operation: operation.clone(), claim }];
    store.commit(begun).await.unwrap();
    let mut decided = change(&mut order);
    decided.operations = vec![OperationWrite::Decide { operation: operation.clone() }];
    assert!(matches!(store.commit(decided).await, Err(CommitError::LeaseLost)));
}

pub async fn of_two_decisions_at_once_one_is_written<S: Store + Clone + 'static>(store: &S) {
    let order = bare_order();
    let before = in_state(&order, 1, OperationState::NeedsAttention);
    let order = stored(store, &[&before], order).await;
    let mut tasks = tokio::task::JoinSet::new();
    for name in [OperationState::Resolving, OperationState::Rejected] {
        let (store, mut order) = (store.clone(), order.clone());
        let operation = Operation { state: state(name), ..before.clone() };
        tasks.spawn(async move {
            let decided = change(&mut order);
            store.commit(Change { operations: vec![OperationWrite::Decide { operation }], ..decided }).await
        });
    }
    let outcomes = tasks.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
}
