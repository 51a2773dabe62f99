//! The tracking of a shipment over HTTP: changed by the shop, by the dashboard, and through faults.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bench::{Bench, Directory, KEY, lego};
use crate::broken::{Broken, NOWHERE, PATIENCE};

/// For a request that ends by itself.
const LONG: Duration = Duration::from_secs(10);

fn parcel(code: &str) -> Value {
    json!({ "tracking": { "carrier": "PostNL", "code": code } })
}

fn on_update(fault: &str, more: Value) -> Value {
    let mut object = json!({ "fault": fault, "method": "PATCH", "path": "/v2/orders/*/shipments/*" });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

/// A shipment of a whole paid order: its path.
async fn shipped(bench: &Bench) -> String {
    let order = bench.create(lego("ideal", NOWHERE)).await;
    bench.choose(&order, "paid").await;
    let path = format!("/v2/orders/{}/shipments", order["id"].as_str().unwrap());
    let shipment = bench.send("POST", &path, Some(parcel("at first")), None).await.json();
    format!("{path}/{}", shipment["id"].as_str().unwrap())
}

impl Bench {
    async fn try_update(&self, path: &str, code: &str, patience: Duration) -> Result<u16, Broken> {
        let request = self.client.patch(format!("{}{path}", self.base)).bearer_auth(KEY);
        let response = request.json(&parcel(code)).timeout(patience).send().await.map_err(Broken::from)?;
        let status = response.status().as_u16();
        response.bytes().await.map_err(Broken::from)?;
        Ok(status)
    }

    /// What updates have set, by whom, in the order in which they took effect.
    async fn updates(&self) -> Vec<(String, Option<String>)> {
        let ledger = self.get("/_simulator/ledger").await;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let effects = ledger["effects"].as_array().unwrap().iter();
        effects
            .filter(|effect| effect["kind"] == "shipment_updated")
            .map(|effect| (text(&effect["tracking"]["code"]).unwrap(), text(&effect["by"])))
            .collect()
    }
}

fn by_shop(codes: &[&str]) -> Vec<(String, Option<String>)> {
    codes.iter().map(|code| ((*code).to_owned(), None)).collect()
}

#[tokio::test]
async fn the_shop_and_the_dashboard_change_the_tracking_of_a_shipment() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let path = shipped(&bench).await;
    let updated = bench.send("PATCH", &path, Some(parcel("by the shop")), Some("k1")).await;
    assert_eq!((updated.status, updated.content_type.as_str()), (200, "application/hal+json"));
    assert!(!updated.replayed);
    assert_eq!(updated.json(), bench.get(&path).await);
    let in_dashboard = path.replace("/v2/", "/_simulator/");
    let by_hand = bench.send("POST", &in_dashboard, Some(parcel("by hand")), None).await;
    assert_eq!(by_hand.status, 200, "{}", by_hand.text);
    assert_eq!(by_hand.json(), bench.get(&path).await);
    let expected = [by_shop(&["by the shop"]), vec![("by hand".to_owned(), Some("dashboard".to_owned()))]];
    assert_eq!(bench.updates().await, expected.concat());
    let counts = bench.get("/_simulator/requests").await;
    let counted = "/counts/PATCH ~1v2~1orders~1{id}~1shipments~1{id}";
    assert_eq!(counts.pointer(counted), Some(&json!(1)));
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    assert_eq!(bench.get(&path).await["tracking"]["code"], "by hand", "as before the restart");
    assert_eq!(bench.updates().await.len(), 2);
    bench.stop().await;
}

#[tokio::test]
async fn a_wrong_update_is_refused_to_shop_and_dashboard() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let path = shipped(&bench).await;
    let unknown = format!("{path}x");
    for (method, path) in [("PATCH", path.clone()), ("POST", path.replace("/v2/", "/_simulator/"))] {
        let missing = bench.send(method, &path, Some(json!({})), None).await;
        assert_eq!((missing.status, &missing.json()["field"]), (422, &json!("tracking")), "{path}");
    }
    for (method, path) in [("PATCH", unknown.clone()), ("POST", unknown.replace("/v2/", "/_simulator/"))] {
        let missing = bench.send(method, &path, Some(parcel("1")), None).await;
        let detail = missing.json()["detail"].as_str().unwrap().to_owned();
        assert_eq!(missing.status, 404);
        assert!(detail.starts_with("No shipment exists with token shp_"), "{detail}");
    }
    assert_eq!(bench.get(&path).await["tracking"]["code"], "at first");
    assert_eq!(bench.updates().await, by_shop(&[]));
    bench.stop().await;
}

#[tokio::test]
async fn what_a_client_sees_of_an_update_does_not_tell_its_effect() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let path = shipped(&bench).await;
    let mut expected = Vec::new();
    for (fault, more, status, effect) in [
        ("refuse", json!({}), None, false),
        ("close_before", json!({}), None, false),
        ("close_after", json!({}), None, true),
        ("hang", json!({ "effect": false }), None, false),
        ("hang", json!({ "effect": true }), None, true),
        ("truncate", json!({}), None, true),
        ("drip", json!({ "over": "PT1M" }), None, true),
        ("status", json!({ "status": 500, "effect": false }), Some(500), false),
        ("status", json!({ "status": 500, "effect": true }), Some(500), true),
        ("drip", json!({ "over": "PT0.01S" }), Some(200), true),
    ] {
        let code = format!("{fault} {more}");
        let patience = if fault == "hang" || more["over"] == "PT1M" { PATIENCE } else { LONG };
        bench.arm(json!([on_update(fault, more)])).await;
        assert_eq!(bench.try_update(&path, &code, patience).await.ok(), status, "{code}");
        assert_eq!(bench.fired().await, [1], "{code}");
        if effect {
            expected.push(code);
        }
        let codes: Vec<String> = bench.updates().await.into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, expected);
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_late_update_overwrites_a_newer_one_also_after_a_restart() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let path = shipped(&bench).await;
    bench.arm(json!([on_update("late_effect", json!({ "now": "close", "after": "PT90S" }))])).await;
    assert!(bench.try_update(&path, "older", LONG).await.is_err());
    assert_eq!(bench.try_update(&path, "newer", LONG).await.unwrap(), 200);
    assert_eq!(bench.updates().await, by_shop(&["newer"]));
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    assert_eq!(bench.get(&path).await["tracking"]["code"], "newer");
    bench.advance("PT2M").await;
    assert_eq!(bench.get(&path).await["tracking"]["code"], "older");
    assert_eq!(bench.updates().await, by_shop(&["newer", "older"]));
    bench.stop().await;
}
