//! Payments with vouchers: only the rest that was paid otherwise can be given back.

use serde_json::{Value, json};

use super::super::FinalState::{Failed, Paid};
use super::super::{Amount, AttemptEnd, NotEnded, PaidVoucher};
use super::captures::only;
use super::{Shop, eur, line, order_of, text};

fn voucher(issuer: &str, value: &str) -> PaidVoucher {
    PaidVoucher { issuer: issuer.to_owned(), amount: Amount::new(value, "EUR") }
}

/// Two lines of 10.00 and 20.00, to be paid with a voucher: order, payment, lines.
fn created(shop: &mut Shop, method: &Value) -> (String, String, Vec<String>) {
    let mut lines = [line(1, "10.00", None, "10.00"), line(1, "20.00", None, "20.00")];
    lines.iter_mut().for_each(|line| line["category"] = json!("meal"));
    let mut body = order_of("voucher", &eur("30.00"), &lines);
    body["method"] = method.clone();
    let order = shop.create(&body);
    let id = text(&order, "/id");
    let payment = shop.payment_id(&id);
    (id, payment, vec![text(&order, "/lines/0/id"), text(&order, "/lines/1/id")])
}

fn pay(
    shop: &mut Shop,
    payment: &str,
    vouchers: &[(&str, &str)],
    remainder: Option<&str>,
) -> Result<(), NotEnded> {
    let vouchers = vouchers.iter().map(|(issuer, value)| voucher(issuer, value)).collect();
    shop.world.end_attempt_as(payment, &AttemptEnd::new(Paid).vouchers(vouchers, remainder), shop.now)
}

#[test]
fn only_the_remainder_can_be_given_back() {
    for method in [json!("voucher"), json!(["creditcard", "voucher"])] {
        let mut shop = Shop::new();
        let (id, payment, lines) = created(&mut shop, &method);
        pay(&mut shop, &payment, &[("pluxee-lunch-pass", "12.00"), ("edenred-belgium", "3.00")], None)
            .unwrap();
        shop.restart();
        let order = shop.order(&id);
        assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("paid"), &eur("30.00")));
        let of_payment = order.pointer("/_embedded/payments/0").unwrap();
        assert_eq!(
            (&of_payment["amountRemaining"], &of_payment["method"]),
            (&eur("15.00"), &json!("voucher"))
        );
        assert_eq!(of_payment["settlementAmount"], eur("15.00"));
        let refusal = shop.refund_lines(&id, &only(&lines[1]));
        assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!("amount")));
        Shop::made(shop.refund_lines(&id, &only(&lines[0])));
        assert_eq!(shop.refund_amount(&payment, "5.01").status, 422);
        Shop::made(shop.refund_amount(&payment, "5.00"));
        let books = &shop.world.books(&id).unwrap().payments[0];
        assert_eq!((books.vouchers.value.as_str(), books.refundable.value.as_str()), ("15.00", "0.00"));
    }
}

#[test]
fn how_the_rest_was_paid_is_shown_to_those_who_ask() {
    let mut shop = Shop::new();
    let (id, payment, _) = created(&mut shop, &json!("voucher"));
    pay(&mut shop, &payment, &[("pluxee-lunch-pass", "12.00")], Some("bancontact")).unwrap();
    let details = shop.order(&id).pointer("/_embedded/payments/0/details").unwrap().clone();
    assert_eq!(details["vouchers"], json!([{ "issuer": "pluxee-lunch-pass", "amount": eur("12.00") }]));
    assert_eq!(
        (&details["remainderAmount"], &details["remainderMethod"]),
        (&eur("18.00"), &json!("bancontact"))
    );
    assert!(details.get("remainderDetails").is_none());
    let asked = shop.get(&format!("/v2/orders/{id}?embed=payments.details.remainderDetails"));
    assert!(asked.pointer("/_embedded/payments/0/details/remainderDetails/consumerName").is_some());
    let asked = shop.get(&format!("/v2/payments/{payment}?include=details.remainderDetails"));
    assert!(asked.pointer("/details/remainderDetails/consumerName").is_some());
}

#[test]
fn vouchers_may_pay_for_all_of_it_and_then_nothing_comes_back() {
    let mut shop = Shop::new();
    let (id, payment, lines) = created(&mut shop, &json!("voucher"));
    pay(&mut shop, &payment, &[("pluxee-lunch-pass", "30.00")], None).unwrap();
    let details = shop.order(&id).pointer("/_embedded/payments/0/details").unwrap().clone();
    assert_eq!((&details["remainderAmount"], &details["remainderMethod"]), (&eur("0.00"), &Value::Null));
    assert_eq!(shop.refund_lines(&id, &only(&lines[0])).status, 422);
    assert_eq!(shop.refund_amount(&payment, "0.01").status, 422);
    let charged = shop.world.charge_back(&payment, Some(&Amount::new("0.01", "EUR")), None, shop.now);
    assert!(charged.is_err());
}

#[test]
fn vouchers_are_forgotten_when_their_payment_goes_away() {
    let mut shop = Shop::new();
    let (id, payment, _) = created(&mut shop, &json!("voucher"));
    assert_eq!(shop.cancel(&id).status, 200);
    let vouchers = AttemptEnd::new(Paid).forced().vouchers(vec![voucher("a", "12.00")], None);
    shop.world.end_attempt_as(&payment, &vouchers, shop.now).unwrap();
    shop.world.end_attempt_as(&payment, &AttemptEnd::new(Failed).forced(), shop.now).unwrap();
    shop.world.end_attempt_as(&payment, &AttemptEnd::new(Paid).forced(), shop.now).unwrap();
    assert_eq!(shop.get(&format!("/v2/payments/{payment}"))["amountRemaining"], eur("30.00"));
}

#[test]
fn vouchers_that_do_not_fit_are_refused_and_nothing_changes() {
    let mut shop = Shop::new();
    let (id, payment, _) = created(&mut shop, &json!("voucher"));
    let other = text(&shop.create(&super::lego("ideal")), "/id");
    let other = shop.payment_id(&other);
    let before = shop.kinds();
    for (payment, vouchers, remainder) in [
        (&payment, &[("a", "30.01")][..], None),
        (&payment, &[("a", "15.00"), ("b", "15.01")], None),
        (&payment, &[("a", "0.00")], None),
        (&payment, &[("a", "30.00")], Some("ideal")),
        (&payment, &[("a", "10.00")], Some("klarna")),
        (&payment, &[("a", "10.00")], Some("voucher")),
        (&payment, &[("a", "10.00")], Some("seashells")),
        (&payment, &[], Some("ideal")),
        (&other, &[("a", "10.00")], None),
    ] {
        let refused = pay(&mut shop, payment, vouchers, remainder);
        assert!(matches!(refused, Err(NotEnded::Vouchers(_))), "{vouchers:?} {remainder:?}: {refused:?}");
    }
    let failed = AttemptEnd::new(Failed).vouchers(vec![voucher("a", "10.00")], None);
    assert_eq!(shop.world.end_attempt_as(&payment, &failed, shop.now), Err(NotEnded::Misfit(Failed)));
    assert_eq!((shop.kinds(), shop.order(&id)["status"].clone()), (before, json!("created")));
}
