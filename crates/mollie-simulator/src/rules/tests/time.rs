//! What time does: payments lapse, orders expire, hooks are tried again.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::super::EffectKind::*;
use super::super::FinalState;
use super::{Shop, eur, lego, text};

const DAYS_28: SignedDuration = SignedDuration::from_hours(28 * 24);

#[test]
fn an_open_payment_lapses_after_the_time_of_its_method() {
    for (method, minutes) in [
        ("ideal", 15),
        ("paysafecard", 15),
        ("creditcard", 30),
        ("giropay", 30),
        ("mybank", 45),
        ("bancontact", 60),
        ("belfius", 60),
        ("eps", 60),
        ("kbc", 60),
        ("przelewy24", 60),
        ("sofort", 120),
        ("voucher", 120),
        ("klarna", 48 * 60),
        ("in3", 48 * 60),
        ("paypal", 72 * 60),
        ("banktransfer", 14 * 24 * 60),
    ] {
        let mut shop = Shop::new();
        let mut body = lego(method);
        body["payment"] = json!({ "webhookUrl": "https://example.org/payment-hook" });
        shop.create(&body);
        shop.pass(SignedDuration::from_secs(minutes * 60 - 1));
        assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated], "{method}");
        shop.pass(SignedDuration::from_secs(1));
        assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated, PaymentExpired], "{method}");
        assert!(shop.hooks()[0].starts_with("tr_"));
    }
}

#[test]
fn an_order_can_be_paid_after_its_payment_has_lapsed() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    shop.pass(SignedDuration::from_hours(1));
    let view = shop.world.checkout(&id[4..], shop.now).unwrap();
    assert!(!view.results.is_empty());
    shop.choose(&id, FinalState::Paid).unwrap();
    let order = shop.order(&id);
    assert_eq!(order["status"], "paid");
    assert_eq!(order.pointer("/_embedded/payments/0/expiredAt"), Some(&json!("2018-08-02T09:44:56+00:00")));
    assert_eq!(order.pointer("/_embedded/payments/1/status"), Some(&json!("paid")));
}

#[test]
fn an_unpaid_order_expires_after_28_days() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("ideal")), "/id");
    shop.pass(DAYS_28);
    let order = shop.order(&id);
    assert_eq!(order["status"], "expired");
    assert_eq!(order["expiredAt"], "2018-08-30T09:29:56+00:00");
    assert_eq!(order["lines"][0]["quantityCanceled"], 2);
    assert_eq!(order["lines"][0]["amountCanceled"], eur("698.00"));
    assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated, PaymentExpired, OrderExpired]);
    let at: Vec<String> = shop.world.ledger().iter().map(|effect| effect.at.to_string()).collect();
    assert_eq!(at[2..], ["2018-08-02T09:44:56Z", "2018-08-30T09:29:56Z"]);
    assert_eq!(shop.hooks(), [id.as_str()]);
    assert!(shop.choose(&id, FinalState::Paid).is_err());
}

#[test]
fn expiry_releases_an_authorisation_that_was_not_used() {
    let mut shop = Shop::new();
    let (id, _) = shop.settled(&lego("klarna"));
    shop.pass(DAYS_28);
    let order = shop.order(&id);
    assert_eq!(order["status"], "expired");
    assert_eq!(order.pointer("/_embedded/payments/0/status"), Some(&json!("expired")));
    assert_eq!(shop.ship(&id, &json!({})).status, 422);
    assert_eq!(shop.world.ledger()[3].amounts["canceled"], eur("1027.99"));
}

#[test]
fn expiry_completes_an_order_that_was_shipped_in_part() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[1] }] }));
    shop.pass(DAYS_28);
    let order = shop.order(&id);
    assert_eq!(order["status"], "completed");
    assert_eq!(order["lines"][0]["status"], "canceled");
    assert_eq!(order["amountCaptured"], eur("329.99"));
    assert_eq!(shop.kinds()[4..], [OrderExpired, PaymentPaid, OrderCompleted]);
}

#[test]
fn a_paid_order_does_not_expire() {
    let mut shop = Shop::new();
    let (id, _) = shop.settled(&lego("ideal"));
    shop.pass(DAYS_28 * 3);
    assert_eq!(shop.order(&id)["status"], "paid");
    assert_eq!(shop.ship(&id, &json!({})).status, 201);
}

#[test]
fn the_given_date_is_when_it_expires() {
    let mut shop = Shop::new();
    let mut body = lego("banktransfer");
    body["expiresAt"] = json!("2018-08-03");
    let id = text(&shop.create(&body), "/id");
    shop.pass(SignedDuration::from_hours(24));
    assert_eq!(shop.order(&id)["status"], "expired");
    assert_eq!(shop.kinds()[2..], [PaymentExpired, OrderExpired], "no payment outlives its order");
}

#[test]
fn expiry_can_run_five_minutes_late() {
    let mut shop = Shop::with(&json!({ "expiry_lag": "5 min" }));
    let (id, _) = shop.settled(&lego("klarna"));
    shop.pass(DAYS_28);
    assert_eq!(shop.order(&id)["status"], "authorized");
    shop.pass(SignedDuration::from_mins(5));
    assert_eq!(shop.order(&id)["status"], "expired");
}

#[test]
fn a_hook_is_tried_ten_times_over_26_hours() {
    let mut shop = Shop::new();
    shop.settled(&lego("ideal"));
    let start = shop.now;
    let mut minutes = Vec::new();
    loop {
        let waiting = shop.world.due_hooks(Timestamp::MAX).next().cloned();
        let Some(hook) = waiting else { break };
        minutes.push(hook.due_at.duration_since(start).as_mins());
        assert_eq!(shop.world.due_hooks(hook.due_at).count(), 1);
        shop.world.hook_attempted(hook.id, Some(500), hook.due_at);
    }
    assert_eq!(minutes, [0, 1, 3, 7, 15, 31, 60, 120, 240, 1560]);
}

#[test]
fn only_200_acknowledges_a_hook_unless_switched() {
    for (switches, status, remaining) in [
        (json!({}), Some(200), 0),
        (json!({}), Some(204), 1),
        (json!({}), Some(302), 1),
        (json!({}), None, 1),
        (json!({ "acknowledgement": "2xx" }), Some(204), 0),
    ] {
        let mut shop = Shop::with(&switches);
        shop.settled(&lego("ideal"));
        let id = shop.world.due_hooks(shop.now).next().unwrap().id;
        shop.world.hook_attempted(id, status, shop.now);
        assert_eq!(shop.hooks().len(), remaining, "{status:?}");
    }
}
