//! Captures as the API lists them: one for each shipment, and what one that fails gives back.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::CaptureStatus::{self, *};
use super::super::{CaptureUnmoved, EffectKind};
use super::captures::only;
use super::{Shop, eur, line, order_of, text};

/// 2 × 10.00 and 5.00, with the first line and then the second shipped: order, payment, shipments.
fn shipped(shop: &mut Shop, method: &str) -> (String, String, Vec<String>) {
    let lines =
        [line(2, "10.00", None, "20.00"), line(1, "5.00", None, "5.00"), line(1, "1.00", None, "1.00")];
    let (id, lines) = shop.settled(&order_of(method, &eur("26.00"), &lines));
    let shipments = lines[..2].iter().map(|line| text(&shop.shipped(&id, &only(line)), "/id")).collect();
    let payment = shop.payment_id(&id);
    (id, payment, shipments)
}

fn captures(shop: &mut Shop, payment: &str) -> Vec<Value> {
    let list = shop.get(&format!("/v2/payments/{payment}/captures"));
    let captures = list["_embedded"]["captures"].as_array().unwrap().clone();
    assert_eq!(list["count"], captures.len());
    captures
}

#[test]
fn each_shipment_has_its_capture_newest_first() {
    let mut shop = Shop::new();
    let (id, payment, shipments) = shipped(&mut shop, "klarna");
    let all = captures(&mut shop, &payment);
    assert_eq!([&all[1]["shipmentId"], &all[0]["shipmentId"]], [&json!(shipments[0]), &json!(shipments[1])]);
    assert_eq!([&all[1]["amount"], &all[0]["amount"]], [&eur("20.00"), &eur("5.00")]);
    for capture in &all {
        assert_eq!((&capture["resource"], &capture["status"]), (&json!("capture"), &json!("pending")));
        assert_eq!(capture["paymentId"], payment);
        assert!(text(capture, "/id").starts_with("cpt_"));
        assert!(text(capture, "/_links/shipment/href").contains(&id));
        let own = shop.get(&format!("/v2/payments/{payment}/captures/{}", text(capture, "/id")));
        assert_eq!(own["amount"], capture["amount"]);
    }
    shop.pass(SignedDuration::from_secs(59));
    assert_eq!(captures(&mut shop, &payment)[0]["status"], "pending");
    shop.pass(SignedDuration::from_secs(1));
    assert_eq!(captures(&mut shop, &payment)[1]["status"], "succeeded");
    assert_eq!(
        shop.request("GET", &format!("/v2/payments/{payment}/captures/cpt_x"), None, None).status,
        404
    );
}

#[test]
fn where_shipments_take_no_money_there_are_no_captures() {
    let mut shop = Shop::new();
    let (_, payment, _) = shipped(&mut shop, "ideal");
    assert!(captures(&mut shop, &payment).is_empty());
}

#[test]
fn a_capture_that_fails_gives_its_amount_back_and_leaves_the_goods_shipped() {
    for late in [false, true] {
        let mut shop = Shop::new();
        let (id, payment, shipments) = shipped(&mut shop, "klarna");
        if late {
            shop.pass(SignedDuration::from_hours(1));
        }
        let capture = text(&captures(&mut shop, &payment)[0], "/id");
        shop.world.set_capture_status(&capture, Failed, shop.now).unwrap();
        shop.restart();
        let order = shop.order(&id);
        assert_eq!((&order["amountCaptured"], &order["status"]), (&eur("20.00"), &json!("shipping")));
        assert_eq!(order.pointer("/_embedded/payments/0/amountCaptured"), Some(&eur("20.00")));
        assert_eq!(order["lines"][1]["quantityShipped"], 1);
        assert_eq!(captures(&mut shop, &payment)[0]["status"], "failed");
        let effect = shop.world.ledger().last().unwrap();
        assert_eq!(
            (effect.kind, &effect.shipment_id),
            (EffectKind::CaptureFailed, &Some(shipments[1].clone()))
        );
        assert_eq!(effect.amounts["captured"], eur("5.00"));
        let books = shop.world.books(&id).unwrap();
        assert_eq!((books.captured.value.as_str(), books.failed_captures.value.as_str()), ("20.00", "5.00"));
        shop.pass(SignedDuration::from_hours(1));
        assert_eq!(captures(&mut shop, &payment)[0]["status"], "failed");
        let line = text(&order, "/lines/1/id");
        let refusal = shop.refund_lines(&id, &only(&line));
        assert_eq!(refusal.status, 201, "the line was shipped, and 20.00 are there: {}", refusal.body);
        assert_eq!(shop.refund_amount(&payment, "15.01").status, 422, "and no more");
    }
}

#[test]
fn captures_move_forward_only() {
    for (from, to, may) in [
        (Pending, Pending, false),
        (Pending, Succeeded, true),
        (Pending, Failed, true),
        (Succeeded, Pending, false),
        (Succeeded, Succeeded, false),
        (Succeeded, Failed, true),
        (Failed, Pending, false),
        (Failed, Succeeded, false),
        (Failed, Failed, false),
    ] {
        let mut shop = Shop::new();
        let (_, payment, _) = shipped(&mut shop, "klarna");
        let id = text(&captures(&mut shop, &payment)[0], "/id");
        let set =
            |shop: &mut Shop, status: CaptureStatus| shop.world.set_capture_status(&id, status, shop.now);
        if from != Pending {
            set(&mut shop, from).unwrap();
        }
        let expected = if may { Ok(()) } else { Err(CaptureUnmoved::Misfit(from, to)) };
        assert_eq!(set(&mut shop, to), expected);
    }
    let mut shop = Shop::new();
    let unknown = shop.world.set_capture_status("cpt_x", Failed, shop.now);
    assert_eq!(unknown, Err(CaptureUnmoved::Unknown("cpt_x".to_owned())));
}

#[test]
fn an_authorized_payment_says_until_when_it_can_be_captured() {
    let mut shop = Shop::new();
    let (id, _, _) = shipped(&mut shop, "klarna");
    let order = shop.order(&id);
    let payment = order.pointer("/_embedded/payments/0").unwrap();
    assert_eq!(
        (&payment["status"], &payment["captureBefore"]),
        (&json!("authorized"), &json!("2018-08-30T09:29:56+00:00"))
    );
    assert!(text(payment, "/_links/captures/href").ends_with("/captures"));
    shop.shipped(&id, &json!({}));
    let order = shop.order(&id);
    let payment = order.pointer("/_embedded/payments/0").unwrap();
    assert_eq!((&payment["status"], payment.get("captureBefore")), (&json!("paid"), None));
}
