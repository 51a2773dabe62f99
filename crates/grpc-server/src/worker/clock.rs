//! Keeps the process's clock at the database's. What is done about clocks that disagree is decided elsewhere.

use std::time::Duration;

use domain::ports::{AGREED, Clock};
use jiff::SignedDuration;
use persistence::{Database, Engine, Repeats};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

use crate::clock::SystemClock;

/// How often the clocks are compared.
const PAUSE: Duration = Duration::from_secs(1);

/// An answer that took longer says too little.
const PROMPT: Duration = Duration::from_secs(1);

static TOLD: Repeats = Repeats::new();

/// Runs until `stop`. SQLite's clock is this machine's.
pub async fn run(database: Database, clock: SystemClock, stop: CancellationToken) {
    if database.engine() == Engine::Sqlite {
        return;
    }
    while stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_some() {
        compare(&database, &clock).await;
    }
}

/// Compares once, and follows the database's clock.
pub async fn compare(database: &Database, clock: &SystemClock) {
    let (began, own) = (clock.elapsed(), clock.machine());
    let theirs = match database.time().await {
        Ok(theirs) => theirs,
        Err(error) => {
            debug!(%error, "the database's time cannot be read");
            return;
        }
    };
    let took = clock.elapsed().saturating_sub(began);
    let half = SignedDuration::try_from(took / 2).unwrap_or_default();
    let ahead = theirs.duration_since(own).saturating_sub(half);
    if took > PROMPT {
        return;
    }
    clock.follow(ahead);
    if ahead.abs() > AGREED
        && let Some(left_out) = TOLD.due()
    {
        error!(
            %ahead, left_out,
            "ALERT: this machine's clock is more than two minutes from the database's: times are taken from the database, and this \
             process does nothing before a deadline that cannot be undone until they agree"
        );
    }
}
