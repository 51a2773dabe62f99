//! News of the stream: that events have got positions, given by this process or another one. It may not read any table.
//!
//! News are a hint. One may be lost together with the connection that listens, and then the connection is made anew, which counts as
//! news; whoever relies on them must look from time to time all the same.

use std::time::Duration;

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::sqlx::postgres::{PgListener, PgPool};
use tokio::sync::watch;

use crate::database::Database;
use crate::repeats::Repeats;

/// What the transaction that gives positions notifies.
const CHANNEL: &str = "order_events";

/// How long to wait before the listening connection is made anew.
const PAUSE: Duration = Duration::from_secs(1);

static TOLD: Repeats = Repeats::new();

/// Tells whether events may have got positions.
#[derive(Debug)]
pub struct News(watch::Receiver<u64>);

impl News {
    /// Waits for news since the last time.
    pub async fn wait(&mut self) {
        // The sender lives as long as the database; without one there is nothing to wait for.
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Database {
    /// What happens from now on.
    #[must_use]
    pub fn news(&self) -> News {
        News(self.news_sender().subscribe())
    }

    /// Positions may have been given.
    pub(crate) fn tell_news(&self) {
        self.news_sender().send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Listens on PostgreSQL, on one connection of its own, to what all processes give positions to; on SQLite there is only this
    /// process. It never ends.
    pub async fn listen(&self) {
        let Some(pool) = self.listening() else { return std::future::pending().await };
        loop {
            if let Err(problem) = self.hear(pool).await
                && let Some(left_out) = TOLD.due()
            {
                tracing::warn!(%problem, left_out, "notifications of the database cannot be heard; it is read now and then");
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn hear(&self, pool: &PgPool) -> Result<(), SqlxError> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        loop {
            // What was notified before it listened, or while it was connected anew, was not heard.
            self.tell_news();
            listener.try_recv().await?;
        }
    }
}
