//! The two database engines, and tests that run on both.
//!
//! A test is an `async fn name(world: World)`; `on_both_engines!` makes `sqlite::name` and `postgres::name` of it.

use std::io::Write;
use std::sync::Once;

use crate::database;

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Whether tests on this engine can run. Says so if they are left out, and once which release runs.
    pub async fn is_available(self) -> bool {
        static SQLITE: Once = Once::new();
        static POSTGRES: Once = Once::new();
        let reported = match self {
            Self::Sqlite => &SQLITE,
            Self::Postgres if database::server().is_none() => {
                POSTGRES.call_once(say_what_is_left_out);
                return false;
            }
            Self::Postgres => &POSTGRES,
        };
        if !reported.is_completed() {
            let version = database::version(self).await;
            reported.call_once(|| println!("engine {version}"));
        }
        true
    }
}

/// Past the capture of what tests print, which hides it while they pass.
fn say_what_is_left_out() {
    let text =
        "left out: all tests on PostgreSQL, as DATABASE_URL names no server; `cargo xtask test` provides one";
    // Whoever has closed the output does not want to know.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Makes a test on each engine of each function named.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::World::with($crate::Engine::Sqlite, super::$name).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::World::with($crate::Engine::Postgres, super::$name).await;
            })+
        }
    };
}
