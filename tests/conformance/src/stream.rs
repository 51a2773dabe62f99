//! The events of all orders as one stream: whoever asks for what is behind a position never misses anything.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::ports::{EventStream, Place, Positioned, Store};
use domain::rules::event::EventData;
use domain::rules::ids::OrderId;
use domain::rules::order::Order;
use tokio::task::JoinSet;

use crate::samples::*;

/// A new order with so many events.
async fn reported(store: &impl Store, events: u64) -> Order {
    let mut order = bare_order();
    order.version = events;
    let mut change = creation(&order);
    change.events = (1..=events).map(|sequence| event(&order, sequence, abandoned())).collect();
    store.commit(change).await.unwrap();
    order
}

/// One more event of an order.
async fn tell(store: &impl Store, order: &mut Order) {
    let mut change = change(order);
    change.events = vec![event(order, order.version, abandoned())];
    store.commit(change).await.unwrap();
}

fn abandoned() -> EventData {
    EventData::PlacementAbandoned { reason: "x".into() }
}

async fn read(store: &impl EventStream, after: u64) -> Vec<Positioned> {
    store.read_stream(after, 1000).await.unwrap().items
}

fn places(events: &[Positioned]) -> Vec<(u64, OrderId, u64)> {
    events.iter().map(|placed| (placed.position, placed.event.order_id, placed.event.sequence)).collect()
}

/// Each order's events as the stream gives them, by sequence from 1.
fn assert_in_turn(events: &[Positioned]) {
    let mut sequences: BTreeMap<OrderId, u64> = BTreeMap::new();
    for (position, placed) in (1..).zip(events) {
        assert_eq!(placed.position, position, "a gap in the stream");
        let last = sequences.entry(placed.event.order_id).or_default();
        assert_eq!(placed.event.sequence, *last + 1, "out of turn at position {position}");
        *last += 1;
    }
}

pub async fn an_event_is_in_the_stream_once_it_has_a_position(store: &(impl Store + EventStream)) {
    assert_eq!(store.position_events(10).await.unwrap(), 0);
    let order = reported(store, 1).await;
    assert_eq!(read(store, 0).await, []);
    assert_eq!(store.position_events(10).await.unwrap(), 1);
    let profile = order.profile.clone();
    let expected = Positioned { position: 1, profile, event: event(&order, 1, abandoned()) };
    assert_eq!(read(store, 0).await, [expected]);
    assert_eq!(store.position_events(10).await.unwrap(), 0);
    assert_eq!(read(store, 1).await, []);
    let listed = store.list_events(order.id, 0, 10).await.unwrap().items;
    assert_eq!(listed, [event(&order, 1, abandoned())], "an event is the same with a position");
}

pub async fn positions_have_no_gaps_and_keep_the_order_of_each_order(store: &(impl Store + EventStream)) {
    // Ids and times say nothing about what was written first.
    let mut orders = [reported(store, 3).await, reported(store, 1).await, reported(store, 2).await];
    for n in [2, 0, 1, 2, 2, 0] {
        tell(store, &mut orders[n]).await;
    }
    assert_eq!(store.position_events(100).await.unwrap(), 12);
    tell(store, &mut orders[1]).await;
    tell(store, &mut orders[0]).await;
    assert_eq!(store.position_events(100).await.unwrap(), 2);
    let events = read(store, 0).await;
    assert_eq!(events.len(), 14);
    assert_in_turn(&events);
    let last = [(13, orders[1].id, 3), (14, orders[0].id, 6)];
    assert_eq!(places(&events[12..]), last);
}

pub async fn no_more_positions_are_given_than_asked_for(store: &(impl Store + EventStream)) {
    reported(store, 3).await;
    reported(store, 2).await;
    let mut given = Vec::new();
    for _ in 0..4 {
        given.push(store.position_events(2).await.unwrap());
    }
    assert_eq!(given, [2, 2, 1, 0]);
    assert_in_turn(&read(store, 0).await);
}

pub async fn the_stream_comes_in_pages_without_loss_or_double(store: &(impl Store + EventStream)) {
    for events in [3, 1, 3] {
        reported(store, events).await;
    }
    store.position_events(100).await.unwrap();
    let (mut events, mut after) = (Vec::new(), Some(0));
    while let Some(place) = after {
        let page = store.read_stream(place, 3).await.unwrap();
        assert!(page.items.len() <= 3);
        events.extend(page.items);
        after = page.next;
    }
    assert_eq!(events, read(store, 0).await);
    assert_eq!(events.len(), 7);
}

pub async fn a_place_says_which_event_has_a_position(store: &(impl Store + EventStream)) {
    assert_eq!(store.place(None).await.unwrap(), None);
    let order = reported(store, 3).await;
    assert_eq!(store.place(None).await.unwrap(), None, "no event has a position yet");
    store.position_events(2).await.unwrap();
    let place = |position: u64| Some(Place { position, order_id: order.id, sequence: position });
    assert_eq!(store.place(None).await.unwrap(), place(2));
    assert_eq!(store.place(Some(1)).await.unwrap(), place(1));
    for nowhere in [0, 3] {
        assert_eq!(store.place(Some(nowhere)).await.unwrap(), None);
    }
    assert_eq!(read(store, 1).await[0].place(), place(2).unwrap());
}

/// Orders change, several give positions, and one follows, all at once.
pub async fn who_reads_behind_what_he_has_read_misses_nothing<S: Store + EventStream + Clone + 'static>(
    store: &S,
) {
    const ORDERS: u64 = 12;
    const EVENTS: u64 = 10;
    let written = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for _ in 0..ORDERS {
        let store = store.clone();
        writers.spawn(async move {
            let mut order = reported(&store, 1).await;
            for _ in 1..EVENTS {
                tell(&store, &mut order).await;
                tokio::task::yield_now().await;
            }
        });
    }
    let mut givers = JoinSet::new();
    for _ in 0..3 {
        let (store, written) = (store.clone(), Arc::clone(&written));
        givers.spawn(async move {
            loop {
                let is_last = written.load(Ordering::SeqCst);
                let given = store.position_events(7).await.unwrap();
                if is_last && given == 0 {
                    return;
                }
                tokio::task::yield_now().await;
            }
        });
    }
    let follower = {
        let (store, written) = (store.clone(), Arc::clone(&written));
        tokio::spawn(async move {
            let (mut seen, mut looks) = (Vec::new(), 0);
            while seen.len() < usize::try_from(ORDERS * EVENTS).unwrap() && looks < 1_000_000 {
                looks += u64::from(written.load(Ordering::SeqCst));
                let after = seen.last().map_or(0, |placed: &Positioned| placed.position);
                seen.extend(store.read_stream(after, 5).await.unwrap().items);
                tokio::task::yield_now().await;
            }
            seen
        })
    };
    writers.join_all().await;
    written.store(true, Ordering::SeqCst);
    givers.join_all().await;
    // A giver that found another at it has gone; what is left is given now.
    while store.position_events(100).await.unwrap() > 0 {}
    let seen = follower.await.unwrap();
    assert_eq!(seen.len(), usize::try_from(ORDERS * EVENTS).unwrap());
    assert_in_turn(&seen);
    assert_eq!(seen, read(store, 0).await);
}
