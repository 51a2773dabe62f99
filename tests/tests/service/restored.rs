//! `serve --after-restore`: the database is restored to a random moment, and callers repeat what they have asked for.

use tests::proto::{GetOrderRequest, get_order_request::Key};
use tests::{Came, Dice, Engine, SOON, Trial, World, new_request_id, numbered, refusal, until};
use tonic::Code;

use crate::requests::create;

mod sqlite {
    use tests::Engine::Sqlite;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_a_restored_database_lacks_is_found_at_mollie_and_nothing_is_done_twice() {
        tests::World::with(Sqlite, super::nothing_is_done_twice).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_service_that_is_not_told_of_the_restore_does_things_twice() {
        tests::World::with(Sqlite, super::things_are_done_twice).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_profile_whose_key_is_refused_is_named_with_the_way_to_go_on_without_it() {
        tests::World::with(Sqlite, super::one_profile_is_given_up).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_flag_that_is_left_in_is_told_and_harmless() {
        tests::World::with(Sqlite, super::the_flag_is_left_in).await;
    }
}

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_a_restored_database_lacks_is_found_at_mollie_and_nothing_is_done_twice() {
        tests::World::with(super::Engine::Postgres, super::nothing_is_done_twice).await;
    }
}

/// So many that some are made after any moment.
const CALLERS: usize = 8;

async fn nothing_is_done_twice(world: World) {
    let mut dice = Dice::new("restored");
    let (mut trial, mut came) = Trial::run(world, CALLERS, &mut dice).await;
    trial.start_restored(&mut came).await;
    trial.repeat(&mut came).await;
    trial.go_on().await;
    trial.judge(&mut came).await;
    assert!(came.faults.is_empty(), "{}", came.faults.join("\n"));
    assert_eq!(came.refused, 1, "calls wait while Mollie is read");
}

/// The same, by the wrong version: so what is judged can be wrong.
async fn things_are_done_twice(world: World) {
    let mut dice = Dice::with(1);
    let (mut trial, mut came): (Trial, Came) = Trial::run(world, CALLERS, &mut dice).await;
    trial.start_plainly().await;
    trial.repeat(&mut came).await;
    let miscounts = trial.miscounts().await;
    assert!(
        miscounts.iter().any(|it| it.contains("done 2 times") || it.contains("were made")),
        "{miscounts:?}"
    );
}

const KEY: &str = "ORDER_SERVICE__PROFILES__OTHER__API_KEY_FILE";
const RETIRED: &str = "ORDER_SERVICE__PROFILES__OTHER__RETIRED";

/// Mollie takes the key of one of two profiles no more, and nobody has another one.
async fn one_profile_is_given_up(mut world: World) {
    let key = "test_another4XY7LxsDOtmnkVtjNVWXLSlXsM";
    let file = world.directory().join("other.key");
    std::fs::write(&file, key).unwrap();
    world.service.restart_with(&[(KEY, file.to_str().unwrap())]).await;
    let place = async |world: &World, profile: &str, number: &str| {
        let draft = create(&new_request_id(), numbered(number, "ideal"));
        let placing = tests::proto::CreateOrderRequest { profile: profile.to_owned(), ..draft };
        world.orders().create_order(placing).await.unwrap().into_inner()
    };
    let order = place(&world, "other", "of-the-dead").await;
    world.service.kill();
    world.simulator.revoke(&[key]).await;
    world.service.launch(&["--after-restore"]);
    let wanted = ["profile other", "profiles.other.api_key_file", "profiles.other.retired=true"];
    until("it says what to do", SOON, async || {
        let said = world.service.said();
        wanted.iter().all(|word| said.contains(word)).then_some(())
    })
    .await;
    let asked = GetOrderRequest { key: Some(Key::Id(order.id.clone())) };
    let refused = refusal(world.orders().get_order(asked).await);
    assert_eq!(refused.kind(), (Code::Unavailable, "RESTORING"));

    // Whoever watches over the process lets it live, however long that takes, and gives it no calls.
    for (path, status) in [("/startupz", 200), ("/livez", 200), ("/readyz", 503)] {
        assert_eq!(world.service.probe(path).await.map(|told| told.0), Some(status), "{path}");
    }

    // It can be stopped meanwhile, and goes on with what it was told last.
    world.service.stop().await;
    world.service.forget(KEY);
    world.service.set(RETIRED, "true");
    world.service.launch(&[]);
    world.service.serves(SOON).await;
    assert_eq!(world.order(&order.id).await, order, "it is left as it was");
    place(&world, "main", "of-the-living").await;
}

async fn the_flag_is_left_in(mut world: World) {
    let placing = create("placed once", numbered("1337", "ideal"));
    let order = world.orders().create_order(placing.clone()).await.unwrap().into_inner();
    for is_first in [true, false] {
        world.service.stop().await;
        world.service.launch(&["--after-restore"]);
        world.service.serves(SOON).await;
        let said = world.service.said();
        assert_eq!(said.contains("was restored before"), !is_first, "{said}");
        let again = world.orders().create_order(placing.clone()).await.unwrap().into_inner();
        assert_eq!(again.id, order.id);
    }
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
}
