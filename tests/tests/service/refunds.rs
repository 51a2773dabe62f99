//! CreateRefund, GetRefund, ListRefunds and CancelRefund, and what becomes of refunds at Mollie.

use tests::proto::{
    CancelRefundRequest, CreateRefundRequest, GetRefundRequest, ListRefundsRequest, Order, OrderStatus,
    Refund, RefundReduction, RefundState, RefundStatus, ReviewItemKind, ShipmentLineSelection,
};
use tests::{
    GIFT_CARD, LEGO, SOON, Uuid, World, amount, cents, draft, new_request_id, on_both_engines, refusal, told,
    until,
};
use tonic::Code;

use crate::money::is_told;
use crate::requests::{ship, sync};

on_both_engines!(
    units_and_goodwill_are_refunded_and_a_repeated_request_gives_the_same_refund,
    what_may_be_refunded_of_a_line_is_told,
    a_preview_tells_every_effect_in_cents_and_keeps_nothing,
    what_a_voucher_paid_is_not_refunded_and_the_preview_names_it_as_store_credit,
    a_line_whose_price_was_lowered_gives_back_no_more_than_its_price,
    what_was_not_taken_is_not_refunded_and_no_call_is_made,
    a_refund_that_fails_may_be_made_again_and_is_told,
    what_a_refund_takes_from_the_balance_is_told_once_mollie_tells,
    money_that_is_charged_back_is_not_refunded_until_the_bank_returns_it,
    a_refund_is_called_off_while_it_is_pending,
    equal_refunds_that_wait_are_made_as_one_if_asked_to,
    every_fault_of_the_request_is_named_at_once,
);

async fn paid(world: &World) -> Order {
    world.create_and_check_out(draft(LEGO, "ideal"), "paid").await
}

fn of(order: &Order) -> CreateRefundRequest {
    let (request_id, order_id) = (new_request_id(), order.id.clone());
    CreateRefundRequest { request_id, order_id, ..Default::default() }
}

fn units(order: &Order, line: usize, quantity: i64, value: Option<&str>) -> CreateRefundRequest {
    let line_id = order.lines[line].id.clone();
    let lines = vec![ShipmentLineSelection { line_id, quantity, amount: value.map(amount) }];
    CreateRefundRequest { lines, ..of(order) }
}

fn less(order: &Order, line: usize, value: &str) -> CreateRefundRequest {
    let line_id = order.lines[line].id.clone();
    let reductions = vec![RefundReduction { line_id, amount: Some(amount(value)) }];
    CreateRefundRequest { reductions, ..of(order) }
}

async fn refund(world: &World, request: CreateRefundRequest) -> Refund {
    world.orders().create_refund(request).await.unwrap().into_inner()
}

async fn read(world: &World, refund: &Refund) -> Refund {
    let request = GetRefundRequest { id: refund.id.clone() };
    world.orders().get_refund(request).await.unwrap().into_inner()
}

fn value(refund: &Refund) -> &str {
    refund.amount.as_ref().map_or("", |amount| &amount.value)
}

async fn units_and_goodwill_are_refunded_and_a_repeated_request_gives_the_same_refund(world: World) {
    let order = paid(&world).await;
    let request = units(&order, 0, 1, Some("299.00"));
    let by_line = refund(&world, request.clone()).await;
    assert_eq!(
        (by_line.state(), value(&by_line), by_line.on_payment),
        (RefundState::Registered, "299.00", false)
    );
    assert_eq!(refund(&world, request).await.mollie_refund_id, by_line.mollie_refund_id);
    let goodwill =
        CreateRefundRequest { amount: Some(amount("10.00")), description: "sorry".into(), ..of(&order) };
    let beside = refund(&world, goodwill).await;
    assert_eq!((value(&beside), beside.on_payment, beside.lines.len()), ("10.00", true, 0));
    let list = ListRefundsRequest { order_id: order.id.clone(), ..Default::default() };
    let listed = world.orders().list_refunds(list).await.unwrap().into_inner().refunds;
    assert_eq!(listed.iter().map(|it| &it.id).collect::<Vec<_>>(), [&by_line.id, &beside.id]);
    let order = sync(&world, &order).await.unwrap();
    let line = &order.lines[0];
    assert_eq!(
        (line.quantity_refunded, line.amount_refunded.as_ref().unwrap().value.as_str()),
        (1, "299.00")
    );
    assert_eq!(order.items.len(), 0, "{:?}", order.items);
    let ledger = world.simulator.ledger().await;
    for (kind, value) in [("lines_refunded", "299.00"), ("payment_refunded", "10.00")] {
        assert_eq!(ledger.of(kind).len(), 1, "{kind}");
        assert_eq!(ledger.sum(&order.mollie_order_id, kind, "refunded"), cents(value));
    }
}

async fn what_may_be_refunded_of_a_line_is_told(world: World) {
    let left = |order: &Order| {
        let line = order.lines[0].clone();
        (line.quantity_refundable, line.amount_refundable.unwrap_or_default().value)
    };
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    assert_eq!(left(&order), (0, "0.00".to_owned()), "nothing of it was captured");
    world.orders().create_shipment(ship(&order, 0, 1, None)).await.unwrap();
    let order = sync(&world, &order).await.unwrap();
    assert_eq!(left(&order), (1, "349.00".to_owned()));
    let refused = world.orders().create_refund(units(&order, 0, 2, None)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    refund(&world, less(&order, 0, "49.00")).await;
    let order = world.settles(&order.id).await;
    assert_eq!(left(&order), (1, "300.00".to_owned()));
    refund(&world, units(&order, 0, 1, Some("300.00"))).await;
    assert_eq!(left(&world.settles(&order.id).await), (0, "0.00".to_owned()));
}

async fn a_preview_tells_every_effect_in_cents_and_keeps_nothing(world: World) {
    let order = world.create_and_check_out(draft(GIFT_CARD, "ideal"), "paid").await;
    let request = CreateRefundRequest { validate_only: true, ..units(&order, 0, 1, None) };
    let planned = refund(&world, request.clone()).await;
    assert_eq!(
        (planned.state(), planned.id.as_str(), value(&planned)),
        (RefundState::Unspecified, "", "10.00")
    );
    let preview = planned.preview.unwrap();
    let share = &preview.deduction_shares[0];
    assert_eq!(
        (&share.line_id, share.amount.as_ref().unwrap().value.as_str()),
        (&order.lines[1].id, "-2.50")
    );
    assert_eq!(preview.remaining.unwrap().value, "5.00");
    let both = CreateRefundRequest { validate_only: true, ..units(&order, 0, 2, None) };
    let refused = refusal(world.orders().create_refund(both).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "REFUND_OUT_OF_BOUNDS"));
    assert!(refused.message.contains("its share in these goods is -5.00 EUR"), "{}", refused.message);
    assert_eq!(world.simulator.traffic().await.of("POST /v2/orders/{id}/refunds"), 0);
    let all = CreateRefundRequest { all_remaining: true, ..of(&order) };
    assert_eq!(value(&refund(&world, all).await), "15.00");
}

async fn what_a_voucher_paid_is_not_refunded_and_the_preview_names_it_as_store_credit(world: World) {
    let mut eaten = draft(LEGO, "voucher");
    eaten.lines.iter_mut().for_each(|line| line.category = "meal".to_owned());
    let order = world.create(eaten).await;
    let attempt = world.simulator.begin_attempt(&order.mollie_order_id, "voucher").await;
    world.simulator.pay_attempt_by_voucher(&attempt, "27.99").await;
    let order = world.reaches(&order.id, OrderStatus::Paid).await;
    let whole = CreateRefundRequest { all_remaining: true, validate_only: true, ..of(&order) };
    let refused = refusal(world.orders().create_refund(whole).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "REFUND_OUT_OF_BOUNDS"));
    assert!(refused.message.contains("1000.00 EUR"), "{}", refused.message);
    let goods = CreateRefundRequest { validate_only: true, ..units(&order, 0, 2, None) };
    let preview = refund(&world, goods.clone()).await.preview.unwrap();
    assert_eq!(preview.remaining.unwrap().value, "302.00");
    let [credit] = preview.store_credits.as_slice() else { panic!("{:?}", preview.store_credits) };
    assert_eq!(
        (&credit.mollie_payment_id, credit.amount.as_ref().unwrap().value.as_str()),
        (&attempt, "27.99")
    );
    let given = refund(&world, CreateRefundRequest { validate_only: false, ..goods }).await;
    assert_eq!((given.state(), value(&given)), (RefundState::Registered, "698.00"));
}

async fn a_line_whose_price_was_lowered_gives_back_no_more_than_its_price(world: World) {
    let order = paid(&world).await;
    let reduced = refund(&world, less(&order, 1, "29.99")).await;
    assert_eq!((reduced.on_payment, reduced.lines[0].quantity), (true, 0));
    let rest = refund(&world, units(&order, 1, 1, None)).await;
    assert_eq!((rest.on_payment, value(&rest)), (true, "300.00"));
    let order = sync(&world, &order).await.unwrap();
    assert_eq!(order.lines[1].amount_refunded.as_ref().unwrap().value, "329.99");
    assert_eq!(order.items.len(), 0, "{:?}", order.items);
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.sum(&order.mollie_order_id, "payment_refunded", "refunded"), cents("329.99"));
}

async fn what_was_not_taken_is_not_refunded_and_no_call_is_made(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let refused = refusal(world.orders().create_refund(units(&order, 1, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_NOT_REFUNDABLE"));
    assert!(refused.message.contains("CancelOrderLines"), "{}", refused.message);
    world.orders().create_shipment(ship(&order, 0, 1, Some("299.00"))).await.unwrap();
    let order = world.reaches(&order.id, OrderStatus::Shipping).await;
    let refused = refusal(world.orders().create_refund(units(&order, 1, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "LINE_NOT_REFUNDABLE"));
    let traffic = world.simulator.traffic().await;
    assert_eq!(traffic.of("POST /v2/orders/{id}/refunds"), 0);
    let shipped = refund(&world, units(&order, 0, 1, None)).await;
    assert_eq!((shipped.state(), value(&shipped)), (RefundState::Registered, "299.00"));
}

async fn a_refund_that_fails_may_be_made_again_and_is_told(world: World) {
    let order = paid(&world).await;
    let first = refund(&world, units(&order, 1, 1, None)).await;
    world.advance("P3D").await;
    world.simulator.set_refund(&first.mollie_refund_id, "failed").await;
    let order = sync(&world, &order).await.unwrap();
    is_told(&order, ReviewItemKind::RefundFailed, &first.id, "329.99 EUR is failed");
    assert_eq!(
        (read(&world, &first).await.status(), order.lines[1].quantity_refunded),
        (RefundStatus::Failed, 0)
    );
    let kinds: Vec<_> = world.events(&order.id).await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "refund.failed").count(), 1, "{kinds:?}");
    let again = refund(&world, units(&order, 1, 1, None)).await;
    assert_eq!(again.state(), RefundState::Registered);
}

async fn what_a_refund_takes_from_the_balance_is_told_once_mollie_tells(world: World) {
    let order = paid(&world).await;
    let refunds =
        [refund(&world, units(&order, 1, 1, None)).await, refund(&world, less(&order, 0, "1.50")).await];
    for (refund, taken) in refunds.iter().zip(["-329.99", "-1.50"]) {
        assert_eq!(refund.settlement_amount, None);
        world.simulator.set_refund(&refund.mollie_refund_id, "refunded").await;
        sync(&world, &order).await.unwrap();
        assert_eq!(read(&world, refund).await.settlement_amount, Some(amount(taken)));
    }
}

async fn money_that_is_charged_back_is_not_refunded_until_the_bank_returns_it(world: World) {
    let order = paid(&world).await;
    let payment = order.payments[0].mollie_payment_id.clone();
    let chargeback = world.simulator.charge_back(&payment, "1000.00").await;
    let order = sync(&world, &order).await.unwrap();
    is_told(&order, ReviewItemKind::Chargeback, &payment, "has taken 1000.00 EUR");
    let refused = refusal(world.orders().create_refund(units(&order, 1, 1, None)).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "REFUND_OUT_OF_BOUNDS"));
    assert!(refused.message.contains("27.99 EUR that may be refunded"), "{}", refused.message);
    world.simulator.reverse_chargeback(&chargeback).await;
    let order = sync(&world, &order).await.unwrap();
    assert_eq!((order.payments[0].amount_charged_back.clone(), order.items.len()), (None, 1));
    assert_eq!(refund(&world, units(&order, 1, 1, None)).await.state(), RefundState::Registered);
}

async fn a_refund_is_called_off_while_it_is_pending(world: World) {
    let order = paid(&world).await;
    let made = refund(&world, units(&order, 1, 1, None)).await;
    let cancel =
        CancelRefundRequest { request_id: new_request_id(), id: made.id.clone(), ..Default::default() };
    for _ in 0..2 {
        let canceled = world.orders().cancel_refund(cancel.clone()).await.unwrap().into_inner();
        assert_eq!(canceled.status(), RefundStatus::Canceled);
    }
    let order = sync(&world, &order).await.unwrap();
    assert_eq!((order.lines[1].quantity_refunded, order.items.len()), (0, 0), "{:?}", order.items);
    let other = refund(&world, units(&order, 0, 2, None)).await;
    world.simulator.set_refund(&other.mollie_refund_id, "refunded").await;
    until("the refund is made", SOON, async || {
        sync(&world, &order).await.ok()?;
        (read(&world, &other).await.status() == RefundStatus::Refunded).then_some(())
    })
    .await;
    let cancel = CancelRefundRequest { request_id: new_request_id(), id: other.id.clone(), ..cancel };
    let refused = refusal(world.orders().cancel_refund(cancel).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "REFUND_NOT_CANCELABLE"));
}

async fn equal_refunds_that_wait_are_made_as_one_if_asked_to(world: World) {
    let order = paid(&world).await;
    let goodwill = || CreateRefundRequest { amount: Some(amount("5.00")), ..of(&order) };
    refund(&world, goodwill()).await;
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let one = refund(&world, goodwill()).await;
        assert_eq!(one.state(), RefundState::Recorded);
        waiting.push(one);
    }
    let merging = CreateRefundRequest { merge_equal: true, ..goodwill() };
    let planned = refund(&world, CreateRefundRequest { validate_only: true, ..merging.clone() }).await;
    let remaining = planned.preview.clone().unwrap().remaining.unwrap();
    assert_eq!((value(&planned), remaining.value.as_str()), ("15.00", "1007.99"));
    let merged = refund(&world, merging).await;
    assert_eq!((merged.state(), value(&merged)), (RefundState::Registered, "15.00"));
    for one in &waiting {
        let one = read(&world, one).await;
        assert_eq!((one.state(), one.merged_into_refund_id), (RefundState::Withdrawn, merged.id.clone()));
        let cancel = CancelRefundRequest { request_id: new_request_id(), id: one.id, ..Default::default() };
        let refused = refusal(world.orders().cancel_refund(cancel).await);
        assert_eq!(refused.kind(), (Code::FailedPrecondition, "REFUND_NOT_CANCELABLE"));
        assert!(refused.message.contains(&merged.id), "{}", refused.message);
    }
    let withdrawn =
        world.events(&order.id).await.into_iter().filter(|event| event.kind == "refund.withdrawn");
    assert_eq!(
        withdrawn.map(|event| told::refund(&event).merged_into_refund_id.clone()).collect::<Vec<_>>(),
        [&*merged.id; 2]
    );
    let order = sync(&world, &order).await.unwrap();
    assert_eq!(order.items.len(), 0, "{:?}", order.items);
    let ledger = world.simulator.ledger().await;
    assert_eq!(ledger.sum(&order.mollie_order_id, "payment_refunded", "refunded"), cents("20.00"));
}

async fn every_fault_of_the_request_is_named_at_once(world: World) {
    let order = paid(&world).await;
    let reductions = vec![RefundReduction { line_id: "odl_1".into(), amount: Some(amount("0.00")) }];
    let request = CreateRefundRequest { reductions, all_remaining: true, ..of(&order) };
    let refused = refusal(world.orders().create_refund(request).await);
    let paths: Vec<_> = refused.violations.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!((refused.code, paths), (Code::InvalidArgument, vec!["lines"]));
    let overrides = vec![99];
    let odd = CreateRefundRequest { amount: Some(amount("1.00")), overrides, ..of(&order) };
    let refused = refusal(world.orders().create_refund(odd).await);
    assert_eq!((refused.code, refused.violations[0].0.as_str()), (Code::InvalidArgument, "overrides[0]"));
    let reused = CreateRefundRequest { validate_only: true, ..units(&order, 0, 1, None) };
    let made = CreateRefundRequest {
        validate_only: false,
        request_id: reused.request_id.clone(),
        ..less(&order, 1, "1.00")
    };
    refund(&world, made).await;
    let refused = refusal(world.orders().create_refund(reused).await);
    assert_eq!(refused.kind(), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
    let unknown = GetRefundRequest { id: Uuid::from_u128(1).to_string() };
    let refused = refusal(world.orders().get_refund(unknown).await);
    assert_eq!(refused.kind(), (Code::NotFound, "REFUND_NOT_FOUND"));
    let theirs = GetRefundRequest { id: "re_1".to_owned() };
    assert_eq!(refusal(world.orders().get_refund(theirs).await).code, Code::InvalidArgument);
}
