//! What can cost money, and what waits for a person.

use serde_json::json;
use tests::{Engine, LEGO, draft};

use super::stage::{Stage, is_calm, live, running, story, well, when};
use crate::lost::arm;
use crate::operators::Undecidable;
use crate::requests::ship;

pub async fn play() -> Stage {
    let mut stage = Stage::default();
    Box::pin(nothing_is_shipped(&mut stage)).await;
    Box::pin(a_shipment_is_refused(&mut stage)).await;
    Box::pin(nobody_can_tell(&mut stage)).await;
    Box::pin(mollie_fails_at_one_thing(&mut stage)).await;
    Box::pin(timers_are_locked(&mut stage)).await;
    stage
}

/// Money is at risk a day before its authorization ends, and then lost.
async fn nothing_is_shipped(stage: &mut Stage) {
    let world = live().await;
    world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let before = well(&world).await;
    world.advance("P27DT1H").await;
    let at_risk = when(&world, "money is at risk", |look| {
        look.sum("orders_money_at_risk", "within=\"1d\"") > 0.0 && is_calm(look)
    });
    let during = vec![at_risk.await];
    stage.tell(story(
        "nothing is shipped until a day before",
        &["OrdersMoneyAtRisk"],
        before.clone(),
        during,
    ));
    world.advance("P1DT1H").await;
    let lost = when(&world, "money is lost", |look| {
        let is_told = look.sum("orders_deadlines_told_total", "deadline.lost") > 0.0;
        is_told && !look.has("orders_money_at_risk") && is_calm(look)
    });
    let during = vec![lost.await];
    stage.tell(story("nothing is shipped at all", &["OrdersMoneyLost"], before, during));
}

async fn a_shipment_is_refused(stage: &mut Stage) {
    let world = live().await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let before = well(&world).await;
    arm(
        &world,
        &json!({ "fault": "status", "status": 422, "effect": false }),
        "POST",
        "/v2/orders/*/shipments",
    )
    .await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap_err();
    let during =
        vec![when(&world, "an item is open", |look| look.sum("orders_items_open", "live") > 0.0).await];
    stage.tell(story("Mollie refuses a shipment", &["OrdersReviewOpen"], before, during));
    // For the dashboard.
    world.advance("P27DT1H").await;
    when(&world, "money is at risk", |look| look.has("orders_money_at_risk")).await;
    stage.keep(world);
}

async fn nobody_can_tell(stage: &mut Stage) {
    let world = running(Engine::Sqlite, &[]).await;
    let before = well(&world).await;
    Undecidable::make(&world).await;
    let during = when(&world, "an operation needs attention", |look| {
        look.sum("orders_operations_unsettled", "needs_attention") > 0.0 && is_calm(look)
    });
    let during = vec![during.await];
    stage.tell(story("somebody has made a like shipment", &["OrdersNeedAttention"], before, during));
    stage.keep(world);
}

/// Mollie answers everything else.
async fn mollie_fails_at_one_thing(stage: &mut Stage) {
    let world = running(Engine::Sqlite, &[]).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let before = well(&world).await;
    let fault = json!({ "fault": "status", "status": 503, "effect": false, "method": "POST",
        "path": "/v2/orders/*/shipments", "count": "all" });
    world.simulator.fail(json!([fault])).await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.advance("PT2H").await;
    let during = when(&world, "an operation is old", |look| {
        look.sum("orders_operations_oldest_age_seconds", "") > 3_600.0 && is_calm(look)
    });
    let during = vec![during.await];
    stage.tell(story("Mollie fails at each shipment", &["OrdersOperationsOld"], before, during));
}

/// As by somebody at the database's prompt who has gone for lunch.
async fn timers_are_locked(stage: &mut Stage) {
    let world = running(Engine::Postgres, &[]).await;
    world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let before = well(&world).await;
    let held = world.database.hold_by("SELECT 1 FROM timers FOR UPDATE").await;
    world.advance("P22D").await;
    let late = when(&world, "a timer is late", |look| {
        look.sum("orders_timers_lag_seconds", "") > 600.0 && look.sum("orders_lookups_lag_seconds", "") <= 0.0
    });
    let during = vec![late.await];
    held.release().await;
    stage.tell(story("timers are locked in the database", &["OrdersTimersLate"], before, during));
}
