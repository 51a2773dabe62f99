//! What may be changed of lines, and what follows from it.

use super::*;
use crate::rules::capture;
use crate::rules::cause::{Cause, Grounds};
use crate::rules::event::{EventData, Recorder};
use crate::rules::field::Field;
use crate::rules::fixtures::{self, at, euro, placed, snapshot};
use crate::rules::ids::{LineId, MollieLineId, OperationId};
use crate::rules::line::LineType;
use crate::rules::part::Part;
use crate::rules::precondition::PreconditionReason;
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::snapshot::LineSnapshot;
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};

mod named;

/// Two boxes at 399.00 less 100.00, and one thing at 329.99.
fn order(status: OrderStatus, line: LineStatus) -> Order {
    placed(status, line).order().clone()
}

fn authorized() -> Order {
    order(OrderStatus::Authorized, LineStatus::Authorized)
}

fn amount(value: &str) -> AmountInput {
    AmountInput { currency: "EUR".to_owned(), value: value.to_owned() }
}

fn mug() -> LineInput {
    LineInput {
        line_type: Some(Some(LineType::Physical)),
        name: "Mug".to_owned(),
        quantity: 2,
        unit_price: Some(amount("10.00")),
        vat_rate: "21.00".to_owned(),
        reference: "mug".to_owned(),
        ..LineInput::default()
    }
}

fn update(line: &str) -> LineUpdateInput {
    LineUpdateInput { line_id: line.to_owned(), ..LineUpdateInput::default() }
}

fn cancel(line: &str, quantity: i64) -> LineChangeInput {
    LineChangeInput::Cancel(LineSelectionInput { line_id: line.to_owned(), quantity, amount: None })
}

fn changes(changes: Vec<LineChangeInput>) -> LineChangesInput {
    let at = |n: usize| format!("operations[{n}]");
    let changes = changes.into_iter().enumerate().map(|(n, change)| (at(n), change)).collect();
    LineChangesInput { path: "operations", changes, ..LineChangesInput::default() }
}

fn updates(update: LineUpdateInput) -> LineChangesInput {
    changes(vec![LineChangeInput::Update(Box::new(update))])
}

fn planned(order: &Order, all: Vec<LineChangeInput>) -> LineChanges {
    plan(order, &changes(all)).unwrap().unwrap()
}

fn rules(order: &Order, request: &LineChangesInput) -> Vec<(String, &'static str)> {
    match plan(order, request) {
        Err(RequestError::Invalid(faults)) => faults.into_iter().map(|it| (it.path, it.rule)).collect(),
        other => panic!("{other:?}"),
    }
}

fn reason(order: &Order, request: &LineChangesInput) -> PreconditionReason {
    match plan(order, request) {
        Err(RequestError::State(refusal) | RequestError::Blocked(refusal)) => refusal.reason,
        other => panic!("{other:?}"),
    }
}

/// The same rules as of a draft, so the same words. What a profile is strict about is refused.
#[test]
fn what_mollie_may_refuse_is_told_as_create_order_tells_it() {
    let order = order(OrderStatus::Created, LineStatus::Created);
    let above = LineUpdateInput { discount_amount: Some(Some(amount("800.00"))), ..update("1") };
    let dear = LineInput { discount_amount: Some(amount("21.00")), ..mug() };
    let both = || {
        let (add, update) = (Box::new(dear.clone()), Box::new(above.clone()));
        vec![LineChangeInput::Add(add), LineChangeInput::Update(update)]
    };
    let told = planned(&order, both());
    let paths: Vec<_> = told.warnings.iter().map(|it| (it.path.as_str(), it.rule.as_str())).collect();
    let rule = "line.discount_above_price";
    assert_eq!(
        paths,
        [("operations[0].discount_amount", rule), ("operations[1].line.discount_amount", rule)]
    );
    let mut of_draft = Violations::under(Agreements::default());
    drop(dear.clone().parse("operations[0]", Some(euro("0.00").currency()), &mut of_draft));
    let of_draft: Vec<_> = of_draft.into_findings().warnings.into_iter().map(Finding::from).collect();
    assert_eq!(told.warnings[..1], of_draft);
    assert_eq!((told.warnings_left_out, planned(&order, vec![cancel("1", 1)]).warnings), (0, vec![]));
    let agreements = Agreements { strict: [rule.to_owned()].into(), ..Agreements::default() };
    let strict = LineChangesInput { agreements, ..changes(both()) };
    assert_eq!(rules(&order, &strict).len(), 2);
}

#[test]
fn of_many_warnings_the_first_are_kept_and_the_others_counted() {
    let dear = LineInput { discount_amount: Some(amount("21.00")), reference: String::new(), ..mug() };
    let many = vec![LineChangeInput::Add(Box::new(dear)); WARNINGS + 3];
    let told = planned(&order(OrderStatus::Created, LineStatus::Created), many);
    assert_eq!((told.warnings.len(), told.warnings_left_out), (WARNINGS, 3));
}

#[test]
fn what_follows_from_a_new_quantity_is_computed_anew_and_all_amounts_are_sent() {
    let three = LineUpdateInput { quantity: Some(3), ..update("1") };
    let changes = plan(&authorized(), &updates(three)).unwrap().unwrap();
    let UpdatedLine { line, fields } = &changes.updated[0];
    assert_eq!((line.quantity, line.total_amount), (3, euro("1097.00")), "the discount stays");
    assert_eq!(line.vat_amount, euro("190.39"));
    assert_eq!(fields[..], AMOUNTS);
    let name = LineUpdateInput { name: Some("Box".to_owned()), ..update("1") };
    let changes = plan(&authorized(), &updates(name)).unwrap().unwrap();
    assert_eq!(changes.updated[0].fields, [LineField::Name]);
    assert_eq!(changes.updated[0].line.total_amount, euro("698.00"));
}

#[test]
fn a_discount_goes_only_where_it_is_taken_away() {
    let none = LineUpdateInput { discount_amount: Some(None), ..update("1") };
    let changes = plan(&authorized(), &updates(none)).unwrap().unwrap();
    let line = &changes.updated[0].line;
    assert_eq!((line.discount_amount, line.total_amount), (None, euro("798.00")));
    let rate = LineUpdateInput { vat_rate: Some("9.00".to_owned()), ..update("1") };
    let changes = plan(&authorized(), &updates(rate)).unwrap().unwrap();
    let line = &changes.updated[0].line;
    assert_eq!((line.total_amount, line.vat_amount), (euro("698.00"), euro("57.63")));
}

#[test]
fn what_is_so_already_is_not_sent() {
    let same = LineUpdateInput {
        quantity: Some(2),
        unit_price: Some(amount("399.00")),
        name: Some("Bugatti Chiron".to_owned()),
        vat_rate: Some("21".to_owned()),
        ..update("1")
    };
    assert_eq!(plan(&authorized(), &updates(same)), Ok(None));
    let mut order = authorized();
    (order.lines[1].status, order.lines[1].canceled) =
        (Some(LineStatus::Canceled), Part { quantity: 1, amount: euro("329.99") });
    assert_eq!(plan(&order, &changes(vec![cancel("2", 1)])), Ok(None), "it is canceled already");
}

#[test]
fn new_lines_get_the_next_ids_and_keep_what_mollie_does_not_have() {
    let added = planned(
        &authorized(),
        vec![
            LineChangeInput::Add(Box::new(LineInput { planned_ship_date: "2026-03-05".to_owned(), ..mug() })),
            LineChangeInput::Add(Box::new(LineInput { reference: String::new(), ..mug() })),
        ],
    );
    let told: Vec<_> = added
        .added
        .iter()
        .map(|line| (line.id.number(), line.reference.as_deref(), line.total_amount))
        .collect();
    assert_eq!(told, [(3, Some("mug"), euro("20.00")), (4, None, euro("20.00"))]);
    assert!(added.added[0].planned_ship_date.is_some());
}

#[test]
fn every_fault_is_named_at_once() {
    let all = vec![
        LineChangeInput::Add(Box::new(LineInput { quantity: 0, vat_rate: "x".to_owned(), ..mug() })),
        LineChangeInput::Add(Box::new(mug())),
        LineChangeInput::Update(Box::new(LineUpdateInput { sku: Some(" ".to_owned()), ..update("1") })),
        LineChangeInput::Update(Box::new(LineUpdateInput {
            total_amount: Some(amount("1.00")),
            ..update("2")
        })),
        cancel("1", 1),
        cancel("7", 1),
    ];
    assert_eq!(
        rules(&authorized(), &changes(all)),
        [
            ("operations[0].quantity".to_owned(), "line.quantity"),
            ("operations[0].vat_rate".to_owned(), "line.vat_rate"),
            ("operations[1].reference".to_owned(), "order.references"),
            ("operations[2].line.sku".to_owned(), "update.value"),
            ("operations[3].line.total_amount".to_owned(), "line.total_amount"),
            ("operations[4].line_id".to_owned(), "selection.once"),
            ("operations[5].line_id".to_owned(), "selection.line_id"),
        ]
    );
}

#[test]
fn what_no_order_can_make_right_is_found_without_one() {
    let bad = changes(vec![
        LineChangeInput::Add(Box::new(LineInput { quantity: 0, ..mug() })),
        LineChangeInput::Update(Box::new(update("77"))),
    ]);
    let found = bad.check(None).unwrap_err();
    assert_eq!(found.iter().map(|fault| fault.rule).collect::<Vec<_>>(), ["line.quantity"]);
    assert_eq!(changes(Vec::new()).check(None).unwrap_err()[0].rule, "lines.changes");
    let dollars = LineInput {
        unit_price: Some(AmountInput { currency: "USD".to_owned(), value: "10.00".to_owned() }),
        ..mug()
    };
    let dollars = changes(vec![LineChangeInput::Add(Box::new(dollars))]);
    assert_eq!(dollars.check(None), Ok(()));
    assert!(dollars.check(Some(&authorized())).is_err(), "the order is in euros");
}

#[test]
fn what_is_left_fits_together_as_a_draft_does() {
    let all = vec![cancel("1", 2), cancel("2", 1)];
    assert_eq!(rules(&authorized(), &changes(all)), [("operations".to_owned(), "lines.left")]);
    let card = LineInput {
        line_type: Some(Some(LineType::GiftCard)),
        quantity: 1,
        unit_price: Some(amount("-400.00")),
        vat_rate: "0.00".to_owned(),
        ..mug()
    };
    let too_much = vec![cancel("1", 2), LineChangeInput::Add(Box::new(card.clone()))];
    assert_eq!(
        rules(&authorized(), &changes(too_much)),
        [("operations".to_owned(), "order.amount_positive")]
    );
    assert_eq!(planned(&authorized(), vec![LineChangeInput::Add(Box::new(card))]).added.len(), 1);
    let mut order = authorized();
    let line = order.lines[1].clone();
    order.lines.extend((3..=1_000).map(|id| Line { id: LineId::new(id), ..line.clone() }));
    let one_more = changes(vec![LineChangeInput::Add(Box::new(mug()))]);
    assert_eq!(rules(&order, &one_more), [("operations".to_owned(), "lines.count")]);
}

/// An order that became longer than what clients take at once could not be read any more.
#[test]
fn lines_grow_no_longer_than_a_draft_may_be() {
    let mut order = authorized();
    let name = |text: String| updates(LineUpdateInput { name: Some(text), ..update("1") });
    order.lines.iter_mut().for_each(|line| (line.image_url, line.metadata) = (None, None));
    let others: usize = order.lines.iter().map(size::of).sum::<usize>() - order.lines[0].name.len();
    let most = size::MOST - others;
    assert!(plan(&order, &name("x".repeat(most))).unwrap().is_some());
    assert_eq!(rules(&order, &name("x".repeat(most + 1))), [("operations".to_owned(), "lines.size")]);
    let mug = LineInput { name: "x".repeat(size::MOST), ..mug() };
    assert_eq!(
        rules(&order, &changes(vec![LineChangeInput::Add(Box::new(mug))])),
        [("operations".to_owned(), "lines.size")]
    );
    // An order that is too long already may become shorter.
    order.lines[1].metadata = Some(serde_json::json!({ "list": vec![1; size::MOST / 12] }));
    order.lines[0].name = "Long".to_owned();
    assert_eq!(rules(&order, &name("Longer".to_owned())), [("operations".to_owned(), "lines.size")]);
    assert!(plan(&order, &name("L".to_owned())).unwrap().is_some());
}

#[test]
fn lines_change_while_the_order_is_created_pending_or_authorized_and_nothing_has_left() {
    let request = || changes(vec![LineChangeInput::Add(Box::new(mug()))]);
    for (status, line) in [
        (OrderStatus::Created, LineStatus::Created),
        (OrderStatus::Pending, LineStatus::Created),
        (OrderStatus::Authorized, LineStatus::Authorized),
    ] {
        assert!(plan(&order(status, line), &request()).is_ok(), "{status:?}");
    }
    for (status, line) in [
        (OrderStatus::Paid, LineStatus::Paid),
        (OrderStatus::Shipping, LineStatus::Shipping),
        (OrderStatus::Completed, LineStatus::Completed),
        (OrderStatus::Canceled, LineStatus::Canceled),
        (OrderStatus::Expired, LineStatus::Canceled),
    ] {
        assert_eq!(reason(&order(status, line), &request()), PreconditionReason::OrderNotChangeable);
    }
    let mut order = authorized();
    order.lines[1].reserved = Part { quantity: 1, amount: euro("329.99") };
    assert_eq!(reason(&order, &request()), PreconditionReason::OrderNotChangeable, "goods have left");
    let mut order = authorized();
    order.lines[1].shipped = Part { quantity: 1, amount: euro("329.99") };
    let known = "the shipment is known, and the status not read since";
    assert_eq!(reason(&order, &request()), PreconditionReason::OrderNotChangeable, "{known}");
    let mut order = authorized();
    order.lines[0].canceling = Part { quantity: 1, amount: euro("349.00") };
    assert_eq!(reason(&order, &request()), PreconditionReason::LinesChanging);
    let mut order = authorized();
    let under_way =
        plan(&order, &request()).unwrap().unwrap().under_way(&order, OperationId::new(uuid::Uuid::nil()));
    order.line_change = Some(Box::new(under_way));
    assert_eq!(reason(&order, &request()), PreconditionReason::LinesChanging);
    assert_eq!(order.next_line_id(), LineId::new(4), "3 is spoken for");
    let mut order = authorized();
    order.facts.unknown_status = Some("frozen".to_owned());
    assert_eq!(reason(&order, &request()), PreconditionReason::StatusNotUnderstood);
    order.facts.unknown_status = None;
    order.facts.status = None;
    assert_eq!(reason(&order, &request()), PreconditionReason::OrderNotPlaced);
}

#[test]
fn of_a_line_that_is_partly_canceled_only_texts_change() {
    let mut order = authorized();
    order.lines[0].canceled = Part { quantity: 1, amount: euro("349.00") };
    let three = LineUpdateInput { quantity: Some(3), ..update("1") };
    assert_eq!(reason(&order, &updates(three)), PreconditionReason::LineNotChangeable);
    let name = LineUpdateInput { name: Some("Box".to_owned()), ..update("1") };
    assert!(plan(&order, &updates(name)).is_ok());
    order.lines[0].status = Some(LineStatus::Canceled);
    let name = LineUpdateInput { name: Some("Box".to_owned()), ..update("1") };
    assert_eq!(reason(&order, &updates(name)), PreconditionReason::LineNotChangeable);
    assert_eq!(
        reason(&authorized(), &changes(vec![cancel("1", 3)])),
        PreconditionReason::QuantityNotAvailable
    );
}

#[test]
fn a_part_that_is_canceled_is_worth_what_the_amount_rule_says() {
    let canceled = planned(&authorized(), vec![cancel("1", 1)]).canceled;
    assert_eq!(canceled[0].part, Part { quantity: 1, amount: euro("349.00") });
    let priced = |value: &str| {
        let selection =
            LineSelectionInput { line_id: "1".to_owned(), quantity: 1, amount: Some(amount(value)) };
        plan(&authorized(), &changes(vec![LineChangeInput::Cancel(selection)]))
    };
    assert_eq!(priced("299.00").unwrap().unwrap().canceled[0].part.amount, euro("299.00"));
    assert!(
        matches!(priced("298.99"), Err(RequestError::Invalid(faults)) if faults[0].path == "operations[0].amount")
    );
}

#[test]
fn what_is_under_way_names_its_lines_and_what_it_adds_or_takes_off() {
    let order = authorized();
    let one = LineUpdateInput { quantity: Some(1), ..update("1") };
    let all =
        vec![LineChangeInput::Update(Box::new(one)), LineChangeInput::Add(Box::new(mug())), cancel("2", 1)];
    let planned = planned(&order, all);
    let change = planned.under_way(&order, OperationId::new(uuid::Uuid::nil()));
    assert_eq!((&change.added[..], &change.updated[..]), (&[LineId::new(3)][..], &[LineId::new(1)][..]));
    // 299.00 in place of 698.00, and 20.00 more; what is canceled is reserved as that.
    assert_eq!(change.difference, euro("-379.00"));
    assert_eq!(planned.names(), ["lines/3", "lines/1", "lines/2"]);
}

fn shown(
    fields: &[LineField],
    change: impl FnOnce(&mut Line),
    theirs: impl FnOnce(&mut LineSnapshot),
) -> Shown {
    let (order, mut seen) =
        (authorized(), snapshot(OrderStatus::Authorized, LineStatus::Authorized).lines.remove(0));
    let mut line = order.lines[0].clone();
    change(&mut line);
    theirs(&mut seen);
    shows_change(&UpdatedLine { line, fields: fields.to_vec() }, &order.lines[0], &seen)
}

#[test]
fn a_line_is_changed_once_every_value_is_there() {
    let twice = |line: &mut Line| (line.quantity, line.total_amount) = (1, euro("299.00"));
    assert_eq!(shown(&AMOUNTS, twice, |_| ()), Shown::Other);
    let same = |theirs: &mut LineSnapshot| (theirs.quantity, theirs.total_amount) = (1, euro("299.00"));
    assert_eq!(shown(&AMOUNTS, twice, same), Shown::Same);
    let no_vat = |theirs: &mut LineSnapshot| {
        same(theirs);
        (theirs.vat_rate, theirs.vat_amount) = (Field::LeftOut, Field::Unreadable);
    };
    assert_eq!(shown(&AMOUNTS, twice, no_vat), Shown::Same, "what is not told speaks neither way");
    let text = |text: &str| Some(text.to_owned());
    let sku = |line: &mut Line| line.sku = text("A");
    assert_eq!(shown(&[LineField::Sku], sku, |_| ()), Shown::Untold);
    assert_eq!(
        shown(&[LineField::Sku], sku, |theirs| theirs.sku = text("a").into()),
        Shown::Same,
        "spelled otherwise"
    );
    assert_eq!(shown(&[LineField::Sku], sku, |theirs| theirs.sku = text("B").into()), Shown::Other);
    let name = |line: &mut Line| line.name = "bugatti chiron".to_owned();
    assert_eq!(shown(&[LineField::Name], name, |_| ()), Shown::Other, "it had that name before");
    let unit = |line: &mut Line| line.quantity_unit = text("pcs");
    assert_eq!(shown(&[LineField::QuantityUnit], unit, |_| ()), Shown::Untold);
}

#[test]
fn a_new_line_is_told_by_all_that_was_sent_of_it() {
    let order = authorized();
    let mug = planned(&order, vec![LineChangeInput::Add(Box::new(mug()))]).added.remove(0);
    let theirs = {
        let mut seen = snapshot(OrderStatus::Authorized, LineStatus::Authorized).lines.remove(1);
        seen.mollie_id = MollieLineId::new("odl_1.mug");
        (seen.quantity, seen.unit_price, seen.total_amount) = (2, euro("10.00"), euro("20.00"));
        seen.vat_amount = Field::Value(euro("3.47"));
        seen.name = Field::Value("Mug".to_owned());
        seen
    };
    assert!(is_shown(&mug, &theirs));
    for other in [
        LineSnapshot { quantity: 1, ..theirs.clone() },
        LineSnapshot { total_amount: euro("19.00"), ..theirs.clone() },
        LineSnapshot { name: Field::Value("Cup".to_owned()), ..theirs.clone() },
        LineSnapshot { line_type: Field::Value(Read::Known(LineType::Digital)), ..theirs.clone() },
    ] {
        assert!(!is_shown(&mug, &other), "{other:?}");
    }
    let silent = LineSnapshot { line_type: Field::LeftOut, ..theirs };
    assert!(is_shown(&mug, &silent), "physical is what Mollie leaves out");
}

/// Nothing of a line that changes can be shipped or canceled, and what is less is not captured.
#[test]
fn while_a_change_is_under_way_its_lines_are_not_available_and_less_is_captured() {
    let before = authorized();
    let one = LineUpdateInput { quantity: Some(1), ..update("1") };
    let changes = planned(&before, vec![LineChangeInput::Update(Box::new(one))]);
    let change = Box::new(changes.under_way(&before, OperationId::new(uuid::Uuid::nil())));
    let mut recorder = Recorder::new(before.clone(), at(5), Grounds::of(Cause::LookUp));
    recorder.record(EventData::LineChangeRecorded { change, entries: Vec::new() });
    let order = recorder.order();
    assert_eq!((order.lines[0].available().quantity, order.lines[1].available().quantity), (0, 1));
    assert_eq!(capture::left(order), euro("628.99"), "1,027.99 less 399.00");
    let rejection = Rejection::of_ours("declined");
    let operation_id = OperationId::new(uuid::Uuid::nil());
    recorder.record(EventData::LineChangeRefused { operation_id, rejection, entries: Vec::new() });
    let after = Order { version: before.version, ..recorder.order().clone() };
    assert_eq!(after, before);
}

/// Whoever does not want a gift card any more pays more: the shopper has not agreed to that.
#[test]
fn giving_up_what_takes_money_off_needs_an_authorization_that_covers_the_rest() {
    let mut order = authorized();
    let card = Line {
        id: LineId::new(3),
        line_type: Read::Known(LineType::GiftCard),
        quantity: 1,
        unit_price: euro("-100.00"),
        discount_amount: None,
        total_amount: euro("-100.00"),
        vat_rate: "0.00".to_owned(),
        vat_amount: euro("0.00"),
        ..order.lines[1].clone()
    };
    order.lines.push(card);
    order.payments = vec![fixtures::payment("tr_1", euro("927.99"), PaymentStatus::Authorized)];
    let without = |more: Vec<LineChangeInput>| changes([vec![cancel("3", 1)], more].concat());
    assert_eq!(reason(&order, &without(Vec::new())), PreconditionReason::CaptureOutOfBounds);
    // With goods that cost as much it is not missed.
    assert!(plan(&order, &without(vec![cancel("2", 1)])).is_ok());
    let cheaper = LineUpdateInput { unit_price: Some(amount("-10.00")), ..update("3") };
    assert!(plan(&order, &updates(cheaper)).is_ok(), "the supplier is asked for more");
    order.facts.authorized_time = None;
    order.facts.status = Some(OrderStatus::Created);
    assert!(plan(&order, &without(Vec::new())).is_ok(), "the shopper has not paid yet");
}
