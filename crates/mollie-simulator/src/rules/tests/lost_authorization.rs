//! An authorisation goes while its order has days left.

use jiff::SignedDuration;
use serde_json::json;

use super::super::EffectKind::*;
use super::super::FinalState::{self, Authorized, Canceled, Expired, Failed, Open, Paid, Pending};
use super::super::{AttemptEnd, NotEnded, PaymentStatus};
use super::attempts::{created, states};
use super::{Shop, eur, lego, line};

fn lose(shop: &mut Shop, payment: &str, state: FinalState) -> Result<(), NotEnded> {
    shop.world.end_attempt_as(payment, &AttemptEnd::new(state).forced(), shop.now)
}

fn authorized(shop: &mut Shop) -> (String, Vec<String>, String) {
    let mut body = lego("klarna");
    body["payment"] = json!({ "webhookUrl": "https://example.org/payment-hook" });
    let (id, lines) = shop.settled(&body);
    let payment = shop.payment_id(&id);
    (id, lines, payment)
}

#[test]
fn the_order_is_created_again_and_can_be_paid_anew() {
    for (state, kind) in [(Expired, PaymentExpired), (Canceled, PaymentCanceled)] {
        let mut shop = Shop::new();
        let (id, _, payment) = authorized(&mut shop);
        let without_force = shop.world.end_attempt(&payment, state, shop.now);
        assert_eq!(without_force, Err(NotEnded::HasEnded(PaymentStatus::Authorized)));
        let hooks = shop.hooks().len();
        lose(&mut shop, &payment, state).unwrap();
        shop.restart();
        let order = shop.order(&id);
        assert_eq!((&order["status"], order.get("authorizedAt")), (&json!("created"), None));
        assert_eq!(order["expiresAt"], "2018-08-30T09:29:56+00:00");
        assert!(order["_links"].get("checkout").is_some());
        assert_eq!(
            (&order["lines"][0]["status"], &order["lines"][0]["shippableQuantity"]),
            (&json!("created"), &json!(0))
        );
        let shown = &order["_embedded"]["payments"][0];
        assert_eq!((&shown["amountCaptured"], shown.get("captureBefore")), (&eur("0.00"), None));
        assert!(shown.get("authorizedAt").is_some(), "that of the payment stays");
        assert_eq!(shop.kinds().last(), Some(&kind));
        assert_eq!(shop.hooks()[hooks..], [payment.as_str()]);
        let books = shop.world.books(&id).unwrap();
        assert_eq!((books.authorized.value.as_str(), books.released.value.as_str()), ("0.00", "0.00"));
        assert_eq!(books.payments[0].released.value, "1027.99");
        assert_eq!(shop.ship(&id, &json!({})).status, 422);
        assert_eq!(shop.pay_again(&id, &json!({ "method": "klarna" })).status, 201);
        shop.choose(&id, Authorized).unwrap();
        shop.shipped(&id, &json!({}));
        assert_eq!(shop.order(&id)["amountCaptured"], eur("1027.99"));
    }
}

#[test]
fn the_next_attempt_is_for_the_lines_as_they_are_then() {
    let mut shop = Shop::new();
    let (id, lines, payment) = authorized(&mut shop);
    lose(&mut shop, &payment, Expired).unwrap();
    let mut changed = line(1, "300.00", None, "300.00");
    changed["discountAmount"] = json!(null);
    assert_eq!(shop.patch(&id, &format!("/lines/{}", lines[1]), &changed).status, 200);
    assert_eq!(shop.pay_again(&id, &json!({})).body["amount"], eur("998.00"));
    assert_eq!(shop.get(&format!("/v2/payments/{payment}"))["amount"], eur("1027.99"));
}

#[test]
fn without_a_new_payment_it_expires_in_its_time() {
    let mut shop = Shop::with(&json!({ "hooks": "spurious" }));
    let (id, _, payment) = authorized(&mut shop);
    lose(&mut shop, &payment, Expired).unwrap();
    assert_eq!(shop.hooks().last(), Some(&id.as_str()), "a hook that no document names");
    shop.pass(SignedDuration::from_hours(28 * 24));
    assert_eq!(shop.order(&id)["status"], "expired");
    assert_eq!(shop.kinds()[3..], [PaymentExpired, OrderExpired]);
}

#[test]
fn one_of_which_something_was_made_does_not_go() {
    let ended = Err(NotEnded::HasEnded(PaymentStatus::Authorized));
    let mut shop = Shop::new();
    let (_, _, payment) = authorized(&mut shop);
    for state in [Failed, Open, Pending, Paid, Authorized] {
        assert_eq!(lose(&mut shop, &payment, state), ended, "{state:?}");
    }
    let (id, lines, payment) = authorized(&mut shop);
    shop.delete_lines(&id, &json!({ "lines": [{ "id": lines[1] }] }));
    assert_eq!(lose(&mut shop, &payment, Expired), ended);
    let (id, lines, payment) = authorized(&mut shop);
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[1] }] }));
    assert_eq!(lose(&mut shop, &payment, Expired), ended);
    let (id, first) = created(&mut shop);
    let second = shop.begin(&id, "klarna");
    shop.end(&first, Authorized);
    shop.end(&second, Authorized);
    assert_eq!(lose(&mut shop, &first, Expired), ended, "the order has another");
    assert_eq!(states(&mut shop, &id), ["authorized", "authorized"]);
}
