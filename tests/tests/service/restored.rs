//! `serve --after-restore`: the database is restored to a random moment, and callers repeat what they have asked for.

use tests::{Came, Dice, Engine, Trial, World};

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
