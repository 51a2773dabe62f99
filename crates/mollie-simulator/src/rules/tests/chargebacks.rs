//! Chargebacks: what they take from payment, ceiling and balance, and what their reversal brings back.

use serde_json::{Value, json};

use super::super::{
    Amount, ChargebackReason, Currency, EffectKind, NotChargedBack, NotReversed, PaymentStatus,
};
use super::captures::only;
use super::{Shop, eur, lego, text};

fn paid(shop: &mut Shop) -> (String, String, Vec<String>) {
    let mut body = lego("creditcard");
    body["payment"] = json!({ "webhookUrl": "https://example.org/payment" });
    let (id, lines) = shop.settled(&body);
    let payment = shop.payment_id(&id);
    (id, payment, lines)
}

fn charge_back(shop: &mut Shop, payment: &str, value: &str) -> Result<String, NotChargedBack> {
    shop.world.charge_back(payment, Some(&Amount::new(value, "EUR")), None, shop.now)
}

fn refundable(shop: &mut Shop, payment: &str) -> Value {
    shop.get(&format!("/v2/payments/{payment}"))["amountRemaining"].clone()
}

#[test]
fn a_chargeback_has_no_lines_and_lowers_what_may_be_given_back() {
    let mut shop = Shop::new();
    let (id, payment, lines) = paid(&mut shop);
    let before = shop.order(&id);
    let chargeback = charge_back(&mut shop, &payment, "700.00").unwrap();
    assert!(chargeback.starts_with("chb_"));
    let order = shop.order(&id);
    assert_eq!((&order["lines"], &order["status"]), (&before["lines"], &before["status"]));
    assert!(order.get("amountRefunded").is_none());
    let of_payment = order.pointer("/_embedded/payments/0").unwrap();
    assert_eq!(
        (&of_payment["amountChargedBack"], &of_payment["amountRemaining"]),
        (&eur("700.00"), &eur("327.99"))
    );
    assert_eq!(shop.hooks().last(), Some(&payment.as_str()));
    let effect = shop.world.ledger().last().unwrap();
    assert_eq!(
        (effect.kind, &effect.amounts["charged_back"]),
        (EffectKind::ChargebackReceived, &eur("700.00"))
    );
    assert_eq!(effect.particulars["chargeback_id"], chargeback);
    let refusal = shop.refund_lines(&id, &only(&lines[1]));
    assert_eq!((refusal.status, &refusal.body["field"]), (422, &json!("amount")), "329.99 are too much now");
    assert_eq!(shop.refund_amount(&payment, "328.00").status, 422);
    Shop::made(shop.refund_amount(&payment, "327.99"));
    let books = shop.world.books(&id).unwrap();
    assert_eq!(
        (books.charged_back, books.refunded),
        (Amount::new("700.00", "EUR"), Amount::new("327.99", "EUR"))
    );
}

#[test]
fn a_reversal_restores_it() {
    let mut shop = Shop::new();
    let (id, payment, _) = paid(&mut shop);
    let chargeback = charge_back(&mut shop, &payment, "700.00").unwrap();
    let hooks = shop.hooks().len();
    shop.pass(jiff::SignedDuration::from_hours(30));
    shop.world.reverse_chargeback(&chargeback, shop.now).unwrap();
    shop.restart();
    assert_eq!(refundable(&mut shop, &payment), eur("1027.99"));
    let list = shop.get(&format!("/v2/payments/{payment}/chargebacks"));
    let shown = list.pointer("/_embedded/chargebacks/0").unwrap();
    assert_eq!(
        (&shown["id"], &shown["reversedAt"]),
        (&json!(chargeback), &json!("2018-08-03T15:29:56+00:00"))
    );
    assert_eq!(shop.hooks().len(), hooks, "no document names a hook for it");
    assert_eq!(shop.kinds().last(), Some(&EffectKind::ChargebackReversed));
    assert_eq!(shop.world.books(&id).unwrap().charged_back, Amount::new("0.00", "EUR"));
    let again = shop.world.reverse_chargeback(&chargeback, shop.now);
    assert_eq!(again, Err(NotReversed::Reversed));
    let unknown = shop.world.reverse_chargeback("chb_x", shop.now);
    assert_eq!(unknown, Err(NotReversed::Unknown("chb_x".to_owned())));
}

#[test]
fn chargebacks_are_listed_for_the_payment_and_the_profile() {
    let mut shop = Shop::new();
    let (_, first, _) = paid(&mut shop);
    let (_, second, _) = paid(&mut shop);
    let reason =
        ChargebackReason { code: "AC01".to_owned(), description: "Account identifier incorrect".to_owned() };
    let a = shop.world.charge_back(&first, None, Some(reason), shop.now).unwrap();
    let b = charge_back(&mut shop, &second, "1.00").unwrap();
    let ids = |list: &Value| -> Vec<String> {
        list["_embedded"]["chargebacks"].as_array().unwrap().iter().map(|one| text(one, "/id")).collect()
    };
    assert_eq!(ids(&shop.get("/v2/chargebacks")), [b.clone(), a.clone()]);
    assert_eq!(ids(&shop.get("/v2/chargebacks?limit=1")), [b]);
    assert_eq!(ids(&shop.get(&format!("/v2/payments/{first}/chargebacks"))), [a.as_str()]);
    let shown = shop.get(&format!("/v2/payments/{first}/chargebacks/{a}"));
    assert_eq!((&shown["amount"], &shown["paymentId"]), (&eur("1027.99"), &json!(first)));
    assert_eq!(shown["reason"], json!({ "code": "AC01", "description": "Account identifier incorrect" }));
    assert_eq!((&shown["resource"], shown.get("reversedAt")), (&json!("chargeback"), None));
    let elsewhere = shop.request("GET", &format!("/v2/payments/{second}/chargebacks/{a}"), None, None);
    assert_eq!(elsewhere.status, 404);
}

#[test]
fn no_more_is_charged_back_than_was_paid_but_refunds_do_not_hinder_it() {
    let mut shop = Shop::new();
    let open = text(&shop.create(&lego("ideal")), "/id");
    let open = shop.payment_id(&open);
    let refused = charge_back(&mut shop, &open, "1.00");
    assert_eq!(refused, Err(NotChargedBack::NotPaid(PaymentStatus::Open)));
    let (_, payment, _) = paid(&mut shop);
    Shop::made(shop.refund_amount(&payment, "1000.00"));
    let most = NotChargedBack::Amount("the maximum amount is €1,027.99".to_owned());
    assert_eq!(charge_back(&mut shop, &payment, "1028.00"), Err(most));
    charge_back(&mut shop, &payment, "1027.99").unwrap();
    assert_eq!(refundable(&mut shop, &payment), eur("0.00"), "never less than nothing");
    assert!(charge_back(&mut shop, &payment, "0.01").is_err());
    assert!(charge_back(&mut shop, "tr_x", "0.01").is_err());
}

#[test]
fn the_balance_follows_chargebacks_and_their_reversal() {
    let mut shop = Shop::new();
    let (id, payment, _) = paid(&mut shop);
    let (profile, euro) = (text(&shop.order(&id), "/profileId"), Currency::from_code("EUR").unwrap());
    shop.world.set_balance(&profile, euro, Some(10_000), shop.now);
    let chargeback = charge_back(&mut shop, &payment, "700.00").unwrap();
    assert_eq!(shop.world.balance(&profile, euro), Some(-60_000));
    let refund = Shop::made(shop.refund_amount(&payment, "50.00"));
    assert_eq!(refund["status"], "queued");
    shop.world.reverse_chargeback(&chargeback, shop.now).unwrap();
    assert_eq!(shop.world.balance(&profile, euro), Some(5_000), "the refund has gone on");
}
