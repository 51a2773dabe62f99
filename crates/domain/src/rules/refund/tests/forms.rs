//! The form of a request.

use super::*;
use crate::rules::amount_input::AmountInput;
use crate::rules::shipment::LineSelectionInput;

fn amount(value: &str) -> AmountInput {
    AmountInput { currency: "EUR".to_owned(), value: value.to_owned() }
}

fn line() -> LineSelectionInput {
    LineSelectionInput { line_id: "1".to_owned(), quantity: 1, amount: None }
}

fn reduction(line_id: &str, value: Option<&str>) -> ReductionInput {
    ReductionInput { line_id: line_id.to_owned(), amount: value.map(amount) }
}

fn faults(input: RefundInput) -> Vec<(String, &'static str)> {
    let faults = input.parse().err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.path, fault.rule)).collect()
}

fn fault(path: &str, rule: &'static str) -> Vec<(String, &'static str)> {
    vec![(path.to_owned(), rule)]
}

#[test]
fn exactly_one_way_is_chosen_and_empty_never_means_all() {
    let ways = [
        RefundInput { lines: vec![line()], ..RefundInput::default() },
        RefundInput { all_remaining: true, ..RefundInput::default() },
        RefundInput { reductions: vec![reduction("1", Some("1.00"))], ..RefundInput::default() },
        RefundInput { amount: Some(amount("1.00")), ..RefundInput::default() },
    ];
    for way in &ways {
        assert_eq!(faults(way.clone()), []);
        let both = RefundInput { all_remaining: true, amount: Some(amount("1.00")), ..way.clone() };
        assert_eq!(faults(both), fault("lines", "refund.one_of"));
    }
    assert_eq!(faults(RefundInput::default()), fault("lines", "refund.one_of"));
}

#[test]
fn amounts_are_above_zero() {
    for value in ["0.00", "-1.00"] {
        let goodwill = RefundInput { amount: Some(amount(value)), ..RefundInput::default() };
        assert_eq!(faults(goodwill), fault("amount.value", "refund.positive"));
        let reductions = vec![reduction("1", Some(value))];
        let input = RefundInput { reductions, ..RefundInput::default() };
        assert_eq!(faults(input), fault("reductions[0].amount.value", "refund.positive"));
    }
    let missing = RefundInput { reductions: vec![reduction("1", None)], ..RefundInput::default() };
    assert_eq!(faults(missing), fault("reductions[0].amount", "refund.amount"));
}

#[test]
fn each_line_is_named_once_and_by_our_id() {
    let reductions = vec![reduction("1", Some("1.00")), reduction("1", Some("2.00"))];
    let twice = RefundInput { reductions, ..RefundInput::default() };
    assert_eq!(faults(twice), fault("reductions[1].line_id", "selection.once"));
    let theirs = RefundInput { reductions: vec![reduction("odl_1", Some("1.00"))], ..RefundInput::default() };
    assert_eq!(faults(theirs), fault("reductions[0].line_id", "selection.line_id"));
    let twice = RefundInput { lines: vec![line(), line()], ..RefundInput::default() };
    assert_eq!(faults(twice), fault("lines[1].line_id", "selection.once"));
}

#[test]
fn a_payment_is_named_only_for_what_is_refunded_on_one() {
    let named = |input: RefundInput| RefundInput { mollie_payment_id: "tr_1".to_owned(), ..input };
    let units = RefundInput { lines: vec![line()], ..RefundInput::default() };
    assert_eq!(faults(named(units)), fault("mollie_payment_id", "refund.payment"));
    let goodwill = named(RefundInput { amount: Some(amount("1.00")), ..RefundInput::default() });
    assert_eq!(goodwill.parse().unwrap().payment_id, Some(MolliePaymentId::new("tr_1")));
}

#[test]
fn a_description_is_short_and_printable() {
    let with = |text: &str| {
        let description = text.to_owned();
        faults(RefundInput { all_remaining: true, description, ..RefundInput::default() })
    };
    assert_eq!(with(&"ü".repeat(140)), []);
    assert_eq!(with(&"ü".repeat(141)), fault("description", "refund.description"));
    assert_eq!(with("a\nb"), fault("description", "refund.printable"));
}

#[test]
fn a_limit_is_given_up_only_by_its_name() {
    let with = |overrides| RefundInput { all_remaining: true, overrides, ..RefundInput::default() };
    assert_eq!(faults(with(vec![None])), fault("overrides[0]", "refund.override"));
    let twice = with(vec![Some(Override::OrderCeiling), Some(Override::OrderCeiling)]);
    assert_eq!(twice.parse().unwrap().overrides, [Override::OrderCeiling]);
}
