//! What may be changed of an order.

use super::*;
use crate::rules::fixtures::{at, placed, recorded};
use crate::rules::status::LineStatus;

fn address() -> AddressInput {
    AddressInput {
        given_name: "Piet".into(),
        family_name: "Mondriaan".into(),
        email: "piet@mondriaan.com".into(),
        street_and_number: "Keizersgracht 126".into(),
        postal_code: "1234AB".into(),
        city: "Amsterdam".into(),
        country: "nl".into(),
        ..AddressInput::default()
    }
}

fn order(status: OrderStatus) -> Order {
    placed(status, LineStatus::Created).order().clone()
}

fn faults(input: UpdateInput, of: Option<&Order>) -> Vec<(String, &'static str)> {
    let found = input.parse("order", of, &Agreements::default()).err().unwrap_or_default();
    found.into_iter().map(|fault| (fault.path, fault.rule)).collect()
}

#[test]
fn a_change_is_read_by_the_rules_for_drafts() {
    let input = UpdateInput {
        billing_address: Some(address()),
        order_number: Some("1338".into()),
        redirect_url: Some("HTTPS://Shop.example/Back".into()),
        ..UpdateInput::default()
    };
    let update = input.parse("order", None, &Agreements::default()).unwrap();
    assert_eq!(update.terms.order_number.as_deref(), Some("1338"));
    assert_eq!(update.terms.names(), ["billing_address", "order_number", "redirect_url"]);
    assert_eq!(update.terms.redirect_url.as_deref(), Some("https://shop.example/Back"));
    assert_eq!((update.terms.cancel_url, update.terms.personal), (None, vec!["billing_address".to_owned()]));
    assert_eq!(update.addresses.billing_address.unwrap().country.as_deref(), Some("NL"));
}

#[test]
fn every_fault_is_named_and_nothing_can_be_taken_away() {
    let input = UpdateInput {
        billing_address: Some(AddressInput { city: String::new(), ..address() }),
        shipping_address: Some(AddressInput { country: "XX".into(), ..address() }),
        order_number: Some(" ".into()),
        redirect_url: Some(String::new()),
        cancel_url: Some("shop".into()),
    };
    let found = faults(input, None);
    let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [
        "order.order_number",
        "order.redirect_url",
        "order.cancel_url",
        "order.billing_address.city",
        "order.shipping_address.country",
    ];
    assert_eq!(paths, expected);
    assert_eq!(found[1].1, "update.value");
}

#[test]
fn billie_needs_an_organization_here_too() {
    let mut billie = order(OrderStatus::Created);
    billie.terms.methods = vec!["billie".to_owned()];
    let input = || UpdateInput { billing_address: Some(address()), ..UpdateInput::default() };
    let named = faults(input(), Some(&billie));
    assert_eq!(named, [("order.billing_address.organization_name".to_owned(), "order.billie_organization")]);
    billie.terms.methods.push("ideal".to_owned());
    assert_eq!(faults(input(), Some(&billie)), [], "it is not offered, which is no refusal");
}

#[test]
fn pages_change_until_the_payment_is_final_and_the_rest_at_any_time() {
    let pages = [
        NewTerms { redirect_url: Some("https://a.example".into()), ..NewTerms::default() },
        NewTerms { cancel_url: Some("https://a.example".into()), ..NewTerms::default() },
    ];
    let rest = NewTerms { order_number: Some("1".into()), ..NewTerms::default() };
    let reason = |order: &Order, terms: &NewTerms| match check(order, terms) {
        Ok(()) => None,
        Err(RequestError::State(refusal)) => Some(refusal.reason),
        Err(other) => panic!("{other:?}"),
    };
    for status in OrderStatus::ALL {
        let is_open = matches!(status, OrderStatus::Created | OrderStatus::Pending);
        let expected = (!is_open).then_some(PreconditionReason::PaymentFinal);
        for page in &pages {
            assert_eq!(reason(&order(*status), page), expected, "{status:?}");
        }
        assert_eq!(reason(&order(*status), &rest), None, "{status:?}");
    }
    let placing = recorded().order().clone();
    assert_eq!(reason(&placing, &rest), Some(PreconditionReason::OrderNotPlaced));
}

#[test]
fn addresses_come_out_of_their_seal_as_they_went_in() {
    let mut faults = Violations::default();
    let whole = AddressInput {
        organization_name: "Mollie".into(),
        title: "Dhr".into(),
        phone: "+31208202070".into(),
        street_additional: "Apt. 1".into(),
        region: "Noord-Holland".into(),
        ..address()
    };
    let both = NewAddresses {
        billing_address: Some(whole.parse("", &mut faults)),
        shipping_address: Some(address().parse("", &mut faults)),
    };
    let one = NewAddresses { billing_address: None, ..both.clone() };
    for addresses in [both, one] {
        assert_eq!(NewAddresses::from_secret(addresses.to_secret().as_deref()), Some(addresses));
    }
    assert_eq!(NewAddresses::default().to_secret(), None);
    assert_eq!(NewAddresses::from_secret(None), Some(NewAddresses::default()));
    for strange in ["[]x", r#"{"billing_address": 1}"#, r#"{"billing_address": {"planet": "Mars"}}"#] {
        assert_eq!(NewAddresses::from_secret(Some(strange.as_bytes())), None, "{strange}");
    }
}

#[test]
fn a_change_is_tried_for_a_day() {
    assert_eq!(tried_until(at(0)), at(24 * 60));
}
