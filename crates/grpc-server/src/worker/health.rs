//! Reports through the health protocol whether the database can be written. A replica that cannot write must get no calls: it can
//! record nothing.

use std::time::Duration;

use persistence::Database;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tracing::{error, info};

/// How often a working database is tested, and a failing one.
const USUAL: Duration = Duration::from_secs(5);
const FAILING: Duration = Duration::from_secs(1);

/// More than any order takes.
const ROOM: usize = 64 * 1024;

/// The names that health is reported for: the whole server, and each of its services.
const NAMES: [&str; 3] = ["", "orders.v1.OrderService", "orders.v1.OperationService"];

/// Tests the database before serving, and reports the result: a replica that starts on a full disk must not count as healthy.
/// Returns whether the database can be written.
pub async fn tell_first(store: &Database, reporter: &HealthReporter) -> bool {
    let tried = store.beat(ROOM).await;
    if let Err(problem) = &tried {
        error!(%problem, "the database cannot be written: not serving until it can");
    }
    tell(reporter, tried.is_ok()).await;
    tried.is_ok()
}

/// Tests the database for ever: regularly, at once after a failed write, and often until it can be written again.
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
        if writable == tried.is_ok() {
            continue;
        }
        writable = tried.is_ok();
        tell(&reporter, writable).await;
        match tried {
            Ok(()) => info!("the database can be written again: serving"),
            Err(problem) => {
                let problem = store.explained(problem).await;
                error!(problem, "the database cannot be written: not serving until it can");
            }
        }
    }
}

/// Reports whether the server serves.
pub async fn tell(reporter: &HealthReporter, serving: bool) {
    let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
    for name in NAMES {
        reporter.set_service_status(name, status).await;
    }
}
