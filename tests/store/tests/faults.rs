//! Some of the store's faults on every change, drawn by chance: each flow and each fault at least once. All of them are
//! `cargo xtask proof store`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;

use store_faults::Engine;
use store_faults::campaign::{self, Choice};

/// So many on each engine.
const DRAWN: usize = 60;

async fn one_effect_whatever_fails(engine: Engine) {
    if !campaign::is_available(engine) {
        return;
    }
    let seed = campaign::seed();
    println!("seed store={seed}");
    let program = Path::new(env!("CARGO_BIN_EXE_store-faults"));
    let outcome = campaign::run(program, engine, Choice::Drawn { seed, at_least: DRAWN }).await;
    let table = outcome.table(engine);
    println!("{table}");
    let failed: Vec<String> = outcome.failures.iter().map(|(cell, said)| format!("{cell}\n{said}")).collect();
    assert!(failed.is_empty(), "{table}seed {seed}\n{}", failed.join("\n"));
}

mod sqlite {
    use super::*;

    #[tokio::test]
    async fn every_intent_has_one_effect_whatever_the_store_fails_at() {
        one_effect_whatever_fails(Engine::Sqlite).await;
    }
}

mod postgres {
    use super::*;

    #[tokio::test]
    async fn every_intent_has_one_effect_whatever_the_store_fails_at() {
        one_effect_whatever_fails(Engine::Postgres).await;
    }
}
