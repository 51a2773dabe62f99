//! What is stored comes back as it was.

use domain::operations::operation::Operation;
use domain::ports::{OrderKey, RequestRecord, Store};
use domain::rules::cause::{Cause, Grounds};
use domain::rules::event::{Event, EventData, Recorder};
use domain::rules::ids::{OperationId, RefundId, ReturnId};
use domain::rules::operation::OperationState;
use domain::rules::order::{Order, Personal};
use domain::rules::refund::Refund;
use domain::rules::status::{Read, RefundStatus};
use domain::rules::subject::Subject;
use serde_json::json;

use crate::operator::in_state;
use crate::samples::*;

async fn load(store: &impl Store, order: &Order) -> Order {
    let found = store.load_order(&OrderKey::Id(order.id)).await.unwrap();
    found.unwrap()
}

pub async fn a_full_order_comes_back_unchanged(store: &impl Store) {
    let order = stored(store, &[], full_order()).await;
    assert_eq!(load(store, &order).await, order);
}

pub async fn a_bare_order_comes_back_unchanged(store: &impl Store) {
    let order = stored(store, &[], bare_order()).await;
    assert_eq!(load(store, &order).await, order);
}

pub async fn a_changed_order_comes_back_as_it_is_afterwards(store: &impl Store) {
    let recorded = stored(store, &[], bare_order()).await;
    let mut order = Order { id: recorded.id, ..full_order() };
    store.commit(change(&mut order)).await.unwrap();
    assert_eq!(load(store, &order).await, order);
    let mut erased = Order { personal: Personal::default(), closed_time: None, ..order };
    store.commit(change(&mut erased)).await.unwrap();
    assert_eq!(load(store, &erased).await, erased);
}

pub async fn every_kind_of_event_comes_back_unchanged(store: &impl Store) {
    let order = full_order();
    let events: Vec<Event> = (1..).zip(every_event(&order)).map(|(n, data)| event(&order, n, data)).collect();
    let mut change = creation(&order);
    change.events.clone_from(&events);
    store.commit(change).await.unwrap();
    let page = store.list_events(order.id, 0, 100).await.unwrap();
    assert_eq!((page.items, page.next), (events, None));
}

pub async fn folding_the_events_gives_the_order_but_for_personal_data(store: &impl Store) {
    let order = Order { version: 0, ..bare_order() };
    let order = Order { personal: full_order().personal, ..order };
    let mut recorder = Recorder::new(order, at(1), Grounds::of(Cause::Hook));
    recorder.begin(OperationId::new(uuid()));
    recorder.record(EventData::OrderObserved { observed: observed() });
    let (order, events) = recorder.finish();
    let mut change = creation(&order);
    change.events = events;
    store.commit(change).await.unwrap();
    let stored = store.list_events(order.id, 0, 100).await.unwrap().items;
    let folded = stored.iter().fold(None, Order::after);
    assert_eq!(folded, Some(load(store, &order).await.impersonal()));
}

pub async fn shipments_come_back_unchanged_and_oldest_first(store: &impl Store) {
    let mut order = stored(store, &[], bare_order()).await;
    let (mut first, second) = (shipment(&order), full_shipment(&order));
    let mut recorded = change(&mut order);
    recorded.shipments = vec![second.clone(), first.clone()];
    store.commit(recorded).await.unwrap();
    let found = store.list_shipments(order.id).await.unwrap();
    assert_eq!(found, [first.clone(), second.clone()]);

    first = domain::rules::shipment::Shipment {
        id: first.id,
        created_time: first.created_time,
        ..full_shipment(&order)
    };
    let mut registered = change(&mut order);
    registered.shipments = vec![first.clone()];
    store.commit(registered).await.unwrap();
    assert_eq!(store.load_shipment(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(store.list_shipments(order.id).await.unwrap(), [first, second]);
    let mut other = stored(store, &[], bare_order()).await;
    let theirs = shipment(&other);
    let mut recorded = change(&mut other);
    recorded.shipments = vec![theirs.clone()];
    store.commit(recorded).await.unwrap();
    let nobodys = bare_order().id;
    let mut of_both = store.shipments_of(&[order.id, nobodys, other.id]).await.unwrap();
    of_both.sort_by_key(|shipment| shipment.order_id != order.id);
    let of_order = store.list_shipments(order.id).await.unwrap();
    assert_eq!(of_both, [of_order, vec![theirs]].concat());
    assert_eq!(store.shipments_of(&[]).await.unwrap(), []);
    let unknown = domain::rules::ids::ShipmentId::new(uuid());
    assert_eq!(store.load_shipment(unknown).await.unwrap(), None);
}

pub async fn refunds_come_back_unchanged_and_oldest_first(store: &impl Store) {
    let mut order = stored(store, &[], bare_order()).await;
    let (mut first, second) = (refund(&order), full_refund(&order, Read::Unknown("reversed".to_owned())));
    let mut recorded = change(&mut order);
    recorded.refunds = vec![second.clone(), first.clone()];
    store.commit(recorded).await.unwrap();
    assert_eq!(store.list_refunds(order.id).await.unwrap(), [first.clone(), second.clone()]);

    let full = full_refund(&order, Read::Known(RefundStatus::Refunded));
    first = Refund { id: first.id, created_time: first.created_time, ..full };
    let mut registered = change(&mut order);
    registered.refunds = vec![first.clone()];
    store.commit(registered).await.unwrap();
    assert_eq!(store.load_refund(first.id).await.unwrap(), Some(first.clone()));
    assert_eq!(store.list_refunds(order.id).await.unwrap(), [first, second]);
    assert_eq!(store.load_refund(RefundId::new(uuid())).await.unwrap(), None);
}

pub async fn a_request_about_a_refund_is_found_with_it(store: &impl Store) {
    let mut order = stored(store, &[], bare_order()).await;
    let mut recorded = change(&mut order);
    let answer = Subject::Refund(RefundId::new(uuid()));
    let wish = RequestRecord { method: "CreateRefund".into(), answer, ..request(&order, "refund") };
    recorded.request = Some(wish.clone());
    store.commit(recorded).await.unwrap();
    assert_eq!(store.find_request(&wish.caller, &wish.request_id).await.unwrap(), Some(wish));
}

pub async fn a_request_about_a_return_is_found_with_it(store: &impl Store) {
    let mut order = stored(store, &[], bare_order()).await;
    let mut recorded = change(&mut order);
    let answer = Subject::Return(ReturnId::new(uuid()));
    let wish = RequestRecord { method: "ReturnLines".into(), answer, ..request(&order, "return") };
    recorded.request = Some(wish.clone());
    store.commit(recorded).await.unwrap();
    assert_eq!(store.find_request(&wish.caller, &wish.request_id).await.unwrap(), Some(wish));
}

pub async fn an_operation_comes_back_unchanged(store: &impl Store) {
    let order = bare_order();
    let (full, bare) = (full_operation(&order), operation(&order, 8));
    let tasks = (9..).zip(tasks()).map(|(turn, task)| Operation { task, ..operation(&order, turn) });
    let states = (99..).zip(OperationState::ALL).map(|(turn, name)| in_state(&order, turn, *name));
    let all: Vec<_> = tasks.chain(states).chain([full, bare]).collect();
    stored(store, &all.iter().collect::<Vec<_>>(), order).await;
    for operation in all {
        let found = store.load_operation(operation.id).await.unwrap();
        assert_eq!(found, Some(operation));
    }
    let unknown = OperationId::new(uuid());
    assert_eq!(store.load_operation(unknown).await.unwrap(), None);
}

pub async fn metadata_comes_back_as_the_caller_wrote_it(store: &impl Store) {
    let awkward = [
        json!(null),
        json!("text\u{0}\u{2028}"),
        json!(-9_007_199_254_740_991_i64),
        json!(1.0),
        json!(31.245_270_191_439_438),
        json!(121.487_919_511_619_45),
        json!(5e-324),
        json!(1.797_693_134_862_315_7e308),
        json!(122.416_294_033_786_58),
        json!({"zeta": 1, "alpha": {"b": [], "a": {}}, "": ""}),
    ];
    for metadata in awkward {
        let mut order = bare_order();
        order.terms.metadata = Some(metadata.clone());
        stored(store, &[], order.clone()).await;
        let found = load(store, &order).await.terms.metadata;
        // As texts, since two objects are equal whatever the order of their keys.
        assert_eq!(found.map(|it| it.to_string()), Some(metadata.to_string()));
    }
}
