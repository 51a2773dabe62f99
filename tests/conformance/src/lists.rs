//! Lists come in pages, and orders by every key.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::operations::operation::{Operation, State};
use domain::ports::{
    Change, EventStream, OperationWrite, OrderFilter, OrderKey, OrderWithOperations, RefundFilter, RefundSum,
    Store,
};
use domain::rules::access::Profiles;
use domain::rules::event::{Event, EventData};
use domain::rules::ids::{OperationId, OrderId, ProfileName, RefundId};
use domain::rules::money::Money;
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use domain::rules::refund::Refund;
use domain::rules::status::{OrderStatus, Read, RefundStatus};

use crate::samples::*;

async fn listed(store: &impl Store, filter: OrderFilter) -> Vec<OrderId> {
    let page = store.list_orders(&filter, None, 100).await.unwrap();
    assert_eq!(page.next, None);
    page.items.iter().map(|one| one.order.id).collect()
}

async fn saved(store: &impl Store, edit: impl FnOnce(&mut Order)) -> Order {
    let mut order = bare_order();
    edit(&mut order);
    stored(store, &[], order).await
}

/// Several orders of the same moment, as a moment is no key; and one more with every page.
pub async fn orders_come_newest_first_without_loss_or_double(store: &impl Store) {
    let mut expected = Vec::new();
    for n in 0..23_i64 {
        let order = saved(store, |order| order.created_time = micros(n / 5, (n % 2) * 500_000)).await;
        expected.push((order.created_time, order.id));
    }
    expected.sort();
    expected.reverse();
    for limit in [1, 4, 22, 23] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.list_orders(&OrderFilter::default(), after, limit).await.unwrap();
            assert!(page.items.len() <= usize::try_from(limit).unwrap());
            found.extend(page.items.iter().map(|one| (one.order.created_time, one.order.id)));
            let newer = saved(store, |order| order.created_time = at(1000)).await;
            after = page.next;
            let mut gone = newer;
            gone.placement = Placement::Abandoned;
            store.commit(change(&mut gone)).await.unwrap();
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "pages of {limit}");
    }
}

pub async fn refused_and_abandoned_orders_are_listed_only_when_asked_for(store: &impl Store) {
    let mut orders = Vec::new();
    for placement in Placement::ALL {
        orders.push(saved(store, |order| order.placement = *placement).await.id);
    }
    let [placing, placed, refused, abandoned] = orders[..] else { panic!("four placements") };
    assert_eq!(listed(store, OrderFilter::default()).await, [placed, placing]);
    let placements = vec![Placement::Refused, Placement::Abandoned];
    let asked = OrderFilter { placements, ..OrderFilter::default() };
    assert_eq!(listed(store, asked).await, [abandoned, refused]);
    assert!(store.load_order(&OrderKey::Id(refused)).await.unwrap().is_some());
}

pub async fn orders_are_filtered_by_each_part(store: &impl Store) {
    let profile = ProfileName::new("outlet");
    let outlet = saved(store, |order| order.profile = profile.clone()).await;
    let paid = saved(store, |order| order.facts.status = Some(OrderStatus::Paid)).await;
    let pending = saved(store, |order| order.facts.status = Some(OrderStatus::Pending)).await;
    let late = saved(store, |order| order.created_time = at(10)).await;
    let none = OrderFilter::default;
    let by_profile = OrderFilter { profiles: Profiles::one(profile.clone()), ..none() };
    assert_eq!(listed(store, by_profile).await, [outlet.id]);
    let both = OrderFilter { profiles: Profiles::These([profile, paid.profile.clone()].into()), ..none() };
    assert_eq!(listed(store, both).await, listed(store, none()).await);
    let nobodys = OrderFilter { profiles: Profiles::These([].into()), ..none() };
    assert_eq!(listed(store, nobodys).await, [], "an empty set is not everything");
    let statuses = vec![OrderStatus::Paid, OrderStatus::Pending];
    let by_status = OrderFilter { statuses, ..none() };
    assert_eq!(listed(store, by_status).await, [pending.id, paid.id]);
    let order_number = Some(paid.terms.order_number.clone());
    let by_number = OrderFilter { order_number, ..none() };
    assert_eq!(listed(store, by_number).await, [paid.id]);
    let created_from = Some(at(10));
    let from = OrderFilter { created_from, ..none() };
    assert_eq!(listed(store, from).await, [late.id]);
    let created_before = Some(at(10));
    let before = OrderFilter { created_before, ..none() };
    assert_eq!(listed(store, before).await, [pending.id, paid.id, outlet.id]);
}

/// One order of each second; some change again, one of them meanwhile.
pub async fn changed_orders_come_by_their_last_change(store: &(impl Store + EventStream)) {
    let moved = async |mut order: Order, second: i64| {
        let mut change = change(&mut order);
        let data = EventData::PlacementAbandoned { reason: "x".into() };
        change.events = vec![Event { time: at(second), ..event(&order, order.version, data) }];
        store.commit(change).await.unwrap();
        order
    };
    let mut orders = Vec::new();
    for second in 1..=6 {
        let order = saved(store, |order| order.created_time = at(100 - second)).await;
        orders.push(moved(order, second).await);
    }
    orders[1] = moved(orders[1].clone(), 10).await;
    let ids = |places: &[usize]| places.iter().map(|place| orders[*place].id).collect::<Vec<_>>();
    let (none, mut after, mut found) = (OrderFilter::default(), None, Vec::new());
    loop {
        let page = store.list_changed(&none, at(2), after, 2).await.unwrap();
        assert!(page.items.len() <= 2);
        assert!(page.items.iter().all(|one| one.time > at(2)));
        found.extend(page.items.iter().map(|one| one.found.order.id));
        if found.len() == 2 {
            // It was passed over, and comes again.
            moved(orders[2].clone(), 11).await;
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, ids(&[2, 3, 4, 5, 1, 2]), "later than the second second, not at it");
    let other = OrderFilter { profiles: Profiles::one(ProfileName::new("outlet")), ..OrderFilter::default() };
    assert!(store.list_changed(&other, at(0), None, 10).await.unwrap().items.is_empty());
    let all = store.list_changed(&none, at(0), None, 10).await.unwrap();
    assert_eq!(all.items.iter().map(|one| one.time).collect::<Vec<_>>(), [1, 4, 5, 6, 10, 11].map(at));
}

pub async fn an_order_is_found_by_each_key(store: &impl Store) {
    let order = stored(store, &[], full_order()).await;
    let mollie_id = order.mollie_id.clone().unwrap().to_string();
    let keys = [
        OrderKey::Id(order.id),
        OrderKey::MollieId(mollie_id),
        OrderKey::Number { profile: order.profile.clone(), order_number: order.terms.order_number.clone() },
    ];
    for key in keys {
        assert_eq!(store.load_order(&key).await.unwrap().as_ref(), Some(&order), "{key:?}");
    }
    let unknown = [
        OrderKey::Id(OrderId::new(uuid())),
        OrderKey::MollieId("ord_nobody".into()),
        OrderKey::Number {
            profile: ProfileName::new("other"),
            order_number: order.terms.order_number.clone(),
        },
    ];
    for key in unknown {
        assert_eq!(store.load_order(&key).await.unwrap(), None, "{key:?}");
    }
}

pub async fn a_number_means_the_order_that_holds_it_else_the_newest(store: &impl Store) {
    let numbered = |seconds, placement| {
        move |order: &mut Order| {
            order.terms.order_number = "2026-1".into();
            order.created_time = at(seconds);
            order.placement = placement;
            order.number_released = !placement.is_alive();
        }
    };
    let key = OrderKey::Number { profile: ProfileName::new("main"), order_number: "2026-1".into() };
    let found = async || store.load_order(&key).await.unwrap().map(|order| order.id);
    let old = saved(store, numbered(1, Placement::Refused)).await;
    let mut holder = saved(store, numbered(2, Placement::Placing)).await;
    let newest = saved(store, numbered(3, Placement::Abandoned)).await;
    assert_eq!(found().await, Some(holder.id));
    holder.placement = Placement::Refused;
    holder.number_released = true;
    store.commit(change(&mut holder)).await.unwrap();
    assert_eq!(found().await, Some(newest.id));
    assert_ne!(found().await, Some(old.id));
}

/// Whatever a single key finds, it finds beside others, too; what is not there keeps its place.
pub async fn several_orders_are_found_as_each_by_itself(store: &impl Store) {
    let full = stored(store, &[], full_order()).await;
    let numbered = |seconds, released| {
        move |order: &mut Order| {
            order.terms.order_number = "2026-1".into();
            order.created_time = at(seconds);
            order.placement = if released { Placement::Refused } else { Placement::Placing };
            order.number_released = released;
        }
    };
    let old = saved(store, numbered(1, true)).await;
    let holder = saved(store, numbered(2, false)).await;
    let newest = saved(store, numbered(3, true)).await;
    let mut busy = bare_order();
    let waiting = operation(&busy, 1);
    busy = stored(store, &[&waiting], busy).await;
    let keys = [
        OrderKey::Id(newest.id),
        OrderKey::Number { profile: ProfileName::new("main"), order_number: "2026-1".into() },
        OrderKey::Id(OrderId::new(uuid())),
        OrderKey::MollieId(full.mollie_id.clone().unwrap().to_string()),
        OrderKey::MollieId("ord_nobody".into()),
        OrderKey::Id(busy.id),
        OrderKey::Id(old.id),
        OrderKey::Id(newest.id),
    ];
    let found = store.load_many_with_operations(&keys).await.unwrap();
    assert_eq!(found[1].as_ref().map(|one| one.order.id), Some(holder.id));
    assert_eq!(found.len(), keys.len());
    for (found, key) in found.iter().zip(&keys) {
        assert_eq!(*found, store.load_with_operations(key).await.unwrap(), "{key:?}");
    }
    assert_eq!(store.load_many_with_operations(&[]).await.unwrap(), []);
}

pub async fn those_operations_that_exist_are_found_at_once(store: &impl Store) {
    let mut order = bare_order();
    let operations: Vec<_> = (1..=3).map(|turn| operation(&order, turn)).collect();
    order = stored(store, &operations.iter().collect::<Vec<_>>(), order).await;
    let ids = [operations[2].id, OperationId::new(uuid()), operations[0].id];
    let mut found = store.load_operations(&ids).await.unwrap();
    found.sort_by_key(|operation| operation.turn);
    assert_eq!(found, [operations[0].clone(), operations[2].clone()]);
    assert!(found.iter().all(|operation| operation.order_id == order.id));
    assert_eq!(store.load_operations(&[]).await.unwrap(), []);
}

pub async fn events_come_in_pages_without_loss_or_double(store: &impl Store) {
    let order = bare_order();
    let reason = |n: u64| EventData::PlacementAbandoned { reason: n.to_string() };
    let events: Vec<_> = (1..=10).map(|n| event(&order, n, reason(n))).collect();
    let mut change = creation(&order);
    change.events.clone_from(&events);
    store.commit(change).await.unwrap();
    for limit in [1, 3, 5, 10, 11] {
        let (mut found, mut after) = (Vec::new(), 0);
        loop {
            let page = store.list_events(order.id, after, limit).await.unwrap();
            found.extend(page.items);
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        assert_eq!(found, events, "pages of {limit}");
    }
    let last = store.list_events(order.id, 8, 100).await.unwrap().items;
    assert_eq!(last, events[8..]);
}

/// Whatever becomes of them: claimed, settled, decided by a person, withdrawn.
pub async fn an_order_stands_with_its_unsettled_operations(store: &impl Store) {
    let mut order = bare_order();
    let mut operations: Vec<_> = (1..=4).map(|turn| operation(&order, turn)).collect();
    // What waits for a person holds up all of its lane.
    operations[0].task = place();
    operations[2].state = state(OperationState::NeedsAttention);
    order = stored(store, &operations.iter().collect::<Vec<_>>(), order).await;
    let other = stored(store, &[], bare_order()).await;
    let mut unsettled: Vec<_> = operations.iter().map(|operation| operation.id).collect();
    stands(store, &order, &unsettled).await;
    stands(store, &other, &[]).await;

    let token = token();
    let mut taken = store.claim_operations(at(1), LEASE, token, 10).await.unwrap().remove(0).operation;
    stands(store, &order, &unsettled).await;
    taken.state = State::Pending { sent: taken.state.sent(), yields: false };
    let put_back = OperationWrite::Release { operation: taken.clone(), token };
    store.commit(Change { operations: vec![put_back], ..change(&mut order) }).await.unwrap();
    stands(store, &order, &unsettled).await;

    let ended = |operation: &Operation, name| operation.clone().settled(state(name));
    let claimed = store.claim_operations(at(1), LEASE, token, 10).await.unwrap().remove(0).operation;
    let writes = [
        OperationWrite::Release { operation: ended(&claimed, OperationState::Succeeded), token },
        OperationWrite::Withdraw { operation: ended(&operations[1], OperationState::Withdrawn) },
        OperationWrite::Decide { operation: ended(&operations[2], OperationState::Rejected) },
    ];
    for write in writes {
        store.commit(Change { operations: vec![write], ..change(&mut order) }).await.unwrap();
        unsettled.remove(0);
        stands(store, &order, &unsettled).await;
    }
}

/// Every second version of the order has an operation, and settles it.
pub async fn an_order_and_its_operations_are_of_one_moment<S: Store + Clone + 'static>(store: &S) {
    let mut order = stored(store, &[], bare_order()).await;
    let (id, first, writer) = (order.id, order.version, store.clone());
    let met_both = Arc::new(AtomicBool::new(false));
    let enough = Arc::clone(&met_both);
    let writing = tokio::spawn(async move {
        // As often as it takes the reader to come in between, on whatever machine.
        for n in 0..10_000 {
            if n >= 150 && enough.load(Ordering::Relaxed) {
                break;
            }
            tokio::task::yield_now().await;
            let new = operation(&order, order.version);
            let opens = Change { operations: vec![inserted(new.clone())], ..change(&mut order) };
            writer.commit(opens).await.unwrap();
            let operation = new.settled(state(OperationState::Withdrawn));
            let settles = OperationWrite::Withdraw { operation };
            writer.commit(Change { operations: vec![settles], ..change(&mut order) }).await.unwrap();
        }
    });
    let mut met = BTreeSet::new();
    while !writing.is_finished() {
        let one = store.load_with_operations(&OrderKey::Id(id)).await.unwrap().unwrap();
        let mut listed = store.list_orders(&OrderFilter::default(), None, 10).await.unwrap().items;
        for OrderWithOperations { order, unsettled } in listed.drain(..).chain([one]) {
            let opened = (order.version - first) % 2;
            assert_eq!(unsettled.len() as u64, opened, "of version {}", order.version);
            assert!(unsettled.iter().all(|operation| operation.turn + 1 == order.version));
            met.insert(opened);
        }
        met_both.store(met.len() == 2, Ordering::Relaxed);
    }
    writing.await.unwrap();
    assert_eq!(met.len(), 2, "it was read in both");
}

async fn stands(store: &impl Store, order: &Order, unsettled: &[OperationId]) {
    let ids =
        |one: &OrderWithOperations| one.unsettled.iter().map(|operation| operation.id).collect::<Vec<_>>();
    let found = store.load_with_operations(&OrderKey::Id(order.id)).await.unwrap().unwrap();
    assert_eq!((&found.order, ids(&found).as_slice()), (order, unsettled));
    let listed = store.list_orders(&OrderFilter::default(), None, 10).await.unwrap().items;
    let listed: Vec<_> = listed.iter().filter(|one| one.order.id == order.id).map(ids).collect();
    assert_eq!(listed, [unsettled]);
}

pub async fn refunds_of_all_orders_come_by_their_time_at_mollie_and_add_up(store: &impl Store) {
    let outlet = ProfileName::new("outlet");
    let mut orders = [saved(store, |_| ()).await, saved(store, |order| order.profile = outlet.clone()).await];
    let queued = |order: &Order, seconds: i64, money: Money| Refund {
        registered_time: Some(micros(seconds, 1)),
        amount: money,
        ..full_refund(order, Read::Known(RefundStatus::Queued))
    };
    let yen = Money::parse("JPY", "700").unwrap();
    let mut expected = Vec::new();
    for (n, order) in (0..).zip(&mut orders) {
        let unsent = Refund { id: RefundId::new(uuid()), ..refund(order) };
        let unknown = full_refund(order, Read::Unknown("reversed".to_owned()));
        let done = full_refund(order, Read::Known(RefundStatus::Refunded));
        let waiting =
            [queued(order, 20 - n, euro("1.25")), queued(order, 10, yen), queued(order, 5, euro("2.00"))];
        let mut change = change(order);
        change.refunds = vec![unsent, unknown, done];
        change.refunds.extend(waiting.clone());
        store.commit(change).await.unwrap();
        expected.extend(waiting.map(|refund| (refund.registered_time, refund.id)));
    }
    expected.sort();
    let filter = RefundFilter { statuses: vec![RefundStatus::Queued], ..RefundFilter::default() };
    for limit in [1, 2, 5, 6] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = store.find_refunds(&filter, after, limit).await.unwrap();
            found.extend(page.items.iter().map(|refund| (refund.registered_time, refund.id)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, expected, "pages of {limit}");
    }
    let sum = |count, amount| RefundSum { count, amount };
    let twice = Money::parse("JPY", "1400").unwrap();
    assert_eq!(store.sum_refunds(&filter).await.unwrap(), [sum(4, euro("6.50")), sum(2, twice)]);
    let early = RefundFilter { registered_before: Some(at(10)), ..filter.clone() };
    assert_eq!(store.sum_refunds(&early).await.unwrap(), [sum(2, euro("4.00"))]);
    let of_profile = RefundFilter { profiles: Profiles::one(outlet.clone()), ..filter };
    assert_eq!(store.sum_refunds(&of_profile).await.unwrap(), [sum(2, euro("3.25")), sum(1, yen)]);
    let nobodys = RefundFilter { profiles: Profiles::These([].into()), ..RefundFilter::default() };
    assert_eq!(store.sum_refunds(&nobodys).await.unwrap(), []);
    let all = store.sum_refunds(&RefundFilter::default()).await.unwrap();
    assert_eq!(all.iter().map(|sum| sum.count).sum::<u64>(), 10, "all that Mollie has");
    let none = RefundFilter { statuses: vec![RefundStatus::Failed], ..RefundFilter::default() };
    assert_eq!(store.sum_refunds(&none).await.unwrap(), []);
}
