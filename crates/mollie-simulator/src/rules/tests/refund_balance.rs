//! Refunds of more than the balance: they wait in a queue, or are refused.

use serde_json::{Value, json};

use super::super::{Currency, RefundStatus};
use super::captures::only;
use super::{Shop, eur, lego, text};

impl Shop {
    fn profile(&mut self, id: &str) -> String {
        text(&self.order(id), "/profileId")
    }

    fn balance(&mut self, profile: &str, value: Option<&str>) {
        let euro = Currency::from_code("EUR").unwrap();
        let amount = value.map(|value| euro.parse(value).unwrap());
        self.world.set_balance(profile, euro, amount, self.now);
    }

    fn left(&self, profile: &str) -> Option<i64> {
        self.world.balance(profile, Currency::from_code("EUR").unwrap())
    }
}

fn status(shop: &mut Shop, refund: &Value) -> String {
    let path = format!("/v2/payments/{}/refunds/{}", text(refund, "/paymentId"), text(refund, "/id"));
    text(&shop.get(&path), "/status")
}

#[test]
fn a_balance_that_nobody_has_set_is_never_too_low() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("ideal"));
    let profile = shop.profile(&id);
    assert_eq!(Shop::made(shop.refund_lines(&id, &only(&lines[0])))["status"], "pending");
    assert_eq!(shop.left(&profile), None);
}

#[test]
fn what_the_balance_does_not_cover_is_queued_until_it_does() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("ideal"));
    let (profile, payment) = (shop.profile(&id), shop.payment_id(&id));
    shop.balance(&profile, Some("100.00"));
    let big = Shop::made(shop.refund_lines(&id, &only(&lines[1])));
    assert_eq!((&big["status"], shop.left(&profile)), (&json!("queued"), Some(10_000)));
    assert_eq!(shop.order(&id)["amountRefunded"], eur("329.99"), "it is promised");
    let small = Shop::made(shop.refund_amount(&payment, "60.00"));
    assert_eq!((&small["status"], shop.left(&profile)), (&json!("pending"), Some(4_000)));
    let second = Shop::made(shop.refund_amount(&payment, "50.00"));
    assert_eq!(second["status"], "queued");
    shop.pass(jiff::SignedDuration::from_hours(100));
    assert_eq!(status(&mut shop, &big), "queued", "time alone does not help");
    shop.restart();
    assert_eq!(shop.left(&profile), Some(4_000), "the journal knows it");
    shop.balance(&profile, Some("340.00"));
    assert_eq!(
        (status(&mut shop, &big).as_str(), status(&mut shop, &second).as_str()),
        ("pending", "queued"),
        "the oldest first"
    );
    assert_eq!(shop.left(&profile), Some(1_001));
    shop.pass(jiff::SignedDuration::from_hours(48));
    assert_eq!(status(&mut shop, &big), "refunded");
    shop.balance(&profile, None);
    assert_eq!(status(&mut shop, &second), "pending", "nobody watches it any more");
}

#[test]
fn exactly_the_balance_is_covered() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("ideal"));
    let profile = shop.profile(&id);
    shop.balance(&profile, Some("329.99"));
    assert_eq!(Shop::made(shop.refund_lines(&id, &only(&lines[1])))["status"], "pending");
    assert_eq!(shop.left(&profile), Some(0));
}

#[test]
fn what_failed_or_was_canceled_pays_for_those_that_wait() {
    for canceled in [true, false] {
        let mut shop = Shop::new();
        let (id, lines) = shop.settled(&lego("ideal"));
        let (profile, payment) = (shop.profile(&id), shop.payment_id(&id));
        shop.balance(&profile, Some("330.00"));
        let first = Shop::made(shop.refund_lines(&id, &only(&lines[1])));
        let waiting = Shop::made(shop.refund_amount(&payment, "300.00"));
        assert_eq!(status(&mut shop, &waiting), "queued");
        let refund = text(&first, "/id");
        if canceled {
            shop.request("DELETE", &format!("/v2/payments/{payment}/refunds/{refund}"), None, None);
        } else {
            shop.world.set_refund_status(&refund, RefundStatus::Failed, shop.now).unwrap();
        }
        assert_eq!((status(&mut shop, &waiting).as_str(), shop.left(&profile)), ("pending", Some(3_000)));
    }
}

#[test]
fn a_queued_refund_that_is_canceled_gives_the_balance_nothing() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("ideal"));
    let (profile, payment) = (shop.profile(&id), shop.payment_id(&id));
    shop.balance(&profile, Some("0.00"));
    let refund = text(&Shop::made(shop.refund_lines(&id, &only(&lines[1]))), "/id");
    let path = format!("/v2/payments/{payment}/refunds/{refund}");
    assert_eq!(shop.request("DELETE", &path, None, None).status, 204);
    assert_eq!((shop.left(&profile), shop.order(&id).get("amountRefunded")), (Some(0), None));
}

#[test]
fn with_the_switch_it_is_refused_and_nothing_changes() {
    let mut shop = Shop::with(&json!({ "balance_too_low": "422" }));
    let (id, lines) = shop.settled(&lego("ideal"));
    let (profile, payment) = (shop.profile(&id), shop.payment_id(&id));
    shop.balance(&profile, Some("329.98"));
    let (before, ledger) = (shop.order(&id), shop.kinds());
    for refusal in [shop.refund_lines(&id, &only(&lines[1])), shop.refund_amount(&payment, "329.99")] {
        assert_eq!(
            (refusal.status, &refusal.body["detail"]),
            (422, &json!("The specified amount cannot be refunded"))
        );
    }
    assert_eq!((shop.order(&id), shop.kinds()), (before, ledger));
    Shop::made(shop.refund_amount(&payment, "329.98"));
}
