//! Payments that are pending, and with them their orders: what is shown, what is allowed, and what comes of it.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::FinalState::{self, Authorized, Canceled, Expired, Failed, Open, Paid, Pending};
use super::super::{AttemptEnd, NotBegun, NotChosen, NotEnded, OrderStatus};
use super::attempts::{created, states};
use super::{Shop, eur, lego, line, text};

const DAYS_28: SignedDuration = SignedDuration::from_hours(28 * 24);

/// An order whose first payment is pending, and the ids of its lines and its payment.
fn pending(shop: &mut Shop, method: &str) -> (String, Vec<String>, String) {
    let mut body = lego(method);
    body["payment"] = json!({ "webhookUrl": "https://example.org/payment-hook" });
    let order = shop.create(&body);
    let id = text(&order, "/id");
    shop.choose(&id, Pending).unwrap();
    let lines = vec![text(&order, "/lines/0/id"), text(&order, "/lines/1/id")];
    let payment = shop.payment_id(&id);
    (id, lines, payment)
}

fn status(shop: &mut Shop, id: &str) -> String {
    text(&shop.order(id), "/status")
}

#[test]
fn a_pending_payment_makes_its_order_pending_and_tells_nobody() {
    for method in ["klarna", "directdebit"] {
        let mut shop = Shop::new();
        let (id, _, payment) = pending(&mut shop, method);
        let order = shop.order(&id);
        assert_eq!((&order["status"], &order["isCancelable"]), (&json!("pending"), &json!(false)));
        assert!(order.get("expiresAt").is_none(), "only created and authorized orders show it");
        assert!(order["_links"].get("checkout").is_none(), "only created orders can be paid");
        for line in order["lines"].as_array().unwrap() {
            assert_eq!(line["status"], "created", "lines have no such state");
            for counter in ["shippableQuantity", "refundableQuantity", "cancelableQuantity"] {
                assert_eq!(line[counter], 0);
            }
        }
        let shown = shop.get(&format!("/v2/payments/{payment}"));
        assert_eq!((&shown["status"], &shown["method"]), (&json!("pending"), &json!(method)));
        assert_eq!(shown["countryCode"], "NL");
        for absent in ["expiresAt", "isCancelable", "paidAt", "authorizedAt", "failedAt"] {
            assert!(shown.get(absent).is_none(), "{absent}");
        }
        assert!(shown["_links"].get("checkout").is_none());
        assert!(shown["_links"].get("changePaymentState").is_some());
        assert_eq!(shop.hooks(), Vec::<&str>::new());
        let effect = shop.world.ledger().last().unwrap();
        assert_eq!((effect.kind, effect.payment_id.as_deref()), (PaymentPending, Some(payment.as_str())));
        assert!(effect.amounts.is_empty());
        let books = shop.world.books(&id).unwrap();
        assert_eq!((books.authorized.value.as_str(), books.captured.value.as_str()), ("0.00", "0.00"));
    }
}

#[test]
fn it_settles_its_order_or_gives_it_back() {
    for (method, end, of_payment, of_order, of_lines) in [
        ("klarna", Authorized, "authorized", "authorized", "authorized"),
        ("directdebit", Paid, "paid", "paid", "paid"),
        ("klarna", Failed, "failed", "created", "created"),
    ] {
        let mut shop = Shop::new();
        let (id, lines, payment) = pending(&mut shop, method);
        shop.restart();
        shop.pass(SignedDuration::from_hours(50));
        assert_eq!(states(&mut shop, &id), ["pending"], "no time ends it");
        shop.end(&payment, end);
        let order = shop.order(&id);
        assert_eq!((&order["status"], &order["lines"][0]["status"]), (&json!(of_order), &json!(of_lines)));
        assert_eq!(states(&mut shop, &id), [of_payment]);
        let hook = if end == Failed { &payment } else { &id };
        assert_eq!(shop.hooks(), [hook.as_str()], "that of the outcome alone");
        if end == Failed {
            assert!(order["_links"].get("checkout").is_some());
            assert_eq!(order["expiresAt"], "2018-08-30T09:29:56+00:00");
            assert_eq!(shop.pay_again(&id, &json!({ "method": "ideal" })).status, 201);
            shop.choose(&id, Paid).unwrap();
            assert_eq!(status(&mut shop, &id), "paid");
        } else {
            assert_eq!(shop.ship(&id, &json!({ "lines": [{ "id": lines[0] }] })).status, 201);
        }
    }
}

#[test]
fn a_pending_payment_becomes_nothing_else() {
    let mut shop = Shop::new();
    let (id, _, payment) = pending(&mut shop, "klarna");
    for end in [Canceled, Expired, Open, Pending, Paid] {
        for wanted in [AttemptEnd::new(end), AttemptEnd::new(end).forced()] {
            let refused = shop.world.end_attempt_as(&payment, &wanted, shop.now);
            assert_eq!(refused, Err(NotEnded::Misfit(end)), "{end:?}");
        }
        assert_eq!(shop.choose(&id, end), Err(NotChosen::Misfit(end)), "{end:?}");
    }
    assert_eq!(states(&mut shop, &id), ["pending"]);
    assert_eq!(shop.kinds(), [OrderCreated, PaymentCreated, PaymentPending]);
}

#[test]
fn its_checkout_page_is_for_whoever_decides() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let all = [Paid, Authorized, Pending, Failed, Canceled, Expired, Open];
    let view = |shop: &mut Shop| shop.world.checkout(id.trim_start_matches("ord_"), shop.now).unwrap();
    assert_eq!(view(&mut shop).results, all);
    shop.world.choose(id.trim_start_matches("ord_"), Pending, Some("klarna"), shop.now).unwrap();
    let page = view(&mut shop);
    assert_eq!((page.status, page.methods), (OrderStatus::Pending, vec!["klarna".to_owned()]));
    assert_eq!(page.results, [Authorized, Failed]);
    let other = shop.world.choose(id.trim_start_matches("ord_"), Failed, Some("ideal"), shop.now);
    assert_eq!(other, Err(NotChosen::MethodNotOffered("ideal".to_owned())));
    shop.choose(&id, Failed).unwrap();
    assert_eq!(view(&mut shop).results, all);
    assert_eq!(states(&mut shop, &id), ["failed"]);
    assert_eq!(shop.payment_id(&id), first);
}

#[test]
fn nothing_is_canceled_shipped_refunded_or_paid_again_meanwhile() {
    let mut shop = Shop::new();
    let (id, lines, payment) = pending(&mut shop, "klarna");
    let before = shop.order(&id);
    let refusal = shop.cancel(&id);
    assert_eq!(
        (refusal.status, &refusal.body["detail"]),
        (400, &json!("The order cannot be canceled from state: pending"))
    );
    let one = json!({ "lines": [{ "id": lines[0], "quantity": 1, "amount": eur("349.00") }] });
    assert_eq!(shop.ship(&id, &one).status, 422);
    assert_eq!(shop.ship(&id, &json!({})).status, 422);
    assert_eq!(shop.delete_lines(&id, &one).status, 422);
    assert_eq!(shop.refund_lines(&id, &one).status, 422);
    assert_eq!(shop.refund_amount(&payment, "1.00").status, 422);
    let refusal = shop.pay_again(&id, &json!({ "method": "ideal" }));
    assert_eq!((refusal.status, &refusal.body["title"]), (422, &json!("Unprocessable Entity")));
    let refused = shop.world.begin_attempt(&id, Some("klarna"), shop.now);
    assert_eq!(refused, Err(NotBegun::NotPayable(OrderStatus::Pending)));
    assert!(shop.world.cancel_in_dashboard(&id, &json!({}), shop.now).is_err());
    assert_eq!(shop.order(&id), before);
    assert_eq!(shop.kinds().len(), 3);
    let mut newer = Shop::with(&json!({ "cancel_in_wrong_state": "422" }));
    let (id, ..) = pending(&mut newer, "klarna");
    assert_eq!(newer.cancel(&id).status, 422);
}

#[test]
fn addresses_and_the_way_back_can_be_updated_meanwhile() {
    let mut shop = Shop::new();
    let (id, ..) = pending(&mut shop, "klarna");
    let update = json!({ "redirectUrl": "https://example.org/back", "orderNumber": "1338" });
    let answer = shop.patch(&id, "", &update);
    assert_eq!((answer.status, &answer.body["status"]), (200, &json!("pending")));
    assert_eq!(answer.body["redirectUrl"], "https://example.org/back", "the payment is not finalized");
}

#[test]
fn lines_are_changed_meanwhile_and_the_payment_follows() {
    let mut shop = Shop::new();
    let (id, lines, payment) = pending(&mut shop, "klarna");
    let operations = json!({ "operations": [
        { "operation": "add", "data": line(1, "10.00", None, "10.00") },
        { "operation": "cancel", "data": { "id": lines[0] } },
    ] });
    let answer = shop.patch(&id, "/lines", &operations);
    assert_eq!((answer.status, &answer.body["amount"]), (200, &eur("339.99")), "{}", answer.body);
    let of_lines: Vec<String> = (0..3).map(|at| text(&answer.body, &format!("/lines/{at}/status"))).collect();
    assert_eq!(of_lines, ["canceled", "created", "created"]);
    let mut changed = line(1, "300.00", None, "300.00");
    changed["discountAmount"] = Value::Null;
    let answer = shop.patch(&id, &format!("/lines/{}", lines[1]), &changed);
    assert_eq!((answer.status, &answer.body["amount"]), (200, &eur("310.00")), "{}", answer.body);
    assert_eq!(answer.body["status"], "pending");
    shop.end(&payment, Authorized);
    assert_eq!(shop.get(&format!("/v2/payments/{payment}"))["amount"], eur("310.00"));
    shop.shipped(&id, &json!({}));
    let order = shop.order(&id);
    assert_eq!((&order["status"], &order["amountCaptured"]), (&json!("completed"), &eur("310.00")));
}

#[test]
fn the_supplier_may_decline_a_change_of_what_it_is_about_to_authorize() {
    for (declines, method, expected) in
        [("address", "klarna", [422, 200]), ("lines", "klarna", [200, 422]), ("lines", "ideal", [200, 200])]
    {
        let mut shop = Shop::with(&json!({ "supplier_declines": declines }));
        let (id, lines, _) = pending(&mut shop, method);
        let mut address = lego("ideal")["billingAddress"].clone();
        address["city"] = json!("Utrecht");
        let address = shop.patch(&id, "", &json!({ "billingAddress": address }));
        let operation = json!({ "operation": "cancel", "data": { "id": lines[0] } });
        let lines = shop.patch(&id, "/lines", &json!({ "operations": [operation] }));
        assert_eq!([address.status, lines.status], expected, "{declines}");
    }
}

#[test]
fn all_lines_of_a_pending_order_are_canceled_only_where_a_switch_says_so() {
    let all = |lines: &[String]| {
        let cancel = |id: &String| json!({ "operation": "cancel", "data": { "id": id } });
        json!({ "operations": lines.iter().map(cancel).collect::<Vec<_>>() })
    };
    let mut shop = Shop::new();
    let (id, lines, _) = pending(&mut shop, "klarna");
    let before = shop.order(&id);
    let refusal = shop.patch(&id, "/lines", &all(&lines));
    assert_eq!(
        (refusal.status, &refusal.body["detail"]),
        (422, &json!("The order cannot be canceled from state: pending"))
    );
    assert_eq!(shop.order(&id), before);

    let mut shop = Shop::with(&json!({ "emptied_pending_order": "canceled" }));
    let (id, lines, payment) = pending(&mut shop, "klarna");
    assert_eq!(shop.patch(&id, "/lines", &all(&lines)).body["status"], "canceled");
    assert_eq!(states(&mut shop, &id), ["pending"], "it can be neither canceled nor let lapse");
    shop.end(&payment, Authorized);
    assert_eq!(status(&mut shop, &id), "canceled");
    let effect = shop.world.ledger().last().unwrap();
    assert_eq!((effect.kind, &effect.particulars["order_status"]), (PaymentAuthorized, &json!("canceled")));
}

#[test]
fn a_pending_order_does_not_expire_before_its_payment_is_decided() {
    for (method, end, of_order, ended) in [
        ("klarna", Failed, "expired", vec![PaymentFailed, OrderExpired]),
        ("klarna", Authorized, "expired", vec![PaymentAuthorized, OrderExpired, PaymentExpired]),
        ("directdebit", Paid, "paid", vec![PaymentPaid]),
    ] {
        let mut shop = Shop::new();
        let (id, _, payment) = pending(&mut shop, method);
        shop.pass(DAYS_28 * 2);
        assert_eq!(status(&mut shop, &id), "pending");
        shop.end(&payment, end);
        let decided = shop.now;
        shop.restart();
        shop.pass(SignedDuration::from_hours(1));
        assert_eq!(status(&mut shop, &id), of_order);
        assert_eq!(shop.kinds()[3..], ended);
        assert!(shop.world.ledger()[3..].iter().all(|effect| effect.at == decided), "not before that");
    }
}

#[test]
fn one_that_fails_in_time_leaves_the_order_its_days() {
    let mut shop = Shop::with(&json!({ "expiry_lag": "5 min" }));
    let (id, _, payment) = pending(&mut shop, "klarna");
    shop.pass(SignedDuration::from_hours(24));
    shop.end(&payment, Failed);
    shop.pass(DAYS_28 - SignedDuration::from_hours(24));
    assert_eq!(status(&mut shop, &id), "created");
    shop.pass(SignedDuration::from_mins(5));
    assert_eq!(status(&mut shop, &id), "expired");
}

#[test]
fn attempts_beside_each_other_each_count() {
    let mut shop = Shop::new();
    let (id, first) = created(&mut shop);
    let (second, third) = (shop.begin(&id, "klarna"), shop.begin(&id, "ideal"));
    shop.end(&first, Pending);
    shop.end(&second, Pending);
    assert_eq!(shop.order(&id)["method"], "klarna");
    shop.end(&first, Failed);
    assert_eq!(status(&mut shop, &id), "pending", "another one is pending");
    shop.end(&third, Paid);
    assert_eq!((status(&mut shop, &id).as_str(), &shop.order(&id)["method"]), ("paid", &json!("ideal")));
    shop.end(&second, Authorized);
    assert_eq!(status(&mut shop, &id), "paid");
    assert_eq!(states(&mut shop, &id), ["failed", "authorized", "paid"]);
    let fourth = text(&shop.create(&lego("ideal")), "/id");
    let open = shop.begin(&fourth, "ideal");
    shop.choose(&fourth, Paid).unwrap();
    let beside = shop.payment_id(&fourth);
    let ended = shop.world.end_attempt(&beside, Pending, shop.now);
    assert_eq!((ended, open == beside), (Ok(()), false));
    assert_eq!(status(&mut shop, &fourth), "paid", "a settled order stays as it is");
}

#[test]
fn a_payment_of_the_paid_flow_can_leave_its_order_created() {
    let mut shop = Shop::with(&json!({ "pending_orders": "authorized flow" }));
    let (id, _, payment) = pending(&mut shop, "directdebit");
    assert_eq!(
        (status(&mut shop, &id).as_str(), states(&mut shop, &id)),
        ("created", vec!["pending".to_owned()])
    );
    let refusal = shop.pay_again(&id, &json!({}));
    assert!(text(&refusal.body, "/detail").ends_with("when it has an open payment."));
    let refusal = shop.cancel(&id);
    assert_eq!(refusal.status, 400);
    assert!(text(&refusal.body, "/detail").starts_with("Unable to cancel order at this moment."));
    let view = shop.world.checkout(id.trim_start_matches("ord_"), shop.now).unwrap();
    assert_eq!(view.results, [Paid, Failed]);
    shop.pass(DAYS_28);
    assert_eq!(
        (status(&mut shop, &id).as_str(), states(&mut shop, &id)),
        ("expired", vec!["pending".to_owned()])
    );
    shop.end(&payment, Paid);
    assert_eq!(
        (status(&mut shop, &id).as_str(), states(&mut shop, &id)),
        ("expired", vec!["paid".to_owned()])
    );
    let (other, ..) = pending(&mut shop, "klarna");
    assert_eq!(status(&mut shop, &other), "pending");
    let results: Vec<FinalState> =
        shop.world.checkout(other.trim_start_matches("ord_"), shop.now).unwrap().results;
    assert_eq!(results, [Authorized, Failed]);
}
