//! Hooks: the address is the proof, the body only a hint, and any number of them tells no more than one.
//!
//! Mollie is told an address where nobody listens, so that every hook that arrives is one of the test's own.

use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::Value;
use tests::proto::{Order, OrderStatus};
use tests::{API_KEY, Engine, LEGO, SOON, Scrape, Uuid, World, draft, numbered, told, until};

const NOBODY: &str = "http://127.0.0.1:9";
const RECEIVED: &str = "orders_webhooks_received_total";
const READ: &str = "GET /v2/orders/{id}";

/// As `on_both_engines!`, with a service that Mollie cannot reach.
macro_rules! unreachable_on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::unreachable(tests::Engine::Sqlite, super::$name).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::unreachable(tests::Engine::Postgres, super::$name).await;
            })+
        }
    };
}

unreachable_on_both_engines!(
    a_hook_with_a_wrong_address_is_answered_and_ignored,
    who_only_looks_at_a_hook_address_is_no_webhook,
    a_hook_that_is_too_large_is_refused,
    a_hook_with_an_unreadable_id_still_has_its_order_read,
    fifty_hooks_at_once_tell_of_one_change_by_one_event,
    a_hook_of_a_second_order_under_the_same_address_leads_to_that_order,
);

mod postgres_only {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_webhook_is_answered_also_when_the_database_is_silent() {
        let test = super::a_webhook_is_answered_also_when_the_database_is_silent;
        super::unreachable(tests::Engine::Postgres, test).await;
    }
}

async fn unreachable(engine: Engine, test: impl AsyncFnOnce(World)) {
    if engine.is_available().await {
        let mut world = World::prepare(engine, Some(NOBODY)).await;
        world.service.start().await;
        test(world).await;
    }
}

async fn a_hook_with_a_wrong_address_is_answered_and_ignored(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let other = world.create(numbered("1338", "ideal")).await;
    world.simulator.check_out(&order.checkout_url, "paid").await;
    let (before, reads) = (world.events(&order.id).await.len(), reads(&world).await);
    let kept = world.database.rows_and_hooks().await;

    let path = path(&world, &order).await;
    let mut parts: Vec<_> = path.split('/').collect();
    let token = parts.pop().unwrap();
    let mut wrong_token = token.to_owned();
    wrong_token.replace_range(..1, if token.starts_with('a') { "b" } else { "a" });
    let wrong_uuid = path.replacen(&order.id, &Uuid::nil().to_string(), 1);
    let of_another = path.replacen(&order.id, &other.id, 1);
    let cut = parts.join("/");
    for wrong in [format!("{cut}/{wrong_token}"), format!("{cut}/"), cut.clone(), wrong_uuid, of_another] {
        assert_eq!(post(&world, &wrong, &hint(&order)).await, StatusCode::OK, "{wrong}");
    }

    assert_eq!(world.database.rows_and_hooks().await, kept, "no row was made or changed");

    // A right hook of the other order comes after them: once that order is read, they are long gone.
    let right = self::path(&world, &other).await;
    assert_eq!(post(&world, &right, &hint(&other)).await, StatusCode::OK);
    assert_eq!(world.database.rows_and_hooks().await, kept + 1, "a right one is counted");
    until("the other order is read", SOON, async || (self::reads(&world).await > reads).then_some(())).await;
    assert_eq!(self::reads(&world).await, reads + 1, "only the other order was read");
    assert_eq!(world.events(&order.id).await.len(), before);
    assert_eq!(world.order(&order.id).await.status(), OrderStatus::Created);
}

async fn who_only_looks_at_a_hook_address_is_no_webhook(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let path = path(&world, &order).await;
    let kept = world.database.rows_and_hooks().await;
    let looked = world.simulator.web().get(address(&world, &path)).send().await.unwrap();
    assert_eq!(looked.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(world.database.rows_and_hooks().await, kept);
    assert_eq!(Scrape::of(&world.service, "one").await.sum(RECEIVED, ""), 0.0);
}

/// Mollie waits for 15 seconds, and sends again what was not stored.
async fn a_webhook_is_answered_also_when_the_database_is_silent(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let path = path(&world, &order).await;
    let held = world.database.hold("lookups").await;
    let began = Instant::now();
    assert_eq!(post(&world, &path, &hint(&order)).await, StatusCode::SERVICE_UNAVAILABLE);
    assert!(began.elapsed() < Duration::from_secs(14), "after {:?}", began.elapsed());
    assert_eq!(Scrape::of(&world.service, "one").await.sum(RECEIVED, "outcome=\"not_stored\""), 1.0);
    held.release().await;
    assert_eq!(post(&world, &path, &hint(&order)).await, StatusCode::OK);
}

async fn a_hook_that_is_too_large_is_refused(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let large = format!("id={}", "x".repeat(2048));
    let path = path(&world, &order).await;
    assert_eq!(post(&world, &path, &large).await, StatusCode::PAYLOAD_TOO_LARGE);
    let wrong = path.replacen(&order.id, &Uuid::nil().to_string(), 1);
    assert_eq!(post(&world, &wrong, &large).await, StatusCode::PAYLOAD_TOO_LARGE);
}

async fn a_hook_with_an_unreadable_id_still_has_its_order_read(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    world.simulator.check_out(&order.checkout_url, "paid").await;
    for unreadable in ["id=%FF%00%3F", "no form at all", ""] {
        let reads = reads(&world).await;
        assert_eq!(
            post(&world, &path(&world, &order).await, unreadable).await,
            StatusCode::OK,
            "{unreadable}"
        );
        until("the order is read", SOON, async || (self::reads(&world).await > reads).then_some(())).await;
    }
    world.reaches(&order.id, OrderStatus::Paid).await;
}

async fn fifty_hooks_at_once_tell_of_one_change_by_one_event(world: World) {
    let order = world.create(draft(LEGO, "klarnapaylater")).await;
    let before = world.events(&order.id).await;
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    let path = path(&world, &order).await;
    let posts = (0..50).map(|_| {
        let (web, url) = (world.simulator.web().clone(), address(&world, &path));
        let body = hint(&order);
        tokio::spawn(async move { send(&web, &url, &body).await })
    });
    for post in posts.collect::<Vec<_>>() {
        assert_eq!(post.await.unwrap(), StatusCode::OK);
    }
    world.reaches(&order.id, OrderStatus::Authorized).await;
    // One more hook, read after all of those: still nothing new.
    let reads = reads(&world).await;
    post(&world, &path, &hint(&order)).await;
    until("the order is read again", SOON, async || (self::reads(&world).await > reads).then_some(())).await;
    let events = world.events(&order.id).await;
    let new: Vec<_> = events[before.len()..].iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(new, ["order.authorized"]);
}

/// As if our own order had been placed twice: only its hooks tell.
async fn a_hook_of_a_second_order_under_the_same_address_leads_to_that_order(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let path = path(&world, &order).await;
    let mut second: Value = serde_json::from_str(LEGO).unwrap();
    second["webhookUrl"] = format!("{NOBODY}{path}").into();
    let orders = format!("{}/orders", world.simulator.api());
    let placed = world.simulator.web().post(orders).bearer_auth(API_KEY).json(&second).send().await.unwrap();
    assert_eq!(placed.status(), StatusCode::CREATED);
    let placed: Value = placed.json().await.unwrap();
    let stranger = placed["id"].as_str().unwrap();
    assert_eq!(post(&world, &path, &format!("id={stranger}")).await, StatusCode::OK);
    let raised = until("it is raised", SOON, async || {
        world.events(&order.id).await.into_iter().find(|event| event.kind == "item.raised")
    });
    let raised = raised.await;
    let text = told::item(&raised).item.clone().expect("an item is raised").text;
    assert!(text.contains(stranger), "{text}");
    assert_eq!(world.order(&order.id).await.mollie_order_id, order.mollie_order_id);
}

/// The path of the hook address that Mollie was told.
async fn path(world: &World, order: &Order) -> String {
    let address = world.simulator.ledger().await.hook_address(&order.mollie_order_id);
    let path = address.strip_prefix(NOBODY).expect("the public address comes first");
    assert!(path.starts_with("/webhooks/mollie/") && path.contains(&order.id), "{path}");
    path.to_owned()
}

fn hint(order: &Order) -> String {
    format!("id={}", order.mollie_order_id)
}

fn address(world: &World, path: &str) -> String {
    format!("http://{}{path}", world.service.webhook())
}

async fn post(world: &World, path: &str, body: &str) -> StatusCode {
    send(world.simulator.web(), &address(world, path), body).await
}

async fn send(web: &reqwest::Client, url: &str, body: &str) -> StatusCode {
    let form =
        web.post(url).header("content-type", "application/x-www-form-urlencoded").body(body.to_owned());
    form.send().await.expect("the webhook endpoint answers").status()
}

async fn reads(world: &World) -> u64 {
    world.simulator.traffic().await.of(READ)
}
