//! Money that comes when the order has ended, goes again, or is more than the order costs.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::FinalState::{Authorized, Canceled, Failed, Paid};
use super::super::{Amount, AttemptEnd, NotEnded, NotRefunded, PaymentStatus};
use super::attempts::{created, states};
use super::{Shop, eur, lego, text};

const DAYS_28: SignedDuration = SignedDuration::from_hours(28 * 24);

impl Shop {
    fn force(&mut self, payment_id: &str, state: super::FinalState) -> Result<(), NotEnded> {
        self.world.end_attempt_as(payment_id, &AttemptEnd::new(state).forced(), self.now)
    }

    fn refund(&mut self, payment_id: &str, value: &str) -> Result<String, NotRefunded> {
        self.world.refund_attempt(payment_id, &Amount::new(value, "EUR"), self.now)
    }

    fn payment(&mut self, payment_id: &str) -> Value {
        self.get(&format!("/v2/payments/{payment_id}"))
    }
}

/// An order that has expired: its id and that of its attempt.
fn expired(shop: &mut Shop, method: &str) -> (String, String) {
    let id = text(&shop.create(&lego(method)), "/id");
    let payment = text(&shop.order(&id), "/_embedded/payments/0/id");
    shop.pass(DAYS_28);
    (id, payment)
}

#[test]
fn a_transfer_that_comes_too_late_leaves_the_order_expired() {
    let mut shop = Shop::new();
    let (id, transfer) = expired(&mut shop, "banktransfer");
    let before = shop.get(&format!("/v2/orders/{id}"));
    let refused = shop.world.end_attempt(&transfer, Paid, shop.now);
    assert_eq!(refused, Err(NotEnded::HasEnded(PaymentStatus::Expired)));
    shop.force(&transfer, Paid).unwrap();
    assert_eq!(shop.get(&format!("/v2/orders/{id}")), before, "also its lines, and what is captured");
    let payment = shop.payment(&transfer);
    assert_eq!((&payment["status"], &payment["amountRemaining"]), (&json!("paid"), &eur("1027.99")));
    assert_eq!((payment["paidAt"].is_string(), payment.get("expiredAt")), (true, None));
    let effect = shop.world.ledger().last().unwrap();
    assert_eq!((effect.kind, &effect.amounts["paid"]), (PaymentPaid, &eur("1027.99")));
    assert_eq!(effect.particulars["order_status"], "expired");
    assert_eq!(shop.hooks().last(), Some(&id.as_str()));
    assert_eq!(shop.force(&transfer, Paid), Err(NotEnded::HasEnded(PaymentStatus::Paid)));
}

#[test]
fn money_that_was_given_back_is_on_the_books_of_payment_and_order() {
    let mut shop = Shop::new();
    let (id, transfer) = expired(&mut shop, "banktransfer");
    assert_eq!(shop.refund(&transfer, "1.00"), Err(NotRefunded::NotPaid(PaymentStatus::Expired)));
    shop.force(&transfer, Paid).unwrap();
    let first = shop.refund(&transfer, "27.99").unwrap();
    let too_much = NotRefunded::Amount("the maximum amount is €1,000.00".to_owned());
    assert_eq!(shop.refund(&transfer, "1000.01"), Err(too_much));
    let second = shop.refund(&transfer, "1000.00").unwrap();
    let order = shop.order(&id);
    let refunds = order.pointer("/_embedded/refunds").unwrap();
    assert_eq!([&refunds[0]["id"], &refunds[1]["id"]], [&json!(first), &json!(second)]);
    assert_eq!((&refunds[0]["lines"], &refunds[0]["paymentId"]), (&json!([]), &json!(transfer)));
    assert_eq!((&order["status"], &order["amountRefunded"]), (&json!("expired"), &eur("1027.99")));
    assert_eq!(order["lines"][0]["quantityRefunded"], 0);
    let payment = shop.payment(&transfer);
    assert_eq!((&payment["amountRefunded"], &payment["amountRemaining"]), (&eur("1027.99"), &eur("0.00")));
    let kinds = shop.kinds();
    assert_eq!(kinds[kinds.len() - 2..], [PaymentRefunded, PaymentRefunded]);
    assert_eq!(shop.force(&transfer, Canceled), Err(NotEnded::HasEnded(PaymentStatus::Paid)));
}

#[test]
fn an_authorisation_on_an_expired_order_lapses_or_goes_away() {
    for by_time in [true, false] {
        let mut shop = Shop::new();
        let (id, payment) = expired(&mut shop, "klarna");
        shop.force(&payment, Authorized).unwrap();
        shop.pass(DAYS_28 - SignedDuration::from_secs(1));
        assert_eq!(
            (&shop.order(&id)["status"], states(&mut shop, &id)),
            (&json!("expired"), vec!["authorized".to_owned()])
        );
        if by_time {
            shop.pass(SignedDuration::from_secs(1));
        } else {
            shop.force(&payment, super::FinalState::Expired).unwrap();
        }
        assert_eq!(states(&mut shop, &id), ["expired"]);
        assert_eq!(shop.kinds().last(), Some(&PaymentExpired));
        assert_eq!(shop.order(&id)["status"], "expired");
    }
}

#[test]
fn money_on_a_canceled_order_is_gone_at_the_second_look() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let second = shop.world.begin_attempt(&id, None, shop.now).unwrap();
    assert_eq!(shop.cancel(&id).status, 200);
    shop.force(&second, Paid).unwrap();
    assert_eq!(states(&mut shop, &id), ["canceled", "paid"]);
    shop.force(&second, Canceled).unwrap();
    shop.force(&first, Paid).unwrap();
    assert_eq!(states(&mut shop, &id), ["paid", "canceled"]);
    let payment = shop.payment(&second);
    assert_eq!((payment.get("paidAt"), payment["canceledAt"].is_string()), (None, true));
    assert_eq!(shop.order(&id)["status"], "canceled");
}

#[test]
fn a_failed_attempt_that_pays_after_all_settles_an_order_that_waits_for_it() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    shop.end(&first, Failed);
    shop.force(&first, Paid).unwrap();
    assert_eq!(shop.order(&id)["status"], "paid");
    let refused = shop.force(&first, Canceled);
    assert_eq!(refused, Err(NotEnded::HasEnded(PaymentStatus::Paid)), "the order lives on it");
}

#[test]
fn a_payment_of_more_than_the_order_costs_pays_it_and_keeps_the_rest() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let end = AttemptEnd::new(Paid).amount(Amount::new("1100.00", "EUR"));
    shop.world.end_attempt_as(&first, &end, shop.now).unwrap();
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("paid"), &eur("1027.99")));
    let payment = shop.payment(&first);
    assert_eq!((&payment["amount"], &payment["amountRemaining"]), (&eur("1100.00"), &eur("1100.00")));
    assert_eq!(shop.world.ledger()[2].amounts["paid"], eur("1100.00"));
    shop.refund(&first, "72.01").unwrap();
    assert_eq!(shop.payment(&first)["amountRemaining"], eur("1027.99"));
}

/// Nothing was captured of it, so nothing is above what remains.
#[test]
fn an_authorisation_of_less_than_the_order_costs_is_released_with_the_order() {
    let mut shop = Shop::new();
    let id = text(&shop.create(&lego("klarnapaylater")), "/id");
    let payment = text(&shop.order(&id), "/_embedded/payments/0/id");
    let end = AttemptEnd::new(Authorized).amount(Amount::new("698.00", "EUR"));
    shop.world.end_attempt_as(&payment, &end, shop.now).unwrap();
    let answer = shop.cancel(&id);
    assert_eq!((answer.status, &answer.body["status"]), (200, &json!("canceled")));
    assert_eq!(shop.payment(&payment)["status"], "canceled");
}

#[test]
fn only_money_has_an_amount_and_it_is_in_the_order_s_currency() {
    let mut shop = Shop::new();
    let (_, first) = created(&mut shop);
    let end = |shop: &mut Shop, state, value, currency| {
        let end = AttemptEnd::new(state).amount(Amount::new(value, currency));
        shop.world.end_attempt_as(&first, &end, shop.now)
    };
    assert_eq!(end(&mut shop, Failed, "1.00", "EUR"), Err(NotEnded::Misfit(Failed)));
    for (value, currency) in [("1.00", "USD"), ("0.00", "EUR"), ("-1.00", "EUR"), ("1", "EUR")] {
        assert!(matches!(end(&mut shop, Paid, value, currency), Err(NotEnded::Amount(_))), "{value}");
    }
    assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated]);
}

#[test]
fn amounts_and_refunds_are_kept() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let end = AttemptEnd::new(Paid).amount(Amount::new("1100.00", "EUR"));
    shop.world.end_attempt_as(&first, &end, shop.now).unwrap();
    shop.refund(&first, "72.01").unwrap();
    let (order, ledger) = (shop.order(&id), json!(shop.world.ledger()));
    let mut again = super::World::new(0, "http://127.0.0.1:50053/");
    for changes in shop.world.compacted(shop.now).collect::<Vec<_>>() {
        again.apply(serde_json::from_value(json!(changes)).unwrap());
    }
    shop.world = again;
    assert_eq!((shop.order(&id), json!(shop.world.ledger())), (order, ledger));
}
