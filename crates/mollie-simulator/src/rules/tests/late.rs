//! Effects that come after their client has been lost.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::{Faults, FinalState, Outcome, World};
use super::faults::{faults, request, status};
use super::{Shop, lego, text};

fn late(after: &str, in_flight: bool, count: u64) -> Faults {
    faults(&json!([{
        "fault": "late_effect", "method": "POST", "path": "/v2/orders/*/shipments", "now": "500", "after": after,
        "in_flight": in_flight, "count": count
    }]))
}

fn ship(shop: &mut Shop, faults: &mut Faults, id: &str, key: &str) -> Outcome {
    let path = format!("/v2/orders/{id}/shipments");
    shop.world.answer_through(faults, &request("POST", &path, &json!({}), Some(key)), shop.now)
}

fn shipped(shop: &Shop) -> usize {
    shop.kinds().iter().filter(|kind| **kind == ShipmentCreated).count()
}

#[test]
fn the_effect_comes_when_it_is_due_and_as_of_then() {
    let mut shop = Shop::new();
    let (id, _) = shop.settled(&lego("ideal"));
    assert_eq!(status(&ship(&mut shop, &mut late("PT90S", true, 1), &id, "k1")), Some(500));
    shop.pass(SignedDuration::from_secs(89));
    assert_eq!(shipped(&shop), 0);
    shop.pass(SignedDuration::from_hours(1));
    shop.pass(SignedDuration::from_hours(1));
    assert_eq!(shipped(&shop), 1);
    let effect = shop.world.ledger().iter().find(|effect| effect.kind == ShipmentCreated).unwrap();
    assert_eq!(effect.at.to_string(), "2018-08-02T09:31:26Z");
    assert_eq!(effect.idempotency_key.as_deref(), Some("k1"));
    assert_eq!(shop.world.late().count(), 0);
    assert_eq!(shop.order(&id)["status"], "completed");
}

#[test]
fn a_repetition_is_told_that_the_first_is_still_running_and_replayed_when_it_is_done() {
    let mut shop = Shop::new();
    let (id, _) = shop.settled(&lego("ideal"));
    ship(&mut shop, &mut late("PT90S", true, 1), &id, "k1");
    let mut none = Faults::default();
    assert_eq!(status(&ship(&mut shop, &mut none, &id, "k1")), Some(409));
    let other = shop.request("POST", "/v2/orders", Some(&lego("ideal")), Some("k1"));
    assert_eq!(other.status, 400, "the key is taken");
    shop.pass(SignedDuration::from_secs(90));
    let Outcome::Answered(reply) = ship(&mut shop, &mut none, &id, "k1") else { panic!("no answer") };
    assert_eq!((reply.status, reply.replayed), (201, true));
    assert_eq!(shipped(&shop), 1);
}

#[test]
fn a_request_that_is_still_on_the_road_is_known_to_nobody_and_does_nothing_twice() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    let path = format!("/v2/orders/{id}/shipments");
    let one = json!({ "lines": [{ "id": lines[0], "quantity": 1, "amount": super::eur("399.00") }] });
    let part = request("POST", &path, &one, Some("k1"));
    shop.world.answer_through(&mut late("PT90S", false, 1), &part, shop.now);
    assert_eq!(shop.world.answer(&part, shop.now).status, 201);
    shop.pass(SignedDuration::from_secs(90));
    assert_eq!(shipped(&shop), 1, "the key was known when it came");
}

#[test]
fn an_effect_that_comes_when_its_key_has_lapsed_is_a_second_one() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    let path = format!("/v2/orders/{id}/shipments");
    let one = json!({ "lines": [{ "id": lines[0], "quantity": 1, "amount": super::eur("399.00") }] });
    let part = request("POST", &path, &one, Some("k1"));
    shop.world.answer_through(&mut late("PT2H", false, 1), &part, shop.now);
    assert_eq!(shop.world.answer(&part, shop.now).status, 201);
    shop.pass(SignedDuration::from_hours(2));
    // The rest of the line is worth 299.00: 399.00 is refused, and nobody learns of it.
    assert_eq!(shipped(&shop), 1);
    let all = request("POST", "/v2/orders", &lego("ideal"), Some("k2"));
    let mut two_hours = faults(&json!([{
        "fault": "late_effect", "method": "POST", "path": "/v2/orders", "now": "hang", "after": "PT2H",
        "in_flight": false
    }]));
    shop.world.answer_through(&mut two_hours, &all, shop.now);
    shop.world.answer(&all, shop.now);
    assert_eq!(shop.world.orders().count(), 2);
    shop.pass(SignedDuration::from_hours(2));
    assert_eq!(shop.world.orders().count(), 3);
}

#[test]
fn a_request_whose_key_was_ignored_is_not_known_by_it_when_it_comes() {
    let mut shop = Shop::new();
    let create = request("POST", "/v2/orders", &lego("ideal"), Some("k1"));
    let mut ignoring = faults(&json!([
        { "fault": "idempotency_ignored" },
        { "fault": "late_effect", "method": "POST", "path": "/v2/orders", "now": "500", "after": "PT90S" },
    ]));
    shop.world.answer_through(&mut ignoring, &create, shop.now);
    assert_eq!(shop.world.answer(&create, shop.now).status, 201);
    shop.pass(SignedDuration::from_secs(90));
    assert_eq!(shop.world.orders().count(), 2);
}

#[test]
fn late_effects_and_expiries_come_in_the_order_of_their_times() {
    let mut shop = Shop::new();
    let mut body = lego("ideal");
    body["orderNumber"] = json!("first");
    let mut list = faults(&json!([
        { "fault": "late_effect", "method": "POST", "path": "/v2/orders", "now": "close", "after": "PT20M" },
        { "fault": "late_effect", "method": "POST", "path": "/v2/orders", "now": "close", "after": "PT10M" },
    ]));
    shop.create(&body);
    for number in ["at twenty", "at ten"] {
        body["orderNumber"] = json!(number);
        let create = request("POST", "/v2/orders", &body, None);
        shop.world.answer_through(&mut list, &create, shop.now);
    }
    shop.pass(SignedDuration::from_mins(21));
    assert_eq!(
        shop.kinds(),
        // The first order's payment lapses after 15 minutes, between the two that come late.
        [
            OrderCreated,
            PaymentCreated,
            OrderCreated,
            PaymentCreated,
            PaymentExpired,
            OrderCreated,
            PaymentCreated
        ]
    );
    let number = |index: usize| shop.world.ledger()[index].particulars["order_number"].clone();
    assert_eq!((number(2), number(5)), (json!("at ten"), json!("at twenty")));
    let seqs: Vec<u64> = shop.world.ledger().iter().map(|effect| effect.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn what_has_become_impossible_meanwhile_is_refused_unseen() {
    let mut shop = Shop::new();
    let (id, _) = shop.settled(&lego("klarna"));
    ship(&mut shop, &mut late("PT90S", true, 1), &id, "k1");
    assert_eq!(shop.cancel(&id).status, 200);
    let before = shop.kinds();
    shop.pass(SignedDuration::from_secs(90));
    assert_eq!(shop.kinds(), before);
}

#[test]
fn a_request_without_a_valid_key_has_no_effect_later_either() {
    let mut shop = Shop::new();
    let (id, _) = shop.settled(&lego("ideal"));
    let path = format!("/v2/orders/{id}/shipments");
    for authorization in [None, Some("Bearer nonsense".to_owned()), Some("Bearer test_other".to_owned())] {
        let request = super::super::ApiRequest { authorization, ..request("POST", &path, &json!({}), None) };
        shop.world.answer_through(&mut late("PT90S", true, 1), &request, shop.now);
    }
    shop.pass(SignedDuration::from_secs(90));
    assert_eq!(shipped(&shop), 0);
}

#[test]
fn what_is_to_come_is_in_the_changes_and_comes_once() {
    let mut shop = Shop::new();
    // Without a key, so that nothing but the journal keeps it from coming twice.
    let create = request("POST", "/v2/orders", &lego("ideal"), None);
    let mut late = faults(&json!([{
        "fault": "late_effect", "method": "POST", "path": "/v2/orders", "now": "close", "after": "PT90S"
    }]));
    let mut lines = vec![json!(shop.world.take_changes().unwrap())];
    shop.world.answer_through(&mut late, &create, shop.now);
    lines.push(json!(shop.world.take_changes().unwrap()));
    assert!(!lines[1].to_string().contains(super::KEY), "the caller's key is nobody's business");
    let again = |lines: &[Value]| {
        let mut world = World::new(1, "http://127.0.0.1:50053");
        for line in lines {
            world.apply(serde_json::from_value(line.clone()).unwrap());
        }
        world
    };
    let mut compacted = World::new(1, "http://127.0.0.1:50053");
    again(&lines).compacted(shop.now).for_each(|changes| compacted.apply(changes));
    let now = shop.now.checked_add(SignedDuration::from_secs(90)).unwrap();
    for world in [again(&lines), compacted] {
        let mut other = Shop { world, now };
        other.world.tick(now);
        assert_eq!(other.world.orders().count(), 1);
    }
    shop.pass(SignedDuration::from_secs(90));
    lines.push(json!(shop.world.take_changes().unwrap()));
    let mut other = Shop { world: again(&lines), now };
    assert_eq!(other.world.orders().count(), 1);
    other.world.tick(now);
    assert_eq!(other.world.orders().count(), 1, "it has come already");
    assert_eq!(other.world.ledger(), shop.world.ledger());
}

#[test]
fn the_same_calls_give_the_same_world() {
    let run = || {
        let mut shop = Shop::new();
        let (id, _) = shop.settled(&lego("klarna"));
        ship(&mut shop, &mut late("PT90S", true, 3), &id, "k1");
        let unpaid = text(&shop.create(&lego("ideal")), "/id");
        shop.pass(SignedDuration::from_mins(20));
        shop.choose(&unpaid, FinalState::Paid).unwrap();
        ship(&mut shop, &mut late("PT20S", false, 3), &unpaid, "k2");
        shop.pass(SignedDuration::from_mins(20));
        json!(shop.world.ledger())
    };
    assert_eq!(run(), run());
}
