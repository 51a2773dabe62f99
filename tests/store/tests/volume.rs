//! A small volume: SQLite's log must not take all of it, and what has become full must work again once there is room.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use persistence::{Database, Options};
use store_faults::Tmpfs;

/// What health asks for when it doubts.
const ROOM: usize = 64 * 1024;

async fn opened(directory: &Path) -> Database {
    let url = format!("sqlite://{}", directory.join("orders.db").display());
    let database = Database::connect(&Options { url, max_connections: 4 }).await.unwrap();
    database.migrate().await.unwrap();
    database
}

/// A database on a volume of so many megabytes, if such a volume can be had.
async fn on_a_volume(megabytes: u32, test: impl AsyncFnOnce(Database, Arc<Tmpfs>)) {
    let directory = tempfile::tempdir().unwrap();
    let Some(volume) = Tmpfs::mount(&directory.path().join("small"), megabytes) else {
        println!("left out: mounting a tmpfs needs root");
        return;
    };
    test(opened(volume.path()).await, Arc::new(volume)).await;
}

/// Takes all but so many kilobytes.
fn leave(volume: &Tmpfs, kilobytes: usize) {
    let reserve = volume.path().join("reserve");
    fs::write(&reserve, vec![7; kilobytes << 10]).unwrap();
    volume.fill();
    fs::remove_file(reserve).unwrap();
}

#[tokio::test]
async fn the_log_does_not_fill_a_small_volume() {
    on_a_volume(3, async |database, _volume| {
        for n in 0..400 {
            database.beat(ROOM).await.unwrap_or_else(|problem| panic!("write {n}: {problem}"));
        }
        database.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_log_that_has_taken_the_last_room_is_emptied() {
    on_a_volume(3, async |database, volume| {
        for _ in 0..4 {
            database.beat(ROOM).await.unwrap();
        }
        // Its pages are in the main file now, which need not grow any more.
        database.close().await;
        let database = opened(volume.path()).await;
        leave(&volume, 300);
        for n in 0..100 {
            database.beat(ROOM).await.unwrap_or_else(|problem| panic!("write {n}: {problem}"));
        }
        database.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_volume_that_was_full_is_written_again_without_a_restart_and_after_one() {
    on_a_volume(3, async |database, volume| {
        leave(&volume, 16);
        for _ in 0..40 {
            let _ = database.beat(ROOM).await;
        }
        database.beat(ROOM).await.expect_err("there is no room for it");
        volume.free();
        database.beat(ROOM).await.unwrap();
        leave(&volume, 16);
        for _ in 0..40 {
            let _ = database.beat(ROOM).await;
        }
        // As a crash would leave it, on the same volume.
        let crashed = volume.path().join("crashed");
        volume.free();
        fs::create_dir(&crashed).unwrap();
        for name in ["orders.db", "orders.db-wal"] {
            fs::copy(volume.path().join(name), crashed.join(name)).unwrap();
        }
        database.close().await;
        let database = opened(&crashed).await;
        database.beat(ROOM).await.unwrap();
        database.close().await;
    })
    .await;
}
