//! The alerts and the dashboard of deploy/, evaluated by a real Prometheus on what the real program tells. It installs Prometheus where
//! that is missing.

use anyhow::Result;

use crate::cluster::Purpose;
use crate::postgres::Postgres;
use crate::{debian, process};

const TESTS: &str = "alerts::";

/// Each alert is made to fire by its cause, and each expression finds what it asks for.
pub fn check() -> Result<()> {
    debian::ensure("promtool", &["prometheus"])?;
    let postgres = Postgres::provide(Purpose::Tests)?;
    let mut tests = process::cargo(["test", "--workspace", "--test", "service", "--", TESTS])?;
    process::run(tests.env("DATABASE_URL", postgres.url()).env("ORDER_SERVICE_TEST_PROMETHEUS", "installed"))
}
