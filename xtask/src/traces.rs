//! A real collector of OpenTelemetry gets one connected trace of the service, and docs/trace.svg shows it.

use anyhow::Result;

use crate::cluster::Purpose;
use crate::postgres::Postgres;
use crate::{clients, process};

const TEST: &str = "one_trace_goes_from_the_callers_span_to_mollie_and_on_after_a_restart";
/// Says where the program of the package lies.
const PROGRAM: &str = "import pathlib, rotel; print(pathlib.Path(rotel.__file__).with_name('rotel-agent'))";

/// The service's trace arrives at the collector as the picture shows it.
pub fn check() -> Result<()> {
    run(false)
}

/// The same, and draws the picture anew.
pub fn draw() -> Result<()> {
    run(true)
}

fn run(draws: bool) -> Result<()> {
    let program = process::output(&mut process::command(clients::python()?, ["-c", PROGRAM])?)?;
    let postgres = Postgres::provide(Purpose::Tests)?;
    let mut tests = process::cargo(["test", "--workspace", "--test", "service", "--", TEST])?;
    tests.env("DATABASE_URL", postgres.url()).env("ORDER_SERVICE_TEST_COLLECTOR", program.trim());
    if draws {
        tests.env("UPDATE_DOCS", "1");
    }
    process::run(&mut tests)
}
