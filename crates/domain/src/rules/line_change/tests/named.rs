//! Only what a caller names of a line is judged, and the sums that it takes part in.

use super::*;

/// The rules that the profile refuses by.
fn strict(ids: &[&str], request: LineChangesInput) -> LineChangesInput {
    let strict = ids.iter().map(|id| (*id).to_owned()).collect();
    LineChangesInput { agreements: Agreements { strict, ..Agreements::default() }, ..request }
}

/// The first line breaks each rule that a line can break: it was stored before the rules were, or added in Mollie's dashboard.
fn old() -> Order {
    let mut order = authorized();
    let line = &mut order.lines[0];
    line.name = " ".to_owned();
    line.category = Some("food".to_owned());
    line.sku = Some("5".repeat(65));
    line.image_url = Some("no address".to_owned());
    line.metadata = Some("x".repeat(2_000).into());
    line.reference = Some("7".to_owned());
    line.vat_rate = "021.00".to_owned();
    order
}

fn name() -> LineUpdateInput {
    LineUpdateInput { name: Some("Box".to_owned()), ..update("1") }
}

#[test]
fn a_value_that_is_not_named_is_not_judged() {
    let rules = ["line.category", "line.vat_rate_zeros"];
    let order = old();
    let planned = plan(&order, &strict(&rules, updates(name()))).unwrap().unwrap();
    assert_eq!(planned.warnings, []);
    let UpdatedLine { line, fields } = &planned.updated[0];
    assert_eq!(fields[..], [LineField::Name]);
    let mut before = order.lines[0].clone();
    before.name = "Box".to_owned();
    assert_eq!(*line, before, "all else stays as it is");
    let planned = plan(&order, &updates(name())).unwrap().unwrap();
    assert_eq!(planned.warnings, [], "nor is it warned of");
}

/// A type that this release does not know cannot break a rule of texts.
#[test]
fn texts_are_changed_of_a_line_whose_amounts_or_type_are_odd() {
    let mut order = authorized();
    let line = &mut order.lines[0];
    line.line_type = Read::Unknown("bundle".to_owned());
    (line.quantity, line.vat_rate) = (0, "reduced".to_owned());
    let planned = plan(&order, &updates(name())).unwrap().unwrap();
    assert_eq!((planned.warnings.len(), &planned.updated[0].fields[..]), (0, &[LineField::Name][..]));
    assert_eq!(planned.updated[0].line, Line { name: "Box".to_owned(), ..order.lines[0].clone() });
    let two = LineUpdateInput { quantity: Some(2), ..update("1") };
    let told = rules(&order, &updates(two));
    let told: Vec<_> = told.iter().map(|(_, rule)| *rule).collect();
    assert_eq!(told, ["line.type", "line.vat_rate"], "a sum that cannot be computed is not sent");
}

#[test]
fn of_amounts_those_are_judged_that_are_named_and_the_sums_that_they_are_part_of() {
    let mut order = old();
    let line = &mut order.lines[0];
    line.line_type = Read::Known(LineType::StoreCredit);
    (line.unit_price, line.discount_amount, line.total_amount) =
        (euro("-10.00"), Some(euro("1.00")), euro("-21.00"));
    line.vat_amount = euro("-3.64");
    let all = [
        "line.store_credit_vat",
        "line.vat_rate_zeros",
        "line.discount_on_deduction",
        "line.price_below_zero",
    ];
    let told = |order: &Order, update: LineUpdateInput| match plan(order, &strict(&all, updates(update))) {
        Ok(planned) => planned.map(|it| it.updated[0].fields.len()).ok_or_else(Vec::new),
        Err(RequestError::Invalid(faults)) => Err(faults.iter().map(|it| it.rule).collect::<Vec<_>>()),
        Err(other) => panic!("{other:?}"),
    };
    let one = LineUpdateInput { quantity: Some(1), ..update("1") };
    assert_eq!(told(&order, one.clone()), Ok(AMOUNTS.len()));
    let rate = LineUpdateInput { vat_rate: Some("021.0".to_owned()), ..one.clone() };
    assert_eq!(told(&order, rate), Err(vec!["line.vat_rate_zeros", "line.store_credit_vat"]));
    let off = LineUpdateInput { discount_amount: Some(Some(amount("2.00"))), ..one.clone() };
    assert_eq!(told(&order, off), Err(vec!["line.discount_on_deduction"]));
    order.lines[0].line_type = Read::Known(LineType::Physical);
    assert_eq!(told(&order, one.clone()), Ok(AMOUNTS.len()));
    let price = LineUpdateInput { unit_price: Some(amount("-11.00")), ..one };
    assert_eq!(told(&order, price), Err(vec!["line.price_below_zero"]));
}

/// A discount is above its price because of the price or the quantity as well as by itself.
#[test]
fn a_sum_is_judged_whichever_part_of_it_is_named() {
    let order = order(OrderStatus::Created, LineStatus::Created);
    let rule = "line.discount_above_price";
    let told = |update: LineUpdateInput| {
        let planned = plan(&order, &updates(update)).unwrap().unwrap();
        planned.warnings.into_iter().map(|it| it.rule).collect::<Vec<_>>()
    };
    let price = LineUpdateInput { unit_price: Some(amount("40.00")), ..update("1") };
    assert_eq!(told(price), [rule]);
    let mut order = order.clone();
    let line = &mut order.lines[0];
    (line.unit_price, line.total_amount) = (euro("40.00"), euro("-20.00"));
    let rate = LineUpdateInput { vat_rate: Some("9.00".to_owned()), ..update("1") };
    let planned = plan(&order, &strict(&[rule], updates(rate))).unwrap().unwrap();
    let told: Vec<_> = planned.warnings.iter().map(|it| it.rule.as_str()).collect();
    assert_eq!(told, ["order.vat_per_rate"], "its VAT is part of another sum");
}

/// Profiles may require a VAT rate that a line was accepted without.
#[test]
fn a_vat_rate_is_required_where_it_is_named() {
    let mut order = authorized();
    (order.lines[0].vat_rate, order.lines[0].vat_amount) = (String::new(), euro("0.00"));
    let three = LineUpdateInput { quantity: Some(3), ..update("1") };
    let planned = plan(&order, &updates(three.clone())).unwrap().unwrap();
    let line = &planned.updated[0].line;
    assert_eq!(
        (line.total_amount, line.vat_rate.as_str(), line.vat_amount),
        (euro("1097.00"), "", euro("0.00"))
    );
    let none = LineUpdateInput { vat_rate: Some(String::new()), ..three };
    assert_eq!(rules(&order, &updates(none)), [("operations[0].line.vat_rate".to_owned(), "line.vat")]);
}

/// Texts move no money: what is wrong with the order's sums is not theirs.
#[test]
fn the_orders_sums_are_judged_where_an_amount_changes() {
    let mut order = authorized();
    let off = Line {
        id: LineId::new(3),
        line_type: Read::Known(LineType::Discount),
        quantity: 1,
        unit_price: euro("-10.00"),
        discount_amount: None,
        total_amount: euro("-10.00"),
        vat_rate: "9.00".to_owned(),
        vat_amount: euro("-0.83"),
        ..order.lines[1].clone()
    };
    order.lines.push(off);
    // The shopper authorized less than the order costs, and gave a deduction up.
    order.payments = vec![fixtures::payment("tr_1", euro("900.00"), PaymentStatus::Authorized)];
    let sums = ["order.vat_per_rate", "order.discount_rate"];
    let planned = plan(&order, &strict(&sums, updates(name()))).unwrap().unwrap();
    assert_eq!((planned.warnings.len(), &planned.updated[0].fields[..]), (0, &[LineField::Name][..]));
    let one = LineUpdateInput { quantity: Some(1), ..update("1") };
    assert!(!rules(&order, &strict(&sums, updates(one))).is_empty());
    let line = order.lines[1].clone();
    order.lines.extend((4..=1_001).map(|id| Line { id: LineId::new(id), ..line.clone() }));
    assert!(plan(&order, &strict(&sums, updates(name()))).is_ok(), "it adds no line");
}
