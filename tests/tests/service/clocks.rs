//! Machines whose clocks are wrong. PostgreSQL only: SQLite's clock is the machine's own.

use std::time::SystemTime;

use tests::proto::order_event::Data;
use tests::proto::{Order, OrderEvent, OrderStatus};
use tests::{Engine, LEGO, SOON, World, draft, until};

const WRONG_BY: &str = "ORDER_SERVICE__CLOCK__WRONG_BY_SECONDS";

const POLICY: [(&str, &str); 2] = [
    ("ORDER_SERVICE__PROFILES__MAIN__DEADLINE_POLICY", "cancel_unshipped"),
    ("ORDER_SERVICE__PROFILES__MAIN__POLICY_DRY_RUN", "false"),
];

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn while_clocks_disagree_no_deadline_acts_and_afterwards_each_does_once() {
        tests::World::with(tests::Engine::Postgres, super::no_deadline_acts).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_machine_whose_clock_is_wrong_writes_and_finds_the_databases_times() {
        tests::World::with(tests::Engine::Postgres, super::times_are_the_databases).await;
    }
}

/// What was told and done about the order's deadline.
async fn told(world: &World, order: &Order) -> Vec<OrderEvent> {
    let mut events = world.events(&order.id).await;
    events.retain(|event| matches!(event.data, Some(Data::Deadline(_))));
    events
}

async fn no_deadline_acts(mut world: World) {
    assert_eq!(world.database.engine(), Engine::Postgres);
    world.service.restart_with(&POLICY).await;
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    // Ten minutes, and forty days, in both directions.
    for wrong in ["600", "-600", "3456000", "-3456000"] {
        world.service.restart_with(&[(WRONG_BY, wrong)]).await;
        if wrong == "600" {
            world.advance("P27DT13H").await;
        }
        until("the timer was tried, and an alert is raised", SOON, async || {
            let said = world.service.said();
            let is_told = said.contains("clocks disagree by more than two minutes");
            (is_told && said.contains("this machine's clock is more than two minutes")).then_some(())
        })
        .await;
        assert_eq!(told(&world, &order).await.len(), 0, "nothing is told or done by a clock {wrong} s off");
        assert_eq!(world.order(&order.id).await.status(), OrderStatus::Authorized);
    }
    world.service.restart_with(&[(WRONG_BY, "0")]).await;
    let mut other = world.replica();
    POLICY.iter().for_each(|(name, value)| other.set(name, value));
    // One that is wrong again leaves what is due to one that is right.
    other.set(WRONG_BY, "600");
    other.start().await;
    world.reaches(&order.id, OrderStatus::Canceled).await;
    world.settles(&order.id).await;
    let kinds: Vec<_> = told(&world, &order).await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["deadline.warning", "deadline.cancels"]);
    assert_eq!(world.simulator.ledger().await.count("order_canceled"), 1);
}

/// Were they the machine's, the other replica would find everything due ten minutes too late.
async fn times_are_the_databases(mut world: World) {
    for (n, wrong) in ["600", "-600"].into_iter().enumerate() {
        world.service.restart_with(&[(WRONG_BY, wrong)]).await;
        let now = seconds();
        let order = world.create(tests::numbered(&format!("c-{n}"), "ideal")).await;
        let created = order.created_time.expect("a time").seconds;
        assert!((now - 5..=seconds() + 5).contains(&created), "{wrong}: {created}, and it is {now}");
        let due = world
            .database
            .query("SELECT CAST(extract(epoch FROM max(due_time)) AS BIGINT) AS due FROM lookups")
            .await;
        let due: i64 = due[0].try_get("", "due").expect("a time");
        assert!(due <= seconds() + 125, "the next look-up is within two minutes: {}", due - now);
    }
}

fn seconds() -> i64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("it is after 1970");
    i64::try_from(now.as_secs()).expect("seconds fit")
}
