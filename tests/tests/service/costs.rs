//! What each use case costs the database: statements, transactions and round trips to the number, buffers and pages at most;
//! and no statement reads a table from its beginning. An added round trip or a lost query plan is seen here at once.
//!
//! After a change that is meant, paste what the failing test prints into the files beside it. `pings` are round trips that no
//! call waits for: the driver's pool tries each connection that it gets back. It gets none back while they are in use (`shelf.rs`).

mod cases;

use std::time::Instant;

use cases::Cases;
use futures_util::{StreamExt, stream};
use tests::proto::{CreateOrderRequest, Order};
use tests::{Counts, Engine, Meter, Searches, Table, World, new_request_id, numbered};

use crate::requests::create;

/// Orders that are there before anything is counted.
const ORDERS: usize = 400;
/// Whose they are, one after the other: with few profiles, an index that begins with the profile is hardly better than another.
const PROFILES: [&str; 4] = ["main", "second", "third", "fourth"];
const OTHER_PROFILES: [&str; 3] = [
    "ORDER_SERVICE__PROFILES__SECOND__API_KEY_FILE",
    "ORDER_SERVICE__PROFILES__THIRD__API_KEY_FILE",
    "ORDER_SERVICE__PROFILES__FOURTH__API_KEY_FILE",
];
/// How many of them are placed at once.
const AT_ONCE: usize = 8;
/// Where Mollie tells of changes: nobody listens, so that every hook is one of the test's own.
const NOBODY: &str = "http://127.0.0.1:9";

const POSTGRES: &str = include_str!("costs/postgres.txt");
const SQLITE: &str = include_str!("costs/sqlite.txt");
/// How SQLite looks for what each statement names, and why what is no search is meant.
const SEARCHES: &str = include_str!("costs/searches.txt");

mod sqlite {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_use_case_costs_the_database_what_is_written_down() {
        Box::pin(super::costs_on(tests::Engine::Sqlite)).await;
    }
}

mod postgres {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_use_case_costs_the_database_what_is_written_down() {
        Box::pin(super::costs_on(tests::Engine::Postgres)).await;
    }
}

async fn costs_on(engine: Engine) {
    if !engine.is_available().await {
        return;
    }
    let began = Instant::now();
    let mut world = World::prepare(engine, Some(NOBODY)).await;
    for (n, name) in OTHER_PROFILES.into_iter().enumerate() {
        let key = world.directory().join(format!("api-key-{n}"));
        std::fs::write(&key, format!("test_{n}Har4XY7LxsDOtmnkVtjNVWXLSlXsM")).unwrap();
        world.service.set(name, key.to_str().unwrap());
    }
    let there = fill(&mut world).await;
    println!("{ORDERS} orders are there after {:?}", began.elapsed());
    let meter = Meter::start(&mut world).await;
    let mut cases = Cases::new(&world, meter, there).await;
    Box::pin(cases.run()).await;
    let counts = cases.end().stop(&mut world).await;
    println!("all is counted after {:?}:\n{}", began.elapsed(), counts.table());
    judge(&world, &counts).await;
}

/// Tells every difference at once, and what to paste if it is meant.
async fn judge(world: &World, counts: &Counts) {
    let engine = world.database.engine();
    let expected = match engine {
        Engine::Sqlite => SQLITE,
        Engine::Postgres => POSTGRES,
    };
    let verdict = counts.table().judge(&Table::parse(expected));
    let mut problems = [counts.faults(), verdict.differences].concat();
    let reported = verdict.cases.iter().map(|case| format!("{case}, as it is now:\n{}\n", counts.tell(case)));
    let mut paste = format!("{}the table as it is now:\n{}", reported.collect::<String>(), verdict.table);
    if engine == Engine::Sqlite {
        let (faults, list) = counts.searches(&world.database).await.judge(&Searches::parse(SEARCHES));
        paste.extend((!faults.is_empty()).then(|| format!("\nthe searches as they are now:\n{list}")));
        problems.extend(faults);
    }
    let reported: String = problems.iter().map(|problem| format!("  - {problem}\n")).collect();
    assert!(problems.is_empty(), "{} differences on {engine:?}:\n{reported}\n{paste}", problems.len());
}

/// Fills the database through the API, faster than it can be counted, and lets the server see what there is.
async fn fill(world: &mut World) -> Vec<Order> {
    world.service.start().await;
    let client = world.orders();
    let one = async |n: usize| {
        let request = create(&new_request_id(), numbered(&format!("there-{n}"), "ideal"));
        let request =
            CreateOrderRequest { profile: PROFILES[n * PROFILES.len() / ORDERS].to_owned(), ..request };
        client.clone().create_order(request).await.unwrap().into_inner()
    };
    let orders = stream::iter(0..ORDERS).map(one).buffer_unordered(AT_ONCE).collect().await;
    world.service.stop().await;
    if world.database.engine() == Engine::Postgres {
        // Many have something on their agendas, none of it now.
        let timers = "INSERT INTO timers (order_id, due, failures)
            SELECT gen_random_uuid(), 4102444800000000 + n, 0 FROM generate_series(1, 5000) AS n";
        world.database.change(timers).await;
        world.database.query("VACUUM ANALYZE").await;
    }
    orders
}
