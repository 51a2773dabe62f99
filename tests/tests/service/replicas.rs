//! Several processes on one database: welcome on PostgreSQL, refused on SQLite.

use tests::{Engine, LEGO, SOON, World, draft, new_request_id, numbered};

use crate::requests::create;

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_second_process_on_the_same_file_is_refused() {
        tests::World::with(tests::Engine::Sqlite, super::a_second_process_is_refused).await;
    }
}

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_replicas_serve_and_one_request_id_at_both_places_one_order() {
        tests::World::with(tests::Engine::Postgres, super::two_replicas_serve).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn two_replicas_that_start_at_once_on_an_empty_database_both_serve() {
        super::two_replicas_start().await;
    }
}

async fn a_second_process_is_refused(world: World) {
    let mut second = world.replica().begin();
    let status = second.ended(SOON).await;
    assert!(!status.success(), "{status}");
    let said = second.said();
    assert!(said.contains("another") && said.contains("orders.db"), "it says why: {said}");
    // The first is not disturbed.
    world.create(draft(LEGO, "ideal")).await;
}

async fn two_replicas_serve(world: World) {
    let mut second = world.replica();
    second.start().await;
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let (mut one, mut two) = (world.orders(), second.orders());
    let (at_one, at_two) = tokio::join!(one.create_order(request.clone()), two.create_order(request));
    let (at_one, at_two) = (at_one.unwrap().into_inner(), at_two.unwrap().into_inner());
    assert_eq!((&at_one.id, &at_one.mollie_order_id), (&at_two.id, &at_two.mollie_order_id));
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
    // Each sees what the other has done.
    let order =
        two.create_order(create(&new_request_id(), numbered("1338", "ideal"))).await.unwrap().into_inner();
    assert_eq!(world.order(&order.id).await, order);
}

async fn two_replicas_start() {
    if Engine::Postgres.is_available().await {
        let mut world = World::prepare(Engine::Postgres, None).await;
        let mut second = world.replica();
        tokio::join!(world.service.start(), second.start());
        world.create(draft(LEGO, "ideal")).await;
    }
}
