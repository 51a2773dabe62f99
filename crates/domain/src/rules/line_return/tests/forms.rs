//! Every fault at once.

use super::*;
use crate::rules::violation::Violation;

fn faults(lines: &[(&str, i64, i64)]) -> Vec<(String, &'static str)> {
    let line = |(id, came_back, not_leaving): &(&str, i64, i64)| ReturnLineInput {
        line_id: (*id).to_owned(),
        came_back: *came_back,
        not_leaving: *not_leaving,
    };
    let input = ReturnInput { lines: lines.iter().map(line).collect(), ..ReturnInput::default() };
    let told = |fault: Violation| (fault.path, fault.rule);
    input.parse().unwrap_err().into_iter().map(told).collect()
}

#[test]
fn a_form_names_every_fault() {
    assert_eq!(faults(&[]), [("lines".to_owned(), "return.lines")]);
    let found = faults(&[("1", 0, 0), ("1", 1, 0), ("x", -1, 0), ("2", 1, -5)]);
    let expected = [
        ("lines[0]", "return.units"),
        ("lines[1].line_id", "selection.once"),
        ("lines[2].line_id", "selection.line_id"),
        ("lines[2].came_back", "return.units"),
        ("lines[3].not_leaving", "return.units"),
    ];
    assert_eq!(found, expected.map(|(path, rule)| (path.to_owned(), rule)));
    let long = ReturnInput { description: "x".repeat(141), ..ReturnInput::default() };
    assert!(long.parse().unwrap_err().iter().any(|fault| fault.rule == "refund.description"));
}

/// 4,294,967,297 would be 1 in 32 bits.
#[test]
fn more_units_than_there_can_be_are_refused_in_words() {
    for count in [4_294_967_296, 4_294_967_297, i64::MAX, i64::MIN] {
        let line = ReturnLineInput { line_id: "1".to_owned(), came_back: count, not_leaving: 0 };
        let faults = ReturnInput { lines: vec![line], ..ReturnInput::default() }.parse().unwrap_err();
        let [fault] = faults.as_slice() else { panic!("{faults:?}") };
        assert_eq!((fault.path.as_str(), fault.got.clone()), ("lines[0].came_back", count.to_string()));
        assert_eq!(fault.expected, "a whole number from 0 to 4294967295");
    }
}

#[test]
fn what_is_read_is_what_was_written() {
    let line = ReturnLineInput { line_id: "1".to_owned(), came_back: 1, not_leaving: u32::MAX.into() };
    let description = " Thank you ".to_owned();
    let parsed =
        ReturnInput { lines: vec![line], description, release: vec!["2".to_owned()] }.parse().unwrap();
    let expected = ReturnedLine { line_id: LineId::new(1), came_back: 1, not_leaving: 4_294_967_295 };
    assert_eq!((parsed.lines, parsed.release), (vec![expected], vec!["2".to_owned()]));
    assert_eq!(parsed.description.as_deref(), Some("Thank you"));
}

#[test]
fn every_line_that_cannot_be_had_is_named_in_either_flow() {
    let subjects = |words: Vec<String>| {
        words.iter().map(|it| it.split(": ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (reason, words) = refused(&shipping(), &[(1, 2, 2), (2, 1, 2)]);
    assert_eq!(reason, PreconditionReason::LineNotRefundable);
    assert_eq!(subjects(words), ["lines/1", "lines/2", "lines/1", "lines/2"]);
    let (reason, words) = refused(&paid(), &[(1, 2, 2), (2, 1, 2)]);
    assert_eq!(reason, PreconditionReason::LineNotRefundable);
    let own: Vec<_> = words.iter().filter(|text| !text.contains("left to refund")).cloned().collect();
    assert_eq!(subjects(own), ["lines/1", "lines/1", "lines/2", "lines/2"], "{words:?}");
}

#[test]
fn unknown_lines_are_told_with_their_place_and_with_what_else_is_wrong() {
    for order in [shipping(), paid()] {
        let request =
            ReturnRequest { release: vec!["1".to_owned()], ..request(&[(7, 1, 0), (1, 2, 0), (8, 0, 1)]) };
        let Err(RequestError::Invalid(faults)) = plan(&order, &[], &request) else { panic!("{order:?}") };
        let paths: Vec<_> = faults.iter().map(|fault| fault.path.as_str()).collect();
        assert_eq!(paths, ["lines[0].line_id", "lines[2].line_id", "release_line_ids[0]", "lines/1"]);
    }
}

#[test]
fn what_is_canceled_already_is_more_than_there_is() {
    let mut order = shipping();
    order.lines[1].canceled = part(1, "329.99");
    order.lines[1].status = Some(LineStatus::Canceled);
    assert_eq!(refused(&order, &[(1, 0, 1), (2, 0, 1)]).0, PreconditionReason::QuantityNotAvailable);
    order.facts.status = Some(OrderStatus::Canceled);
    assert_eq!(refused(&order, &[(2, 0, 1)]).0, PreconditionReason::QuantityNotAvailable);
}

#[test]
fn an_order_that_nobody_paid_is_refused_once() {
    let order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
    let (reason, words) = refused(&order, &[(1, 1, 1)]);
    assert_eq!((reason, words.len()), (PreconditionReason::OrderNotRefundable, 1));
    let mut odd = shipping();
    odd.facts.unknown_status = Some("frozen".to_owned());
    let (reason, words) = refused(&odd, &[(1, 1, 1)]);
    assert_eq!((reason, words.len()), (PreconditionReason::StatusNotUnderstood, 1));
}
