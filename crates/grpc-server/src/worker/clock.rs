//! Keeps the process's time at the database's, and raises an alert while clocks are far apart. What is not done meanwhile is decided
//! elsewhere.

use std::time::Duration;

use domain::ports::{AGREED, Clock};
use jiff::{SignedDuration, Timestamp};
use persistence::{Database, Engine, Repeats};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

use crate::clock::{CLOSE, SystemClock};

/// How often the clocks are compared.
const PAUSE: Duration = Duration::from_secs(1);

/// An answer that took longer says too little.
const PROMPT: Duration = Duration::from_secs(1);

static TOLD: Repeats = Repeats::new();

/// Runs until `stop`.
pub async fn run(database: Database, clock: SystemClock, stop: CancellationToken) {
    let mut known = SignedDuration::ZERO;
    while stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await.is_some() {
        let ahead_of_database = compare(&database, &clock).await;
        // A machine that has slept knows too little of Mollie's time until it is told.
        let of_mollie = clock.ahead_of_mollie().filter(|ahead| ahead.heard_ago < PAUSE);
        let all = [
            ("this machine", clock.moved()),
            ("the database", ahead_of_database),
            ("Mollie", of_mollie.map_or(SignedDuration::ZERO, |ahead| ahead.by)),
        ];
        let apart = all.into_iter().find(|(_, ahead)| ahead.abs() > AGREED);
        let ahead = apart.map_or(SignedDuration::ZERO, |(_, ahead)| ahead);
        let is_new = ahead.saturating_sub(std::mem::replace(&mut known, ahead)).abs() > AGREED;
        apart.into_iter().for_each(|(of, ahead)| tell(of, ahead, is_new));
    }
}

/// Compares once, and follows the database's clock. Returns how far the process's time is ahead of it all the same.
pub async fn compare(database: &Database, clock: &SystemClock) -> SignedDuration {
    let (began, machine) = (clock.elapsed(), clock.machine());
    let time = match database.engine() {
        // Its clock is this machine's.
        Engine::Sqlite => machine,
        Engine::Postgres => match of_database(database, clock).await {
            Some(theirs) if theirs.duration_since(machine).abs() > CLOSE => theirs,
            Some(_) => machine,
            None => return SignedDuration::ZERO,
        },
    };
    clock.follow(time, began)
}

/// What is new is told at once.
fn tell(of: &str, ahead: SignedDuration, is_new: bool) {
    if let Some(left_out) = TOLD.due().or(is_new.then_some(0)) {
        error!(
            %ahead, left_out,
            "ALERT: this process's time is more than two minutes from that of {of}: it does nothing before a deadline that cannot be \
             undone until they agree; check the time of this machine, of the database and of Mollie"
        );
    }
}

/// What time it was by the database's clock when it was asked.
async fn of_database(database: &Database, clock: &SystemClock) -> Option<Timestamp> {
    let began = clock.elapsed();
    let theirs = match database.time().await {
        Ok(theirs) => theirs,
        Err(error) => {
            debug!(%error, "the database's time cannot be read");
            return None;
        }
    };
    let took = clock.elapsed().saturating_sub(began);
    let half = SignedDuration::try_from(took / 2).unwrap_or_default();
    theirs.checked_sub(half).ok().filter(|_| took <= PROMPT)
}
