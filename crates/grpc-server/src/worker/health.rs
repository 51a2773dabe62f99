//! Tells by the health protocol whether the database can be written. A replica that cannot write must get no calls: it could
//! promise nothing.

use std::time::Duration;

use persistence::Database;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tracing::{error, info};

/// How often a database is tried that works, and one that does not.
const USUAL: Duration = Duration::from_secs(5);
const FAILING: Duration = Duration::from_secs(1);

/// More than any order takes.
const ROOM: usize = 64 * 1024;

/// What health is told of: the whole server, and each of its services.
const NAMES: [&str; 3] = ["", "orders.v1.OrderService", "orders.v1.OperationService"];

/// Tries the database before anybody is served, and tells what came of it: a replica that is started on a full disk must not be
/// taken for a healthy one. Gives whether the database can be written.
pub async fn tell_first(store: &Database, reporter: &HealthReporter) -> bool {
    let tried = store.beat(ROOM).await;
    if let Err(problem) = &tried {
        error!(%problem, "the database cannot be written: not serving until it can");
    }
    tell(reporter, tried.is_ok()).await;
    tried.is_ok()
}

/// Tries the database for ever: now and then, at once when a write has failed, and often until it can be written again.
pub async fn run(store: Database, reporter: HealthReporter, mut writable: bool) {
    loop {
        let room = if writable {
            tokio::select! {
                () = store.doubted() => ROOM,
                () = tokio::time::sleep(USUAL) => 0,
            }
        } else {
            tokio::time::sleep(FAILING).await;
            ROOM
        };
        let tried = store.beat(room).await;
        match &tried {
            Err(problem) if writable => {
                error!(%problem, "the database cannot be written: not serving until it can")
            }
            Ok(()) if !writable => info!("the database can be written again: serving"),
            Ok(()) | Err(_) => (),
        }
        if writable != tried.is_ok() {
            writable = tried.is_ok();
            tell(&reporter, writable).await;
        }
    }
}

/// Tells whether the server serves.
pub async fn tell(reporter: &HealthReporter, serving: bool) {
    let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
    for name in NAMES {
        reporter.set_service_status(name, status).await;
    }
}
