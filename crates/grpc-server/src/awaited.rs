//! What a stopping server still waits for, told every few seconds: whoever stops it sees what holds it up. It ends nothing.

use std::convert::Infallible;
use std::time::Duration;

use tokio_util::task::TaskTracker;
use tracing::info;

use crate::admission::Gates;
use crate::driver::Driver;

/// The time between two lines.
const PAUSE: Duration = Duration::from_secs(5);

/// Where it can be seen.
pub struct Awaited {
    driver: Driver,
    gates: Gates,
    /// The connections of callers, and of webhooks.
    open: [TaskTracker; 2],
}

impl Awaited {
    pub fn new(driver: &Driver, gates: Gates, open: [TaskTracker; 2]) -> Self {
        Self { driver: driver.clone(), gates, open }
    }

    /// Tells it for as long as this is polled.
    pub async fn tell(&self) -> Infallible {
        loop {
            tokio::time::sleep(PAUSE).await;
            let [reads, changes, waits] = self.gates.taken();
            let [connections, webhook_connections] = self.open.each_ref().map(TaskTracker::len);
            let (operations, other_tasks) = self.driver.under_way();
            info!(
                reads,
                changes,
                waits,
                operations,
                other_tasks,
                connections,
                webhook_connections,
                "still stopping: these calls, and these operations at Mollie or in the database, are waited for"
            );
        }
    }
}
