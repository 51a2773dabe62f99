//! What each switch changes, and that a world is the same again from its changes.

use serde_json::{Value, json};

use super::super::switches::VatHalf;
use super::super::vat::VatRate;
use super::super::{FinalState, Switches, World};
use super::{Shop, eur, lego, line, order_of, text};

#[test]
fn every_switch_has_the_default_of_the_rulebook() {
    let defaults = json!(Switches::default());
    assert_eq!(defaults["cancel_in_wrong_state"], "400");
    assert_eq!(defaults["error_texts"], "older");
    assert_eq!(defaults["zero_amounts"], "left out");
    assert_eq!(defaults["partial_maximum"], "min(U·q,R)");
    assert_eq!(defaults["capture_above_authorization"], "422");
    assert_eq!(defaults["line_counters_at_changes"], "given");
    assert_eq!(defaults["supplier_declines"], "off");
    assert_eq!(defaults["amount_after_line_cancellation"], "unchanged");
    assert_eq!(defaults["refund_without_lines"], "422");
    assert_eq!(defaults["balance_too_low"], "201 queued");
    assert_eq!(serde_json::from_value::<Switches>(json!({})).unwrap(), Switches::default());
    assert!(serde_json::from_value::<Switches>(json!({ "no_such_switch": "1" })).is_err());
}

#[test]
fn shapes_of_answers_can_be_switched() {
    for (switches, pointer, expected) in [
        (json!({ "timestamps": ".0Z" }), "/createdAt", Some(json!("2018-08-02T09:29:56.0Z"))),
        (json!({ "expires_at": "date" }), "/expiresAt", Some(json!("2018-08-30"))),
        (json!({ "zero_amounts": "0.00" }), "/amountCaptured", Some(eur("0.00"))),
        (json!({ "zero_amounts": "null" }), "/amountRefunded", Some(Value::Null)),
        (json!({ "country": "upper" }), "/billingAddress/country", Some(json!("NL"))),
        (json!({}), "/billingAddress/country", Some(json!("nl"))),
        (json!({}), "/method", Some(Value::Null)),
        (json!({ "unchosen_method": "absent" }), "/method", None),
    ] {
        let mut body = lego("ideal");
        body["billingAddress"]["country"] = json!("nl");
        body.as_object_mut().unwrap().remove("method");
        let order = Shop::with(&switches).create(&body);
        assert_eq!(order.pointer(pointer), expected.as_ref(), "{switches}");
    }
    let order = Shop::with(&json!({ "ids": "short" })).create(&lego("ideal"));
    assert!(!text(&order, "/id").contains('.'));
    let mut shop = Shop::with(&json!({ "shipment_self": "/order/", "final_is_cancelable": "left out" }));
    let (id, _) = shop.settled(&lego("ideal"));
    let shipment = shop.shipped(&id, &json!({}));
    assert!(text(&shipment, "/_links/self/href").contains("/v2/order/"));
    assert!(shop.order(&id).get("isCancelable").is_none());
}

#[test]
fn refusals_can_be_switched() {
    let mut shop = Shop::with(&json!({ "cancel_in_wrong_state": "422" }));
    let (id, _) = shop.settled(&lego("ideal"));
    let refusal = shop.cancel(&id);
    assert_eq!(
        (refusal.status, refusal.body["detail"].as_str()),
        (422, Some("The order cannot be cancelled"))
    );

    let mut shop = Shop::with(&json!({ "open_payment_and_cancel": "allowed" }));
    let id = text(&shop.create(&lego("ideal")), "/id");
    shop.choose(&id, FinalState::Open).unwrap();
    assert_eq!(shop.cancel(&id).status, 200);

    let mut shop = Shop::with(&json!({ "supplier_declines": "cancel" }));
    let (id, _) = shop.settled(&lego("klarna"));
    assert_eq!(shop.cancel(&id).status, 422);
    assert_eq!(shop.order(&id)["status"], "authorized");

    let mut body = lego("ideal");
    body["webhookUrl"] = json!("http://127.0.0.1:8080/hook");
    Shop::with(&json!({ "webhook_to_localhost": "422" })).refused(&body);
    body = lego("ideal");
    body["locale"] = json!("xx_XX");
    Shop::with(&json!({ "unlisted_locale": "accepted" })).create(&body);
    let mut wrong = lego("ideal");
    wrong["lines"][0]["totalAmount"] = eur("1.00");
    let refusal = Shop::with(&json!({ "line_numbers_at_create": "1" })).refused(&wrong);
    assert_eq!(refusal["field"], "lines.1.totalAmount");
    let lines = [line(1, "20.00", None, "20.00"), line(1, "-5.00", None, "-5.00")];
    let body = order_of("ideal", &eur("15.00"), &lines);
    Shop::with(&json!({ "negative_price_on_physical": "accepted" })).create(&body);
}

#[test]
fn texts_of_errors_can_be_switched_and_nothing_else_of_them_changes() {
    let mut wrong = lego("ideal");
    wrong["lines"][0]["totalAmount"] = eur("1.00");
    let (older, newer) =
        (Shop::new().refused(&wrong), Shop::with(&json!({ "error_texts": "newer" })).refused(&wrong));
    assert_eq!(newer["detail"], "The lines.0.totalAmount is invalid.");
    assert_eq!((&newer["field"], &newer["title"]), (&older["field"], &older["title"]));

    let mut shop = Shop::with(&json!({ "error_texts": "newer" }));
    let two_of_fifty = line(2, "50.00", Some("50.00"), "50.00");
    let (id, lines) = shop.settled(&order_of("klarna", &eur("50.00"), &[two_of_fifty]));
    let refusal = shop.ship(&id, &json!({ "lines": [{ "id": lines[0], "quantity": 1 }] }));
    assert_eq!(refusal.body["detail"], "The lines.0.amount is invalid.");
    assert_eq!(refusal.body["extra"]["maximumAmount"], eur("50.00"));
    assert_eq!(shop.cancel(&id).status, 200);
    let again = shop.cancel(&id);
    assert_eq!((again.status, again.body["detail"].as_str()), (400, Some("The order cannot be cancelled")));

    let mut shop = Shop::with(&json!({ "error_texts": "newer", "error_replay": "yes" }));
    for replayed in [false, true] {
        let refusal = shop.request("POST", "/v2/orders", Some(&wrong), Some("k1"));
        assert_eq!(refusal.body["detail"], newer["detail"]);
        assert_eq!(refusal.replayed, replayed);
    }
}

#[test]
fn seed_4_asks_for_less() {
    let mut body = lego("ideal");
    body.as_object_mut().unwrap().remove("locale");
    for part in ["givenName", "familyName", "email"] {
        body["billingAddress"].as_object_mut().unwrap().remove(part);
    }
    for field in ["vatRate", "vatAmount"] {
        body["lines"][1].as_object_mut().unwrap().remove(field);
    }
    Shop::new().refused(&body);
    let order = Shop::with(&json!({ "personal_fields": "optional" })).create(&body);
    assert!(order.get("locale").is_none() && order["lines"][1].get("vatRate").is_none());
}

#[test]
fn halves_of_negative_amounts_go_where_the_switch_says() {
    let rate = VatRate::parse("20.00").unwrap();
    for (half, of_minus_3, of_minus_9) in
        [(VatHalf::AwayFromZero, -1, -2), (VatHalf::Even, 0, -2), (VatHalf::Up, 0, -1)]
    {
        assert_eq!(
            (rate.contained_in(-3, half), rate.contained_in(-9, half)),
            (of_minus_3, of_minus_9),
            "{half:?}"
        );
    }
}

#[test]
fn exact_half_cents_go_where_the_switch_says() {
    // 0.03 at 20 % contains exactly half a cent, 0.09 one and a half.
    for (half, of_three, of_nine) in
        [("away from zero", "0.01", "0.02"), ("even", "0.00", "0.02"), ("up", "0.01", "0.02")]
    {
        for (total, vat) in [("0.03", of_three), ("0.09", of_nine)] {
            let mut line = line(1, total, None, total);
            line["vatRate"] = json!("20.00");
            line["vatAmount"] = eur(vat);
            Shop::with(&json!({ "vat_half": half })).create(&order_of("ideal", &eur(total), &[line]));
        }
    }
}

#[test]
fn parts_of_discounted_lines_can_be_switched() {
    let mut shop = Shop::with(&json!({ "partial_discounted_line": "minimum" }));
    let (id, lines) = shop.settled(&lego("klarna"));
    let part = shop.shipped(&id, &json!({ "lines": [{ "id": lines[0], "quantity": 1 }] }));
    assert_eq!(part["lines"][0]["totalAmount"], eur("299.00"));
    // Where shipments capture, 10.00 of an authorisation of 5.00 are too much in any case.
    let body = order_of("ideal", &eur("5.00"), &[line(3, "10.00", Some("25.00"), "5.00")]);
    for (switches, status) in [(json!({}), 422), (json!({ "partial_maximum": "U·q" }), 201)] {
        let mut shop = Shop::with(&switches);
        let (id, lines) = shop.settled(&body);
        let part = json!({ "lines": [{ "id": lines[0], "quantity": 1, "amount": eur("10.00") }] });
        assert_eq!(shop.ship(&id, &part).status, status);
    }
}

#[test]
fn hooks_and_captures_can_be_switched() {
    for (hooks, count) in [("all", 3), ("documented subset", 2), ("spurious", 4)] {
        let mut shop = Shop::with(&json!({ "hooks": hooks }));
        let (id, _) = shop.settled(&lego("ideal"));
        shop.shipped(&id, &json!({}));
        assert_eq!(shop.hooks().len(), count, "{hooks}");
    }
    let mut shop = Shop::with(&json!({ "capture_turns_payment_paid": "first shipment" }));
    let (id, lines) = shop.settled(&lego("klarna"));
    shop.shipped(&id, &json!({ "lines": [{ "id": lines[1] }] }));
    let order = shop.order(&id);
    assert_eq!(order.pointer("/_embedded/payments/0/status"), Some(&json!("paid")));
    assert_eq!(order["status"], "shipping");
    shop.shipped(&id, &json!({}));
    assert_eq!(shop.order(&id).pointer("/_embedded/payments/0/amountCaptured"), Some(&eur("1027.99")));
}

#[test]
fn a_world_is_the_same_again_from_its_changes() {
    let mut shop = Shop::new();
    let mut copy = World::new(1, "http://127.0.0.1:50053");
    let mut follow = |shop: &mut Shop| {
        let changes = shop.world.take_changes().unwrap();
        let line = serde_json::to_string(&changes).unwrap();
        copy.apply(serde_json::from_str(&line).unwrap());
        assert!(shop.world.take_changes().is_none());
    };
    let (id, lines) = shop.settled(&lego("klarna"));
    follow(&mut shop);
    shop.request(
        "POST",
        &format!("/v2/orders/{id}/shipments"),
        Some(&json!({ "lines": [{ "id": lines[1] }] })),
        Some("k"),
    );
    follow(&mut shop);
    let hook = shop.world.due_hooks(shop.now).next().unwrap().id;
    shop.world.hook_attempted(hook, Some(200), shop.now);
    follow(&mut shop);

    let mut compacted = World::new(2, "http://127.0.0.1:50053");
    for changes in copy.compacted(shop.now).collect::<Vec<_>>() {
        compacted.apply(changes);
    }
    let original = shop.order(&id);
    for world in [copy, compacted] {
        let mut other = Shop { world, now: shop.now };
        assert_eq!(other.order(&id), original);
        assert_eq!(other.world.ledger(), shop.world.ledger());
        assert_eq!(other.hooks(), shop.hooks());
        let path = format!("/v2/orders/{id}/shipments");
        let body = json!({ "lines": [{ "id": lines[1] }] });
        assert!(other.request("POST", &path, Some(&body), Some("k")).replayed);
        assert_eq!(other.create(&lego("ideal"))["id"], {
            let mut same = Shop { world: World::new(0, "http://127.0.0.1:50053"), now: shop.now };
            for changes in shop.world.compacted(shop.now).collect::<Vec<_>>() {
                same.world.apply(changes);
            }
            same.create(&lego("ideal"))["id"].clone()
        });
    }
}
