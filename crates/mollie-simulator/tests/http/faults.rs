//! What a client sees of each fault, and what the ledger holds then.

use std::time::Instant;

use reqwest::StatusCode;
use serde_json::json;

use crate::bench::{Bench, Directory, eventually, reply};
use crate::broken::{Broken, PATIENCE, on_create};

#[tokio::test]
async fn a_refused_request_is_reset_and_has_no_effect() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    bench.arm(json!([on_create("refuse", json!({}))])).await;
    let broken = bench.try_create("k1").await.unwrap_err();
    assert_eq!(broken.io, Some(std::io::ErrorKind::ConnectionReset), "{}", broken.text);
    assert!(!broken.connect && !broken.timeout && !broken.in_body, "{broken:?}");
    assert_eq!((bench.orders_created().await, bench.fired().await), (0, vec![1]));
    assert_eq!(bench.try_create("k1").await.unwrap().status(), StatusCode::CREATED);
    bench.stop().await;
}

#[tokio::test]
async fn a_closed_connection_has_no_answer_and_tells_nothing_of_the_effect() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    bench.arm(json!([on_create("close_before", json!({})), on_create("close_after", json!({}))])).await;
    let before = bench.try_create("k1").await.unwrap_err();
    assert_eq!((bench.orders_created().await, bench.fired().await), (0, vec![1, 0]));
    let after = bench.try_create("k2").await.unwrap_err();
    assert_eq!((bench.orders_created().await, bench.fired().await), (1, vec![1, 1]));
    assert_eq!(before, after, "nobody can tell them apart");
    assert!(!before.connect && !before.timeout && !before.in_body && before.io.is_none(), "{before:?}");
    assert!(before.text.contains("connection closed before message completed"), "{}", before.text);
    let again = reply(bench.try_create("k2").await.unwrap()).await;
    assert_eq!((again.status, again.replayed, bench.orders_created().await), (201, true, 1));
    bench.stop().await;
}

#[tokio::test]
async fn a_hanging_request_is_answered_by_its_clients_time_out() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    for (key, effect) in [("k1", false), ("k2", true)] {
        bench.arm(json!([on_create("hang", json!({ "effect": effect }))])).await;
        let request = bench.create_request(key).timeout(PATIENCE);
        let broken = Broken::from(request.send().await.unwrap_err());
        assert!(broken.timeout && !broken.connect, "{broken:?}");
        assert_eq!(bench.orders_created().await, usize::from(effect));
        eventually(|| async { (bench.hanging().await == 0).then_some(()) }).await;
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_hanging_request_that_is_released_gets_its_answer_if_it_has_one() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let hang = |effect| on_create("hang", json!({ "effect": effect }));
    bench.arm(json!([hang(true), hang(false)])).await;
    let with_effect = tokio::spawn(bench.create_request("k1").send());
    eventually(|| async { (bench.hanging().await == 1).then_some(()) }).await;
    let without = tokio::spawn(bench.create_request("k2").send());
    eventually(|| async { (bench.hanging().await == 2).then_some(()) }).await;
    bench.arm(json!([])).await;
    assert_eq!(bench.hanging().await, 2, "arming others lets nobody go");
    bench.send("DELETE", "/_simulator/faults", None, None).await;
    assert_eq!(with_effect.await.unwrap().unwrap().status(), StatusCode::CREATED);
    let broken = Broken::from(without.await.unwrap().unwrap_err());
    assert!(broken.text.contains("connection closed"), "{}", broken.text);
    assert_eq!(bench.orders_created().await, 1);
    bench.stop().await;
}

#[tokio::test]
async fn a_hanging_request_does_not_hold_up_the_stop() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    bench.arm(json!([on_create("hang", json!({ "effect": false }))])).await;
    let waiting = tokio::spawn(bench.create_request("k1").send());
    eventually(|| async { (bench.hanging().await == 1).then_some(()) }).await;
    bench.stop().await;
    let broken = Broken::from(waiting.await.unwrap().unwrap_err());
    assert!(!broken.timeout, "{broken:?}");
}

#[tokio::test]
async fn statuses_come_with_or_without_the_effect() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    let mut created = 0;
    for (status, content_type) in [
        (202, "application/hal+json"),
        (500, "application/hal+json"),
        (502, "text/html"),
        (503, "application/hal+json"),
    ] {
        for effect in [false, true] {
            bench.arm(json!([on_create("status", json!({ "status": status, "effect": effect }))])).await;
            let key = format!("k-{status}-{effect}");
            let seen = reply(bench.try_create(&key).await.unwrap()).await;
            assert_eq!((seen.status, seen.content_type.as_str()), (status, content_type));
            created += usize::from(effect);
            assert_eq!(bench.orders_created().await, created, "{status} {effect}");
            assert_eq!(seen.text.starts_with('{'), status != 502, "{}", seen.text);
        }
    }
    bench.stop().await;
}

#[tokio::test]
async fn refusals_of_the_moment_have_no_effect() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    bench
        .arm(json!([
            on_create("in_flight", json!({})),
            on_create("busy", json!({})),
            on_create("key_used", json!({})),
            on_create("rate_limited", json!({ "retry_after_seconds": 7 })),
            on_create("rate_limited", json!({})),
        ]))
        .await;
    for (status, detail, retry_after) in [
        (409, "Another request with this Idempotency-Key is already being processed.", None),
        (409, "The order is being changed by another request. Please try again later.", None),
        (400, "This Idempotency-Key has already been used.", None),
        (429, "Too many requests.", Some("7")),
        (429, "Too many requests.", None),
    ] {
        let response = bench.try_create("k1").await.unwrap();
        let header = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        let seen = reply(response).await;
        assert_eq!((seen.status, seen.json()["detail"].as_str()), (status, Some(detail)));
        assert_eq!(header.as_deref(), retry_after);
    }
    assert_eq!(bench.orders_created().await, 0);
    assert_eq!(bench.try_create("k1").await.unwrap().status(), StatusCode::CREATED);
    bench.stop().await;
}

#[tokio::test]
async fn a_truncated_answer_ends_in_its_middle_after_the_effect() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    for (index, chunked) in [false, true].into_iter().enumerate() {
        bench.arm(json!([on_create("truncate", json!({ "chunked": chunked }))])).await;
        let key = format!("k{index}");
        let mut response = bench.try_create(&key).await.unwrap();
        assert_eq!(response.status(), StatusCode::CREATED);
        assert_eq!(response.headers().contains_key("transfer-encoding"), chunked);
        let promised = response.content_length();
        assert_eq!(promised.is_none(), chunked);
        let mut got = Vec::new();
        let broken = loop {
            match response.chunk().await {
                Ok(Some(bytes)) => got.extend_from_slice(&bytes),
                Ok(None) => panic!("the answer is whole"),
                Err(error) => break Broken::from(error),
            }
        };
        assert!(broken.in_body && !broken.timeout, "{broken:?}");
        let whole = reply(bench.try_create(&key).await.unwrap()).await;
        assert!(whole.replayed);
        assert_eq!(bench.orders_created().await, index + 1);
        if let Some(promised) = promised {
            assert_eq!((promised, got.len()), (whole.text.len() as u64, whole.text.len() / 2));
        }
        assert!(whole.text.as_bytes().starts_with(&got) && got.len() < whole.text.len());
    }
    bench.stop().await;
}

#[tokio::test]
async fn a_dripping_answer_comes_whole_to_who_has_the_patience() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    bench.arm(json!([on_create("drip", json!({ "over": "PT0.2S" }))])).await;
    let begun = Instant::now();
    let seen = reply(bench.try_create("k1").await.unwrap()).await;
    assert!(begun.elapsed().as_millis() >= 200);
    assert_eq!((seen.status, seen.json()["resource"].as_str()), (201, Some("order")));

    bench.arm(json!([on_create("drip", json!({ "over": "PT1M" }))])).await;
    let request = bench.create_request("k2").timeout(PATIENCE);
    let broken = Broken::from(request.send().await.unwrap_err());
    assert!(broken.timeout, "{broken:?}");
    assert_eq!(bench.orders_created().await, 2);
    bench.stop().await;
}

#[tokio::test]
async fn keys_are_ignored_while_the_fault_is_there() {
    let directory = Directory::new();
    let bench = Bench::start(&directory).await;
    assert_eq!(bench.try_create("k1").await.unwrap().status(), StatusCode::CREATED);
    bench.arm(json!([{ "fault": "idempotency_ignored" }])).await;
    for _ in 0..2 {
        assert!(!reply(bench.try_create("k1").await.unwrap()).await.replayed);
    }
    assert_eq!((bench.orders_created().await, bench.fired().await), (3, vec![2]));
    bench.send("DELETE", "/_simulator/faults", None, None).await;
    assert!(reply(bench.try_create("k1").await.unwrap()).await.replayed);
    assert_eq!(bench.orders_created().await, 3);
    bench.stop().await;
}
