//! Rotations while the service runs: what it was given before goes on being recognised, and nothing is done twice.
//!
//! Mollie is told an address where nobody listens, so that every hook that arrives is one of the test's own.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;
use tests::proto::{CreateOrderRequest, Order, OrderStatus};
use tests::{Engine, LEGO, Process, SOON, World, draft, new_request_id, numbered, until};

use crate::requests::{create, sync};

const NOBODY: &str = "http://127.0.0.1:9";
const SECRET: &str = "ORDER_SERVICE__SECURITY__SECRET_FILE";

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_secret_is_rotated_between_a_lost_create_and_its_resolution() {
        super::rotated(tests::Engine::Sqlite).await;
    }
}

/// The last part of a credential only tells one of an owner from another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotated_key_and_token_are_in_use_within_five_seconds_and_no_call_fails() {
    let directory = tempfile::tempdir().unwrap();
    let (key, token) = (directory.path().join("key"), directory.path().join("token"));
    std::fs::write(&key, "test_shop_1\n").unwrap();
    std::fs::write(&token, "access_acme_1\n").unwrap();
    let settings = vec![
        ("ORDER_SERVICE__PROFILES__MAIN__API_KEY_FILE", key.clone().into()),
        ("ORDER_SERVICE__PROFILES__OUTLET__API_KEY_FILE", token.clone().into()),
        ("ORDER_SERVICE__PROFILES__OUTLET__PROFILE_ID", "pfl_Outlet1".into()),
        ("ORDER_SERVICE__PROFILES__OUTLET__TEST", "true".into()),
    ];
    let mut world = Box::pin(World::prepare_with(Engine::Sqlite, settings)).await;
    world.service.start().await;
    let done = AtomicBool::new(false);
    let rotate = async {
        // Files that cannot be used change nothing, and are told once.
        std::fs::write(&key, "live_shop_2").unwrap();
        std::fs::write(&token, "access_acme 2").unwrap();
        said(&world, "it is of the other mode").await;
        said(&world, "neither an API key nor an access token").await;
        // A key of somebody else's profile, by a slip: orders would be placed there.
        let before = world.simulator.ledger().await.count("order_created");
        until("there is an order", SOON, async || {
            (world.simulator.ledger().await.count("order_created") > before + 5).then_some(())
        })
        .await;
        std::fs::write(&key, "test_other_1\n").unwrap();
        said(&world, "under it: it is of another Mollie profile").await;
        std::fs::write(&key, "test_shop_2\n").unwrap();
        std::fs::write(&token, "access_acme_2\n").unwrap();
        let in_use = async || (world.service.said().matches("another key now").count() == 2).then_some(());
        until("both are in use", Duration::from_secs(5), in_use).await;
        world.simulator.revoke(&["test_shop_1", "access_acme_1"]).await;
        let placed = async || world.simulator.ledger().await.count("order_created");
        let enough = placed().await + 20;
        until("orders are placed without the old ones", SOON, async || {
            (placed().await >= enough).then_some(())
        })
        .await;
        done.store(true, Ordering::Relaxed);
    };
    let load = async |profile: &str| {
        let mut placed = 0;
        while !done.load(Ordering::Relaxed) {
            let draft = numbered(&format!("{profile}-{placed}"), "ideal");
            let request =
                CreateOrderRequest { profile: profile.to_owned(), ..create(&new_request_id(), draft) };
            let order = world.orders().create_order(request).await.expect("no call fails").into_inner();
            sync(&world, &order).await.expect("no call fails");
            placed += 1;
        }
        placed
    };
    let ((), of_main, of_outlet) = tokio::join!(rotate, load("main"), load("outlet"));
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.count("order_created"), of_main + of_outlet);
    assert!(of_main > 10 && of_outlet > 10, "{of_main} and {of_outlet}");
    assert!(!world.service.said().contains("ALERT"), "{}", world.service.said());
}

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_secret_is_rotated_between_a_lost_create_and_its_resolution() {
        super::rotated(tests::Engine::Postgres).await;
    }
}

async fn rotated(engine: Engine) {
    if !engine.is_available().await {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("secret");
    // As releases before this one had it: any bytes.
    std::fs::write(&file, [0xa7; 32]).unwrap();
    let settings = vec![
        (SECRET, file.clone().into()),
        ("ORDER_SERVICE__WEBHOOK__PUBLIC_URL", NOBODY.into()),
        // The lost order is looked for at Mollie instead of being sent again.
        ("ORDER_SERVICE__MOLLIE__TRUST_IDEMPOTENCY", "false".into()),
    ];
    let mut world = Box::pin(World::prepare_with(engine, settings)).await;
    world.service.start().await;
    let old = world.create(draft(LEGO, "ideal")).await;
    Box::pin(lose_and_rotate(&world, &file)).await;

    // A hook of an order from before the rotation counts, and so does one of an order that came after it.
    let new = world.create(numbered("1339", "ideal")).await;
    for order in [&old, &new] {
        world.simulator.check_out(&order.checkout_url, "paid").await;
        hook(&world, order).await;
        world.reaches(&order.id, OrderStatus::Paid).await;
    }
    std::fs::write(&file, [0xa7; 32]).unwrap();
    said(&world, "1 of the generations of the service's secret").await;
    std::fs::write(&file, "cut off").unwrap();
    said(&world, "7 bytes; at least 32 random ones are needed").await;
    let third = world.create(numbered("1340", "ideal")).await;
    world.simulator.check_out(&third.checkout_url, "paid").await;
    hook(&world, &third).await;
    world.reaches(&third.id, OrderStatus::Paid).await;

    // Without the generation that is in use now it would forget whose hooks are whose.
    std::fs::write(&file, [0xa7; 32]).unwrap();
    world.service.stop().await;
    let mut process = world.service.begin();
    let status = process.ended(SOON).await;
    assert_eq!(status.code(), Some(1), "it must not start:\n{}", process.said());
    let told = process.said();
    assert!(told.contains(SECRET) && told.contains("order-service secret rotate"), "{told}");
}

/// A create whose answer is lost, and whose order is found only under the next generation of the secret.
async fn lose_and_rotate(world: &World, file: &Path) {
    let lost = json!({"fault": "close_after", "method": "POST", "path": "/v2/orders"});
    let blind = json!({"fault": "status", "status": 503, "effect": false, "method": "GET", "path": "/v2/orders", "count": "all"});
    world.simulator.fail(json!([lost, blind])).await;
    let request = create(&new_request_id(), numbered("1338", "ideal"));
    let first = {
        let (mut orders, request) = (world.orders(), request.clone());
        tokio::spawn(async move { orders.create_order(request).await })
    };
    until("Mollie has it", SOON, async || {
        (world.simulator.ledger().await.count("order_created") == 2).then_some(())
    })
    .await;
    let arguments = ["rotate", file.to_str().unwrap(), "--raw", "--minutes", "0"];
    let mut rotation = Process::start_with("secret", &arguments, world.directory(), &Vec::new());
    let status = rotation.ended(SOON).await;
    assert!(status.success(), "{}", rotation.said());
    until("the new generation is in use", SOON, async || {
        world.service.said().contains("begun=2").then_some(())
    })
    .await;
    world.simulator.mend().await;
    // The same request again: its fingerprint was made under the old generation.
    let placed = until("the lost order is found", SOON, async || {
        world.orders().create_order(request.clone()).await.map(tonic::Response::into_inner).ok()
    })
    .await;
    if let Ok(answered) = first.await.unwrap() {
        assert_eq!(answered.into_inner().id, placed.id);
    }
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.count("order_created"), 2, "one order for each request");
    assert!(ledger.hook_address(&placed.mollie_order_id).contains(&placed.id));
    world.simulator.check_out(&placed.checkout_url, "paid").await;
    hook(world, &placed).await;
    world.reaches(&placed.id, OrderStatus::Paid).await;
}

/// Sends the hook as Mollie would, to the address it was given.
async fn hook(world: &World, order: &Order) {
    let address = world.simulator.ledger().await.hook_address(&order.mollie_order_id);
    let path = address.strip_prefix(NOBODY).unwrap();
    let post = world.simulator.web().post(format!("http://{}{path}", world.service.webhook()));
    let form = post.header("content-type", "application/x-www-form-urlencoded");
    let answer = form.body(format!("id={}", order.mollie_order_id)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
}

async fn said(world: &World, text: &str) {
    let within = Duration::from_secs(30);
    until(&format!("it says {text:?}"), within, async || world.service.said().contains(text).then_some(()))
        .await;
}
