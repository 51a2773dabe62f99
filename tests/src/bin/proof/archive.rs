//! Many orders that are closed for good, archived by two commands at once while the service is killed twice and one of the commands once.

use tests::{Archiving, Engine};

const BATCH: u32 = 100;

/// `false` if the archive takes as much room as the tables that orders change in. Whatever else is wrong panics.
pub async fn prove(orders: u64) -> bool {
    assert!(Engine::Postgres.is_available().await, "run this by `cargo xtask proof archive`");
    let orders = u32::try_from(orders).expect("so many do not fit");
    let archived = Box::pin(Archiving { orders, batch: BATCH }.run()).await;
    println!("{archived}");
    let smaller = archived.cold.rows + archived.cold.indexes < archived.hot.rows + archived.hot.indexes;
    let promises = [
        ("every order is archived, whole and once", true),
        ("all that is told of it by its id is the same, byte for byte", true),
        ("the stream of events has every event in its place", true),
        ("an archived order takes less room", smaller),
    ];
    for (promise, kept) in promises {
        println!("{} {promise}", if kept { "kept  " } else { "BROKEN" });
    }
    smaller
}
