//! Answers that are kept back.

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

use crate::bench::{Bench, Directory, KEY, eventually, lego};

/// A paid order, and a hold that waits for its shipment.
async fn armed(directory: &Directory) -> (Bench, String) {
    let bench = Bench::start(directory).await;
    let order = bench.create(lego("ideal", "http://127.0.0.1:9/hook")).await;
    bench.choose(&order, "paid").await;
    let pattern = json!({ "method": "POST", "path": "/v2/orders/*/shipments" });
    let armed = bench.send("PUT", "/_simulator/hold", Some(pattern.clone()), None).await.json();
    assert_eq!(armed, json!({ "armed": pattern, "held": 0 }));
    (bench, format!("/v2/orders/{}/shipments", order["id"].as_str().unwrap()))
}

async fn until_held(bench: &Bench, count: u64) {
    eventually(|| async { (bench.get("/_simulator/hold").await["held"] == count).then_some(()) }).await;
}

#[tokio::test]
async fn a_held_answer_comes_after_its_effect_when_it_is_released() {
    let directory = Directory::new();
    let (bench, path) = armed(&directory).await;
    let ship = bench.send("POST", &path, Some(json!({})), Some("parcel-1"));
    let watch = async {
        until_held(&bench, 1).await;
        assert!(bench.kinds().await.contains(&"shipment_created".to_owned()));
        assert_eq!(bench.get("/_simulator/hold").await, json!({ "armed": null, "held": 1 }));
        let repeated = bench.send("POST", &path, Some(json!({})), Some("parcel-1")).await;
        let released = bench.send("DELETE", "/_simulator/hold", None, None).await;
        assert_eq!(released.json()["armed"], Value::Null);
        repeated
    };
    let (first, repeated) = tokio::join!(ship, watch);
    assert_eq!(first.status, 201);
    assert!(repeated.replayed && !first.replayed);
    assert_eq!(first.text, repeated.text);
    until_held(&bench, 0).await;
    bench.stop().await;
}

#[tokio::test]
async fn a_client_that_goes_away_is_not_held_any_more() {
    let directory = Directory::new();
    let (bench, path) = armed(&directory).await;
    let request = bench.client.post(format!("{}{path}", bench.base)).bearer_auth(KEY).json(&json!({}));
    let waiting = tokio::spawn(request.send());
    until_held(&bench, 1).await;
    waiting.abort();
    until_held(&bench, 0).await;
    assert!(bench.kinds().await.contains(&"shipment_created".to_owned()));
    bench.stop().await;
}

#[tokio::test]
async fn neither_a_held_answer_nor_half_a_request_holds_up_the_stop() {
    let directory = Directory::new();
    let (bench, path) = armed(&directory).await;
    let mut half = tokio::net::TcpStream::connect(bench.base.trim_start_matches("http://")).await.unwrap();
    half.write_all(b"POST /v2/orders HTTP/1.1\r\ncontent-length: 100\r\n\r\n{").await.unwrap();
    let request = bench.client.post(format!("{}{path}", bench.base)).bearer_auth(KEY).json(&json!({}));
    let waiting = tokio::spawn(request.send());
    until_held(&bench, 1).await;
    bench.stop().await;
    assert_eq!(waiting.await.unwrap().unwrap().status(), 201);
    // The directory is free again, although that connection is still there.
    Bench::start(&directory).await.stop().await;
    drop(half);
}

#[tokio::test]
async fn a_hold_can_be_taken_back() {
    let directory = Directory::new();
    let (bench, path) = armed(&directory).await;
    bench.send("DELETE", "/_simulator/hold", None, None).await;
    assert_eq!(bench.send("POST", &path, Some(json!({})), None).await.status, 201);
    bench.stop().await;
}
