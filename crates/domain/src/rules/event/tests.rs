//! Folding the events of an order gives the order.

use super::*;
use crate::rules::fixtures::{at, placed, snapshot};
use crate::rules::snapshot::observed;
use crate::rules::status::LineStatus;

#[test]
fn folding_the_events_gives_the_order_but_for_what_is_personal() {
    let mut recorder = placed(OrderStatus::Created, LineStatus::Created);
    let paid = observed(recorder.order(), &snapshot(OrderStatus::Authorized, LineStatus::Authorized));
    recorder.record(EventData::OrderObserved { observed: Box::new(paid) });
    let end = observed(recorder.order(), &snapshot(OrderStatus::Completed, LineStatus::Completed));
    recorder.record(EventData::OrderObserved { observed: Box::new(end) });
    let personal = Personal { consumer_date_of_birth: "1958-01-31".parse().ok(), ..Personal::default() };
    recorder.note_reading(at(9), personal);
    let (order, events) = recorder.finish();
    let folded = events.iter().fold(None, Order::after).unwrap();
    assert_eq!(folded, Order { observed_time: None, ..order.impersonal() });
    let sequences: Vec<_> = events.iter().map(|event| event.sequence).collect();
    assert_eq!((sequences.as_slice(), order.version), ([1, 2, 3, 4].as_slice(), 4));
}

#[test]
fn an_order_is_closed_when_it_ends_and_open_again_when_it_does_not() {
    let mut recorder = placed(OrderStatus::Completed, LineStatus::Completed);
    assert_eq!(recorder.order().closed_time, Some(at(0)));
    let back = observed(recorder.order(), &snapshot(OrderStatus::Authorized, LineStatus::Authorized));
    recorder.record(EventData::OrderObserved { observed: Box::new(back) });
    assert_eq!(recorder.order().closed_time, None);
}

#[test]
fn an_ended_order_gives_its_number_back_and_a_completed_one_keeps_it() {
    let number = |status, line| placed(status, line).order().held_number().map(str::to_owned);
    assert_eq!(number(OrderStatus::Canceled, LineStatus::Canceled), None);
    assert_eq!(number(OrderStatus::Expired, LineStatus::Canceled), None);
    assert_eq!(number(OrderStatus::Completed, LineStatus::Completed), Some("1337".to_owned()));
}

#[test]
fn kinds_name_the_status_that_was_reached() {
    let paid = observed(
        placed(OrderStatus::Created, LineStatus::Created).order(),
        &snapshot(OrderStatus::Paid, LineStatus::Paid),
    );
    assert_eq!(EventData::OrderObserved { observed: Box::new(paid) }.kind(), "order.paid");
}
