//! Machines whose clocks are wrong: from their start, by a step, or because they stand still. On SQLite the database's clock is the
//! machine's own; that of Mollie is right.

use serde_json::json;
use tests::proto::order_event::Data;
use tests::proto::{Order, OrderEvent, OrderStatus, ShipmentState, SyncOrderRequest};
use tests::{
    Engine, LEGO, SOON, Service, WallClock, World, cents, draft, now, numbered, on_both_engines, until,
};

use crate::frozen::with_three_of_a_kind;
use crate::requests::{cancel_lines, ship, sync};

on_both_engines!(
    a_clock_that_steps_forty_days_ahead_and_back_fires_nothing_early_and_nothing_twice,
    a_clock_that_steps_forty_days_back_fires_nothing_and_afterwards_each_timer_once,
    a_clock_that_stands_still_fires_nothing_and_afterwards_each_timer_once,
    a_clock_that_steps_while_a_call_hangs_does_nothing_twice,
    what_is_put_off_by_a_clock_that_is_wrong_is_tried_by_one_that_is_right,
);

mod postgres_only {
    use super::Engine;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_machine_whose_clock_is_wrong_writes_and_finds_the_databases_times() {
        tests::World::with(Engine::Postgres, super::times_are_the_databases).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_database_whose_clock_steps_forty_days_fires_nothing_and_afterwards_each_timer_once() {
        if Engine::Postgres.is_available().await {
            super::the_database_steps(tests::World::prepare(Engine::Postgres, None).await).await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_three_replicas_ten_minutes_apart_the_one_that_is_right_fires_each_timer_once() {
        tests::World::with(Engine::Postgres, super::three_replicas).await;
    }
}

const FORTY_DAYS: i64 = 40 * 24 * 60 * 60;
const TEN_MINUTES: i64 = 10 * 60;

/// The profile cancels what was not shipped, and means it.
const POLICY: [(&str, &str); 2] = [
    ("ORDER_SERVICE__PROFILES__MAIN__DEADLINE_POLICY", "cancel_unshipped"),
    ("ORDER_SERVICE__PROFILES__MAIN__POLICY_DRY_RUN", "false"),
];

/// The service anew, with the policy and on a machine with a clock of its own.
async fn with_clock(world: &mut World) -> WallClock {
    world.service.kill();
    let clock = clock_of(&mut world.service);
    world.service.start().await;
    clock
}

fn clock_of(service: &mut Service) -> WallClock {
    POLICY.iter().for_each(|(name, value)| service.set(name, value));
    WallClock::of(service)
}

/// What was told and done about the order's deadline.
async fn told(world: &World, order: &Order) -> Vec<String> {
    let mut events: Vec<OrderEvent> = world.events(&order.id).await;
    events.retain(|event| matches!(event.data, Some(Data::Deadline(_))));
    events.into_iter().map(|event| event.kind).collect()
}

/// The same once there is so much of it.
async fn tells(world: &World, order: &Order, expected: &[&str]) {
    let what = format!("{expected:?} of its deadline");
    until(&what, SOON, async || (told(world, order).await.len() >= expected.len()).then_some(())).await;
    assert_eq!(told(world, order).await, expected);
}

/// How often it was said that clocks disagree.
fn alerts(service: &Service) -> usize {
    let said = service.said();
    said.lines().filter(|line| line.contains("ERROR") && line.contains("more than two minutes")).count()
}

/// Waits until that is said once more.
async fn alerts_anew(service: &Service) {
    let before = alerts(service);
    until("an alert is raised", SOON, async || (alerts(service) > before).then_some(())).await;
}

async fn a_clock_that_steps_forty_days_ahead_and_back_fires_nothing_early_and_nothing_twice(
    mut world: World,
) {
    let clock = with_clock(&mut world).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    clock.is_off_by(FORTY_DAYS);
    alerts_anew(&world.service).await;
    // What people do goes on.
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.settles(&order.id).await;
    sync(&world, &order).await.unwrap();
    let other = world.create_and_check_out(numbered("c-2", "klarnapaylater"), "authorized").await;
    assert_eq!(told(&world, &order).await.len() + told(&world, &other).await.len(), 0);
    clock.is_right();
    for order in [&order, &other] {
        sync(&world, order).await.unwrap();
    }
    // Due by the right time, and wrong again.
    clock.is_off_by(-FORTY_DAYS);
    world.advance("P27DT13H").await;
    for wrong in [-FORTY_DAYS, FORTY_DAYS] {
        clock.is_off_by(wrong);
        alerts_anew(&world.service).await;
    }
    assert_eq!(told(&world, &order).await.len() + told(&world, &other).await.len(), 0);
    clock.is_right();
    for order in [&order, &other] {
        tells(&world, order, &["deadline.warning", "deadline.cancels"]).await;
        world.settles(&order.id).await;
    }
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.count("order_canceled") + ledger.count("lines_canceled"), 2);
    assert_eq!(ledger.sum(&order.mollie_order_id, "shipment_created", "captured"), cents("299.00"));
    assert_eq!(ledger.count("shipment_created"), 1);
}

async fn a_clock_that_steps_forty_days_back_fires_nothing_and_afterwards_each_timer_once(mut world: World) {
    world.service.kill();
    let clock = WallClock::of(&mut world.service);
    world.service.start().await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    for (count, step) in [(1, "P21DT1H"), (2, "P6D")] {
        clock.is_off_by(-FORTY_DAYS);
        world.advance(step).await;
        alerts_anew(&world.service).await;
        tells(&world, &order, &["deadline.warning"; 2][..count - 1]).await;
        clock.is_right();
        tells(&world, &order, &["deadline.warning"; 2][..count]).await;
    }
    // What Mollie shows to have ended is no matter of clocks.
    clock.is_off_by(-FORTY_DAYS);
    world.advance("P1DT1H").await;
    let all = ["deadline.warning", "deadline.warning", "deadline.lost"];
    tells(&world, &order, &all).await;
    clock.is_right();
    sync(&world, &order).await.unwrap();
    tells(&world, &order, &all).await;
}

async fn a_clock_that_stands_still_fires_nothing_and_afterwards_each_timer_once(mut world: World) {
    let clock = with_clock(&mut world).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    // For ten minutes already.
    clock.stands(-TEN_MINUTES);
    world.advance("P27DT13H").await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.settles(&order.id).await;
    alerts_anew(&world.service).await;
    assert_eq!(told(&world, &order).await.len(), 0);
    clock.is_right();
    tells(&world, &order, &["deadline.warning", "deadline.cancels"]).await;
    world.reaches(&order.id, OrderStatus::Completed).await;
    let ledger = world.simulator.ledger().await;
    assert_eq!((ledger.count("shipment_created"), ledger.count("order_canceled")), (1, 1));
}

/// Neither a lease that is over by the wrong time nor its settle window says what became of the call. Mollie knows no key of it, and
/// enough units are left for it to be done twice.
async fn a_clock_that_steps_while_a_call_hangs_does_nothing_twice(mut world: World) {
    world.service.set("ORDER_SERVICE__MOLLIE__CALL_TIMEOUT_SECONDS", "5");
    // Its steps are told.
    world.service.set("ORDER_SERVICE__LOG__FILTER", "debug");
    let clock = with_clock(&mut world).await;
    let three = with_three_of_a_kind();
    let order = world.create_and_check_out(three, "authorized").await;
    let late = json!([{"fault": "late_effect", "now": "hang", "after": "PT40S", "in_flight": false,
                       "method": "DELETE", "path": "/v2/orders/*/lines"}]);
    world.simulator.fail(late).await;
    let (mut orders, request) = (world.orders(), cancel_lines(&order, 1, 1, None));
    let call = tokio::spawn(async move { orders.cancel_order_lines(request).await });
    world.simulator.has_one_hanging().await;
    clock.is_off_by(FORTY_DAYS);
    // It is lost, and looked for in vain.
    let steps = async || {
        let said = world.service.said();
        (said.lines().filter(|line| line.contains("cancel_lines") && line.contains("progress=")).count() >= 2)
            .then_some(())
    };
    until("it is not known what became of the call", SOON, steps).await;
    clock.is_right();
    // The effect comes, within the time that a lost call has.
    world.advance("PT45S").await;
    assert_eq!(world.simulator.ledger().await.count("lines_canceled"), 1);
    world.advance("PT1M").await;
    world.settles(&order.id).await;
    assert_eq!(world.simulator.ledger().await.count("lines_canceled"), 1);
    let order = world.order(&order.id).await;
    assert_eq!((order.lines[1].quantity_canceled, order.items.len()), (1, 0));
    call.await.unwrap().unwrap();
}

async fn what_is_put_off_by_a_clock_that_is_wrong_is_tried_by_one_that_is_right(mut world: World) {
    let clock = with_clock(&mut world).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.simulator.stop();
    clock.is_off_by(FORTY_DAYS);
    let shipment = world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    assert_eq!(shipment.into_inner().state(), ShipmentState::Recorded);
    clock.is_right();
    world.simulator.resume().await;
    world.settles(&order.id).await;
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 1);
}

/// Were they the machine's, the other replica would find everything due ten minutes too late.
async fn times_are_the_databases(mut world: World) {
    let clock = with_clock(&mut world).await;
    for (n, wrong) in [TEN_MINUTES, -TEN_MINUTES].into_iter().enumerate() {
        clock.is_off_by(wrong);
        world.service.restart_with(&[]).await;
        let before = now();
        let order = world.create(numbered(&format!("c-{n}"), "ideal")).await;
        let created = order.created_time.expect("a time").seconds;
        assert!((before - 5..=now() + 5).contains(&created), "{wrong}: {created}, and it is {before}");
        let due = world
            .database
            .query("SELECT CAST(extract(epoch FROM max(due_time)) AS BIGINT) AS due FROM lookups")
            .await;
        let due: i64 = due[0].try_get("", "due").expect("a time");
        assert!(due <= now() + 125, "the next look-up is within two minutes: {}", due - before);
    }
}

async fn three_replicas(mut world: World) {
    let third = with_clock(&mut world).await;
    let (mut ahead, mut behind) = (world.replica(), world.replica());
    let wrong = [(&mut ahead, TEN_MINUTES), (&mut behind, -TEN_MINUTES)].map(|(replica, seconds)| {
        let clock = clock_of(replica);
        clock.is_off_by(seconds);
        clock
    });
    tokio::join!(ahead.start(), behind.start());
    let all = [&world.service, &ahead, &behind];
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let parcel = ship(&order, 0, 1, Some("299.00"));
    for replica in all {
        replica.orders().create_shipment(parcel.clone()).await.unwrap();
    }
    // By the clock that is ahead it is due.
    world.advance("P20DT23H55M").await;
    tokio::join!(alerts_anew(&ahead), alerts_anew(&behind));
    assert_eq!((told(&world, &order).await.len(), alerts(&world.service)), (0, 0));
    // Now none is right.
    third.is_off_by(2 * TEN_MINUTES);
    world.advance("P6DT14H").await;
    tokio::join!(alerts_anew(&world.service), rests(&ahead), rests(&behind));
    rests(&world.service).await;
    assert_eq!(told(&world, &order).await.len(), 0);
    third.is_right();
    tells(&world, &order, &["deadline.warning", "deadline.cancels"]).await;
    world.reaches(&order.id, OrderStatus::Completed).await;
    wrong.iter().for_each(WallClock::is_right);
    world.advance("P2D").await;
    for replica in all {
        replica.orders().sync_order(SyncOrderRequest { id: order.id.clone() }).await.unwrap();
    }
    tells(&world, &order, &["deadline.warning", "deadline.cancels"]).await;
    let ledger = world.simulator.ledger().await;
    assert_eq!((ledger.count("shipment_created"), ledger.count("order_canceled")), (1, 1));
}

/// Waits until it has left a timer as it was.
async fn rests(service: &Service) {
    let said = async || service.said().contains("clocks disagree by more than two minutes").then_some(());
    until("a timer rests", SOON, said).await;
}

/// In front of the server's own functions, for this database only.
const ITS_CLOCK: &str = "
    CREATE SCHEMA off;
    CREATE TABLE off.by (seconds BIGINT NOT NULL);
    INSERT INTO off.by VALUES (0);
    CREATE FUNCTION off.seconds() RETURNS INTERVAL LANGUAGE sql STABLE
        AS 'SELECT pg_catalog.make_interval(secs => seconds) FROM off.by';
    CREATE FUNCTION off.clock_timestamp() RETURNS TIMESTAMPTZ LANGUAGE sql VOLATILE
        AS 'SELECT pg_catalog.clock_timestamp() + off.seconds()';
    CREATE FUNCTION off.statement_timestamp() RETURNS TIMESTAMPTZ LANGUAGE sql STABLE
        AS 'SELECT pg_catalog.statement_timestamp() + off.seconds()';
    DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = public, off, pg_catalog', current_database());
    END $$";

/// All leases are over at once, and all timers are due; then none is.
async fn the_database_steps(mut world: World) {
    world.database.change(ITS_CLOCK).await;
    POLICY.iter().for_each(|(name, value)| world.service.set(name, value));
    world.service.start().await;
    let mut other = world.replica();
    POLICY.iter().for_each(|(name, value)| other.set(name, value));
    other.start().await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let steps = async |seconds: i64| {
        world.database.change(&format!("UPDATE off.by SET seconds = {seconds}")).await;
        tokio::join!(alerts_anew(&world.service), alerts_anew(&other));
    };
    steps(FORTY_DAYS).await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    world.settles(&order.id).await;
    assert_eq!(told(&world, &order).await.len(), 0);
    world.advance("P27DT13H").await;
    steps(-FORTY_DAYS).await;
    assert_eq!(told(&world, &order).await.len(), 0);
    world.database.change("UPDATE off.by SET seconds = 0").await;
    tells(&world, &order, &["deadline.warning", "deadline.cancels"]).await;
    world.reaches(&order.id, OrderStatus::Completed).await;
    let ledger = world.simulator.ledger().await;
    assert_eq!((ledger.count("shipment_created"), ledger.count("order_canceled")), (1, 1));
}
