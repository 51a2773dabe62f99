//! PgBouncer in front of PostgreSQL: what docs/scale.md says of its modes.

use std::time::Duration;

use tests::proto::OrderStatus;
use tests::{Engine, LEGO, Pooler, Process, SOON, Watch, World, draft, from_now, pooler_is_available, until};

use crate::requests::{cancel, ship};

/// For two replicas: what each may have, and one on which it listens.
const CONNECTIONS: usize = 2 * (4 + 1);
/// Much sooner than a stream would look for events by itself.
const HEARD: Duration = Duration::from_secs(30);

async fn world() -> Option<World> {
    if !pooler_is_available() || !Engine::Postgres.is_available().await {
        return None;
    }
    let settings = vec![("ORDER_SERVICE__DATABASE__MAX_CONNECTIONS", "4".into())];
    Some(Box::pin(World::prepare_with(Engine::Postgres, settings)).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_pooler_of_sessions_two_replicas_live_as_without_it() {
    let Some(mut world) = world().await else { return };
    let pooler = Pooler::start("session", &world.database, CONNECTIONS, world.directory()).await;
    let url = pooler.url(&world.database);
    let mut other = world.replica();
    for service in [&mut world.service, &mut other] {
        service.set("ORDER_SERVICE__DATABASE__URL", &url);
        service.start().await;
    }
    let mut watch = Watch::open(other.orders(), from_now()).await.unwrap();
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let event = watch.event_within(HEARD).await.expect("the other replica hears of it");
    assert_eq!((event.order_id.as_str(), event.kind.as_str()), (order.id.as_str(), "order.recorded"));
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    other.orders().cancel_order(cancel(&order)).await.unwrap();
    world.reaches(&order.id, OrderStatus::Completed).await;
    world.settles(&order.id).await;
    // What was begun and not ended is given up when its process dies.
    world.service.kill();
    until("no transaction is left open", SOON, async || {
        world.database.sessions().await.iter().all(|session| session.since.is_none()).then_some(())
    })
    .await;
    world.service.start().await;
    world.events(&order.id).await;
    other.stop().await;
    world.service.stop().await;
}

/// Statements are prepared on one server's connection and run on another: this must fail at once and loudly, not now and then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_pooler_of_transactions_nothing_starts() {
    let Some(world) = world().await else { return };
    let pooler = Pooler::start("transaction", &world.database, CONNECTIONS, world.directory()).await;
    let url = pooler.url(&world.database);
    let migrate = async || {
        let settings = vec![("ORDER_SERVICE__DATABASE__URL", url.as_str().into())];
        let mut process = Process::start_with("migrate", &[], world.directory(), &settings);
        (process.ended(SOON).await.success(), process.said())
    };
    // The first has fresh connections.
    let _ = migrate().await;
    let (succeeded, said) = migrate().await;
    assert!(!succeeded && said.contains("prepared statement"), "{said}");
}
