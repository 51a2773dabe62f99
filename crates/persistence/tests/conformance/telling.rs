//! What the store tells: where work was recorded, what was written, and how much waits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use conformance::samples::*;
use domain::operations::operation::Operation;
use domain::ports::{Change, LookupOrigin, Store, TraceParent};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::placement::Mode;
use domain::rules::ship_by::{Agenda, Cause, ShipBy};
use jiff::SignedDuration;
use persistence::{Database, Observer};

static WRITTEN: AtomicUsize = AtomicUsize::new(0);

fn place_of(name: &str) -> Option<TraceParent> {
    Some(TraceParent(name.to_owned()))
}

fn from(database: &Database, here: fn() -> Option<TraceParent>) -> Database {
    database.clone().observed(Observer { here, written: |_| () })
}

pub async fn where_an_operation_was_recorded_comes_back_with_every_claim(database: &Database) {
    let [call, worker] = [from(database, || place_of("call")), from(database, || place_of("worker"))];
    let order = bare_order();
    let recorded = operation(&order, 2);
    stored(&call, &[&recorded], order).await;
    let first = worker.claim_operations(at(1), LEASE, token(), 10).await.unwrap().remove(0);
    assert_eq!(first.trace, place_of("call"));
    let waits = Operation { state: state(OperationState::Pending), not_before: at(1), ..first.operation };
    assert!(worker.defer(&waits, first.token).await.unwrap());
    let again = database.claim_operations(at(1), LEASE, token(), 10).await.unwrap().remove(0);
    assert_eq!(again.trace, place_of("call"), "who puts it back did not record it");
}

pub async fn a_look_up_names_the_last_change_and_the_hook_that_it_answers(database: &Database) {
    let [call, hook, look_up] = [
        from(database, || place_of("call")),
        from(database, || place_of("hook")),
        from(database, || place_of("look-up")),
    ];
    let order = bare_order();
    let new = operation(&order, 2);
    let lookup = Some(at(5));
    let change_of =
        |order: &Order| Change { lookup, operations: vec![inserted(new.clone())], ..creation(order) };
    call.commit(change_of(&order)).await.unwrap();
    hook.hook_arrived(order.id, None, at(5)).await.unwrap();
    let claim = async || look_up.claim_lookups(at(9), LEASE, token(), 10).await.unwrap().remove(0);
    let first = claim().await;
    assert_eq!(first.origin, LookupOrigin { change: place_of("call"), hook: place_of("hook") });
    // What it finds is no cause of the next one, and its hook is answered.
    let mut found = order;
    look_up.commit(Change { lookup: Some(at(9)), ..change(&mut found) }).await.unwrap();
    let unread = domain::ports::LookupEnd { was_read: false, ..done(Some(at(9)), 1) };
    look_up.finish_lookup(&first, unread).await.unwrap();
    let second = claim().await;
    assert_eq!(second.origin, LookupOrigin { change: place_of("call"), hook: place_of("hook") });
    look_up.finish_lookup(&second, done(Some(at(9)), 0)).await.unwrap();
    assert_eq!(claim().await.origin, LookupOrigin { change: place_of("call"), hook: None });
}

pub async fn who_observes_hears_of_what_was_written_and_of_nothing_else(database: &Database) {
    let written = |_: &Change| {
        WRITTEN.fetch_add(1, Ordering::Relaxed);
    };
    let observed = database.clone().observed(Observer { here: || None, written });
    let before = WRITTEN.load(Ordering::Relaxed);
    let mut order = stored(&observed, &[], bare_order()).await;
    let outdated = change(&mut order.clone());
    observed.commit(change(&mut order)).await.unwrap();
    observed.commit(outdated).await.unwrap_err();
    // The same promise is tested on another engine meanwhile.
    assert!((2..=4).contains(&(WRITTEN.load(Ordering::Relaxed) - before)));
}

pub async fn what_waits_is_counted(database: &Database) {
    let nothing = database.backlog(at(0), SignedDuration::ZERO).await.unwrap();
    assert!(nothing.operations.is_empty() && nothing.items.is_empty() && nothing.at_risk.is_empty());
    assert_eq!((nothing.lookup_lag, nothing.timer_lag, nothing.events), (Duration::ZERO, Duration::ZERO, 0));

    let order = Order { items: vec![open_item(1), open_item(2)], ..bare_order() };
    let (new, refused) = (operation(&order, 2), operation(&order, 3));
    let new = Operation { created_time: at(0), ..new };
    let refused = Operation { created_time: at(60), key_refused: true, ..refused };
    let order = stored(database, &[&new, &refused], order).await;
    database.hook_arrived(order.id, None, at(70)).await.unwrap();
    for (days, minor) in [(0, "1.00"), (2, "2.00"), (2, "3.50"), (9, "50.00")] {
        let time = at(100) + SignedDuration::from_hours(24 * days);
        let ship_by = Some(ShipBy { time, cause: Cause::OrderExpires });
        let agenda = Agenda { ship_by, to_capture: euro(minor), timer: None };
        stored(database, &[], Order { mode: Mode::Live, agenda, ..bare_order() }).await;
    }
    let waiting = database.backlog(at(100), SignedDuration::ZERO).await.unwrap();
    let [operations] = waiting.operations.as_slice() else { panic!("{waiting:?}") };
    assert_eq!(
        (operations.count, operations.key_refused, operations.oldest),
        (2, 1, Duration::from_secs(100))
    );
    assert_eq!((operations.state.as_str(), operations.profile.as_str()), ("pending", order.profile.as_str()));
    assert_eq!(waiting.items.iter().map(|items| items.count).collect::<Vec<_>>(), [2]);
    assert_eq!(waiting.lookup_lag, Duration::from_secs(30));
    let mut at_risk: Vec<_> = waiting
        .at_risk
        .iter()
        .map(|one| (one.within.as_str(), one.orders, one.amount, one.reason.as_str()))
        .collect();
    at_risk.sort_by_key(|(within, ..)| *within);
    assert_eq!(at_risk, [("1d", 1, euro("1.00"), "not_shipped"), ("3d", 2, euro("5.50"), "not_shipped")]);
}
