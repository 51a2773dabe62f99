//! The tracking of a shipment, changed by requests of the shop and in the dashboard.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::super::EffectKind::*;
use super::super::{Answer, ApiRequest, Faults, Outcome, World};
use super::faults::{faults, request, status};
use super::{Shop, lego, text};

const ON_UPDATE: [(&str, &str); 2] = [("method", "PATCH"), ("path", "/v2/orders/*/shipments/*")];

/// A shop with a shipment of the whole order: the path of the shipment.
fn shipped_by(shop: &mut Shop, method: &str, tracking: Option<Value>) -> String {
    let (id, _) = shop.settled(&lego(method));
    let body = tracking.map_or(json!({}), |tracking| json!({ "tracking": tracking }));
    let shipment = shop.shipped(&id, &body);
    format!("/v2/orders/{id}/shipments/{}", text(&shipment, "/id"))
}

fn parcel(code: &str) -> Value {
    json!({ "tracking": { "carrier": "PostNL", "code": code } })
}

/// A fault for updates of shipments, with what `more` says.
fn on_update(fault: &str, more: &Value) -> Value {
    let mut object = json!({ "fault": fault });
    for (name, value) in ON_UPDATE {
        object[name] = json!(value);
    }
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

impl Shop {
    fn update(&mut self, path: &str, body: &Value) -> Answer {
        self.request("PATCH", path, Some(body), None)
    }

    fn updated(&mut self, path: &str, body: &Value) -> Value {
        let answer = self.update(path, body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    }

    fn update_through(&mut self, faults: &mut Faults, path: &str, body: &Value) -> Outcome {
        self.world.answer_through(faults, &request("PATCH", path, body, Some("k1")), self.now)
    }

    /// What updates have set, in the order in which they took effect.
    fn trackings(&self) -> Vec<Value> {
        let updates = self.world.ledger().iter().filter(|effect| effect.kind == ShipmentUpdated);
        updates.map(|effect| effect.particulars["tracking"].clone()).collect()
    }

    /// The codes among them.
    fn codes(&self) -> Vec<String> {
        self.trackings().iter().map(|tracking| text(tracking, "/code")).collect()
    }
}

#[test]
fn the_whole_tracking_is_replaced_and_nothing_else_changes() {
    let mut shop = Shop::new();
    let first = json!({ "carrier": "PostNL", "code": "1", "url": "https://example.com/1" });
    let path = shipped_by(&mut shop, "klarna", Some(first));
    let order_path = path.split("/shipments").next().unwrap().to_owned();
    let (before, order) = (shop.get(&path), shop.get(&order_path));
    let (effects, hooks) = (shop.kinds().len(), shop.hooks().len());

    let with_url = json!({ "carrier": "DHL", "code": "2", "url": "https://example.com/2" });
    let mut expected = before.clone();
    expected["tracking"] = with_url.clone();
    assert_eq!(shop.updated(&path, &json!({ "tracking": with_url })), expected);
    let without = json!({ "carrier": "DHL", "code": "3" });
    expected["tracking"] = without.clone();
    assert_eq!(shop.updated(&path, &json!({ "tracking": without })), expected, "the address is gone");

    assert_eq!(shop.get(&path), expected);
    let list = path.rsplit_once('/').unwrap().0;
    assert_eq!(shop.get(list).pointer("/_embedded/shipments/0/tracking"), Some(&without));
    assert_eq!(shop.get(&order_path), order, "no line and no money has moved");
    let embedded = shop.get(&format!("{order_path}?embed=shipments"));
    assert_eq!(embedded.pointer("/_embedded/shipments/0/tracking"), Some(&without));
    assert_eq!(shop.kinds()[effects..], [ShipmentUpdated, ShipmentUpdated]);
    assert_eq!(shop.hooks().len(), hooks, "no hook is documented for it");
}

#[test]
fn a_shipment_without_tracking_gets_it() {
    let mut shop = Shop::new();
    let path = shipped_by(&mut shop, "ideal", None);
    assert!(shop.get(&path).get("tracking").is_none());
    shop.updated(&path, &parcel("1"));
    assert_eq!(shop.get(&path)["tracking"], parcel("1")["tracking"]);
}

#[test]
fn only_the_shipment_that_is_named_changes() {
    let mut shop = Shop::new();
    let (id, lines) = shop.settled(&lego("klarna"));
    let list = format!("/v2/orders/{id}/shipments");
    let mut one = json!({ "lines": [{ "id": lines[1] }] });
    one["tracking"] = parcel("first")["tracking"].clone();
    let first = text(&shop.shipped(&id, &one), "/id");
    let second = text(&shop.shipped(&id, &parcel("second")), "/id");
    shop.updated(&format!("{list}/{first}"), &parcel("changed"));
    assert_eq!(shop.get(&format!("{list}/{first}"))["tracking"]["code"], "changed");
    assert_eq!(shop.get(&format!("{list}/{second}"))["tracking"]["code"], "second");
    assert_eq!(shop.world.ledger().last().unwrap().shipment_id, Some(first));
}

#[test]
fn the_tracking_of_an_order_that_is_over_can_be_changed() {
    let mut shop = Shop::new();
    let completed = shipped_by(&mut shop, "ideal", None);
    let (id, lines) = shop.settled(&lego("klarna"));
    let shipment = shop.shipped(&id, &json!({ "lines": [{ "id": lines[1] }] }));
    assert_eq!(shop.cancel(&id).status, 200);
    let canceled = format!("/v2/orders/{id}/shipments/{}", text(&shipment, "/id"));
    shop.pass(SignedDuration::from_hours(24 * 400));
    for path in [completed, canceled] {
        let order = shop.get(path.split("/shipments").next().unwrap());
        assert_eq!(order["status"], "completed");
        assert_eq!(shop.updated(&path, &parcel("late"))["tracking"]["code"], "late");
    }
}

#[test]
fn a_wrong_body_is_refused_by_the_name_of_its_field_and_changes_nothing() {
    let mut shop = Shop::new();
    let path = shipped_by(&mut shop, "ideal", Some(json!({ "carrier": "PostNL", "code": "1" })));
    let (before, ledger) = (shop.get(&path), shop.kinds());
    let tracking = |more: Value| {
        let mut tracking = parcel("2");
        tracking["tracking"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        tracking
    };
    for (body, field, detail) in [
        (json!({}), "tracking", "The tracking field is missing."),
        (json!({ "tracking": null }), "tracking", "The tracking field is missing."),
        (json!({ "tracking": "PostNL" }), "tracking", "The tracking should be an object."),
        (json!({ "tracking": {} }), "tracking.carrier", "The carrier field is missing."),
        (json!({ "tracking": { "code": "2" } }), "tracking.carrier", "The carrier field is missing."),
        (json!({ "tracking": { "carrier": "PostNL" } }), "tracking.code", "The code field is missing."),
        (tracking(json!({ "carrier": " " })), "tracking.carrier", "The carrier field is missing."),
        (tracking(json!({ "code": 2 })), "tracking.code", "The code should be a string."),
        (
            tracking(json!({ "carrier": "ü".repeat(101) })),
            "tracking.carrier",
            "The carrier may be at most 100 characters long.",
        ),
        (
            tracking(json!({ "code": "2".repeat(101) })),
            "tracking.code",
            "The code may be at most 100 characters long.",
        ),
        (tracking(json!({ "url": "nowhere" })), "tracking.url", "The url is not a valid URL."),
        (
            tracking(json!({ "colour": "red" })),
            "tracking.colour",
            "Non-existent body parameter \"tracking.colour\" for this API call.",
        ),
    ] {
        let answer = shop.update(&path, &body);
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!(field)), "{body}");
        assert_eq!(answer.body["detail"], detail, "{body}");
    }
    for name in ["lines", "testmode", "colour"] {
        let mut body = parcel("2");
        body[name] = json!(true);
        let answer = shop.update(&path, &body);
        let detail = format!("Non-existent body parameter \"{name}\" for this API call.");
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!(name)));
        assert_eq!(answer.body["detail"], detail);
    }
    let in_query = shop.update(&format!("{path}?testmode=true"), &parcel("2"));
    let detail = "Non-existent query parameter \"testmode\" for this API call.";
    assert_eq!((in_query.status, &in_query.body["detail"]), (422, &json!(detail)), "an API key has its mode");
    assert_eq!(shop.request("PATCH", &path, None, None).body["field"], "tracking", "no body at all");
    assert_eq!(shop.update(&path, &json!([])).status, 400);
    assert_eq!((shop.get(&path), shop.kinds()), (before, ledger));
}

#[test]
fn a_carrier_and_a_code_of_a_hundred_characters_are_accepted() {
    let mut shop = Shop::new();
    let path = shipped_by(&mut shop, "ideal", None);
    let tracking = json!({ "carrier": "ü".repeat(100), "code": "2".repeat(100), "url": null });
    let set = shop.updated(&path, &json!({ "tracking": tracking }));
    assert_eq!(set["tracking"]["carrier"], tracking["carrier"]);
    assert!(set["tracking"].get("url").is_none());
}

#[test]
fn a_shipment_is_missing_in_other_words_than_an_order() {
    let mut shop = Shop::new();
    let path = shipped_by(&mut shop, "ideal", None);
    let (own, shipment) = path.split_once("/shipments/").unwrap();
    let (other, _) = shop.settled(&lego("ideal"));
    for (method, path, detail) in [
        ("PATCH", format!("{own}/shipments/shp_x"), "No shipment exists with token shp_x.".to_owned()),
        ("GET", format!("{own}/shipments/shp_x"), "No shipment exists with token shp_x.".to_owned()),
        (
            "PATCH",
            format!("/v2/orders/{other}/shipments/{shipment}"),
            format!("No shipment exists with token {shipment}."),
        ),
        (
            "PATCH",
            format!("/v2/orders/ord_x/shipments/{shipment}"),
            "No order exists with token ord_x.".to_owned(),
        ),
    ] {
        let answer = shop.request(method, &path, Some(&parcel("1")), None);
        assert_eq!((answer.status, &answer.body["detail"]), (404, &json!(detail)), "{method} {path}");
    }
    let stranger = ApiRequest {
        authorization: Some("Bearer test_other".to_owned()),
        ..request("PATCH", &path, &parcel("1"), None)
    };
    let answer = shop.world.answer(&stranger, shop.now);
    let order = own.trim_start_matches("/v2/orders/");
    assert_eq!(answer.body["detail"], format!("No order exists with token {order}."));
    assert_eq!(shop.codes(), Vec::<String>::new());
}

#[test]
fn a_key_neither_replays_an_update_nor_is_used_up_by_it() {
    let mut shop = Shop::new();
    let path = shipped_by(&mut shop, "ideal", None);
    for code in ["1", "1", "2"] {
        let answer = shop.request("PATCH", &path, Some(&parcel(code)), Some("k1"));
        assert_eq!((answer.status, answer.replayed), (200, false));
    }
    assert_eq!(shop.codes(), ["1", "1", "2"], "the same again is an effect, too");
    let create = shop.request("POST", "/v2/orders", Some(&lego("ideal")), Some("k1"));
    assert_eq!((create.status, create.replayed), (201, false));
}

#[test]
fn each_fault_leaves_of_an_update_the_effect_that_it_says() {
    for (fault, more, effect) in [
        ("refuse", json!({}), false),
        ("close_before", json!({}), false),
        ("close_after", json!({}), true),
        ("hang", json!({ "effect": false }), false),
        ("hang", json!({ "effect": true }), true),
        ("status", json!({ "status": 500, "effect": false }), false),
        ("status", json!({ "status": 500, "effect": true }), true),
        ("status", json!({ "status": 502, "effect": true }), true),
        ("status", json!({ "status": 202, "effect": false }), false),
        ("busy", json!({}), false),
        ("rate_limited", json!({}), false),
        ("truncate", json!({}), true),
        ("drip", json!({ "over": "PT1S" }), true),
        ("late_effect", json!({ "now": "hang", "after": "PT90S" }), false),
    ] {
        let mut shop = Shop::new();
        let path = shipped_by(&mut shop, "ideal", None);
        let mut faults = faults(&json!([on_update(fault, &more)]));
        let outcome = shop.update_through(&mut faults, &path, &parcel("1"));
        assert_ne!(status(&outcome), Some(200), "{fault} {more}");
        assert_eq!(shop.codes().len(), usize::from(effect), "{fault} {more}");
        assert_eq!(shop.get(&path).get("tracking").is_some(), effect, "{fault} {more}");
        let passes = shop.update_through(&mut faults, &path, &parcel("2"));
        assert_eq!(status(&passes), Some(200), "one request only: {fault}");
    }
}

#[test]
fn a_late_update_overwrites_a_newer_one() {
    let mut shop = Shop::new();
    let path = shipped_by(&mut shop, "ideal", None);
    let late = on_update("late_effect", &json!({ "now": "500", "after": "PT90S" }));
    let mut late = faults(&json!([late]));
    assert_eq!(status(&shop.update_through(&mut late, &path, &parcel("older"))), Some(500));
    assert_eq!(status(&shop.update_through(&mut late, &path, &parcel("newer"))), Some(200));
    assert_eq!(shop.get(&path)["tracking"]["code"], "newer");
    shop.pass(SignedDuration::from_secs(90));
    assert_eq!(shop.get(&path)["tracking"]["code"], "older");
    assert_eq!(shop.codes(), ["newer", "older"]);
    let last = shop.world.ledger().last().unwrap();
    assert_eq!(last.at.to_string(), "2018-08-02T09:31:26Z");
    assert_eq!(last.idempotency_key.as_deref(), Some("k1"), "whose it was can still be told");
}

#[test]
fn a_late_update_or_cancellation_holds_no_key() {
    let mut shop = Shop::new();
    let path = shipped_by(&mut shop, "ideal", None);
    let unpaid = text(&shop.create(&lego("ideal")), "/id");
    let more = json!({ "now": "close", "after": "PT90S", "in_flight": true });
    let mut delete = on_update("late_effect", &more);
    (delete["method"], delete["path"]) = (json!("DELETE"), json!("/v2/orders/*"));
    let mut late = faults(&json!([on_update("late_effect", &more), delete]));
    shop.update_through(&mut late, &path, &parcel("1"));
    let cancel = request("DELETE", &format!("/v2/orders/{unpaid}"), &json!({}), Some("k2"));
    shop.world.answer_through(&mut late, &cancel, shop.now);
    for key in ["k1", "k2"] {
        let create = shop.request("POST", "/v2/orders", Some(&lego("ideal")), Some(key));
        assert_eq!(create.status, 201, "{key}: {}", create.body);
    }
    shop.pass(SignedDuration::from_secs(90));
    assert_eq!(shop.codes(), ["1"]);
    assert_eq!(shop.order(&unpaid)["status"], "canceled");
}

#[test]
fn the_ledger_tells_every_update_by_shop_and_dashboard_in_order() {
    let mut shop = Shop::new();
    let path = shipped_by(&mut shop, "ideal", None);
    let (order, shipment) = path.trim_start_matches("/v2/orders/").split_once("/shipments/").unwrap();
    shop.request("PATCH", &path, Some(&parcel("by the shop")), Some("k1"));
    let by_hand =
        json!({ "tracking": { "carrier": "DHL", "code": "by hand", "url": "https://example.com/1" } });
    let hooks = shop.hooks().len();
    let answer = shop.world.update_shipment_in_dashboard(order, shipment, &by_hand, shop.now).unwrap();
    assert_eq!(answer, shop.get(&path));
    assert_eq!(shop.hooks().len(), hooks);
    let from = shop.world.ledger().len() - 2;
    let entry = |effect, key: Value, tracking: &Value, by: Option<&str>| {
        let mut entry = json!({
            "seq": effect, "at": "2018-08-02T09:29:56Z", "kind": "shipment_updated", "order_id": order,
            "shipment_id": shipment, "idempotency_key": key, "amounts": {}, "tracking": tracking["tracking"]
        });
        if let Some(by) = by {
            entry["by"] = json!(by);
        }
        entry
    };
    assert_eq!(
        json!(shop.world.ledger()[from..]),
        json!([
            entry(from + 1, json!("k1"), &parcel("by the shop"), None),
            entry(from + 2, Value::Null, &by_hand, Some("dashboard")),
        ])
    );
}

#[test]
fn the_dashboard_refuses_what_a_request_is_refused() {
    let mut shop = Shop::new();
    let path = shipped_by(&mut shop, "ideal", None);
    let (order, shipment) = path.trim_start_matches("/v2/orders/").split_once("/shipments/").unwrap();
    for (order, shipment, body, status) in [
        (order, shipment, json!({}), 422),
        (order, shipment, json!({ "tracking": { "carrier": "DHL" } }), 422),
        (order, shipment, json!({ "lines": [] }), 422),
        (order, shipment, json!([]), 400),
        (order, "shp_x", parcel("1"), 404),
        ("ord_x", shipment, parcel("1"), 404),
    ] {
        let refusal = shop.world.update_shipment_in_dashboard(order, shipment, &body, shop.now).unwrap_err();
        assert_eq!(refusal.status, status, "{body}");
    }
    assert_eq!(shop.codes(), Vec::<String>::new());
}

#[test]
fn an_update_is_in_the_changes() {
    let mut shop = Shop::new();
    let path = shipped_by(&mut shop, "ideal", None);
    let before = json!(shop.world.take_changes().unwrap());
    shop.updated(&path, &parcel("1"));
    let after = json!(shop.world.take_changes().unwrap());
    let mut world = World::new(1, "http://127.0.0.1:50053");
    for changes in [before, after] {
        world.apply(serde_json::from_value(changes).unwrap());
    }
    assert_eq!(world.ledger(), shop.world.ledger());
    let mut other = Shop { world, now: shop.now };
    assert_eq!(other.get(&path), shop.get(&path));
}
