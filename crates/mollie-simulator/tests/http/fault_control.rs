//! Arming, counting and clearing faults; and what comes later, also after a restart.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::bench::{Bench, Directory, Receiver, eventually, lego};
use crate::broken::{Broken, NOWHERE, PATIENCE, on_create};

#[tokio::test]
async fn faults_count_what_they_let_pass_and_what_they_took() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    assert_eq!(bench.get("/_simulator/faults").await, json!({ "faults": [], "hanging": 0 }));
    let fault = on_create("status", json!({ "status": 500, "effect": false, "skip": 1, "count": 2 }));
    let with = |skip_remaining, remaining, fired| {
        let mut shown = fault.clone();
        for (name, value) in [("skip_remaining", skip_remaining), ("remaining", remaining), ("fired", fired)]
        {
            shown[name] = json!(value);
        }
        json!({ "faults": [shown], "hanging": 0 })
    };
    assert_eq!(bench.arm(json!([fault])).await, with(1, 2, 0));
    let mut seen = Vec::new();
    for key in ["k1", "k2", "k3", "k4"] {
        bench.get("/v2/orders").await;
        seen.push(bench.try_create(key).await.unwrap().status().as_u16());
        if key == "k2" {
            assert_eq!(bench.get("/_simulator/faults").await, with(0, 1, 1));
        }
    }
    assert_eq!(seen, [201, 500, 500, 201]);
    assert_eq!(bench.get("/_simulator/faults").await, with(0, 0, 2));
    let cleared = bench.send("DELETE", "/_simulator/faults", None, None).await;
    assert_eq!(cleared.json(), json!({ "faults": [], "hanging": 0 }));
    bench.stop().await;
}

#[tokio::test]
async fn a_list_with_faults_of_its_own_is_refused_as_a_whole() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    bench.arm(json!([on_create("refuse", json!({ "count": "all" }))])).await;
    let list = json!([on_create("close_after", json!({})), { "fault": "explode" }, on_create("busy", json!({ "x": 1 }))]);
    let refused = bench.send("PUT", "/_simulator/faults", Some(list), None).await;
    assert_eq!(refused.status, 422);
    let problems = json!(["1.fault: \"explode\" is no kind of fault", "2.x: is no field of this fault"]);
    assert_eq!(refused.json().pointer("/extra/problems"), Some(&problems));
    assert_eq!(bench.get("/_simulator/faults").await["faults"][0]["fault"], "refuse", "as it was");
    assert!(bench.try_create("k1").await.is_err());
    bench.stop().await;
}

#[tokio::test]
async fn armed_faults_end_with_the_process() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    bench.arm(json!([on_create("refuse", json!({ "count": "all" }))])).await;
    bench.stop().await;
    let bench = Bench::start(&directory).await;
    assert_eq!(bench.get("/_simulator/faults").await["faults"], json!([]));
    assert_eq!(bench.try_create("k1").await.unwrap().status(), StatusCode::CREATED);
    bench.stop().await;
}

#[tokio::test]
async fn a_late_effect_lands_once_when_the_clock_says_so() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let late = |now: &str| on_create("late_effect", json!({ "now": now, "after": "PT90S" }));
    bench.arm(json!([late("close"), late("500"), late("hang")])).await;
    let closed = bench.try_create("k1").await.unwrap_err();
    assert!(closed.text.contains("connection closed"), "{}", closed.text);
    assert_eq!(bench.try_create("k2").await.unwrap().status(), StatusCode::INTERNAL_SERVER_ERROR);
    let hung = Broken::from(bench.create_request("k3").timeout(PATIENCE).send().await.unwrap_err());
    assert!(hung.timeout);
    assert_eq!(bench.try_create("k1").await.unwrap().status(), StatusCode::CONFLICT);
    assert_eq!(bench.orders_created().await, 0);
    bench.advance("PT80S").await;
    assert_eq!(bench.orders_created().await, 0);
    bench.advance("PT10S").await;
    assert_eq!(bench.orders_created().await, 3);
    bench.advance("PT90S").await;
    for key in ["k1", "k2", "k3"] {
        assert_eq!(bench.try_create(key).await.unwrap().status(), StatusCode::CREATED);
    }
    assert_eq!(bench.orders_created().await, 3, "each key is known");
    bench.stop().await;
}

#[tokio::test]
async fn a_late_effect_lands_once_also_after_a_restart() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    bench.arm(json!([on_create("late_effect", json!({ "now": "500", "after": "PT1H30M" }))])).await;
    // Without a key, so that nothing but the journal keeps it from coming twice.
    bench.send("POST", "/v2/orders", Some(lego("ideal", NOWHERE)), None).await;
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    assert_eq!(bench.orders_created().await, 0);
    bench.advance("PT1H31M").await;
    assert_eq!(bench.orders_created().await, 1);
    bench.stop().await;

    let bench = Bench::start(&directory).await;
    bench.advance("PT1H31M").await;
    assert_eq!(bench.orders_created().await, 1);
    bench.stop().await;
}

/// An order whose hooks go to a receiver, and the receiver.
async fn paid(bench: &Bench, hooks: &Receiver) -> String {
    let order = bench.create(lego("ideal", &hooks.url)).await;
    bench.choose(&order, "paid").await;
    format!("id={}", order["id"].as_str().unwrap())
}

async fn armed(fault: Value) -> (Directory, Receiver, Bench) {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    bench.arm(json!([fault])).await;
    (directory, hooks, bench)
}

#[tokio::test]
async fn a_dropped_hook_comes_with_the_next_attempt() {
    let (_directory, hooks, bench) = armed(json!({ "fault": "hook_dropped" })).await;
    let body = paid(&bench, &hooks).await;
    eventually(|| async { (bench.fired().await == [1]).then_some(()) }).await;
    assert!(hooks.bodies().is_empty());
    bench.advance("PT1M").await;
    assert_eq!(hooks.received(1).await, [body]);
    bench.stop().await;
}

#[tokio::test]
async fn a_doubled_hook_comes_twice() {
    let (_directory, hooks, bench) = armed(json!({ "fault": "hook_doubled" })).await;
    let body = paid(&bench, &hooks).await;
    assert_eq!(hooks.received(2).await, [body.clone(), body.clone()]);
    let next = paid(&bench, &hooks).await;
    assert_eq!(hooks.received(3).await[2], next);
    assert_eq!(hooks.bodies().len(), 3);
    bench.stop().await;
}

#[tokio::test]
async fn a_delayed_hook_comes_when_the_clock_says_so_also_after_a_restart() {
    let (directory, hooks, bench) = armed(json!({ "fault": "hook_delayed", "after": "PT2H" })).await;
    let late = paid(&bench, &hooks).await;
    eventually(|| async { (bench.fired().await == [1]).then_some(()) }).await;
    bench.stop().await;
    let bench = Bench::start(&directory).await;
    let next = paid(&bench, &hooks).await;
    assert_eq!(hooks.received(1).await.concat(), next);
    bench.advance("PT2H").await;
    assert_eq!(hooks.received(2).await, [next, late]);
    bench.stop().await;
}

#[tokio::test]
async fn a_reordered_hook_comes_after_the_next_one() {
    let (_directory, hooks, bench) = armed(json!({ "fault": "hook_reordered" })).await;
    let first = paid(&bench, &hooks).await;
    eventually(|| async { (bench.fired().await == [1]).then_some(()) }).await;
    assert!(hooks.bodies().is_empty());
    let second = paid(&bench, &hooks).await;
    assert_eq!(hooks.received(2).await, [second, first]);
    bench.stop().await;
}

#[tokio::test]
async fn a_hook_comes_before_an_answer_that_hangs() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let order = bench.create(lego("ideal", &hooks.url)).await;
    bench.choose(&order, "paid").await;
    hooks.received(1).await;
    let path = format!("/v2/orders/{}/shipments", order["id"].as_str().unwrap());
    bench
        .arm(json!([{ "fault": "hang", "effect": true, "method": "POST", "path": "/v2/orders/*/shipments" }]))
        .await;
    let ship = bench.send("POST", &path, None, Some("k1"));
    let watch = async {
        hooks.received(2).await;
        assert_eq!(bench.hanging().await, 1);
        bench.send("DELETE", "/_simulator/faults", None, None).await;
    };
    let (shipment, ()) = tokio::join!(ship, watch);
    assert_eq!(shipment.status, 201);
    assert_eq!(bench.create(lego("ideal", NOWHERE)).await["status"], "created");
    bench.stop().await;
}
