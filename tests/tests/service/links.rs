//! Two processes on one database file would fail each other's writes at random, whatever they call the file.

use std::path::Path;

use tests::{Engine, SOON, World};

/// Starts a second service on a link to the first one's file. It must end by itself, and say why.
async fn refused(link: impl FnOnce(&Path, &Path) -> std::io::Result<()>) {
    let world = World::start(Engine::Sqlite).await;
    let (file, other) = (world.directory().join("orders.db"), world.directory().join("other.db"));
    link(&file, &other).unwrap();
    let mut second = world.replica_in(world.directory().join("second"));
    second.set("ORDER_SERVICE__DATABASE__URL", &format!("sqlite://{}", other.display()));
    let mut process = second.begin();
    let status = process.ended(SOON).await;
    assert!(!status.success(), "two processes work on one file");
    assert!(process.said().contains("in use by another process"), "{}", process.said());
}

mod sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_second_service_is_kept_off_a_symbolic_link_to_the_first_ones_database() {
        refused(|file, link| std::os::unix::fs::symlink(file, link)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_second_service_is_kept_off_a_hard_link_to_the_first_ones_database() {
        refused(|file, link| std::fs::hard_link(file, link)).await;
    }
}
