//! Changing lines: one by one, or many by one request.

use prost_types::FieldMask;
use serde_json::json;
use tests::proto::line_operation::{Operation, Update};
use tests::proto::{
    LineOperation, ManageOrderLinesRequest, OperationKind, Order, OrderLineDraft, OrderLineStatus,
    OrderLineUpdate, OrderStatus, ReviewItemKind, UpdateOrderLineRequest,
};
use tests::{World, amount, new_request_id, numbered, on_both_engines, refusal};
use tonic::Code;

use crate::money::is_told;
use crate::requests::{
    cancel_lines, manage, rename_line, ship, ship_rest, sync, thing, update_line, without,
};

on_both_engines!(
    a_line_gets_a_new_quantity_and_the_amounts_that_follow,
    lines_are_exchanged_in_one_step_and_what_is_left_is_captured,
    every_fault_of_a_change_is_named_at_once,
    a_declined_change_leaves_all_lines_as_they_were,
    a_change_is_kept_while_mollie_is_down_and_its_lines_wait,
    a_repeated_request_adds_nothing,
    an_unpaid_order_loses_and_gains_lines_before_it_is_paid,
    lines_that_mollie_spells_otherwise_are_ours_and_added_once,
    an_attempt_that_stays_for_what_it_was_opened_for_is_told_to_the_cent,
    what_mollie_may_refuse_of_a_change_is_told_and_a_repeat_says_the_same_under_a_stricter_profile,
);

async fn authorized(world: &World, number: &str) -> Order {
    world.create_and_check_out(numbered(number, "klarnapaylater"), "authorized").await
}

fn value(amount: Option<&tests::proto::Amount>) -> &str {
    amount.map_or("", |amount| amount.value.as_str())
}

async fn a_line_gets_a_new_quantity_and_the_amounts_that_follow(world: World) {
    let order = authorized(&world, "more").await;
    let more = OrderLineUpdate { quantity: 3, name: "not named".to_owned(), ..Default::default() };
    let after = world.orders().update_order_line(update_line(&order, 0, &["quantity"], more)).await.unwrap();
    let after = after.into_inner();
    let line = &after.lines[0];
    assert_eq!((line.quantity, line.name.as_str()), (3, order.lines[0].name.as_str()));
    // 3 × 399.00 less 100.00, and 21 % of that.
    assert_eq!((value(line.total_amount.as_ref()), value(line.vat_amount.as_ref())), ("1097.00", "190.39"));
    let traffic = world.simulator.traffic().await;
    assert_eq!(traffic.of("PATCH /v2/orders/{id}/lines/{id}"), 1);
    let ledger = world.simulator.ledger().await;
    let [effect] = &ledger.of("line_updated")[..] else { panic!("it is sent once") };
    let mut sent: Vec<_> = effect["updated"].as_object().unwrap().keys().map(String::as_str).collect();
    sent.sort_unstable();
    assert_eq!(sent, ["discountAmount", "quantity", "totalAmount", "unitPrice", "vatAmount", "vatRate"]);
    let read = sync(&world, &order).await.unwrap();
    assert_eq!(value(read.amount.as_ref()), "1426.99");
    world.orders().create_shipment(ship_rest(&read)).await.expect("all of it is shipped");
    let done = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(value(done.amount_captured.as_ref()), "1426.99");
}

async fn lines_are_exchanged_in_one_step_and_what_is_left_is_captured(world: World) {
    let order = authorized(&world, "exchange").await;
    let mug = Operation::Add(OrderLineDraft {
        reference: "mug".to_owned(),
        planned_ship_date: "2030-01-01".to_owned(),
        ..match thing("Mug", 2) {
            Operation::Add(line) => line,
            Operation::Update(_) | Operation::Cancel(_) => unreachable!("it is added"),
        }
    });
    let renamed = Operation::Update(Update {
        line_id: "1".to_owned(),
        line: Some(OrderLineUpdate { name: "Box".to_owned(), ..Default::default() }),
        update_mask: Some(FieldMask { paths: vec!["name".to_owned()] }),
    });
    let request = manage(&order, vec![mug, without(&order, 1, 1), renamed]);
    let after = world.orders().manage_order_lines(request).await.unwrap().into_inner();
    let lines: Vec<_> =
        after.lines.iter().map(|line| (line.id.as_str(), line.name.as_str(), line.quantity)).collect();
    assert_eq!(lines[0], ("1", "Box", 2));
    assert_eq!(lines[2], ("3", "Mug", 2));
    let mug = &after.lines[2];
    assert_eq!((mug.reference.as_str(), mug.planned_ship_date.as_str()), ("mug", "2030-01-01"));
    assert!(!mug.mollie_line_id.is_empty() && mug.status() == OrderLineStatus::Authorized);
    let read = sync(&world, &order).await.unwrap();
    assert_eq!(read.lines[1].status(), OrderLineStatus::Canceled);
    let kinds: Vec<_> = world.events(&order.id).await.into_iter().map(|it| (it.kind, it.changed)).collect();
    let lines = ["lines/1", "lines/2", "lines/3"].map(str::to_owned).to_vec();
    for kind in ["lines.change_recorded", "lines.changed"] {
        assert!(kinds.contains(&(kind.to_owned(), lines.clone())), "{kinds:?}");
    }
    // By the reference, too.
    let mut parcel = ship(&read, 2, 2, None);
    parcel.lines[0].line_id = "mug".to_owned();
    world.orders().create_shipment(parcel).await.expect("the new line is shipped");
    world.orders().create_shipment(ship_rest(&read)).await.expect("and the rest");
    let done = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(value(done.amount_captured.as_ref()), "718.00");
    assert!(done.items.is_empty(), "{:?}", done.items);
}

async fn every_fault_of_a_change_is_named_at_once(world: World) {
    let order = authorized(&world, "faults").await;
    let bad = OrderLineDraft {
        name: "Mug".to_owned(),
        quantity: 0,
        unit_price: Some(amount("1.00")),
        vat_rate: "21%".to_owned(),
        ..Default::default()
    };
    let operations = vec![
        LineOperation { operation: Some(Operation::Add(bad)) },
        LineOperation { operation: None },
        LineOperation {
            operation: Some(Operation::Update(Update {
                line_id: "2".to_owned(),
                line: Some(OrderLineUpdate::default()),
                update_mask: Some(FieldMask { paths: vec!["unit_price".to_owned(), "type".to_owned()] }),
            })),
        },
    ];
    let request = ManageOrderLinesRequest {
        order_id: order.id.clone(),
        operations,
        ..ManageOrderLinesRequest::default()
    };
    let refused = refusal(world.orders().manage_order_lines(request).await);
    assert_eq!(refused.code, Code::InvalidArgument);
    let mut fields: Vec<_> = refused.violations.iter().map(|(field, _)| field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "operations[0].add.quantity",
            "operations[0].add.vat_rate",
            "operations[1]",
            "operations[2].update.line.unit_price",
            "operations[2].update.update_mask.paths[1]",
            "request_id",
        ]
    );
    let wrong = OrderLineUpdate { total_amount: Some(amount("1.00")), ..Default::default() };
    let refused =
        refusal(world.orders().update_order_line(update_line(&order, 1, &["total_amount"], wrong)).await);
    assert_eq!(refused.violations[0].0, "line.total_amount");
    let nobody = UpdateOrderLineRequest { line_id: "77".to_owned(), ..rename_line(&order, 0, "Box") };
    let refused = refusal(world.orders().update_order_line(nobody).await);
    assert_eq!((refused.code, refused.violations[0].0.as_str()), (Code::InvalidArgument, "line_id"));
    let twice = manage(&order, vec![without(&order, 0, 1), without(&order, 0, 1)]);
    let refused = refusal(world.orders().manage_order_lines(twice).await);
    assert_eq!(refused.violations[0].0, "operations[1].cancel.line_id");
    let nothing = manage(&order, Vec::new());
    assert_eq!(refusal(world.orders().manage_order_lines(nothing).await).violations[0].0, "operations");
    let all = manage(&order, vec![without(&order, 0, 2), without(&order, 1, 1)]);
    assert_eq!(refusal(world.orders().manage_order_lines(all).await).violations[0].0, "operations");
    assert_eq!(world.simulator.traffic().await.changes(), 1, "only the order was placed");
}

async fn a_declined_change_leaves_all_lines_as_they_were(world: World) {
    let order = authorized(&world, "declined").await;
    world.simulator.switch(json!({ "supplier_declines": "lines" })).await;
    let request = manage(&order, vec![thing("Mug", 2), without(&order, 0, 1)]);
    let refused = refusal(world.orders().manage_order_lines(request.clone()).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "MOLLIE_REFUSED"));
    let again = refusal(world.orders().manage_order_lines(request).await);
    assert_eq!(again.kind(), refused.kind(), "a repeated request is refused as it was");
    let now = sync(&world, &order).await.unwrap();
    assert_eq!((&now.lines, &now.amount), (&order.lines, &order.amount));
    assert_eq!(world.simulator.traffic().await.of("PATCH /v2/orders/{id}/lines"), 1);
}

async fn a_change_is_kept_while_mollie_is_down_and_its_lines_wait(world: World) {
    let order = authorized(&world, "down").await;
    let fault = json!({ "fault": "status", "status": 503, "effect": false, "method": "PATCH", "path": "/v2/orders/*/lines", "count": "all" });
    world.simulator.fail(json!([fault])).await;
    let update = Operation::Update(Update {
        line_id: "2".to_owned(),
        line: Some(OrderLineUpdate { quantity: 2, ..Default::default() }),
        update_mask: Some(FieldMask { paths: vec!["quantity".to_owned()] }),
    });
    let request = manage(&order, vec![thing("Mug", 1), update]);
    let waiting = world.orders().manage_order_lines(request.clone()).await.unwrap().into_inner();
    assert_eq!((waiting.lines.len(), waiting.lines[1].quantity), (2, 1), "Mollie does not have it yet");
    assert!(waiting.lines[1].is_changing && waiting.lines[1].quantity_available == 0);
    let [operation] = &waiting.operations[..] else { panic!("{:?}", waiting.operations) };
    assert_eq!(operation.kind(), OperationKind::ManageLines);
    let other = manage(&order, vec![thing("Cup", 1)]);
    let blocked = refusal(world.orders().manage_order_lines(other).await);
    assert_eq!(blocked.kind(), (Code::FailedPrecondition, "LINES_CHANGING"));
    let blocked = refusal(world.orders().cancel_order_lines(cancel_lines(&order, 0, 1, None)).await);
    assert_eq!(blocked.kind(), (Code::FailedPrecondition, "LINES_CHANGING"));
    let parcel = refusal(world.orders().create_shipment(ship(&order, 1, 1, None)).await);
    assert_eq!(parcel.kind(), (Code::FailedPrecondition, "QUANTITY_NOT_AVAILABLE"));
    world.simulator.mend().await;
    // What was sent may take effect until then.
    world.advance("PT2M").await;
    let after = world.settles(&order.id).await;
    assert_eq!((after.lines.len(), after.lines[1].quantity, after.lines[1].is_changing), (3, 2, false));
    assert_eq!(world.simulator.ledger().await.count("lines_managed"), 1);
}

async fn a_repeated_request_adds_nothing(world: World) {
    let order = authorized(&world, "again").await;
    let request = manage(&order, vec![thing("Mug", 1)]);
    let first = world.orders().manage_order_lines(request.clone()).await.unwrap().into_inner();
    let again = world.orders().manage_order_lines(request.clone()).await.unwrap().into_inner();
    assert_eq!((first.lines.len(), again.lines.len()), (3, 3));
    let other =
        ManageOrderLinesRequest { request_id: request.request_id, ..manage(&order, vec![thing("Cup", 1)]) };
    let reused = refusal(world.orders().manage_order_lines(other).await);
    assert_eq!(reused.kind(), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
    // What is so already is not sent.
    let same = rename_line(&order, 0, &order.lines[0].name);
    world.orders().update_order_line(same).await.expect("it is so already");
    assert_eq!(world.simulator.ledger().await.count("line_updated"), 0);
    let stale = UpdateOrderLineRequest { etag: "1".to_owned(), ..rename_line(&order, 0, "Box") };
    assert_eq!(refusal(world.orders().update_order_line(stale).await).code, Code::Aborted);
    let unnamed =
        UpdateOrderLineRequest { request_id: new_request_id(), ..UpdateOrderLineRequest::default() };
    assert_eq!(refusal(world.orders().update_order_line(unnamed).await).code, Code::InvalidArgument);
}

async fn an_unpaid_order_loses_and_gains_lines_before_it_is_paid(world: World) {
    let order = world.create(numbered("unpaid", "klarnapaylater")).await;
    let request = manage(&order, vec![without(&order, 0, 2), thing("Mug", 3)]);
    let after = world.orders().manage_order_lines(request).await.unwrap().into_inner();
    assert_eq!(after.lines[0].quantity_canceled, 2);
    let read = sync(&world, &order).await.unwrap();
    assert_eq!((value(read.amount.as_ref()), read.lines[0].status()), ("359.99", OrderLineStatus::Canceled));
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    let read = world.reaches(&order.id, OrderStatus::Authorized).await;
    assert!(read.items.is_empty(), "{:?}", read.items);
    world.orders().create_shipment(ship_rest(&read)).await.expect("what is left is shipped");
    let done = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!(value(done.amount_captured.as_ref()), "359.99");
}

/// Each answer is lost, and what a reading shows is no longer what was sent.
async fn lines_that_mollie_spells_otherwise_are_ours_and_added_once(world: World) {
    world.simulator.switch(json!({ "texts_of_lines": "trimmed" })).await;
    let order = authorized(&world, "spelled").await;
    for (method, request) in [("lines", 0), ("lines/*", 1)] {
        let path = format!("/v2/orders/*/{method}");
        let fault = json!({ "fault": "close_after", "method": "PATCH", "path": path });
        world.simulator.fail(json!([fault])).await;
        let made = match request {
            0 => world.orders().manage_order_lines(manage(&order, vec![thing("Mug ", 2)])).await,
            _ => world.orders().update_order_line(rename_line(&order, 0, "Box ")).await,
        };
        made.unwrap();
        world.simulator.mend().await;
        world.advance("PT2M").await;
        world.settles(&order.id).await;
    }
    let read = sync(&world, &order).await.unwrap();
    let names: Vec<_> = read.lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!((names[0], names[2], names.len()), ("Box", "Mug", 3));
    assert_eq!(value(read.amount.as_ref()), "1047.99");
    let ledger = world.simulator.ledger().await;
    assert_eq!((ledger.count("lines_managed"), ledger.count("line_updated")), (1, 1));
    world.orders().create_shipment(ship_rest(&read)).await.expect("all of it is shipped");
    let done = world.reaches(&order.id, OrderStatus::Completed).await;
    assert_eq!((value(done.amount_captured.as_ref()), done.items.len()), ("1047.99", 0));
}

/// The page was open while the lines changed: the shopper pays what it said.
async fn an_attempt_that_stays_for_what_it_was_opened_for_is_told_to_the_cent(world: World) {
    world.simulator.switch(json!({ "open_attempts_after_line_changes": "keep" })).await;
    let changes = [
        (
            without as fn(&Order, usize, i64) -> Operation,
            ReviewItemKind::SurplusPayment,
            "is 329.99 EUR more",
        ),
        (|_, _, quantity| thing("Mug", quantity), ReviewItemKind::Underpaid, "10.00 EUR are missing"),
    ];
    for (n, (change, kind, says)) in changes.into_iter().enumerate() {
        let order = world.create(numbered(&format!("kept-{n}"), "ideal")).await;
        let request = manage(&order, vec![change(&order, 1, 1)]);
        world.orders().manage_order_lines(request).await.unwrap();
        world.simulator.check_out(&order.checkout_url, "paid").await;
        let paid = world.reaches(&order.id, OrderStatus::Paid).await;
        assert_eq!(value(paid.payments[0].amount.as_ref()), "1027.99");
        is_told(&paid, kind, &paid.payments[0].mollie_payment_id, says);
        let again = sync(&world, &paid).await.unwrap();
        assert_eq!(again.items, paid.items);
    }
}

async fn what_mollie_may_refuse_of_a_change_is_told_and_a_repeat_says_the_same_under_a_stricter_profile(
    mut world: World,
) {
    world.simulator.switch(json!({ "discount_above_price": "accepted" })).await;
    let order = world.create(numbered("above", "ideal")).await;
    let above = OrderLineUpdate { discount_amount: Some(amount("800.00")), ..Default::default() };
    let request = update_line(&order, 0, &["discount_amount"], above);
    let told = |order: Order| -> Vec<_> {
        order.warnings.into_iter().map(|warning| (warning.field, warning.rule)).collect()
    };
    let first = told(world.orders().update_order_line(request.clone()).await.unwrap().into_inner());
    let rule = "line.discount_above_price";
    assert_eq!(first.last(), Some(&("line.discount_amount".to_owned(), rule.to_owned())), "{first:?}");
    let strict = ("ORDER_SERVICE__PROFILES__MAIN__STRICT_RULES", "[line.discount_above_price]");
    world.service.restart_with(&[strict]).await;
    let again = world.orders().update_order_line(request.clone()).await.unwrap().into_inner();
    assert_eq!(told(again), first);
    let other = UpdateOrderLineRequest { request_id: new_request_id(), ..request };
    let refused = refusal(world.orders().update_order_line(other).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
}
