//! News of the stream: who waits for them learns that events have got positions, whichever process gave them.

use std::time::Duration;

use conformance::samples::{bare_order, creation, event};
use domain::ports::{EventStream, Store};
use domain::rules::event::EventData;
use persistence::{Database, News};

use crate::engines::{Fresh, administer, on_sqlite, opened};

/// Much longer than a notification takes. Nothing is looked for meanwhile.
const LONG: Duration = Duration::from_secs(20);
/// Long enough for news that should not come.
const QUIET: Duration = Duration::from_millis(300);

async fn tell(database: &Database) {
    let mut order = bare_order();
    order.version = 1;
    let mut change = creation(&order);
    change.events = vec![event(&order, 1, EventData::PlacementAbandoned { reason: "x".into() })];
    database.commit(change).await.unwrap();
}

async fn hears(news: &mut News) -> bool {
    tokio::time::timeout(LONG, news.wait()).await.is_ok()
}

async fn hears_nothing(news: &mut News) -> bool {
    tokio::time::timeout(QUIET, news.wait()).await.is_err()
}

#[tokio::test]
async fn on_sqlite_this_process_hears_of_the_positions_it_gives() {
    on_sqlite(async |database| {
        let mut news = database.news();
        tell(&database).await;
        assert!(hears_nothing(&mut news).await, "an event without a position is no news");
        database.position_events(10).await.unwrap();
        assert!(hears(&mut news).await);
        assert!(hears_nothing(&mut news).await);
        assert_eq!(database.position_events(10).await.unwrap(), 0);
        assert!(hears_nothing(&mut news).await, "nothing got a position");
    })
    .await;
}

#[tokio::test]
async fn on_postgres_every_process_hears_of_the_positions_that_another_gives() {
    let Some(fresh) = Fresh::create().await else { return };
    let (giver, hearer) = (opened(&fresh.url).await, opened(&fresh.url).await);
    let mut news = hearer.news();
    let listening = tokio::spawn({
        let hearer = hearer.clone();
        async move { hearer.listen().await }
    });
    assert!(hears(&mut news).await, "what was given before is news to one who begins to listen");
    tell(&giver).await;
    assert!(hears_nothing(&mut news).await);
    giver.position_events(10).await.unwrap();
    assert!(hears(&mut news).await);
    // The connection is lost, and nothing that happens meanwhile.
    let listener = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    administer(&fresh.url, listener.to_owned()).await;
    tell(&giver).await;
    giver.position_events(10).await.unwrap();
    assert!(hears(&mut news).await);
    // It hears again, over a new connection.
    while !hears_nothing(&mut news).await {}
    tell(&giver).await;
    giver.position_events(10).await.unwrap();
    assert!(hears(&mut news).await);
    listening.abort();
    giver.close().await;
    hearer.close().await;
    fresh.drop().await;
}
