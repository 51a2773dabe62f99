//! Several attempts to pay one order, each with an end of its own: what that does to the order, and what it does not.

use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::FinalState::{Authorized, Canceled, Expired, Failed, Open, Paid};
use super::super::{NotBegun, NotEnded, OrderStatus, PaymentStatus};
use super::{Shop, eur, lego, text};

/// The LEGO order for any method, with a hook for payments.
pub(super) fn any_method() -> Value {
    let mut body = lego("ideal");
    body["method"] = json!(["ideal", "creditcard", "banktransfer", "klarna"]);
    body["payment"] = json!({ "webhookUrl": "https://example.org/payment-hook" });
    body
}

/// A created order: its id and that of its first attempt, for which no method is chosen yet.
pub(super) fn created(shop: &mut Shop) -> (String, String) {
    let id = text(&shop.create(&any_method()), "/id");
    let first = text(&shop.order(&id), "/_embedded/payments/0/id");
    (id, first)
}

pub(super) fn states(shop: &mut Shop, id: &str) -> Vec<String> {
    let order = shop.order(id);
    let payments = order.pointer("/_embedded/payments").unwrap().as_array().unwrap();
    payments.iter().map(|payment| text(payment, "/status")).collect()
}

/// The order without what belongs to its attempts.
fn bare(shop: &mut Shop, id: &str) -> Value {
    shop.get(&format!("/v2/orders/{id}"))
}

#[test]
fn an_attempt_begins_beside_an_open_one() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let second = shop.begin(&id, "creditcard");
    let order = shop.order(&id);
    assert_eq!((order["status"].as_str(), order["method"].as_str()), (Some("created"), Some("creditcard")));
    assert_eq!(order.pointer("/_embedded/payments/0/id").unwrap(), &json!(first));
    assert_eq!(order.pointer("/_embedded/payments/1/id").unwrap(), &json!(second));
    assert_eq!(states(&mut shop, &id), ["open", "open"]);
    assert_eq!(shop.get(&format!("/v2/payments/{second}"))["orderId"], json!(id));
    assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated, PaymentCreated]);
    assert_eq!(shop.hooks(), Vec::<&str>::new());
}

#[test]
fn an_old_attempt_that_ends_after_a_newer_one_has_paid_changes_nothing_about_the_order() {
    for (end, kind) in [(Failed, PaymentFailed), (Canceled, PaymentCanceled), (Expired, PaymentExpired)] {
        let mut shop = Shop::new();
        let (id, first) = created(&mut shop);
        let second = shop.begin(&id, "creditcard");
        shop.end(&second, Paid);
        let paid = bare(&mut shop, &id);
        assert_eq!((&paid["status"], &paid["lines"][0]["status"]), (&json!("paid"), &json!("paid")));
        shop.end(&first, end);
        assert_eq!(bare(&mut shop, &id), paid, "{end:?}");
        assert_eq!(states(&mut shop, &id), [end.as_text(), "paid"]);
        assert_eq!(shop.kinds()[3..], [PaymentPaid, kind]);
        assert_eq!(shop.hooks(), [id.as_str(), first.as_str()], "each to its own hook");
    }
}

#[test]
fn the_attempt_that_pays_need_not_be_the_last() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let second = shop.begin(&id, "klarna");
    shop.end(&first, Paid);
    shop.end(&second, Failed);
    let order = shop.order(&id);
    assert_eq!(order["status"], "paid");
    assert_eq!(order["amountCaptured"], eur("1027.99"));
    assert_eq!(order["method"], "ideal", "the one that paid, not the last one begun");
    assert_eq!(order["lines"][0]["refundableQuantity"], 2, "the flow is that of the one that paid");
    assert_eq!(states(&mut shop, &id), ["paid", "failed"]);
    shop.shipped(&id, &json!({}));
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("1027.99")));
}

#[test]
fn two_paid_attempts_pay_the_order_once() {
    let mut shop = Shop::new();
    let (id, _) = created(&mut shop);
    let transfer = shop.begin(&id, "banktransfer");
    let card = shop.begin(&id, "creditcard");
    shop.end(&card, Paid);
    let paid = bare(&mut shop, &id);
    shop.now = shop.now.checked_add(jiff::SignedDuration::from_hours(48)).unwrap();
    shop.end(&transfer, Paid);
    assert_eq!(bare(&mut shop, &id), paid, "also what is captured");
    assert_eq!(paid["amountCaptured"], eur("1027.99"));
    let order = shop.order(&id);
    for (index, at) in [(1, "2018-08-04T09:29:56+00:00"), (2, "2018-08-02T09:29:56+00:00")] {
        let payment = &order.pointer(&format!("/_embedded/payments/{index}")).unwrap();
        assert_eq!((&payment["status"], &payment["paidAt"]), (&json!("paid"), &json!(at)));
        assert_eq!(payment["amountRemaining"], eur("1027.99"));
    }
    let paid: Vec<_> = shop.world.ledger().iter().filter(|effect| effect.kind == PaymentPaid).collect();
    let by: Vec<_> = paid.iter().map(|effect| effect.payment_id.as_deref().unwrap()).collect();
    assert_eq!(by, [card.as_str(), transfer.as_str()]);
    assert_eq!(paid[1].amounts["paid"], eur("1027.99"));
    let order_hooks = shop.hooks().into_iter().filter(|about| *about == id).count();
    assert_eq!(order_hooks, 2, "both tell the order's hook");
}

#[test]
fn a_late_transfer_arrives_also_when_everything_has_been_shipped() {
    let mut shop = Shop::new();
    let (id, _) = created(&mut shop);
    let transfer = shop.begin(&id, "banktransfer");
    let card = shop.begin(&id, "creditcard");
    shop.end(&card, Paid);
    shop.shipped(&id, &json!({}));
    let completed = bare(&mut shop, &id);
    shop.end(&transfer, Paid);
    assert_eq!(completed["status"], "completed");
    assert_eq!(bare(&mut shop, &id), completed);
    assert_eq!(states(&mut shop, &id), ["open", "paid", "paid"]);
}

#[test]
fn shipments_capture_from_the_attempt_that_settled_the_order() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let (second, third) = (shop.begin(&id, "klarna"), shop.begin(&id, "klarna"));
    shop.end(&third, Authorized);
    shop.end(&second, Authorized);
    shop.end(&first, Paid);
    let order = bare(&mut shop, &id);
    assert_eq!((&order["status"], order.get("amountCaptured")), (&json!("authorized"), None));
    assert!(order.get("paidAt").is_none());
    shop.shipped(&id, &json!({}));
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("1027.99")));
    let captured =
        |index: usize| order.pointer(&format!("/_embedded/payments/{index}/amountCaptured")).cloned();
    assert_eq!([captured(1), captured(2)], [Some(eur("0.00")), Some(eur("1027.99"))]);
    assert_eq!(states(&mut shop, &id), ["paid", "authorized", "paid"]);
    assert_eq!(order.pointer("/_embedded/payments/0/amountRemaining"), Some(&eur("1027.99")));
}

#[test]
fn an_authorisation_beside_a_payment_leaves_the_order_paid() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let second = shop.begin(&id, "klarna");
    shop.end(&first, Paid);
    let paid = bare(&mut shop, &id);
    shop.end(&second, Authorized);
    assert_eq!(bare(&mut shop, &id), paid);
    assert_eq!(states(&mut shop, &id), ["paid", "authorized"]);
    let captured = shop.get(&format!("/v2/payments/{second}"))["amountCaptured"].clone();
    assert_eq!(captured, eur("0.00"), "its flow is that of its own method");
    assert_eq!(shop.kinds()[3..], [PaymentPaid, PaymentAuthorized]);
    assert_eq!(shop.hooks(), [id.as_str(), id.as_str()]);
}

#[test]
fn the_checkout_page_goes_on_with_the_newest_open_attempt() {
    let mut shop = Shop::new();
    let (id, _) = created(&mut shop);
    let (second, third) = (shop.begin(&id, "ideal"), shop.begin(&id, "ideal"));
    shop.end(&third, Failed);
    shop.choose(&id, Paid).unwrap();
    assert_eq!(states(&mut shop, &id), ["open", "paid", "failed"]);
    assert_eq!(shop.world.ledger().last().unwrap().payment_id, Some(second));
}

#[test]
fn only_an_order_that_is_created_gets_a_further_attempt() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let begin = |shop: &mut Shop, id: &str, method| shop.world.begin_attempt(id, Some(method), shop.now);
    let unknown = NotBegun::UnknownOrder("ord_1.nobody".to_owned());
    assert_eq!(begin(&mut shop, "ord_1.nobody", "ideal"), Err(unknown));
    let not_offered = NotBegun::MethodNotOffered("paypal".to_owned());
    assert_eq!(begin(&mut shop, &id, "paypal"), Err(not_offered));
    shop.end(&first, Paid);
    let refused = begin(&mut shop, &id, "ideal").unwrap_err();
    assert_eq!(refused, NotBegun::NotPayable(OrderStatus::Paid));
    assert_eq!(refused.to_string(), "The order cannot be paid any more, it is paid.");
    assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated, PaymentPaid]);
}

#[test]
fn only_an_open_attempt_ends_and_only_as_its_method_can() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let second = shop.begin(&id, "klarna");
    let end = |shop: &mut Shop, id: &str, state| shop.world.end_attempt(id, state, shop.now);
    let unknown = NotEnded::UnknownPayment("tr_nobody".to_owned());
    assert_eq!(end(&mut shop, "tr_nobody", Paid), Err(unknown));
    assert_eq!(end(&mut shop, &second, Paid), Err(NotEnded::Misfit(Paid)));
    assert_eq!(end(&mut shop, &second, Open), Err(NotEnded::Misfit(Open)));
    shop.end(&first, Failed);
    for again in [Paid, Failed] {
        assert_eq!(end(&mut shop, &first, again), Err(NotEnded::HasEnded(PaymentStatus::Failed)));
    }
    assert_eq!(shop.order(&id)["status"], "created");
    assert_eq!(shop.kinds()[2..], [PaymentCreated, PaymentFailed]);
}
