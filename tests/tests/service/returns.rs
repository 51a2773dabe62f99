//! ReturnLines: what care is told before, what becomes of each part, and what is refused.

use std::slice;
use std::time::Duration;

use serde_json::json;
use tests::proto::return_part::Part;
use tests::proto::{
    CancelRefundRequest, ListOrderEventsRequest, ListRefundsRequest, Order, Refund, Return,
    ReturnLinesRequest, ReturnPart, ReturnPartState, ReviewItemKind,
};
use tests::{
    GIFT_CARD, LEGO, World, cents, draft, new_request_id, numbered, on_both_engines, refusal, told as tells,
    until,
};
use tonic::Code;

use crate::requests::{ship, ship_rest, sync, take_back};

on_both_engines!(
    what_care_is_told_is_what_happens_and_a_repeat_gives_the_same_return,
    what_was_paid_at_once_goes_back_in_one_refund_and_does_not_leave,
    a_decline_of_the_supplier_leaves_the_refund_right,
    a_refund_that_mollie_refuses_leaves_the_cancellation_right,
    a_part_whose_answer_is_lost_is_done_once,
    a_refund_of_a_return_is_called_off_like_any_other,
    a_deduction_that_stands_against_a_refund_is_named_and_may_be_returned_too,
    every_fault_is_named_at_once_and_nothing_is_done,
);

use ReturnPartState::{Done, Refused, UnderWay, Unspecified, Withdrawn};

const RECOVERY: Duration = Duration::from_secs(60);

/// Two boxes of which one has left, for 349.00, and another line; authorized.
async fn shipped_in_part(world: &World) -> Order {
    let order = world.create_and_check_out(numbered(&new_request_id(), "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap();
    world.settles(&order.id).await
}

async fn call(world: &World, request: &ReturnLinesRequest) -> Return {
    world.orders().return_lines(request.clone()).await.unwrap().into_inner()
}

/// What each part is, how far it is and what it is worth.
fn told(of: &Return) -> Vec<(&'static str, ReturnPartState, String)> {
    let part = |part: &ReturnPart| {
        let what = match &part.part {
            Some(Part::Cancellation(_)) => "canceled",
            Some(Part::Refund(_)) => "refunded",
            None => "nothing",
        };
        (what, part.state(), part.amount.clone().unwrap_or_default().value)
    };
    of.parts.iter().map(part).collect()
}

fn refund(of: &Return) -> &Refund {
    let refund = of
        .parts
        .iter()
        .find_map(|part| if let Some(Part::Refund(it)) = &part.part { Some(it) } else { None });
    refund.expect("it has a refund")
}

/// The lines of both parts, with units and money.
fn lines(of: &Return) -> Vec<(String, i64, String)> {
    let value = |amount: &Option<tests::proto::Amount>| amount.clone().unwrap_or_default().value;
    let of_part = |part: &ReturnPart| match &part.part {
        Some(Part::Cancellation(it)) => {
            it.lines.iter().map(|line| (line.line_id.clone(), line.quantity, value(&line.amount))).collect()
        }
        Some(Part::Refund(it)) => {
            it.lines.iter().map(|line| (line.line_id.clone(), line.quantity, value(&line.amount))).collect()
        }
        None => Vec::new(),
    };
    of.parts.iter().flat_map(of_part).collect()
}

/// The same return, once each part has ended.
async fn ended(world: &World, request: &ReturnLinesRequest) -> Return {
    let wish = &request;
    until("each part has ended", RECOVERY, async || {
        let now = call(world, wish).await;
        now.parts.iter().all(|part| part.state() != UnderWay).then_some(now)
    })
    .await
}

async fn what_care_is_told_is_what_happens_and_a_repeat_gives_the_same_return(world: World) {
    let order = shipped_in_part(&world).await;
    let request = ReturnLinesRequest {
        description: "one came back".to_owned(),
        actor: "care".to_owned(),
        ..take_back(&order, &[(0, 1, 1), (1, 0, 1)])
    };
    let changes = world.simulator.traffic().await.changes();
    let preview = call(&world, &ReturnLinesRequest { validate_only: true, ..request.clone() }).await;
    assert_eq!(
        told(&preview),
        [("canceled", Unspecified, "678.99".to_owned()), ("refunded", Unspecified, "349.00".to_owned())]
    );
    assert_eq!((preview.id.as_str(), preview.order_id.as_str()), ("", order.id.as_str()));
    let planned = refund(&preview);
    assert_eq!(planned.mollie_payment_id, order.payments[0].mollie_payment_id);
    assert_eq!(planned.preview.as_ref().unwrap().remaining.as_ref().unwrap().value, "0.00");
    assert_eq!(world.simulator.traffic().await.changes(), changes, "a preview sends nothing");

    let done = call(&world, &request).await;
    assert_eq!(
        told(&done),
        [("canceled", Done, "678.99".to_owned()), ("refunded", Done, "349.00".to_owned())]
    );
    assert_eq!((lines(&done), &done.lines), (lines(&preview), &preview.lines));
    assert_eq!(refund(&done).description, "one came back");
    assert_eq!(call(&world, &request).await, done);
    let again = refusal(
        world.orders().return_lines(ReturnLinesRequest { lines: done_lines(&order), ..request }).await,
    );
    assert_eq!(again.kind(), (Code::AlreadyExists, "REQUEST_ID_REUSED"));

    let order = sync(&world, &order).await.unwrap();
    assert_eq!((order.lines[0].quantity_canceled, order.lines[0].quantity_refunded), (1, 1));
    assert_eq!((order.lines[1].quantity_canceled, order.items.len()), (1, 0));
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.sum(&order.mollie_order_id, "lines_refunded", "refunded"), cents("349.00"));
    let listed = ListRefundsRequest { order_id: order.id.clone(), ..Default::default() };
    let listed = world.orders().list_refunds(listed).await.unwrap().into_inner().refunds;
    assert_eq!(listed.iter().map(|it| &it.id).collect::<Vec<_>>(), [&refund(&done).id]);
    let events = ListOrderEventsRequest { order_id: order.id.clone(), ..Default::default() };
    let events = world.orders().list_order_events(events).await.unwrap().into_inner().events;
    let recorded = events.iter().find(|event| event.kind == "return.recorded").unwrap();
    assert_eq!(
        (&tells::returned(recorded).return_id, &tells::returned(recorded).refund_ids[..]),
        (&done.id, slice::from_ref(&refund(&done).id))
    );
    assert_eq!(
        (recorded.actor.as_str(), recorded.changed.as_slice()),
        ("care", &["lines/1".to_owned(), "lines/2".to_owned()][..])
    );
}

/// Other lines than the request's.
fn done_lines(order: &Order) -> Vec<tests::proto::ReturnLineSelection> {
    take_back(order, &[(0, 1, 0)]).lines
}

async fn what_was_paid_at_once_goes_back_in_one_refund_and_does_not_leave(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
    world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap();
    let order = world.settles(&order.id).await;
    let done = call(&world, &take_back(&order, &[(0, 0, 1), (1, 0, 1)])).await;
    assert_eq!(told(&done), [("refunded", Done, "678.99".to_owned())]);
    assert_eq!(refund(&done).lines.iter().map(|line| line.not_leaving).collect::<Vec<_>>(), [1, 1]);
    let order = sync(&world, &order).await.unwrap();
    assert_eq!(order.lines.iter().map(|line| line.quantity_available).collect::<Vec<_>>(), [0, 0]);
    let refused = refusal(world.orders().create_shipment(ship_rest(&order)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "NOTHING_REMAINING"));
    let back = call(&world, &take_back(&order, &[(0, 1, 0)])).await;
    assert_eq!(told(&back), [("refunded", Done, "349.00".to_owned())]);
    assert_eq!(world.simulator.ledger().await.count("lines_canceled"), 0);
}

async fn a_decline_of_the_supplier_leaves_the_refund_right(world: World) {
    let order = shipped_in_part(&world).await;
    world.simulator.switch(json!({ "supplier_declines": "lines" })).await;
    let request = take_back(&order, &[(0, 1, 1)]);
    let done = ended(&world, &request).await;
    assert_eq!(
        told(&done),
        [("canceled", Refused, "349.00".to_owned()), ("refunded", Done, "349.00".to_owned())]
    );
    let words = done.parts[0].rejection.clone().unwrap();
    assert_eq!(words.status, 422);
    assert!(words.detail.contains("Update authorization not allowed"), "{words:?}");
    let order = world.settles(&order.id).await;
    assert_eq!((order.lines[0].quantity_available, order.lines[0].quantity_refunded), (1, 1));
    world.simulator.switch(json!({ "supplier_declines": "off" })).await;
    let again = call(&world, &take_back(&order, &[(0, 0, 1)])).await;
    assert_eq!(told(&again), [("canceled", Done, "349.00".to_owned())]);
    assert_eq!(told(&call(&world, &request).await)[0].1, Refused, "what it came to stays");
}

/// While the first part is on its way, somebody else gives back what the second part is to give.
async fn a_refund_that_mollie_refuses_leaves_the_cancellation_right(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 0, 2, None)).await.unwrap();
    let order = world.settles(&order.id).await;
    world.simulator.hold("DELETE", "/v2/orders/*/lines").await;
    let request = take_back(&order, &[(0, 1, 0), (1, 0, 1)]);
    let (mut orders, first) = (world.orders(), request.clone());
    let begun = tokio::spawn(async move { orders.return_lines(first).await });
    world.simulator.holds_one().await;
    world.simulator.refund_elsewhere(&order, 0, 2, "698.00").await;
    world.simulator.release().await;
    begun.await.unwrap().unwrap();
    let done = ended(&world, &request).await;
    assert_eq!(
        told(&done),
        [("canceled", Done, "329.99".to_owned()), ("refunded", Refused, "349.00".to_owned())]
    );
    assert_eq!(done.parts[1].rejection.as_ref().map(|words| words.status), Some(422));
    let order = sync(&world, &order).await.unwrap();
    assert_eq!((order.lines[1].quantity_canceled, order.lines[0].quantity_refunded), (1, 2));
    let books = world.simulator.books(&order).await;
    assert_eq!(books["lines"][0]["refunded"]["quantity"], json!(2), "{books:#}");
}

async fn a_part_whose_answer_is_lost_is_done_once(world: World) {
    for (method, path) in [("DELETE", "/v2/orders/*/lines"), ("POST", "/v2/orders/*/refunds")] {
        let order = shipped_in_part(&world).await;
        world.simulator.fail(json!([{ "fault": "close_after", "method": method, "path": path }])).await;
        let done = ended(&world, &take_back(&order, &[(0, 1, 1)])).await;
        assert_eq!(
            told(&done),
            [("canceled", Done, "349.00".to_owned()), ("refunded", Done, "349.00".to_owned())]
        );
        let books = world.simulator.books(&order).await;
        for pool in ["canceled", "refunded"] {
            assert_eq!(books["lines"][0][pool]["quantity"], json!(1), "{path}: {books:#}");
        }
        assert_eq!(sync(&world, &order).await.unwrap().items.len(), 0, "{path}");
    }
}

async fn a_refund_of_a_return_is_called_off_like_any_other(world: World) {
    let order = shipped_in_part(&world).await;
    world.simulator.switch(json!({ "supplier_declines": "lines" })).await;
    let later = json!({ "fault": "rate_limited", "retry_after_seconds": 600, "method": "POST", "path": "/v2/orders/*/refunds" });
    world.simulator.fail(json!([later])).await;
    let request = take_back(&order, &[(0, 1, 1)]);
    let begun = call(&world, &request).await;
    let id = refund(&begun).id.clone();
    let cancel = CancelRefundRequest { request_id: new_request_id(), id, ..Default::default() };
    // The supplier's decline of the other part is no answer to this call.
    world.orders().cancel_refund(cancel).await.unwrap();
    let done = ended(&world, &request).await;
    assert_eq!(done.parts.iter().map(ReturnPart::state).collect::<Vec<_>>(), [Refused, Withdrawn]);
    let order = world.settles(&order.id).await;
    assert!(order.items.iter().all(|item| item.kind() != ReviewItemKind::RefundFailed), "{:?}", order.items);
}

async fn a_deduction_that_stands_against_a_refund_is_named_and_may_be_returned_too(world: World) {
    let order = world.create_and_check_out(draft(GIFT_CARD, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship_rest(&order)).await.unwrap();
    let order = world.settles(&order.id).await;
    let refused = refusal(world.orders().return_lines(take_back(&order, &[(0, 2, 0)])).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "REFUND_OUT_OF_BOUNDS"));
    assert!(
        refused.message.contains("Line 2 takes money off: its share in these goods is -5.00 EUR"),
        "{}",
        refused.message
    );
    let done = call(&world, &take_back(&order, &[(0, 2, 0), (1, 1, 0)])).await;
    assert_eq!(told(&done), [("refunded", Done, "15.00".to_owned())]);
}

async fn every_fault_is_named_at_once_and_nothing_is_done(world: World) {
    let order = shipped_in_part(&world).await;
    let changes = world.simulator.traffic().await.changes();
    let line = |id: &str, came_back, not_leaving| tests::proto::ReturnLineSelection {
        line_id: id.to_owned(),
        came_back,
        not_leaving,
    };
    let with = |lines| ReturnLinesRequest { lines, ..take_back(&order, &[]) };
    let malformed = with(vec![line("1", 0, 0), line("1", -1, 0), line("nobody", 1, 0)]);
    let refused = refusal(world.orders().return_lines(malformed).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    let paths: Vec<_> = refused.violations.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["lines[0]", "lines[1].came_back", "lines[2].line_id"], "{refused:?}");
    let refused = refusal(world.orders().return_lines(with(Vec::new())).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));

    let refused = refusal(world.orders().return_lines(take_back(&order, &[(0, 2, 2), (1, 1, 2)])).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "LINE_NOT_REFUNDABLE"));
    let subjects: Vec<_> = refused.unmet.iter().map(|(subject, _)| subject.as_str()).collect();
    assert_eq!(subjects, ["lines/1", "lines/2", "lines/1", "lines/2"], "{refused:?}");
    let etag = ReturnLinesRequest { etag: "1".to_owned(), ..take_back(&order, &[(0, 1, 0)]) };
    assert_eq!(refusal(world.orders().return_lines(etag).await).kind(), (Code::Aborted, "ETAG_MISMATCH"));
    assert_eq!(world.simulator.traffic().await.changes(), changes);
    assert_eq!(world.settles(&order.id).await.lines[0].quantity_available, 1);
}
