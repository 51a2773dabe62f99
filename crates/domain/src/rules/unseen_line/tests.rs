//! Lines that a reading showed, and that later ones do not.

use super::*;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::event::{EventData, Recorder};
use crate::rules::fixtures::{at, euro, placed, snapshot};
use crate::rules::ids::OperationId;
use crate::rules::ledger::{Entry, Pool, Stage};
use crate::rules::part::Part;
use crate::rules::shipment::Origin;
use crate::rules::snapshot::{Observed, observed};
use crate::rules::status::{LineStatus, OrderStatus};

const WINDOW: SignedDuration = SignedDuration::from_secs(60);

fn whole() -> Snapshot {
    let seen = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
    Snapshot { payments: Some(Vec::new()), shipments: Some(Vec::new()), refunds: Some(Vec::new()), ..seen }
}

/// One odd answer has a third line.
fn odd() -> Snapshot {
    let mut seen = whole();
    let mut line = seen.lines[1].clone();
    line.mollie_id = MollieLineId::new("odl_odd");
    seen.lines.push(line);
    seen.amount = euro("1357.98");
    seen
}

fn read(order: &Order, seen: &Snapshot, minute: i64) -> Observed {
    let mut observed = observed(order, seen);
    let found = std::mem::take(&mut observed.facts.found_lines);
    (observed.facts.found_lines, observed.gone) = unseen(order, seen, found, at(minute), WINDOW);
    observed
}

fn after(order: &Order, seen: &Snapshot, minute: i64) -> Order {
    let mut recorder = Recorder::new(order.clone(), at(minute), Grounds::of(Cause::LookUp));
    recorder.record(EventData::OrderObserved { observed: Box::new(read(order, seen, minute)) });
    recorder.finish().0
}

fn ids(order: &Order) -> Vec<u32> {
    order.lines.iter().map(|line| line.id.number()).collect()
}

fn authorized() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

/// The order with the odd line.
fn with_it() -> Order {
    after(&authorized(), &odd(), 10)
}

#[test]
fn a_line_that_whole_readings_do_not_show_for_a_settle_window_leaves_the_order() {
    let order = with_it();
    assert_eq!((ids(&order), order.highest_amount), (vec![1, 2, 3], euro("1357.98")));
    let once = after(&order, &whole(), 11);
    assert_eq!(ids(&once), [1, 2, 3], "one reading may be behind");
    assert_eq!(look_again(&once, WINDOW), Some(at(12) + SignedDuration::from_secs(1)));
    let twice = after(&once, &whole(), 12);
    assert_eq!((ids(&twice), look_again(&twice, WINDOW)), (vec![1, 2], None));
    assert_eq!(twice.highest_amount, euro("1027.99"), "it never cost that");
    assert!(!read(&twice, &whole(), 13).has_news(&twice), "and that is all");
    assert_eq!(twice.next_line_id().number(), 4, "its id is not given to another line");
}

#[test]
fn a_line_that_is_shown_again_stays_or_comes_back_under_its_id() {
    let once = after(&with_it(), &whole(), 11);
    let again = after(&once, &odd(), 12);
    assert_eq!((ids(&again), look_again(&again, WINDOW)), (vec![1, 2, 3], None));
    assert_eq!(ids(&after(&again, &whole(), 13)), [1, 2, 3], "from then on");
    let gone = after(&once, &whole(), 12);
    let back = after(&gone, &odd(), 13);
    assert_eq!((ids(&back), back.facts.found_lines.len()), (vec![1, 2, 3], 1));
}

/// Whatever else an answer lacks, it proves nothing.
#[test]
fn an_answer_that_is_not_whole_takes_no_line_away() {
    type Lacks = fn(&mut Snapshot);
    let cases: [(&str, Lacks); 6] = [
        ("another line", |seen| drop(seen.lines.pop())),
        ("all lines", |seen| seen.lines.clear()),
        ("a counter", |seen| seen.lines[0].canceled = None),
        ("the shipments", |seen| seen.shipments = None),
        ("the status", |seen| seen.status = None),
        ("sense", |seen| {
            seen.contradictions = vec![crate::rules::misread::Misread::at("amount", "odd")];
        }),
    ];
    for (case, lacks) in cases {
        let mut seen = whole();
        lacks(&mut seen);
        let order = (11..20).fold(with_it(), |order, minute| after(&order, &seen, minute));
        assert_eq!((ids(&order), look_again(&order, WINDOW)), (vec![1, 2, 3], None), "{case}");
    }
}

#[test]
fn a_line_that_somebody_here_asked_for_never_leaves() {
    let mut seen = whole();
    seen.lines.truncate(1);
    let order = (11..20).fold(authorized(), |order, minute| after(&order, &seen, minute));
    assert_eq!(ids(&order), [1, 2], "it is of the draft");
    let mut recorder = Recorder::new(authorized(), at(5), Grounds::of(Cause::LookUp));
    let line = Line {
        id: LineId::new(3),
        mollie_id: Some(MollieLineId::new("odl_3")),
        ..authorized().lines[1].clone()
    };
    let operation_id = OperationId::new(uuid::Uuid::nil());
    recorder.record(EventData::LinesChanged { operation_id, lines: vec![line], entries: Vec::new() });
    let order = (11..20).fold(recorder.finish().0, |order, minute| after(&order, &whole(), minute));
    assert_eq!(ids(&order), [1, 2, 3], "it was added here");
}

#[test]
fn a_line_of_which_anything_was_shipped_canceled_or_refunded_stays() {
    let part = Part { quantity: 1, amount: euro("329.99") };
    for pool in [Pool::Shipped, Pool::Canceled, Pool::Refunded, Pool::PaymentRefunded] {
        for stage in [Stage::Settled, Stage::Reserved] {
            let entry = Entry { line_id: Some(LineId::new(3)), pool, part, stage, by: Origin::Here };
            let mut order = with_it();
            order.lines[2].enter(&entry);
            let order = (11..20).fold(order, |order, minute| after(&order, &whole(), minute));
            assert_eq!(ids(&order), [1, 2, 3], "{pool:?}, {stage:?}");
        }
    }
    let mut order = with_it();
    order.lines[2].is_changing = true;
    let order = (11..20).fold(order, |order, minute| after(&order, &whole(), minute));
    assert_eq!(ids(&order), [1, 2, 3], "it is being changed");
}

/// It may leave once what was under way has ended in vain.
#[test]
fn a_line_that_is_free_again_may_leave() {
    let part = Part { quantity: 1, amount: euro("329.99") };
    let entry =
        |stage| Entry { line_id: Some(LineId::new(3)), pool: Pool::Shipped, part, stage, by: Origin::Here };
    let mut order = with_it();
    order.lines[2].enter(&entry(Stage::Reserved));
    order.lines[2].enter(&entry(Stage::Freed));
    let order = (11..13).fold(order, |order, minute| after(&order, &whole(), minute));
    assert_eq!(ids(&order), [1, 2]);
}
