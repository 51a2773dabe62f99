//! Archived orders: read as before, brought back before anything of them changes, and out of the way otherwise.

use conformance::samples::*;
use domain::operations::operation::Operation;
use domain::ports::{
    Archive, Change, CommitError, EventStream, Move, OperationFilter, OrderFilter, OrderKey, Positioned,
    Store,
};
use domain::rules::access::Profiles;
use domain::rules::archival::Obstacle;
use domain::rules::event::{Event, EventData};
use domain::rules::ids::{ProfileName, RefundId, RequestId};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::placement::{Mode, Placement};
use domain::rules::refund::Refund;
use domain::rules::shipment::Shipment;
use domain::rules::status::{OrderStatus, Read, RefundStatus};
use domain::rules::subject::Subject;
use domain::workflow::archive::{Batch, Wanted, batch};
use persistence::Database;
use tokio::task::JoinSet;

/// An order with everything that an order may have, and what belongs to it.
struct Whole {
    order: Order,
    events: Vec<Event>,
    operations: Vec<Operation>,
    shipments: Vec<Shipment>,
    refunds: Vec<Refund>,
}

impl Whole {
    async fn stored(store: &Database) -> Self {
        let mut order = full_order();
        (order.closed_time, order.agenda.timer) = (Some(at(60)), None);
        let states = [OperationState::Succeeded, OperationState::Rejected, OperationState::Withdrawn];
        let operations = states.map(|name| Operation { state: state(name), ..full_operation(&order) });
        let shipments = vec![full_shipment(&order), shipment(&order)];
        let refunds = vec![refund(&order), full_refund(&order, Read::Known(RefundStatus::Refunded))];
        let events: Vec<_> = (1..).zip(every_event(&order)).map(|(n, it)| event(&order, n, it)).collect();
        order.version = events.len().try_into().unwrap();
        let mut change = creation(&order);
        change.events.clone_from(&events);
        change.operations = operations.iter().cloned().map(inserted).collect();
        change.shipments.clone_from(&shipments);
        change.refunds.clone_from(&refunds);
        change.request = Some(request(&order, "r-1"));
        store.commit(change).await.unwrap();
        while store.position_events(100).await.unwrap() > 0 {}
        Self { order, events, operations: operations.into(), shipments, refunds }
    }

    /// Every answer about it that names it.
    async fn answers(&self, store: &Database) -> String {
        let Self { order, operations, shipments, refunds, .. } = self;
        let number = order.terms.order_number.clone();
        let keys = [
            OrderKey::Id(order.id),
            OrderKey::MollieId(order.mollie_id.clone().unwrap().to_string()),
            OrderKey::Number { profile: order.profile.clone(), order_number: number },
        ];
        let mut all = Vec::new();
        for key in &keys {
            all.push(format!("{:?}", store.load_order(key).await.unwrap().unwrap()));
            all.push(format!("{:?}", store.load_with_operations(key).await.unwrap().unwrap()));
        }
        all.push(format!("{:?}", store.load_many_with_operations(&keys).await.unwrap()));
        all.push(format!("{:?}", store.list_events(order.id, 0, 1000).await.unwrap()));
        all.push(format!("{:?}", store.list_events(order.id, 3, 2).await.unwrap()));
        all.push(format!("{:?}", store.list_events(order.id, 1000, 2).await.unwrap()));
        all.push(format!("{:?}", store.list_shipments(order.id).await.unwrap()));
        all.push(format!("{:?}", store.list_refunds(order.id).await.unwrap()));
        for shipment in shipments {
            all.push(format!("{:?}", store.load_shipment(shipment.id).await.unwrap().unwrap()));
        }
        for refund in refunds {
            all.push(format!("{:?}", store.load_refund(refund.id).await.unwrap().unwrap()));
        }
        for operation in operations {
            all.push(format!("{:?}", store.load_operation(operation.id).await.unwrap().unwrap()));
            all.push(format!("{:?}", store.group_operations(order.id, operation.group).await.unwrap()));
        }
        let ids: Vec<_> = operations.iter().map(|one| one.id).collect();
        let mut several = store.load_operations(&ids).await.unwrap();
        several.sort_by_key(|one| one.id);
        all.push(format!("{several:?}"));
        let states = vec![OperationState::Rejected, OperationState::Succeeded];
        let filter = OperationFilter { order_id: Some(order.id), states, ..OperationFilter::default() };
        let first = store.list_operations(&filter, None, 1).await.unwrap();
        all.push(format!("{:?}", store.list_operations(&filter, first.next, 5).await.unwrap()));
        all.push(format!("{first:?}"));
        all.push(format!("{:?}", store.find_request(&order.caller, &RequestId::new("r-1")).await.unwrap()));
        all.join("\n")
    }
}

fn moved(order: &Order) -> Move {
    Move { order_id: order.id, version: order.version }
}

/// An order that is closed for good.
async fn closed(store: &Database) -> Order {
    let order = Order { closed_time: Some(at(60)), placement: Placement::Placed, ..bare_order() };
    stored(store, &[], order).await
}

async fn archived(store: &Database, order: &Order) {
    assert_eq!(store.archive(&[moved(order)], at(100)).await.unwrap(), [order.id]);
    assert!(!is_listed(store, order).await, "it is out of the way");
}

async fn is_listed(store: &Database, order: &Order) -> bool {
    let all = OrderFilter { placements: Placement::ALL.to_vec(), ..OrderFilter::default() };
    let page = store.list_orders(&all, None, 250).await.unwrap();
    page.items.iter().any(|item| item.order.id == order.id)
}

pub async fn an_archived_order_is_read_as_before(store: &Database) {
    let whole = Whole::stored(store).await;
    let before = whole.answers(store).await;
    archived(store, &whole.order).await;
    assert_eq!(whole.answers(store).await, before);
    let unknown = RefundId::new(uuid());
    assert_eq!(store.load_refund(unknown).await.unwrap(), None);
    let newest = store.newest_at_mollie(&whole.order.profile).await.unwrap();
    assert_eq!(newest, whole.order.mollie_id, "a new key is tried with it");
}

pub async fn an_archived_order_that_changes_is_back_with_all_that_it_had(store: &Database) {
    let mut whole = Whole::stored(store).await;
    let before = whole.answers(store).await;
    archived(store, &whole.order).await;
    let mut back = whole.order.clone();
    let mut first = change(&mut back);
    first.events = vec![event(&back, back.version, EventData::PlacementAbandoned { reason: "x".into() })];
    first.refunds = vec![refund(&back)];
    store.commit(first.clone()).await.unwrap();
    assert!(is_listed(store, &whole.order).await);
    let found = store.load_order(&OrderKey::Id(back.id)).await.unwrap().unwrap();
    assert_eq!(found, back);
    let events = store.list_events(back.id, 0, 1000).await.unwrap().items;
    whole.events.extend(first.events);
    assert_eq!(events, whole.events);
    assert_eq!(store.list_refunds(back.id).await.unwrap().len(), whole.refunds.len() + 1);
    // And there again, with what is new.
    assert_eq!(store.archive(&[moved(&back)], at(200)).await.unwrap(), [], "an event waits for its position");
    store.position_events(10).await.unwrap();
    archived(store, &back).await;
    let after = whole.answers(store).await;
    assert_ne!(after, before);
    assert_eq!(store.list_refunds(back.id).await.unwrap().len(), whole.refunds.len() + 1);
}

pub async fn of_an_archived_order_the_version_is_guarded_too(store: &Database) {
    let order = closed(store).await;
    let mut other = Order { version: 7, ..order.clone() };
    archived(store, &order).await;
    let refused = store.commit(change(&mut other)).await;
    assert!(matches!(refused, Err(CommitError::VersionMoved)), "{refused:?}");
    assert!(!is_listed(store, &order).await, "it was not brought back for that");
    let refused = store.commit(creation(&order)).await;
    assert!(refused.is_err(), "it is created once");
}

pub async fn of_many_changes_of_an_archived_order_one_is_written(store: &Database) {
    let order = closed(store).await;
    archived(store, &order).await;
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let (store, mut order) = (store.clone(), order.clone());
        tasks.spawn(async move {
            let mut change = change(&mut order);
            let data = EventData::PlacementAbandoned { reason: n.to_string() };
            change.events = vec![event(&order, 2, data)];
            store.commit(change).await
        });
    }
    let outcomes = tasks.join_all().await;
    let moved = outcomes.iter().filter(|outcome| matches!(outcome, Err(CommitError::VersionMoved)));
    assert_eq!(moved.count(), 19, "{outcomes:?}");
    assert_eq!(store.list_events(order.id, 0, 100).await.unwrap().items.len(), 1);
}

pub async fn the_stream_has_the_events_of_archived_orders_in_their_places(store: &Database) {
    let told = async |order: &Order, sequences: std::ops::RangeInclusive<u64>| {
        let data = || EventData::PlacementAbandoned { reason: "x".into() };
        sequences.map(|n| event(order, n, data())).collect::<Vec<_>>()
    };
    let mut orders = Vec::new();
    for _ in 0..3 {
        let order = Order { version: 2, closed_time: Some(at(60)), ..bare_order() };
        let events = told(&order, 1..=2).await;
        store.commit(Change { events, ..creation(&order) }).await.unwrap();
        orders.push(order);
    }
    store.position_events(100).await.unwrap();
    let before = store.read_stream(0, 100).await.unwrap().items;
    assert_eq!(before.len(), 6);
    archived(store, &orders[0]).await;
    archived(store, &orders[2]).await;
    assert_eq!(store.read_stream(0, 100).await.unwrap().items, before);
    assert_eq!(pages(store, 2).await, before);
    // One of them changes.
    let mut back = orders[2].clone();
    let mut change = change(&mut back);
    change.events = told(&back, 3..=3).await;
    store.commit(change).await.unwrap();
    store.position_events(100).await.unwrap();
    let after = store.read_stream(0, 100).await.unwrap().items;
    assert_eq!(after[..6], before);
    assert_eq!((after[6].position, after[6].event.order_id, after[6].event.sequence), (7, back.id, 3));
}

async fn pages(store: &Database, size: u32) -> Vec<Positioned> {
    let (mut all, mut after) = (Vec::new(), Some(0));
    while let Some(position) = after {
        let page = store.read_stream(position, size).await.unwrap();
        (after, _) = (page.next, all.extend(page.items));
    }
    all
}

pub async fn a_hook_of_an_archived_order_brings_it_back_and_makes_its_look_up_due(store: &Database) {
    let order = Order { closed_time: Some(at(60)), ..bare_order() };
    store.commit(Change { lookup: Some(at(1)), ..creation(&order) }).await.unwrap();
    assert_eq!(store.archive(&[moved(&order)], at(100)).await.unwrap(), [], "it is to be read");
    let claims = store.claim_lookups(at(1), LEASE, token(), 10).await.unwrap();
    assert_eq!(store.archive(&[moved(&order)], at(100)).await.unwrap(), [], "it is being read");
    store.finish_lookup(&claims[0], done(None, 0)).await.unwrap();
    archived(store, &order).await;
    assert_eq!(store.claim_lookups(at(500), LEASE, token(), 10).await.unwrap(), []);
    assert!(store.hook_arrived(order.id, Some("tr_1"), at(500)).await.unwrap());
    assert!(is_listed(store, &order).await);
    let claims = store.claim_lookups(at(500), LEASE, token(), 10).await.unwrap();
    assert_eq!(
        (claims.len(), claims[0].order_id, claims[0].hints.as_slice()),
        (1, order.id, &["tr_1".into()][..])
    );
    assert!(!store.hook_arrived(bare_order().id, None, at(500)).await.unwrap(), "there is none such");
}

pub async fn of_many_hooks_of_an_archived_order_none_is_lost(store: &Database) {
    let order = Order { closed_time: Some(at(60)), ..bare_order() };
    store.commit(Change { lookup: Some(at(1)), ..creation(&order) }).await.unwrap();
    let claims = store.claim_lookups(at(1), LEASE, token(), 10).await.unwrap();
    store.finish_lookup(&claims[0], done(None, 0)).await.unwrap();
    let mut tasks = JoinSet::new();
    for n in 0..20 {
        let (store, order) = (store.clone(), order.clone());
        tasks.spawn(async move {
            if n % 4 == 0 {
                store.archive(&[moved(&order)], at(100)).await.unwrap();
                return true;
            }
            store.hook_arrived(order.id, None, at(500)).await.unwrap()
        });
    }
    assert!(tasks.join_all().await.into_iter().all(|arrived| arrived));
    let claims = store.claim_lookups(at(500), LEASE, token(), 10).await.unwrap();
    assert_eq!((claims.len(), claims[0].hooks), (1, 15));
}

pub async fn a_reading_without_news_of_an_archived_order_is_noted(store: &Database) {
    let order = closed(store).await;
    archived(store, &order).await;
    assert!(!store.note_observed(order.id, order.version + 1, at(300)).await.unwrap());
    archived_again(store, &order).await;
    assert!(store.note_observed(order.id, order.version, at(300)).await.unwrap());
    let found = store.load_order(&OrderKey::Id(order.id)).await.unwrap().unwrap();
    assert_eq!(found.observed_time, Some(at(300)));
}

/// Whether or not it was brought back.
async fn archived_again(store: &Database, order: &Order) {
    store.archive(&[moved(order)], at(100)).await.unwrap();
    assert!(!is_listed(store, order).await);
}

pub async fn a_number_that_an_archived_order_holds_stays_held(store: &Database) {
    let order = closed(store).await;
    archived(store, &order).await;
    let mut second = bare_order();
    second.terms.order_number.clone_from(&order.terms.order_number);
    let refused = store.commit(creation(&second)).await;
    assert!(matches!(refused, Err(CommitError::NumberHeld)), "{refused:?}");
    let mut renamed = stored(store, &[], bare_order()).await;
    renamed.terms.order_number.clone_from(&order.terms.order_number);
    let refused = store.commit(change(&mut renamed)).await;
    assert!(matches!(refused, Err(CommitError::NumberHeld)), "{refused:?}");
    let elsewhere = Order { profile: ProfileName::new("outlet"), ..second.clone() };
    stored(store, &[], elsewhere).await;
    // It is the same once it is back.
    assert!(store.note_observed(order.id, order.version, at(300)).await.unwrap());
    let mut third = bare_order();
    third.terms.order_number.clone_from(&order.terms.order_number);
    let refused = store.commit(creation(&third)).await;
    assert!(matches!(refused, Err(CommitError::NumberHeld)), "{refused:?}");
}

pub async fn of_an_order_on_its_way_to_the_archive_and_a_new_one_one_holds_the_number(store: &Database) {
    for _ in 0..10 {
        let order = closed(store).await;
        let mut second = bare_order();
        second.terms.order_number.clone_from(&order.terms.order_number);
        let (moves, change) = (vec![moved(&order)], creation(&second));
        let (one, other) = (store.clone(), store.clone());
        let going = tokio::spawn(async move { one.archive(&moves, at(100)).await });
        let refused = tokio::spawn(async move { other.commit(change).await }).await.unwrap();
        assert!(matches!(refused, Err(CommitError::NumberHeld)), "{refused:?}");
        going.await.unwrap().unwrap();
    }
}

pub async fn a_number_means_the_newest_order_wherever_it_lies(store: &Database) {
    let mut first = closed(store).await;
    (first.facts.status, first.number_released) = (Some(OrderStatus::Canceled), true);
    store.commit(change(&mut first)).await.unwrap();
    let mut second = Order { created_time: at(5), closed_time: Some(at(60)), ..bare_order() };
    second.terms.order_number.clone_from(&first.terms.order_number);
    (second.facts.status, second.number_released) = (Some(OrderStatus::Canceled), true);
    let second = stored(store, &[], second).await;
    let key =
        OrderKey::Number { profile: first.profile.clone(), order_number: first.terms.order_number.clone() };
    let named = async || {
        let found = store.load_order(&key).await.unwrap().unwrap().id;
        let many = store.load_many_with_operations(std::slice::from_ref(&key)).await.unwrap();
        assert_eq!(many[0].as_ref().map(|one| one.order.id), Some(found));
        found
    };
    assert_eq!(named().await, second.id);
    archived(store, &second).await;
    assert_eq!(named().await, second.id, "the newest is archived");
    archived(store, &first).await;
    assert_eq!(named().await, second.id);
    let mut third = bare_order();
    third.terms.order_number.clone_from(&first.terms.order_number);
    let third = stored(store, &[], Order { created_time: at(1), ..third }).await;
    assert_eq!(named().await, third.id, "this one holds it");
}

pub async fn an_order_that_is_not_at_rest_stays(store: &Database) {
    let order = closed(store).await;
    let other = Move { version: order.version + 1, ..moved(&order) };
    assert_eq!(store.archive(&[other], at(100)).await.unwrap(), [], "it has changed");
    let busy = Order { closed_time: Some(at(60)), ..bare_order() };
    let working = operation(&busy, 2);
    let busy = stored(store, &[&working], busy).await;
    assert_eq!(store.archive(&[moved(&busy)], at(100)).await.unwrap(), [], "an operation is pending");
    let timed = Order { closed_time: Some(at(60)), ..bare_order() };
    store.commit(Change { timer: Some(Some(at(900))), ..creation(&timed) }).await.unwrap();
    assert_eq!(store.archive(&[moved(&timed)], at(100)).await.unwrap(), [], "its timer is set");
    let moves = [moved(&busy), moved(&timed), moved(&order), moved(&bare_order())];
    assert_eq!(store.archive(&moves, at(100)).await.unwrap(), [order.id]);
    for kept in [&busy, &timed] {
        assert!(is_listed(store, kept).await);
    }
}

pub async fn a_repeated_request_of_an_archived_order_finds_its_first(store: &Database) {
    let order = Order { closed_time: Some(at(60)), ..bare_order() };
    let record = request(&order, "r-1");
    store.commit(Change { request: Some(record.clone()), ..creation(&order) }).await.unwrap();
    archived(store, &order).await;
    let found = store.find_request(&order.caller, &record.request_id).await.unwrap();
    assert_eq!(found, Some(record.clone()));
    assert_eq!(record.answer, Subject::Order);
    let again = Change { request: Some(record), ..creation(&bare_order()) };
    let refused = store.commit(again).await;
    assert!(matches!(refused, Err(CommitError::RequestTaken)), "{refused:?}");
}

pub async fn of_many_archivers_each_order_is_archived_by_one(store: &Database) {
    let mut moves = Vec::new();
    for _ in 0..40 {
        moves.push(moved(&closed(store).await));
    }
    let mut tasks = JoinSet::new();
    for n in 0..4 {
        let (store, mut moves) = (store.clone(), moves.clone());
        // Those who go against each other must not wait for each other.
        if n % 2 == 1 {
            moves.reverse();
        }
        tasks.spawn(async move {
            let mut mine = Vec::new();
            for some in moves.chunks(7) {
                mine.extend(store.archive(some, at(100)).await.unwrap());
            }
            mine
        });
    }
    let mut all = tasks.join_all().await.concat();
    let many = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), many, "one was archived twice");
    // What one skipped because another held it, a next run finds.
    store.archive(&moves, at(100)).await.unwrap();
    for one in &moves {
        let found = store.load_order(&OrderKey::Id(one.order_id)).await.unwrap().unwrap();
        assert!(!is_listed(store, &found).await);
    }
}

pub async fn batches_go_past_what_stays_and_reach_the_end(store: &Database) {
    let mut kept = Vec::new();
    for n in 0..10 {
        let mut order = Order { created_time: at(n), closed_time: Some(at(60)), ..bare_order() };
        if n % 3 == 0 {
            order.items = vec![open_item(1)];
            kept.push(order.id);
        }
        stored(store, &[], order).await;
    }
    let late = Order { closed_time: Some(at(61)), ..bare_order() };
    let late = stored(store, &[], late).await;
    let elsewhere = Order { profile: ProfileName::new("outlet"), closed_time: Some(at(60)), ..bare_order() };
    let elsewhere = stored(store, &[], elsewhere).await;
    let profiles = Profiles::one(late.profile.clone());
    let mut wanted = Wanted { profiles, ended_until: at(60), dry_run: true };
    let sums = |batches: &[Batch]| {
        let archived: u64 = batches.iter().map(|batch| batch.archived).sum();
        let kept = batches.iter().flat_map(|batch| &batch.kept);
        let kept = kept.map(|(obstacle, count)| {
            assert_eq!(*obstacle, Obstacle::OpenItem);
            count
        });
        (archived, kept.sum::<u64>())
    };
    let told = run(store, &wanted).await;
    assert_eq!((told.len(), sums(&told)), (4, (6, 4)));
    assert_eq!(told.last().unwrap().reached, Some(at(9)));
    wanted.dry_run = false;
    assert_eq!(sums(&run(store, &wanted).await), (6, 4), "a dry run has told so, and changed nothing");
    let again = run(store, &wanted).await;
    assert_eq!((again.len(), sums(&again)), (2, (0, 4)), "a second run has nothing to do");
    kept.extend([late.id, elsewhere.id]);
    let listed = store.list_orders(&OrderFilter::default(), None, 250).await.unwrap().items;
    let mut listed: Vec<_> = listed.into_iter().map(|one| one.order.id).collect();
    listed.sort();
    kept.sort();
    assert_eq!(listed, kept);
}

async fn run(store: &Database, wanted: &Wanted) -> Vec<Batch> {
    let (mut batches, mut after) = (Vec::new(), None);
    loop {
        let batch = batch(store, wanted, after, 3, at(100)).await.unwrap();
        after = batch.next;
        batches.push(batch);
        if after.is_none() {
            return batches;
        }
    }
}

pub async fn profiles_of_which_all_orders_are_archived_are_known(store: &Database) {
    let of = async |profile: &str, mode| {
        let order = Order {
            profile: ProfileName::new(profile),
            mode,
            closed_time: Some(at(60)),
            mollie_id: full_order().mollie_id,
            ..bare_order()
        };
        stored(store, &[], order).await
    };
    let outlet = of("outlet", Mode::Live).await;
    let main = [of("main", Mode::Test).await, of("main", Mode::Test).await];
    archived(store, &outlet).await;
    archived(store, &main[0]).await;
    let found = store.profiles_with_orders().await.unwrap();
    let names = [("main", Mode::Test), ("outlet", Mode::Live)];
    assert_eq!(found, names.map(|(name, mode)| (ProfileName::new(name), mode)));
    assert_eq!(store.newest_at_mollie(&outlet.profile).await.unwrap(), outlet.mollie_id);
    assert_eq!(store.newest_at_mollie(&main[1].profile).await.unwrap(), main[1].mollie_id);
}

pub async fn who_begins_to_archive_ends_releases_that_would_miss_those_orders(store: &Database) {
    assert!(store.begin().await.unwrap(), "an older release may be at work");
    assert!(!store.begin().await.unwrap());
}
