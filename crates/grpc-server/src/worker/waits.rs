//! Reads the operations that callers wait for.

use persistence::Repeats;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::driver::Driver;

static REPEATS: Repeats = Repeats::new();

pub async fn run(driver: Driver, stop: CancellationToken) {
    let failed = |error: &domain::ports::StoreError| {
        if let Some(left_out) = REPEATS.due() {
            warn!(%error, left_out, "operations that callers wait for cannot be read");
        }
    };
    tokio::select! {
        () = stop.cancelled() => (),
        () = driver.waits.watch(&driver.service.store, failed) => (),
    }
    driver.waits.end();
}
