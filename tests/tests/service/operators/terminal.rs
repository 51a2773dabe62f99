//! `order-service operations`: one screen, and each command on it can be pasted as it stands.

use std::process::Output;

use tests::proto::OperationState;
use tests::{Process, SOON, World, on_both_engines};

use super::payments::paid_twice;
use super::{Undecidable, listed};

on_both_engines!(
    the_terminal_shows_what_needs_a_person_and_decides_it,
    the_terminal_closes_an_item_and_says_when_nothing_is_left,
);

async fn the_terminal_shows_what_needs_a_person_and_decides_it(world: World) {
    let Undecidable { order, operation, theirs, .. } = Undecidable::make(&world).await;
    let shown = screen(&world).await;
    assert!(shown.starts_with("1 operation needs a decision:\n"), "{shown}");
    for reported in [&order.order_number, &order.id, &operation.id, &theirs, "CREATE_SHIPMENT"] {
        assert!(shown.contains(reported), "{reported} in:\n{shown}");
    }
    let retry = paste(&shown, &format!("retry {}", operation.id)).await;
    assert!(retry.status.success() && said(&retry).contains("NEEDS_ATTENTION"), "{retry:?}");
    let resolve = format!("resolve {} --succeeded", operation.id);
    let wrong = paste(&shown.replace(&theirs, "shp_nowhere"), &resolve).await;
    assert_eq!(wrong.status.code(), Some(1));
    let complaint = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(complaint.contains("NOT_AT_MOLLIE") && complaint.contains("shp_nowhere"), "{complaint}");
    let right = paste(&shown, &resolve).await;
    assert!(right.status.success() && said(&right).contains("SUCCEEDED"), "{right:?}");
    assert!(listed(&world, OperationState::NeedsAttention).await.is_empty());
    let decided = world.events(&order.id).await.into_iter().find(|event| event.kind == "operation.resolved");
    assert_eq!(decided.map(|event| (event.actor, event.reason)), Some(("jane".to_owned(), "WHY".to_owned())));
}

async fn the_terminal_closes_an_item_and_says_when_nothing_is_left(world: World) {
    const NOTHING: &str = "Nothing needs attention, and nothing is under way.\n";
    assert_eq!(screen(&world).await, NOTHING);
    let (order, [surplus, _]) = paid_twice(&world).await;
    let shown = screen(&world).await;
    assert!(shown.starts_with("1 item needs a review:\n") && shown.contains("SURPLUS_PAYMENT"), "{shown}");
    assert!(shown.contains(&surplus) && shown.contains(&order.id), "{shown}");
    let closed = paste(&shown, &format!("close {} 1", order.id)).await;
    assert!(closed.status.success() && said(&closed).contains("closed by jane: WHY"), "{closed:?}");
    assert_eq!(screen(&world).await, NOTHING);

    let arguments = ["--address", "http://127.0.0.1:9"];
    let nowhere = Process::start_with("operations", &arguments, world.directory(), &Vec::new());
    let (status, said) = end(nowhere).await;
    assert!(status == Some(1) && said.contains("--address http://HOST:PORT"), "{said}");
}

/// What the command shows of this test's service.
async fn screen(world: &World) -> String {
    let address = format!("http://{}", world.service.grpc());
    let arguments = ["--address", &address];
    let process = Process::start_with("operations", &arguments, world.directory(), &Vec::new());
    let (status, said) = end(process).await;
    assert_eq!(status, Some(0), "{said}");
    said
}

async fn end(mut process: Process) -> (Option<i32>, String) {
    let status = process.ended(SOON).await;
    (status.code(), process.said())
}

/// Runs the command on the screen that does this, in a shell, as it stands there.
async fn paste(shown: &str, action: &str) -> Output {
    let line = shown
        .lines()
        .find(|line| line.contains(&format!(" {action}")))
        .expect("the screen has such a command");
    let command = line.split_once(":  ").expect("a word for what it does, and the command").1.trim();
    let mut shell = tokio::process::Command::new("sh");
    shell.args(["-c", command]).env("USER", "jane").output().await.expect("a shell")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
