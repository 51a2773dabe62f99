//! Forms of single fields, as they are told and as they are sent.

use super::*;

pub(super) fn read(change: impl FnOnce(&mut OrderInput)) -> OrderDraft {
    let mut input = lego();
    change(&mut input);
    input.parse("draft", now(), &Agreements::default()).unwrap()
}

pub(super) fn expected(change: impl FnOnce(&mut OrderInput)) -> Vec<(String, String)> {
    let mut input = lego();
    change(&mut input);
    let faults = input.parse("draft", now(), &Agreements::default()).err().unwrap_or_default().violations;
    faults.into_iter().map(|fault| (fault.path, fault.expected)).collect()
}

/// A draft that costs what one line of it costs.
fn costing(line_type: LineType, amount: &str, sequence: Option<&str>) -> Vec<(String, &'static str, String)> {
    faults(|draft| {
        let line = LineInput {
            line_type: Some(Some(line_type)),
            vat_rate: "0.00".into(),
            ..line(1, amount, None, amount, "0.00")
        };
        (draft.lines, draft.amount) = (vec![line], Some(euro(amount)));
        draft.payment.0.extend(sequence.map(|text| ("sequence_type".to_owned(), text.to_owned())));
    })
}

#[test]
fn an_e_mail_address_that_makes_mollie_fail_is_refused_and_umlauts_of_its_domain_are_sent_as_punycode() {
    for email in
        ["jörg@example.de", "a..b@example.com", "<a@example.com>", "a,b@example.com", "a@example..com"]
    {
        let got = faults(|draft| {
            draft.billing_address.as_mut().unwrap().email = email.into();
            draft.shipping_address.as_mut().unwrap().email = email.into();
        });
        let places: Vec<_> = got.iter().map(|(path, rule, _)| (path.as_str(), *rule)).collect();
        let both = ["draft.billing_address.email", "draft.shipping_address.email"];
        assert_eq!(places, both.map(|path| (path, "address.email")), "{email}");
        assert!(got.iter().all(|(_, _, got)| !got.contains('@')), "{email}");
    }
    let draft = read(|draft| draft.billing_address.as_mut().unwrap().email = "piet@müller.de".into());
    assert_eq!(draft.billing_address.unwrap().email.unwrap(), "piet@xn--mller-kva.de");
}

#[test]
fn every_date_of_a_draft_is_written_as_year_month_day_and_lies_in_its_range() {
    for date in ["20260305", "2026-03-05[Europe/Amsterdam]", "2026-03-05T23:30:00-08:00"] {
        let due = faults(|draft| drop(draft.payment.0.insert("due_date".into(), date.into())));
        assert_eq!(due, fault("draft.payment.due_date", "payment.due_date", &shape(date)));
        let expires = faults(|draft| draft.expires_on = date.into());
        assert_eq!(expires, fault("draft.expires_on", "order.expires_on", date));
    }
    let born = faults(|draft| draft.consumer_date_of_birth = "19580131".into());
    assert_eq!(born, fault("draft.consumer_date_of_birth", "order.consumer_date_of_birth", "8 characters"));
}

#[test]
fn an_order_costs_something_unless_its_payment_is_a_first_one() {
    let refused = |amount: &str| fault("draft.amount", "order.amount_positive", amount);
    assert_eq!(costing(LineType::Physical, "0.00", None), refused("0.00 EUR"));
    assert_eq!(costing(LineType::Physical, "0.00", Some("oneoff")), refused("0.00 EUR"));
    assert_eq!(costing(LineType::Physical, "0.00", Some("first")), []);
    assert_eq!(costing(LineType::GiftCard, "-25.00", None), refused("-25.00 EUR"));
    assert_eq!(costing(LineType::GiftCard, "-25.00", Some("first")), refused("-25.00 EUR"));
    assert_eq!(costing(LineType::Physical, "0.01", None), []);
}

#[test]
fn all_web_addresses_of_a_draft_go_by_one_rule() {
    let with = |text: &'static str| {
        move |draft: &mut OrderInput| {
            (draft.redirect_url, draft.cancel_url) = (text.into(), text.into());
            (draft.lines[0].image_url, draft.lines[0].product_url) = (text.into(), text.into());
        }
    };
    let fields =
        ["draft.redirect_url", "draft.cancel_url", "draft.lines[0].image_url", "draft.lines[0].product_url"];
    for text in
        ["https:///a.jpg", "https://?", "https://shop.example:port/a", "https://shop.example/grün.jpg"]
    {
        let paths: Vec<_> = faults(with(text)).into_iter().map(|(path, _, _)| path).collect();
        assert_eq!(paths, fields, "{text}");
    }
    let repaired = expected(with("https://shop.example/grün.jpg"));
    assert!(repaired.iter().all(|(_, expected)| expected == "https://shop.example/gr%C3%BCn.jpg"));
    let sent = read(with("HTTPS://Müller.Example/A"));
    let right = Some("https://xn--mller-kva.example/A".to_owned());
    assert_eq!((&sent.redirect_url, &sent.cancel_url), (&right, &right));
    assert_eq!((&sent.lines[0].image_url, &sent.lines[0].product_url), (&right, &right));
}

#[test]
fn a_vat_rate_has_no_zeros_before_it_and_money_is_in_a_currency_that_is_paid_in() {
    for rate in ["00021.00", "0021.00"] {
        let got = faults(|draft| draft.lines[0].vat_rate = rate.into());
        assert_eq!(got, fault("draft.lines[0].vat_rate", "line.vat_rate", rate));
    }
    for code in ["XAU", "XXX", "XTS", "XDR", "eur"] {
        let currency = || Some(AmountInput { currency: code.into(), value: "1027.99".into() });
        let reported = expected(|draft| draft.amount = currency());
        assert_eq!(reported.len(), 1, "{code}");
        assert!(
            reported[0].0 == "draft.amount.currency" && reported[0].1.contains("EUR GBP HKD"),
            "{reported:?}"
        );
    }
}

#[test]
fn an_amount_is_told_what_is_wrong_with_its_currency_and_with_its_value() {
    let amount =
        |currency: &str, value: &str| Some(AmountInput { currency: currency.into(), value: value.into() });
    let paths = |currency: &str, value: &str| {
        let reported = expected(|draft| draft.amount = amount(currency, value));
        reported.into_iter().map(|(path, _)| path).collect::<Vec<_>>()
    };
    assert_eq!(paths("bad", "bad"), ["draft.amount.currency", "draft.amount.value"]);
    assert_eq!(paths("bad", "1.00"), ["draft.amount.currency"]);
    let nothing = faults(|draft| draft.amount = amount("", ""));
    assert_eq!(
        nothing,
        [
            fault("draft.amount.currency", "amount.currency", "nothing"),
            fault("draft.amount.value", "amount.value", "nothing")
        ]
        .concat()
    );
}

#[test]
fn a_locale_is_a_language_and_a_country() {
    for locale in ["en_CA", "nl-NL", "nl_NL"] {
        assert_eq!(read(|draft| draft.locale = locale.into()).locale.as_deref(), Some(locale));
    }
    for locale in ["nl", "nl_nl", "NL_NL", "nld_NL", "nl__NL", "nl_NL_x", "n_NL"] {
        assert_eq!(
            faults(|draft| draft.locale = locale.into()),
            fault("draft.locale", "order.locale_form", locale)
        );
    }
    assert_eq!(faults(|draft| draft.locale = " ".into()), fault("draft.locale", "order.locale", "nothing"));
}

#[test]
fn klarna_waits_28_days_unless_the_profile_has_agreed_on_more() {
    let with = |methods: &[&str], days: u16, date: &str| {
        let methods = methods.iter().map(|&method| method.to_owned()).collect();
        let input = OrderInput { methods, expires_on: date.into(), ..lego() };
        let agreed = Agreements { klarna_expiry_days: days, ..Agreements::default() };
        let read = input.parse("draft", now(), &agreed);
        read.err()
            .unwrap_or_default()
            .violations
            .into_iter()
            .map(|fault| (fault.rule, fault.expected))
            .collect::<Vec<_>>()
    };
    let refused = |text: &str| vec![("order.expires_on_klarna", text.to_owned())];
    for method in ["klarna", "klarnapaylater", "klarnasliceit"] {
        assert_eq!(with(&[method], 28, "2026-03-29"), []);
        let reported = "2026-03-29 at the latest: Klarna waits 28 days";
        assert_eq!(with(&[method], 28, "2026-03-30"), refused(reported));
    }
    assert_eq!(with(&["klarna"], 60, "2026-04-30"), []);
    assert_eq!(
        with(&["klarna"], 60, "2026-05-01"),
        refused("2026-04-30 at the latest: Klarna waits 60 days")
    );
    assert_eq!(with(&["klarna", "ideal"], 28, "2026-03-30"), []);
    assert_eq!(with(&[], 28, "2026-03-30"), []);
}

#[test]
fn a_listed_locale_in_its_other_spelling_is_not_replaced() {
    let agreed = Agreements { locale_fallback: Some("en_GB".into()), ..Agreements::default() };
    let input = OrderInput { locale: "nl-NL".into(), ..lego() };
    let draft = input.parse("draft", now(), &agreed).unwrap();
    assert_eq!(draft.locale.as_deref(), Some("nl-NL"));
    assert_eq!(draft.warnings.iter().map(|it| it.rule).collect::<Vec<_>>(), ["order.locale_listed"]);
}

#[test]
fn a_discount_of_zero_is_none() {
    let draft = read(|draft| draft.lines[1].discount_amount = Some(euro("0.00")));
    assert_eq!(draft.lines[1].discount_amount, None);
    assert!(draft.lines[0].discount_amount.is_some());
    let foreign = faults(|draft| {
        draft.lines[1].discount_amount = Some(AmountInput { currency: "USD".into(), value: "0.00".into() });
    });
    assert_eq!(foreign, fault("draft.lines[1].discount_amount.currency", "order.one_currency", "USD"));
}

/// Mollie's documents know a cent beside the formula on a deduction, and say nothing of its sign or of a rate of zero.
#[test]
fn vat_a_cent_beside_a_deductions_own_warns_on_either_side_and_at_every_rate_and_two_are_refused() {
    let with = |rate: &str, vat: &str| {
        let mut input = lego();
        let off = LineInput {
            line_type: Some(Some(LineType::Discount)),
            vat_rate: rate.into(),
            ..line(1, "-0.02", None, "-0.02", vat)
        };
        (input.amount, input.lines[1].vat_rate, input.lines[1].vat_amount) = (None, rate.into(), None);
        input.lines.push(off);
        let read = input.parse("draft", now(), &Agreements::default());
        read.map(|draft| draft.warnings.iter().any(|it| it.rule == "line.vat_of_deduction"))
            .map_err(|found| found.violations[0].rule)
    };
    for rate in ["0.00", "21.00"] {
        assert_eq!(with(rate, "0.00"), Ok(false), "{rate}");
        for beside in ["0.01", "-0.01"] {
            assert_eq!(with(rate, beside), Ok(true), "{rate}, {beside}");
        }
        assert_eq!(with(rate, "-0.02"), Err("line.vat_amount"), "{rate}");
    }
}

#[test]
fn a_method_this_release_has_not_heard_of_passes() {
    assert_eq!(faults(|draft| draft.methods = vec!["idealo".into()]), []);
}

#[test]
fn nothing_personal_of_a_draft_is_printed() {
    let printed = format!("{:?}", read(|_| {}));
    assert_eq!(printed, "OrderDraft(1337, 1027.99 EUR, 2 lines, [\"klarnapaylater\"])");
}
