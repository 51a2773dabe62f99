//! Two processes on one database file would fail each other's writes at random, whatever they call the file.

use std::path::Path;

use tests::{Engine, LEGO, SOON, World, draft, new_request_id};

use crate::requests::create;

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

/// Starts the service on an address, which must be refused for the file's names.
async fn is_refused(world: &mut World, url: &str) {
    world.service.set("ORDER_SERVICE__DATABASE__URL", url);
    let mut process = world.service.begin();
    assert!(!process.ended(SOON).await.success(), "it works beside the log of another name");
    assert!(process.said().contains("has 2 names"), "{}", process.said());
}

/// What was acknowledged last lies in SQLite's log when the service is killed, and the log goes by the file's name.
async fn one_order_under_two_names() {
    let mut world = World::start(Engine::Sqlite).await;
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let order = world.orders().create_order(request.clone()).await.unwrap().into_inner();
    world.service.kill();
    let (own, other) = (world.directory().join("orders.db"), world.directory().join("other.db"));
    std::fs::hard_link(&own, &other).unwrap();
    let url = |path: &Path| format!("sqlite://{}", path.display());
    is_refused(&mut world, &url(&other)).await;
    is_refused(&mut world, &url(&own)).await;
    std::fs::remove_file(other).unwrap();
    world.service.start().await;
    let again = world.orders().create_order(request).await.unwrap().into_inner();
    assert_eq!(again.id, order.id);
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
}

/// What was acknowledged last is missing from a file that was moved alone. Served like that, the repeated request would place a
/// second order.
async fn one_order_although_the_file_was_moved_without_its_log() {
    let mut world = World::start(Engine::Sqlite).await;
    let request = create(&new_request_id(), draft(LEGO, "ideal"));
    let order = world.orders().create_order(request.clone()).await.unwrap().into_inner();
    world.service.kill();
    let at = |name: &str| world.directory().join(name);
    std::fs::rename(at("orders.db"), at("moved.db")).unwrap();
    let (log, moved_log, url) =
        (at("orders.db-wal"), at("moved.db-wal"), format!("sqlite://{}", at("moved.db").display()));
    world.service.set("ORDER_SERVICE__DATABASE__URL", &url);
    let mut process = world.service.begin();
    assert!(!process.ended(SOON).await.success(), "it works without what its log holds");
    assert!(process.said().contains("moved.db-wal"), "{}", process.said());
    std::fs::rename(log, moved_log).unwrap();
    world.service.start().await;
    let again = world.orders().create_order(request).await.unwrap().into_inner();
    assert_eq!(again.id, order.id);
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
}

mod sqlite {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_file_moved_without_its_log_after_a_crash_makes_no_second_order() {
        Box::pin(one_order_although_the_file_was_moved_without_its_log()).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_hard_link_made_after_a_crash_makes_no_second_order() {
        Box::pin(one_order_under_two_names()).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_second_service_is_kept_off_a_symbolic_link_to_the_first_ones_database() {
        refused(|file, link| std::os::unix::fs::symlink(file, link)).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_second_service_is_kept_off_a_hard_link_to_the_first_ones_database() {
        refused(|file, link| std::fs::hard_link(file, link)).await;
    }
}
