//! What a bare transaction of the same shape costs on the same database: no order can be told of in less.

use std::time::Duration;

use sea_orm::{ConnectionTrait, Database as Connections};
use tokio::time::{Instant, sleep};

use crate::database::Database;

/// A row is changed and another one added, of the size of an order and of an event.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS floor_rows AS SELECT id, version, document FROM orders LIMIT 1;
    CREATE TABLE IF NOT EXISTS floor_events AS SELECT time, data FROM events LIMIT 1;";
const TRANSACTION: &str = "
    BEGIN;
    UPDATE floor_rows SET version = version + 1;
    INSERT INTO floor_events SELECT now(), data FROM floor_events LIMIT 1;
    COMMIT;";

/// How long such transactions took, one after the other, the shortest first.
pub(super) struct Floor(Vec<Duration>);

impl Floor {
    /// Measures for a while, with a pause after each.
    pub async fn measured(database: &Database, time: Duration, pause: Duration) -> Self {
        database.change(TABLES).await;
        let connection = Connections::connect(database.url()).await.expect("the database can be reached");
        let (end, mut took) = (Instant::now() + time, Vec::new());
        while Instant::now() < end {
            let began = Instant::now();
            connection.execute_unprepared(TRANSACTION).await.expect("the floor can be measured");
            took.push(began.elapsed());
            sleep(pause.min(end.saturating_duration_since(Instant::now()))).await;
        }
        connection.close().await.expect("a connection can be closed");
        took.sort_unstable();
        Self(took)
    }

    /// That of so many in a hundred at most.
    pub fn percentile(&self, percent: usize) -> Duration {
        let place = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(place).copied().unwrap_or_default()
    }
}
