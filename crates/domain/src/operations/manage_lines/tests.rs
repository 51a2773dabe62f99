//! Recognising changed lines in a reading, and what they explain.

use super::*;
use crate::operations::kind::Secret;
use crate::operations::sent::Sent;
use crate::rules::field::Field;
use crate::rules::fixtures::{at, euro, placed, snapshot};
use crate::rules::ids::MollieLineId;
use crate::rules::line_change::{AMOUNTS, LineChanges, UpdatedLine};
use crate::rules::part::Part;
use crate::rules::shipment::ShipmentLine;
use crate::rules::snapshot::LineSnapshot;
use crate::rules::status::{LineStatus, OrderStatus, Read};

fn order() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

/// One box in place of two, a mug more, and the other thing not at all.
fn task() -> Task {
    let order = order();
    let one = Line {
        quantity: 1,
        total_amount: euro("299.00"),
        vat_amount: euro("51.89"),
        ..order.lines[0].clone()
    };
    let mug = Line {
        id: LineId::new(3),
        mollie_id: None,
        name: "Mug".to_owned(),
        unit_price: euro("10.00"),
        total_amount: euro("10.00"),
        vat_amount: euro("1.74"),
        status: None,
        reference: Some("mug".to_owned()),
        ..order.lines[1].clone()
    };
    let all = Part { quantity: 1, amount: euro("329.99") };
    let changes = LineChanges {
        added: vec![mug],
        updated: vec![UpdatedLine { line: one, fields: AMOUNTS.to_vec() }],
        canceled: vec![ShipmentLine { line_id: LineId::new(2), part: all }],
        ..LineChanges::default()
    };
    Task { changes, until: at(99) }
}

#[derive(Clone, Copy)]
struct Done {
    updated: bool,
    added: bool,
    canceled: bool,
}

const ALL: Done = Done { updated: true, added: true, canceled: true };
const NONE: Done = Done { updated: false, added: false, canceled: false };

fn mug() -> LineSnapshot {
    let other = snapshot(OrderStatus::Authorized, LineStatus::Authorized).lines.remove(1);
    LineSnapshot {
        mollie_id: MollieLineId::new("odl_1.mug"),
        name: Field::Value("Mug".to_owned()),
        unit_price: euro("10.00"),
        total_amount: euro("10.00"),
        vat_amount: Field::Value(euro("1.74")),
        ..other
    }
}

fn seen(done: Done) -> Snapshot {
    let mut seen = snapshot(OrderStatus::Authorized, LineStatus::Authorized);
    if done.updated {
        let line = &mut seen.lines[0];
        (line.quantity, line.total_amount, line.vat_amount) =
            (1, euro("299.00"), Field::Value(euro("51.89")));
    }
    if done.canceled {
        seen.lines[1].canceled = Some(Part { quantity: 1, amount: euro("329.99") });
        seen.lines[1].status = Read::Known(LineStatus::Canceled);
    }
    seen.lines.extend(done.added.then(mug));
    seen
}

fn book(order: &Order) -> Book<'_> {
    Book { order, shipments: &[], refunds: &[], secret: Secret::default() }
}

#[derive(Debug, PartialEq)]
enum Word {
    Found,
    Absent,
    Ambiguous,
    Unreadable,
}

fn look(task: &Task, order: &Order, seen: &Snapshot, is_refused: bool) -> Word {
    let sends = Sends { sent: Sent::at(at(3)), is_refused };
    match task.observe(book(order), std::slice::from_ref(seen), sends) {
        Observation::Found(_) => Word::Found,
        Observation::Absent | Observation::Unwanted(_) => Word::Absent,
        Observation::Ambiguous(_) => Word::Ambiguous,
        Observation::NotUnderstood(_) => Word::Unreadable,
    }
}

#[test]
fn all_of_it_is_the_effect_and_some_of_it_may_be_somebody_elses() {
    let order = order();
    assert_eq!(look(&task(), &order, &seen(ALL), false), Word::Found);
    assert_eq!(look(&task(), &order, &seen(ALL), true), Word::Found);
    assert_eq!(look(&task(), &order, &seen(NONE), false), Word::Absent);
    for some in
        [Done { updated: false, ..ALL }, Done { added: false, ..ALL }, Done { canceled: false, ..ALL }]
    {
        assert_eq!(look(&task(), &order, &seen(some), false), Word::Ambiguous);
        assert_eq!(look(&task(), &order, &seen(some), true), Word::Absent, "Mollie refused the only call");
    }
}

#[test]
fn a_missing_line_or_counter_proves_nothing_but_a_canceled_line_says_so() {
    let order = order();
    let mut silent = seen(NONE);
    silent.lines[1].canceled = None;
    assert_eq!(look(&task(), &order, &silent, false), Word::Unreadable);
    let mut silent = seen(ALL);
    silent.lines[1].canceled = None;
    assert_eq!(look(&task(), &order, &silent, false), Word::Found, "its status says it");
    let mut shorter = seen(ALL);
    shorter.lines.remove(0);
    assert_eq!(look(&task(), &order, &shorter, false), Word::Unreadable);
}

/// Two equal mugs are added: one that Mollie shows is not both.
#[test]
fn each_new_line_is_one_of_mollies() {
    let mut twice = task();
    let mug = Line { id: LineId::new(4), ..twice.changes.added[0].clone() };
    twice.changes.added.push(mug);
    assert_eq!(look(&twice, &order(), &seen(ALL), false), Word::Ambiguous);
    let mut both = seen(ALL);
    both.lines.push(LineSnapshot { mollie_id: MollieLineId::new("odl_1.more"), ..both.lines[2].clone() });
    assert_eq!(look(&twice, &order(), &both, false), Word::Found);
    let ids: Vec<_> =
        twice.lines(&order(), Some(&both)).iter().map(|line| line.mollie_id.clone().unwrap()).collect();
    assert_eq!(
        ids.iter().map(MollieLineId::as_str).collect::<Vec<_>>(),
        ["odl_1.1", "odl_1.mug", "odl_1.more"]
    );
}

#[test]
fn an_operators_word_needs_every_change_that_is_told() {
    let order = order();
    let named = |done, id: &str| task().identify(book(&order), &[seen(done)], id);
    assert!(matches!(named(ALL, "ord_1.abc"), Named::Effect(_)));
    assert!(
        matches!(named(Done { added: false, ..ALL }, "ord_1.abc"), Named::Other(text) if text.contains("line 3 added: not found"))
    );
    assert!(matches!(named(ALL, "ord_2"), Named::Other(_)));
}

#[test]
fn its_lines_are_its_own_once_it_was_sent() {
    let (order, theirs) = (order(), mug());
    let other = LineSnapshot { quantity: 2, total_amount: euro("20.00"), ..theirs.clone() };
    let explains = |found: Difference<'_>, sent| task().explains(&order, found, sent);
    assert!(explains(Difference::NewLine(&theirs), true) && !explains(Difference::NewLine(&theirs), false));
    assert!(!explains(Difference::NewLine(&other), true));
    assert!(explains(Difference::LineValues(LineId::new(1)), true));
    assert!(
        !explains(Difference::LineValues(LineId::new(2)), true)
            && !explains(Difference::LineValues(LineId::new(1)), false)
    );
    let units = |pool, line| Difference::Units { pool, line_id: LineId::new(line), status: None };
    assert!(explains(units(Pool::Canceled, 2), true) && !explains(units(Pool::Canceled, 1), true));
    assert!(!explains(units(Pool::Shipped, 2), true));
}

#[test]
fn what_it_makes_keeps_where_units_are_and_what_mollie_does_not_have() {
    let mut order = order();
    order.lines[0].is_changing = true;
    let lines = task().lines(&order, Some(&seen(ALL)));
    assert_eq!(
        (lines[0].quantity, lines[0].status, lines[0].is_changing),
        (1, Some(LineStatus::Authorized), false)
    );
    assert_eq!((lines[1].reference.as_deref(), lines[1].id), (Some("mug"), LineId::new(3)));
    assert_eq!(task().lines(&order, None)[1].mollie_id, None, "an answer that does not list it");
}

/// Somebody canceled units of the same line meanwhile.
#[test]
fn more_canceled_units_than_ours_speak_neither_way() {
    let mut order = order();
    (order.lines[1].quantity, order.lines[1].total_amount) = (3, euro("989.97"));
    let canceled = |quantity, amount: &str, done| {
        let mut seen = seen(Done { canceled: false, ..done });
        (seen.lines[1].quantity, seen.lines[1].total_amount) = (3, euro("989.97"));
        seen.lines[1].canceled = Some(Part { quantity, amount: euro(amount) });
        seen
    };
    assert_eq!(look(&task(), &order, &canceled(2, "659.98", ALL), false), Word::Found);
    assert_eq!(look(&task(), &order, &canceled(2, "659.98", NONE), false), Word::Absent);
    let changes = LineChanges { canceled: task().changes.canceled, ..LineChanges::default() };
    let alone = Task { changes, until: at(99) };
    assert_eq!(look(&alone, &order, &canceled(2, "659.98", NONE), false), Word::Ambiguous);
    assert_eq!(look(&alone, &order, &canceled(2, "659.98", NONE), true), Word::Absent);
    let mut gone = canceled(3, "989.97", NONE);
    gone.lines[1].status = Read::Known(LineStatus::Canceled);
    assert_eq!(look(&alone, &order, &gone, false), Word::Found, "nothing is left that a call could cancel");
}
