//! Mollie does not answer, does not accept the key, or is not heard.

use serde_json::json;
use tests::{API_KEY, Engine, LEGO, SOON, Story, World, draft, new_request_id, numbered, until};

use super::stage::{Stage, is_calm, look, running, story, well, when};
use crate::requests::{ship, sync};

/// Nobody listens there.
const NOBODY: &str = "http://127.0.0.1:9";

pub async fn play() -> Stage {
    let mut stage = Stage::default();
    Box::pin(all_is_well(&mut stage)).await;
    Box::pin(the_key_is_revoked(&mut stage)).await;
    Box::pin(mollie_is_down(&mut stage)).await;
    Box::pin(look_ups_are_locked(&mut stage)).await;
    Box::pin(webhooks_do_not_arrive(&mut stage)).await;
    Box::pin(webhooks_wait_for_mollie(&mut stage)).await;
    stage
}

async fn shipped(world: &World) {
    let order = world.create_and_check_out(numbered(&new_request_id(), "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.settles(&order.id).await;
    sync(world, &order).await.unwrap();
}

/// For two hours.
async fn all_is_well(stage: &mut Stage) {
    let world = running(Engine::Sqlite, &[]).await;
    world.simulator.quota(json!({ "calls": 1_000, "seconds": 1, "headers": true })).await;
    shipped(&world).await;
    let before = well(&world).await;
    let mut during = Vec::new();
    for _ in 0..2 {
        shipped(&world).await;
        during.push(well(&world).await);
    }
    stage.tell(Story { lasts: 120, ..story("orders are placed, paid and shipped", &[], before, during) });
    stage.keep(world);
}

async fn the_key_is_revoked(stage: &mut Stage) {
    let world = running(Engine::Sqlite, &[]).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let before = well(&world).await;
    world.simulator.revoke(&[API_KEY]).await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    let refused = |look: &tests::Scrape| look.sum("orders_operations_key_refused", "") > 0.0;
    let during = vec![when(&world, "an operation waits for a key", refused).await];
    stage.tell(story("Mollie's key was revoked", &["OrdersKeyRefused"], before, during));
    stage.keep(world);
}

/// The operation that finds it out grows old, too.
async fn mollie_is_down(stage: &mut Stage) {
    let mut world = running(Engine::Sqlite, &[]).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let before = well(&world).await;
    world.simulator.stop();
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    let down = |look: &tests::Scrape| look.sum("orders_mollie_down_seconds", "");
    let first = when(&world, "Mollie is down", |look| down(look) > 0.0).await;
    let next = when(&world, "Mollie is still down", |look| down(look) > down(&first)).await;
    let told = story("Mollie is down", &["OrdersMollieDown"], before, vec![first, next]);
    stage.tell(Story { ages: &["orders_mollie_down_seconds"], ..told });
}

async fn look_ups_are_locked(stage: &mut Stage) {
    let world = running(Engine::Postgres, &[]).await;
    world.create(draft(LEGO, "ideal")).await;
    let before = well(&world).await;
    let held = world.database.hold_by("SELECT 1 FROM lookups FOR UPDATE").await;
    world.advance("P2D").await;
    let late = |look: &tests::Scrape| look.sum("orders_lookups_lag_seconds", "") > 900.0;
    let during = vec![when(&world, "a look-up is late", late).await];
    held.release().await;
    stage.tell(story("look-ups are locked in the database", &["OrdersLookupsLate"], before, during));
}

async fn webhooks_do_not_arrive(stage: &mut Stage) {
    let world = running(Engine::Sqlite, &[("ORDER_SERVICE__WEBHOOK__PUBLIC_URL", NOBODY)]).await;
    let before = well(&world).await;
    let mut during = Vec::new();
    for _ in 0..2 {
        let order = world.create(numbered(&new_request_id(), "ideal")).await;
        world.simulator.check_out(&order.checkout_url, "paid").await;
        during.push(look(&world).await);
    }
    stage.tell(story(
        "Mollie is told an address where nobody is",
        &["OrdersWebhooksMissing"],
        before,
        during,
    ));
}

/// A reading hangs for ten minutes.
async fn webhooks_wait_for_mollie(stage: &mut Stage) {
    let world = running(Engine::Sqlite, &[]).await;
    let order = world.create(draft(LEGO, "ideal")).await;
    let before = well(&world).await;
    let fault =
        json!({ "fault": "hang", "effect": false, "method": "GET", "path": "/v2/orders/*", "count": "all" });
    world.simulator.fail(json!([fault])).await;
    world.simulator.check_out(&order.checkout_url, "paid").await;
    world.simulator.has_one_hanging().await;
    world.advance("PT10M").await;
    world.simulator.mend().await;
    until("the order is read", SOON, async || {
        (look(&world).await.sum("orders_webhooks_age_seconds_count", "") > 0.0).then_some(())
    })
    .await;
    let during = vec![before.clone(), when(&world, "nothing waits", is_calm).await];
    stage.tell(story("Mollie takes ten minutes to be read", &["OrdersWebhooksLate"], before, during));
}
