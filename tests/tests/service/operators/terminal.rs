//! `order-service operations`: one screen, and each command on it can be pasted as it stands.

use std::process::Output;
use std::slice;

use serde_json::Value;
use tests::proto::{
    CreateRefundRequest, ListRefundsRequest, OperationState, RefundFilter, RefundStatus, RefundSum,
};
use tests::{Process, SOON, World, amount, new_request_id, numbered, on_both_engines, refusal, told};
use tonic::Code;

use super::payments::paid_twice;
use super::{Undecidable, listed};
use crate::requests::sync;

const NOTHING: &str = "Nothing needs attention, and nothing is under way.\n";

on_both_engines!(
    the_terminal_shows_what_needs_a_person_and_decides_it,
    the_terminal_closes_an_item_and_says_when_nothing_is_left,
    refunds_that_wait_for_the_balance_for_days_are_listed_with_their_sum_and_shown,
);

async fn the_terminal_shows_what_needs_a_person_and_decides_it(world: World) {
    let Undecidable { order, operation, theirs, .. } = Undecidable::make(&world).await;
    let shown = screen(&world).await;
    assert!(shown.starts_with("1 operation needs a decision:\n"), "{shown}");
    for reported in [&order.order_number, &order.id, &operation.id, &theirs, "CREATE_SHIPMENT"] {
        assert!(shown.contains(reported), "{reported} in:\n{shown}");
    }
    let ours = shown.lines().find(|line| line.starts_with("    ours:")).expect("what was sent");
    let beside = shown.lines().find(|line| line.starts_with("    at Mollie:")).expect("what Mollie shows");
    assert!(ours.contains("1 of line 1 for 349.00 EUR"), "{shown}");
    assert!(beside.contains(&theirs) && beside.contains("1 of line 1 for 349.00 EUR"), "{shown}");
    let listed_as_json = json(&world).await;
    let compared = &listed_as_json["needAttention"][0];
    assert_eq!(compared["operation"]["id"], Value::from(operation.id.clone()));
    assert_eq!(compared["theirs"][0]["mollieId"], Value::from(theirs.clone()));
    assert_eq!(compared["theirs"][0]["lines"], compared["ours"]["lines"]);
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
    assert_eq!(
        decided.map(|event| (event.actor.clone(), told::operation(&event).reason.clone())),
        Some(("jane".to_owned(), "WHY".to_owned()))
    );
}

async fn the_terminal_closes_an_item_and_says_when_nothing_is_left(world: World) {
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

async fn refunds_that_wait_for_the_balance_for_days_are_listed_with_their_sum_and_shown(world: World) {
    let mut queued = Vec::new();
    for value in ["5.00", "7.50"] {
        let order = world.create_and_check_out(numbered(&format!("queued-{value}"), "ideal"), "paid").await;
        world.simulator.set_balance(&order, "0.00").await;
        let (request_id, order_id) = (new_request_id(), order.id.clone());
        let request =
            CreateRefundRequest { request_id, order_id, amount: Some(amount(value)), ..Default::default() };
        let refund = world.orders().create_refund(request).await.unwrap().into_inner();
        assert_eq!(refund.status(), RefundStatus::Queued);
        queued.push((order, refund));
    }
    assert_eq!(screen(&world).await, NOTHING, "they may be paid out tomorrow");
    let filter = RefundFilter { statuses: vec![RefundStatus::Queued.into()], ..Default::default() };
    let request = ListRefundsRequest { filter: Some(filter), page_size: 1, ..Default::default() };
    let first = world.orders().list_refunds(request.clone()).await.unwrap().into_inner();
    let page_token = first.next_page_token.clone();
    let second = world.orders().list_refunds(ListRefundsRequest { page_token, ..request.clone() }).await;
    let second = second.unwrap().into_inner();
    for (page, (_, refund)) in [&first, &second].into_iter().zip(&queued) {
        assert_eq!(page.refunds.as_slice(), slice::from_ref(refund));
        assert_eq!(page.sums, [RefundSum { count: 2, amount: Some(amount("12.50")) }]);
    }
    assert_eq!(second.next_page_token, "");

    world.advance("P3D").await;
    let shown = screen(&world).await;
    let head = "2 refunds have been queued at Mollie for more than two days, 12.50 EUR in all; top up the balance there:";
    assert!(shown.starts_with(head), "{shown}");
    for (order, refund) in &queued {
        assert!(shown.contains(&order.order_number) && shown.contains(&refund.mollie_refund_id), "{shown}");
    }
    world.simulator.set_balance(&queued[0].0, "100.00").await;
    for (order, _) in &queued {
        sync(&world, order).await.unwrap();
    }
    let after = world.orders().list_refunds(request).await.unwrap().into_inner();
    assert_eq!((after.refunds.len(), after.sums.len()), (0, 0));
    assert!(!screen(&world).await.contains("queued"));
    let neither = refusal(world.orders().list_refunds(ListRefundsRequest::default()).await);
    assert_eq!((neither.code, neither.violations[0].0.as_str()), (Code::InvalidArgument, "order_id"));
}

/// What the command shows of this test's service. Its exit code says whether something waits for a person.
async fn screen(world: &World) -> String {
    let (status, said) = run(world, &[]).await;
    let waits = !said.starts_with("Nothing needs attention");
    assert_eq!(status, Some(if waits { 3 } else { 0 }), "{said}");
    said
}

/// The same for a script.
async fn json(world: &World) -> Value {
    let (status, said) = run(world, &["--json"]).await;
    assert_eq!(status, Some(3), "{said}");
    serde_json::from_str(&said).unwrap()
}

async fn run(world: &World, more: &[&str]) -> (Option<i32>, String) {
    let address = format!("http://{}", world.service.grpc());
    let arguments = [&["--address", &address], more].concat();
    end(Process::start_with("operations", &arguments, world.directory(), &Vec::new())).await
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
