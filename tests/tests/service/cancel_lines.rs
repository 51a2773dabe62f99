//! Canceling lines: what is told before and afterwards, what Mollie is asked, and what is refused.

use std::time::Duration;

use serde_json::json;
use tests::proto::{CancelOrderLinesRequest, LineCancellation, OperationKind, Order, OrderStatus};
use tests::{GIFT_CARD, LEGO, World, draft, new_request_id, on_both_engines, refusal, until};
use tonic::Code;

use crate::requests::{cancel_lines, ship, ship_rest};

on_both_engines!(
    a_part_of_a_discounted_line_is_canceled_and_the_rest_is_shipped_to_the_cent,
    a_preview_tells_every_cent_and_sends_nothing,
    a_preview_under_the_id_of_a_call_answers_as_the_call,
    a_decline_of_the_supplier_frees_the_units_and_is_told_in_mollies_words,
    what_is_not_authorized_is_not_canceled_and_nothing_is_sent,
    a_cancellation_waits_for_mollie_and_shipments_stay_within_what_is_left,
    every_fault_of_the_request_is_named_at_once,
);

const RECOVERY: Duration = Duration::from_secs(30);
const ROUTE: &str = "DELETE /v2/orders/{id}/lines";

fn parts(cancellation: &LineCancellation) -> Vec<(String, i64, String, bool)> {
    let amount = |line: &tests::proto::line_cancellation::Line| line.amount.clone().unwrap_or_default().value;
    let part = |line: &tests::proto::line_cancellation::Line| {
        (line.line_id.clone(), line.quantity, amount(line), line.goes_along)
    };
    cancellation.lines.iter().map(part).collect()
}

fn sums(cancellation: &LineCancellation) -> (String, String) {
    let value = |amount: &Option<tests::proto::Amount>| amount.clone().unwrap_or_default().value;
    (value(&cancellation.released_amount), value(&cancellation.capturable_amount))
}

async fn a_part_of_a_discounted_line_is_canceled_and_the_rest_is_shipped_to_the_cent(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let request = cancel_lines(&order, 0, 1, Some("299.00"));
    let answer = world.orders().cancel_order_lines(request.clone()).await.unwrap().into_inner();
    let cancellation = answer.cancellation.unwrap();
    assert_eq!(parts(&cancellation), [("1".to_owned(), 1, "299.00".to_owned(), false)]);
    assert_eq!(sums(&cancellation), ("299.00".to_owned(), "728.99".to_owned()));
    let again = world.orders().cancel_order_lines(request).await.unwrap().into_inner();
    assert_eq!(again.cancellation.map(|it| it.operation_id), Some(cancellation.operation_id));
    let order = world.settles(&order.id).await;
    let line = &order.lines[0];
    assert_eq!((line.quantity_canceled, line.quantity_canceling, line.quantity_available), (1, 0, 1));
    world.orders().create_shipment(ship_rest(&order)).await.unwrap();
    let order = world.reaches(&order.id, OrderStatus::Completed).await;
    let theirs = world.simulator.order(&order.mollie_order_id).await;
    assert_eq!(
        (&theirs["lines"][0]["amountCanceled"]["value"], &theirs["amountCaptured"]["value"]),
        (&json!("299.00"), &json!("728.99"))
    );
    let (ledger, traffic) = (world.simulator.ledger().await, world.simulator.traffic().await);
    assert_eq!((ledger.count("lines_canceled"), traffic.of(ROUTE)), (1, 1));
}

async fn a_preview_tells_every_cent_and_sends_nothing(world: World) {
    let order = world.create_and_check_out(draft(GIFT_CARD, "klarnapaylater"), "authorized").await;
    let request = CancelOrderLinesRequest { validate_only: true, ..cancel_lines(&order, 0, 2, None) };
    let answer = world.orders().cancel_order_lines(request).await.unwrap().into_inner();
    let cancellation = answer.cancellation.unwrap();
    assert_eq!(
        parts(&cancellation),
        [("1".to_owned(), 2, "20.00".to_owned(), false), ("2".to_owned(), 1, "-5.00".to_owned(), true)]
    );
    assert_eq!(
        (sums(&cancellation), cancellation.operation_id.as_str()),
        (("15.00".to_owned(), "0.00".to_owned()), "")
    );
    let preview = answer.order.unwrap();
    assert_eq!((preview.lines[0].quantity_canceling, preview.lines[1].quantity_canceling), (2, 1));
    let now = world.order(&order.id).await;
    assert_eq!((now.etag, now.operations.len()), (order.etag.clone(), 0));
    // Refused as the call itself would be.
    let alone = CancelOrderLinesRequest { validate_only: true, ..cancel_lines(&order, 1, 1, None) };
    let refused = refusal(world.orders().cancel_order_lines(alone).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "CAPTURE_OUT_OF_BOUNDS"));
    assert_eq!(world.simulator.traffic().await.of(ROUTE), 0);
}

async fn a_preview_under_the_id_of_a_call_answers_as_the_call(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let request = cancel_lines(&order, 0, 1, None);
    let dry = CancelOrderLinesRequest { validate_only: true, ..request.clone() };
    let preview = world.orders().cancel_order_lines(dry.clone()).await.unwrap().into_inner();
    assert_eq!(preview.cancellation.unwrap().operation_id, "");
    let done = world.orders().cancel_order_lines(request.clone()).await.unwrap().into_inner();
    for again in [dry, request] {
        let told = world.orders().cancel_order_lines(again).await.unwrap().into_inner();
        assert_eq!(told.cancellation, done.cancellation);
    }
    assert_eq!(world.simulator.traffic().await.of(ROUTE), 1);
}

async fn a_decline_of_the_supplier_frees_the_units_and_is_told_in_mollies_words(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.simulator.switch(json!({ "supplier_declines": "lines" })).await;
    let request = cancel_lines(&order, 0, 1, None);
    let refused = refusal(world.orders().cancel_order_lines(request.clone()).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "MOLLIE_REFUSED"));
    assert!(refused.metadata["mollie_detail"].contains("Update authorization not allowed"), "{refused:?}");
    let again = refusal(world.orders().cancel_order_lines(request).await);
    assert_eq!(again.metadata, refused.metadata, "it is told again");
    let now = world.settles(&order.id).await;
    assert_eq!((now.lines[0].quantity_canceling, now.lines[0].quantity_available), (0, 2));
    let kinds: Vec<_> = world.events(&order.id).await.into_iter().map(|event| event.kind).collect();
    assert!(kinds.contains(&"cancellation.refused".to_owned()), "{kinds:?}");
    world.orders().create_shipment(ship(&now, 0, 2, None)).await.unwrap();
    assert_eq!(world.simulator.ledger().await.count("lines_canceled"), 0);
}

async fn what_is_not_authorized_is_not_canceled_and_nothing_is_sent(world: World) {
    let created = world.create(tests::numbered("unpaid", "klarnapaylater")).await;
    let refused = refusal(world.orders().cancel_order_lines(cancel_lines(&created, 0, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_NOT_CANCELABLE"));
    assert!(refused.message.contains("CancelOrder"), "it says what to do instead: {}", refused.message);
    let paid = world.create_and_check_out(tests::numbered("paid", "ideal"), "paid").await;
    let refused = refusal(world.orders().cancel_order_lines(cancel_lines(&paid, 0, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_NOT_CANCELABLE"));
    assert!(refused.message.contains("refund"), "{}", refused.message);
    assert_eq!(world.simulator.traffic().await.of(ROUTE), 0);
}

async fn a_cancellation_waits_for_mollie_and_shipments_stay_within_what_is_left(mut world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.simulator.stop();
    let answer =
        world.orders().cancel_order_lines(cancel_lines(&order, 0, 2, None)).await.unwrap().into_inner();
    let waiting = answer.order.unwrap();
    let kinds: Vec<_> = waiting.operations.iter().map(|operation| operation.kind()).collect();
    assert_eq!((kinds, waiting.lines[0].quantity_canceling), (vec![OperationKind::CancelLines], 2));
    assert_eq!(sums(&answer.cancellation.unwrap()), ("698.00".to_owned(), "329.99".to_owned()));
    world.orders().create_shipment(ship_rest(&waiting)).await.unwrap();
    world.simulator.resume().await;
    // A reading may see Mollie complete the order before the shipment's own answer is settled here.
    let is_done = |order: &Order| order.status() == OrderStatus::Completed && order.operations.is_empty();
    let done = async || Some(world.order(&order.id).await).filter(is_done);
    let order = until("both are done", RECOVERY, done).await;
    assert_eq!((order.lines[0].quantity_canceled, order.lines[1].quantity_shipped), (2, 1));
    assert_eq!(world.simulator.ledger().await.count("lines_canceled"), 1);
}

async fn every_fault_of_the_request_is_named_at_once(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let neither = CancelOrderLinesRequest { order_id: "x".to_owned(), ..Default::default() };
    let refused = refusal(world.orders().cancel_order_lines(neither).await);
    let mut paths: Vec<_> = refused.violations.iter().map(|fault| fault.0.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["lines", "order_id", "request_id"]);
    let mut request = cancel_lines(&order, 0, 1, Some("298.99"));
    let refused = refusal(world.orders().cancel_order_lines(request.clone()).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    assert!(refused.message.contains("between 299.00 EUR and 399.00 EUR"), "{}", refused.message);
    request.lines[0].line_id = order.lines[0].mollie_line_id.clone();
    request.request_id = new_request_id();
    let refused = refusal(world.orders().cancel_order_lines(request).await);
    assert!(refused.message.contains("expected 1, this service's id of the line"), "{}", refused.message);
}
