//! The request of Mollie's create-order document, and what happens to it when it is spoilt.

use serde_json::json;

use jiff::Timestamp;

use super::*;
use crate::rules::agreements::Agreements;
use crate::rules::line::LineType;
use crate::rules::text::shape;

mod forms;
mod told;

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn euro(value: &str) -> AmountInput {
    AmountInput { currency: "EUR".into(), value: value.into() }
}

fn address() -> AddressInput {
    AddressInput {
        organization_name: "Mollie B.V.".into(),
        title: "Dhr.".into(),
        given_name: "Piet".into(),
        family_name: "Mondriaan".into(),
        email: "piet@mondriaan.com".into(),
        phone: "+31208202070".into(),
        street_and_number: "Keizersgracht 126".into(),
        postal_code: "1234AB".into(),
        city: "Amsterdam".into(),
        country: "NL".into(),
        ..AddressInput::default()
    }
}

fn line(quantity: i64, unit: &str, discount: Option<&str>, total: &str, vat: &str) -> LineInput {
    LineInput {
        line_type: Some(Some(LineType::Physical)),
        category: "gift".into(),
        name: "LEGO".into(),
        quantity,
        unit_price: Some(euro(unit)),
        discount_amount: discount.map(euro),
        total_amount: Some(euro(total)),
        vat_rate: "21.00".into(),
        vat_amount: Some(euro(vat)),
        sku: "5702016116977".into(),
        product_url: "https://shop.lego.com/nl-NL/Bugatti-Chiron-42083".into(),
        metadata: Some(json!({"order_id": "1337"})),
        ..LineInput::default()
    }
}

fn lego() -> OrderInput {
    OrderInput {
        order_number: "1337".into(),
        amount: Some(euro("1027.99")),
        lines: vec![
            line(2, "399.00", Some("100.00"), "698.00", "121.14"),
            line(1, "329.99", None, "329.99", "57.27"),
        ],
        billing_address: Some(address()),
        shipping_address: Some(address()),
        consumer_date_of_birth: "1958-01-31".into(),
        redirect_url: "https://example.org/redirect".into(),
        locale: "nl_NL".into(),
        methods: vec!["klarnapaylater".into()],
        ..OrderInput::default()
    }
}

fn faults(change: impl FnOnce(&mut OrderInput)) -> Vec<(String, &'static str, String)> {
    let mut input = lego();
    change(&mut input);
    let faults = input.parse("draft", now(), &Agreements::default()).err().unwrap_or_default().violations;
    faults.into_iter().map(|fault| (fault.path, fault.rule, fault.got)).collect()
}

fn fault(path: &str, rule: &'static str, got: &str) -> Vec<(String, &'static str, String)> {
    vec![(path.to_owned(), rule, got.to_owned())]
}

#[test]
fn the_documented_request_has_no_fault() {
    assert_eq!(faults(|_| ()), []);
}

#[test]
fn six_faults_are_six_violations_in_one_answer() {
    let got = faults(|draft| {
        draft.lines[0].vat_amount = Some(euro("121.13"));
        draft.lines[1].sku = "5".repeat(65);
        draft.billing_address.as_mut().unwrap().city.clear();
        draft.billing_address.as_mut().unwrap().phone = "020 8202070".into();
        draft.shipping_address.as_mut().unwrap().given_name = "C".into();
        draft.locale = "dutch".into();
    });
    let paths: Vec<_> = got.iter().map(|(path, _, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "draft.locale",
            "draft.lines[0].vat_amount",
            "draft.lines[1].sku",
            "draft.billing_address.phone",
            "draft.billing_address.city",
            "draft.shipping_address.given_name",
        ]
    );
}

#[test]
fn amounts_must_follow_from_each_other() {
    let got = faults(|draft| draft.amount = Some(euro("100.00")));
    assert_eq!(got, fault("draft.amount", "order.amount", "100.00 EUR"));
    let got = faults(|draft| draft.lines[1].total_amount = Some(euro("330.00")));
    assert_eq!(got[0], ("draft.lines[1].total_amount".into(), "line.total_amount", "330.00 EUR".into()));
    let got = faults(|draft| {
        draft.lines[1].unit_price = Some(AmountInput { currency: "USD".into(), value: "329.99".into() })
    });
    assert_eq!(got, fault("draft.lines[1].unit_price.currency", "order.one_currency", "USD"));
}

#[test]
fn deducting_lines_are_below_zero_and_gift_cards_untaxed() {
    let deduct = |line_type, rate: &str, vat: &str| LineInput {
        line_type: Some(Some(line_type)),
        vat_rate: rate.into(),
        ..line(1, "-10.00", None, "-10.00", vat)
    };
    let with = |extra: LineInput| {
        faults(|draft| {
            draft.lines.push(extra);
            draft.amount = Some(euro("1017.99"));
        })
    };
    assert_eq!(with(deduct(LineType::Discount, "21.00", "-1.74")), []);
    assert_eq!(with(deduct(LineType::GiftCard, "0.00", "0.00")), []);
    assert_eq!(
        with(deduct(LineType::GiftCard, "21.00", "-1.74")),
        fault("draft.lines[2].vat_rate", "line.gift_card_vat", "21.00")
    );
    // Mollie has taken such lines, and may: these are warnings.
    assert_eq!(with(deduct(LineType::Physical, "21.00", "-1.74")), []);
    assert_eq!(with(deduct(LineType::Discount, "9.00", "-0.83")), []);
}

#[test]
fn expiry_runs_from_tomorrow_to_a_hundred_days_after_in_either_zone() {
    let with = |date: &str| {
        faults(|draft| {
            draft.methods.clear();
            draft.expires_on = date.into();
        })
    };
    assert_eq!(with("2026-03-02"), []);
    assert_eq!(with("2026-06-10"), []);
    assert_eq!(with("2026-03-01"), fault("draft.expires_on", "order.expires_on", "2026-03-01"));
    assert_eq!(with("2026-06-11"), fault("draft.expires_on", "order.expires_on", "2026-06-11"));
    assert_eq!(with("soon"), fault("draft.expires_on", "order.expires_on", "soon"));
    // Half past eleven in the evening in UTC is the next day in Amsterdam: both readings of "tomorrow" are accepted.
    let late = "2026-03-01T23:30:00Z".parse().unwrap();
    for date in ["2026-03-02", "2026-06-11"] {
        let input = OrderInput { expires_on: date.into(), methods: vec![], ..lego() };
        assert!(input.parse("draft", late, &Agreements::default()).is_ok(), "{date}");
    }
}

#[test]
fn what_may_be_missing_depends_on_the_method() {
    assert_eq!(faults(|draft| (draft.methods, draft.billing_address) = (vec!["paypal".into()], None)), []);
    assert_eq!(
        faults(|draft| draft.billing_address = None),
        fault("draft.billing_address", "order.billing_address", "nothing")
    );
    assert_eq!(
        faults(|draft| draft.redirect_url.clear()),
        fault("draft.redirect_url", "order.redirect_url", "nothing")
    );
    assert_eq!(
        faults(|draft| {
            draft.redirect_url.clear();
            draft.payment.0.insert("sequence_type".into(), "recurring".into());
        }),
        []
    );
    let billie = faults(|draft| {
        draft.methods = vec!["billie".into()];
        draft.billing_address.as_mut().unwrap().organization_name.clear();
    });
    assert_eq!(
        billie,
        fault("draft.billing_address.organization_name", "order.billie_organization", "nothing")
    );
}

#[test]
fn a_wrong_sum_is_told_beside_other_faults_and_a_wrong_line_once() {
    let got = faults(|draft| {
        draft.amount = Some(euro("1000.00"));
        draft.lines[1].sku = "5".repeat(65);
    });
    let rules: Vec<_> = got.iter().map(|(_, rule, _)| *rule).collect();
    assert_eq!(rules, ["line.sku", "order.amount"]);
    let discount = faults(|draft| draft.lines[1].discount_amount = Some(euro("400.00")));
    let rules: Vec<_> = discount.iter().map(|(_, rule, _)| *rule).collect();
    assert_eq!(rules, ["line.total_amount"], "the discount above the price warns");
}

#[test]
fn an_empty_draft_names_everything_that_is_required() {
    let faults = OrderInput::default().parse("draft", now(), &Agreements::default()).unwrap_err().violations;
    let paths: Vec<_> = faults.iter().map(|fault| fault.path.trim_start_matches("draft.")).collect();
    assert_eq!(paths, ["order_number", "locale", "billing_address", "redirect_url", "lines"]);
}

#[test]
fn figures_that_are_left_out_are_those_that_would_be_right() {
    let full = lego().parse("draft", now(), &Agreements::default()).unwrap();
    let mut bare = lego();
    bare.amount = None;
    bare.lines.iter_mut().for_each(|line| (line.total_amount, line.vat_amount) = (None, None));
    assert!(bare.parse("draft", now(), &Agreements::default()).unwrap() == full);
}

#[test]
fn a_figure_that_is_wrong_names_the_right_one_and_one_that_does_not_follow_is_not_asked_for() {
    let expected = |change: fn(&mut OrderInput)| {
        let mut input = lego();
        change(&mut input);
        let found = input.parse("draft", now(), &Agreements::default()).unwrap_err();
        found
            .violations
            .into_iter()
            .map(|fault| format!("{}: {}", fault.path, fault.expected))
            .collect::<Vec<_>>()
    };
    let vat = expected(|draft| draft.lines[0].vat_amount = Some(euro("1.00")));
    assert_eq!(vat, ["draft.lines[0].vat_amount: 121.14 EUR (total_amount × 21.00 / (100 + 21.00))"]);
    let total = expected(|draft| draft.lines[0].total_amount = Some(euro("1.00")));
    let right = "draft.lines[0].total_amount: 698.00 EUR (unit_price × quantity − discount_amount)";
    assert_eq!(total, [right]);
    let sum = expected(|draft| draft.amount = Some(euro("1.00")));
    assert_eq!(sum, ["draft.amount: 1027.99 EUR (sum of the lines' total_amount)"]);
    let price = expected(|draft| {
        (draft.amount, draft.lines[0].unit_price) = (None, None);
        (draft.lines[0].total_amount, draft.lines[0].vat_amount) = (None, None);
    });
    assert_eq!(price, ["draft.lines[0].unit_price: a value"], "nothing that hangs on it is missing");
}

#[test]
fn vat_that_is_left_out_is_rounded_away_from_zero_at_an_exact_half() {
    let with = |price: &str, line_type| {
        let mut input = lego();
        let line = LineInput {
            line_type: Some(Some(line_type)),
            vat_rate: "20.00".into(),
            ..LineInput { total_amount: None, vat_amount: None, ..line(1, price, None, "0.00", "0.00") }
        };
        (input.amount, input.lines) =
            (None, vec![LineInput { total_amount: None, vat_amount: None, ..input.lines[0].clone() }, line]);
        input.lines[0].vat_rate = "20.00".into();
        let draft = input.parse("draft", now(), &Agreements::default()).unwrap();
        assert!(draft.warnings.iter().any(|it| it.rule == "line.vat_half"), "{price}");
        draft.lines[1].vat.clone().unwrap().1.to_string()
    };
    assert_eq!(with("0.03", LineType::Physical), "0.01 EUR");
    assert_eq!(with("-0.03", LineType::Discount), "-0.01 EUR");
}

#[test]
fn a_locale_that_is_not_listed_is_sent_as_the_profile_says_and_never_silently() {
    let agreed = Agreements { locale_fallback: Some("en_GB".into()), ..Agreements::default() };
    for locale in ["", "en_CA"] {
        let draft = OrderInput { locale: locale.into(), ..lego() }.parse("draft", now(), &agreed).unwrap();
        assert_eq!(draft.locale.as_deref(), Some("en_GB"));
        assert_eq!(draft.warnings.iter().map(|it| it.rule).collect::<Vec<_>>(), ["order.locale_fallback"]);
    }
    let wrong = OrderInput { locale: "dutch".into(), ..lego() }.parse("draft", now(), &agreed).unwrap_err();
    assert_eq!(wrong.violations[0].rule, "order.locale_form");
}

/// What cannot be told of one figure is not held against another.
#[test]
fn a_figure_that_is_wrong_or_cannot_be_read_is_one_fault() {
    let discount = |vat: &str| LineInput {
        line_type: Some(Some(LineType::Discount)),
        ..line(1, "-10.00", None, "-10.00", vat)
    };
    let below_zero = faults(|draft| {
        draft.lines = vec![line(1, "20.00", None, "20.00", "9.99"), discount("-1.74")];
        draft.amount = Some(euro("10.00"));
    });
    assert_eq!(below_zero, fault("draft.lines[0].vat_amount", "line.vat_amount", "9.99 EUR"));
    let unread = faults(|draft| {
        draft.lines[1].total_amount = Some(euro("many"));
        draft.lines[1].vat_amount = Some(euro("1.00"));
    });
    let rules: Vec<_> = unread.iter().map(|(path, _, _)| path.as_str()).collect();
    assert_eq!(rules, ["draft.lines[1].total_amount.value"]);
}

#[test]
fn nothing_is_no_deduction_with_the_wrong_sign_and_no_discount_of_one() {
    let nothing = LineInput {
        line_type: Some(Some(LineType::Discount)),
        discount_amount: Some(euro("0.00")),
        ..line(1, "0.00", None, "0.00", "0.00")
    };
    assert_eq!(faults(|draft| draft.lines.push(nothing.clone())), []);
    let mut input = lego();
    input.lines.push(nothing);
    let warnings = input.parse("draft", now(), &Agreements::default()).unwrap().warnings;
    assert!(warnings.iter().all(|it| it.rule != "line.discount_on_deduction"), "{warnings:?}");
}

#[test]
fn a_cent_of_vat_beside_the_formula_is_a_warning_below_zero_only() {
    let with = |price: &str, vat: &str, amount: &str| {
        faults(|draft| {
            draft.lines.push(line(1, price, None, price, vat));
            draft.amount = Some(euro(amount));
        })
    };
    assert_eq!(with("-10.00", "-1.75", "1017.99"), []);
    assert_eq!(
        with("0.00", "0.01", "1027.99"),
        fault("draft.lines[2].vat_amount", "line.vat_amount", "0.01 EUR")
    );
}
