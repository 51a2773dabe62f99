//! What a person must look at, and the hints that lead to it.

use domain::ports::{LookupClaim, LookupEnd, OrderFilter, OrderKey, Store};
use domain::rules::cause::{Cause, Grounds};
use domain::rules::event::{EventData, Recorder};
use domain::rules::ids::{OperationId, OrderId, ShipmentId};
use domain::rules::item::{Concern, ItemKind};
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use domain::rules::shipment::HeldParcel;
use domain::rules::webhook_hint;

use crate::samples::*;

async fn with_open_items(store: &impl Store) -> Vec<OrderId> {
    let filter = OrderFilter { with_open_items: true, ..OrderFilter::default() };
    let page = store.list_orders(&filter, None, 100).await.unwrap();
    page.items.iter().map(|one| one.order.id).collect()
}

/// Also orders that are refused or given up: money may stand at Mollie for them.
pub async fn orders_with_open_items_are_found_whatever_became_of_them(store: &impl Store) {
    let mut open = Vec::new();
    for (n, placement) in (0..).zip(Placement::ALL) {
        for items in [vec![], vec![full_item(1)], vec![full_item(1), open_item(2)]] {
            let is_open = items.len() == 2;
            let created_time = at(n);
            let order = Order { items, placement: *placement, created_time, ..bare_order() };
            let order = stored(store, &[], order).await;
            open.extend(is_open.then_some(order.id));
        }
    }
    open.reverse();
    assert_eq!(with_open_items(store).await, open);
    let placements = vec![Placement::Abandoned];
    let filter = OrderFilter { with_open_items: true, placements, ..OrderFilter::default() };
    let page = store.list_orders(&filter, None, 100).await.unwrap();
    assert_eq!(page.items.iter().map(|one| one.order.id).collect::<Vec<_>>(), open[..1]);
}

pub async fn an_order_is_found_until_its_last_item_is_closed(store: &impl Store) {
    let mut order = stored(store, &[], bare_order()).await;
    assert_eq!(with_open_items(store).await, []);
    order.items = vec![open_item(1), open_item(2)];
    store.commit(change(&mut order)).await.unwrap();
    assert_eq!(with_open_items(store).await, [order.id]);
    order.items[0] = full_item(1);
    store.commit(change(&mut order)).await.unwrap();
    assert_eq!(with_open_items(store).await, [order.id]);
    order.items[1] = full_item(2);
    store.commit(change(&mut order)).await.unwrap();
    assert_eq!(with_open_items(store).await, []);
}

pub async fn orders_with_held_shipments_are_found_until_none_is_held(store: &impl Store) {
    let held = async || {
        let filter = OrderFilter { with_held_shipments: true, ..OrderFilter::default() };
        let page = store.list_orders(&filter, None, 100).await.unwrap();
        page.items.into_iter().map(|one| one.order.id).collect::<Vec<_>>()
    };
    stored(store, &[], bare_order()).await;
    let mut order = stored(store, &[], bare_order()).await;
    assert_eq!(held().await, []);
    order.held = vec![HeldParcel { shipment_id: ShipmentId::new(uuid()), lines: Vec::new() }];
    store.commit(change(&mut order)).await.unwrap();
    assert_eq!(held().await, [order.id]);
    order.held.clear();
    store.commit(change(&mut order)).await.unwrap();
    assert_eq!(held().await, []);
}

pub async fn folding_the_events_gives_the_items(store: &impl Store) {
    let mut recorder = Recorder::new(Order { version: 0, ..bare_order() }, at(1), Grounds::of(Cause::Hook));
    recorder.begin(OperationId::new(uuid()));
    for subject in ["tr_1", "tr_2"] {
        recorder.raise(Concern {
            kind: ItemKind::SurplusPayment,
            subject: subject.into(),
            text: "paid twice".into(),
            operation_id: None,
        });
    }
    recorder.record(EventData::ItemClosed { number: 1, by: "jane".into(), reason: "given back".into() });
    let (order, events) = recorder.finish();
    let mut recorded = creation(&order);
    recorded.events = events;
    store.commit(recorded).await.unwrap();
    let events = store.list_events(order.id, 0, 100).await.unwrap().items;
    let found = store.load_order(&OrderKey::Id(order.id)).await.unwrap();
    assert_eq!(events.iter().fold(None, Order::after), found);
    assert_eq!(found.unwrap().open_items(), 1);
}

async fn claim(store: &impl Store) -> LookupClaim {
    let mut claims = store.claim_lookups(at(5), LEASE, token(), 10).await.unwrap();
    assert_eq!(claims.len(), 1);
    claims.remove(0)
}

async fn hooked(store: &impl Store, order: &Order, hint: &str) {
    assert!(store.hook_arrived(order.id, Some(hint), at(5)).await.unwrap());
}

/// A hook meets a row that is there, or makes it.
pub async fn each_hint_is_kept_once_and_in_the_order_of_its_coming(store: &impl Store) {
    for lookup in [None, Some(at(1))] {
        let order = bare_order();
        store.commit(domain::ports::Change { lookup, ..creation(&order) }).await.unwrap();
        for hint in ["tr_b", "ord_1.a", "tr_b", "tr_B", "tr_", "re_1", "tr_a,tr_c", "tr", "tr_a"] {
            hooked(store, &order, hint).await;
        }
        assert!(store.hook_arrived(order.id, None, at(5)).await.unwrap());
        let claim = claim(store).await;
        assert_eq!(claim.hints, ["tr_b", "ord_1.a", "tr_B", "tr_a"]);
        assert_eq!(claim.hooks, 10, "every hook counts, whatever it names");
    }
}

pub async fn no_more_than_eight_hints_are_kept(store: &impl Store) {
    let order = stored(store, &[], bare_order()).await;
    let hints: Vec<_> = (0..12).map(|n| format!("tr_{n}")).collect();
    for hint in &hints {
        hooked(store, &order, hint).await;
    }
    assert_eq!((webhook_hint::MOST, claim(store).await.hints), (8, hints[..8].to_vec()));
}

pub async fn hints_are_forgotten_with_the_look_up_that_dealt_with_them(store: &impl Store) {
    let order = stored(store, &[], bare_order()).await;
    hooked(store, &order, "tr_1").await;
    let first = claim(store).await;
    assert_eq!(first.hints, ["tr_1"]);
    store.finish_lookup(&first, done(Some(at(2)), 0)).await.unwrap();
    let second = claim(store).await;
    assert_eq!(second.hints, [""; 0]);
    store.finish_lookup(&second, done(None, 0)).await.unwrap();
    hooked(store, &order, "tr_1").await;
    assert_eq!(claim(store).await.hints, ["tr_1"], "it was forgotten, and is new again");
}

/// It could not be dealt with: Mollie was not to be read, or the order is not placed yet.
pub async fn hints_left_by_a_look_up_are_there_for_the_next(store: &impl Store) {
    let order = stored(store, &[], bare_order()).await;
    hooked(store, &order, "tr_1").await;
    let first = claim(store).await;
    let unheard = LookupEnd { was_read: false, ..done(Some(at(2)), 1) };
    store.finish_lookup(&first, unheard).await.unwrap();
    assert_eq!(claim(store).await.hints, ["tr_1"]);
}

pub async fn a_hint_that_comes_during_a_look_up_is_not_lost(store: &impl Store) {
    let order = stored(store, &[], bare_order()).await;
    hooked(store, &order, "tr_1").await;
    let first = claim(store).await;
    hooked(store, &order, "tr_2").await;
    store.finish_lookup(&first, done(None, 0)).await.unwrap();
    assert_eq!(claim(store).await.hints, ["tr_1", "tr_2"]);
}

pub async fn hints_of_a_look_up_in_other_hands_are_not_forgotten(store: &impl Store) {
    let order = stored(store, &[], bare_order()).await;
    hooked(store, &order, "tr_1").await;
    let first = store.claim_lookups(at(5), NO_LEASE, token(), 10).await.unwrap();
    let second = store.claim_lookups(at(5), NO_LEASE, token(), 10).await.unwrap();
    store.finish_lookup(&first[0], done(None, 0)).await.unwrap();
    assert_eq!((second[0].hints.len(), claim(store).await.hints.len()), (1, 1));
}

pub async fn of_many_hints_at_once_each_is_kept_once<S: Store + Clone + 'static>(store: &S) {
    let order = stored(store, &[], bare_order()).await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..24 {
        let (store, order) = (store.clone(), order.clone());
        tasks.spawn(async move { hooked(&store, &order, &format!("tr_{}", n % 6)).await });
    }
    tasks.join_all().await;
    let mut hints = claim(store).await.hints;
    hints.sort();
    assert_eq!(hints, ["tr_0", "tr_1", "tr_2", "tr_3", "tr_4", "tr_5"]);
}
