//! How webhooks are delivered.

use serde_json::json;

use crate::bench::{Bench, Directory, Receiver, lego};

#[tokio::test]
async fn a_hook_that_is_not_acknowledged_is_sent_again_when_its_time_has_come() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    hooks.answer_with(500);
    let order = bench.create(lego("ideal", &hooks.url)).await;
    bench.choose(&order, "paid").await;
    hooks.received(1).await;
    // A redirect is no acknowledgement, and is not followed.
    hooks.answer_with(307);
    bench.advance("PT1M").await;
    hooks.received(2).await;
    hooks.answer_with(200);
    bench.advance("PT2M").await;
    assert_eq!(hooks.received(3).await.len(), 3);
    assert_eq!(hooks.followed(), 0);
    bench.stop().await;
}

#[tokio::test]
async fn a_pending_hook_survives_a_restart() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    hooks.answer_with(503);
    let order = bench.create(lego("ideal", &hooks.url)).await;
    bench.choose(&order, "paid").await;
    hooks.received(1).await;
    bench.stop().await;
    hooks.answer_with(200);
    let bench = Bench::start(&directory).await;
    bench.advance("PT1M").await;
    assert_eq!(hooks.received(2).await.len(), 2);
    bench.stop().await;
}

#[tokio::test]
async fn a_hook_does_not_wait_for_the_answer_of_its_request() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let switches = json!({ "hooks": "spurious" });
    bench.send("PUT", "/_simulator/switches", Some(switches), None).await;
    let pattern = json!({ "method": "POST", "path": "/v2/orders" });
    bench.send("PUT", "/_simulator/hold", Some(pattern), None).await;
    let create = bench.create(lego("ideal", &hooks.url));
    let release = async {
        let bodies = hooks.received(1).await;
        assert_eq!(bench.get("/_simulator/hold").await["held"], 1);
        bench.send("DELETE", "/_simulator/hold", None, None).await;
        bodies
    };
    let (order, bodies) = tokio::join!(create, release);
    assert_eq!(bodies, [format!("id={}", order["id"].as_str().unwrap())]);
    bench.stop().await;
}

#[tokio::test]
async fn a_receiver_that_is_not_there_holds_nothing_up() {
    let (directory, hooks) = (Directory::new(), Receiver::start().await);
    let bench = Bench::start(&directory).await;
    let lost = bench.create(lego("ideal", "http://127.0.0.1:9/hook")).await;
    bench.choose(&lost, "paid").await;
    let order = bench.create(lego("ideal", &hooks.url)).await;
    bench.choose(&order, "paid").await;
    assert_eq!(hooks.received(1).await, [format!("id={}", order["id"].as_str().unwrap())]);
    bench.stop().await;
}
