//! CreateOrderPayment and ListOrderPayments: a further attempt, opened once, and never beside an open one.

use serde_json::json;
use tests::proto::{
    CreateOrderPaymentRequest, ListOrderPaymentsRequest, Order, OrderStatus, Payment, PaymentParameters,
    PaymentStatus,
};
use tests::{LEGO, SOON, World, draft, new_request_id, numbered, on_both_engines, refusal, until};
use tonic::Code;

use crate::lost::{arm, faults};
use crate::requests::sync;

on_both_engines!(
    a_shopper_whose_payment_failed_gets_another_page_and_pays_there,
    while_an_attempt_is_open_it_is_the_answer_whatever_is_asked_for,
    whatever_becomes_of_its_answer_a_further_attempt_is_opened_once,
    an_order_that_is_paid_takes_no_further_payment_and_every_fault_is_named,
    where_the_money_goes_and_what_mollie_tells_beside_is_shown,
);

fn pay(order: &Order, methods: &[&str]) -> CreateOrderPaymentRequest {
    CreateOrderPaymentRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        method: methods.iter().map(|method| (*method).to_owned()).collect(),
        ..Default::default()
    }
}

async fn opened(world: &World, request: &CreateOrderPaymentRequest) -> Payment {
    world.orders().create_order_payment(request.clone()).await.unwrap().into_inner()
}

async fn listed(world: &World, order: &Order) -> Vec<PaymentStatus> {
    let request = ListOrderPaymentsRequest { order_id: order.id.clone(), ..Default::default() };
    let listed = world.orders().list_order_payments(request).await.unwrap().into_inner();
    assert_eq!(listed.next_page_token, "");
    listed.payments.iter().map(Payment::status).collect()
}

/// An order whose first attempt has failed.
async fn unpaid(world: &World, number: &str) -> Order {
    let order = world.create(numbered(number, "ideal")).await;
    world.simulator.check_out(&order.checkout_url, "failed").await;
    until("the attempt has failed", SOON, async || {
        let statuses = listed(world, &order).await;
        (statuses == [PaymentStatus::Failed]).then_some(())
    })
    .await;
    order
}

async fn where_the_money_goes_and_what_mollie_tells_beside_is_shown(world: World) {
    let order = world.create(numbered("transfer", "banktransfer")).await;
    assert!(order.mollie_profile_id.starts_with("pfl_"), "{}", order.mollie_profile_id);
    assert!(order.dashboard_url.contains(&order.mollie_order_id), "{}", order.dashboard_url);
    assert!(order.mollie_created_time.is_some());
    assert!(
        order.lines.iter().all(|line| line.is_cancelable.is_some() && line.mollie_created_time.is_some())
    );
    let [payment] = &order.payments[..] else { panic!("{:?}", order.payments) };
    let transfer = payment.bank_transfer.as_ref().expect("it is a bank transfer");
    assert!(
        transfer.transfer_reference.starts_with("RF") && !transfer.bank_account.is_empty(),
        "{transfer:?}"
    );
    assert_eq!((payment.sequence_type.as_str(), payment.status()), ("oneoff", PaymentStatus::Open));
    let authorized = world.create_and_check_out(numbered("reserved", "klarnapaylater"), "authorized").await;
    let read = sync(&world, &authorized).await.unwrap();
    assert!(read.payments[0].capture_before_time.is_some(), "{:?}", read.payments);
}

async fn a_shopper_whose_payment_failed_gets_another_page_and_pays_there(world: World) {
    let order = unpaid(&world, "again").await;
    let request = pay(&order, &["bancontact"]);
    let payment = opened(&world, &request).await;
    assert_eq!((payment.status(), payment.method.as_str()), (PaymentStatus::Open, "bancontact"));
    assert!(payment.checkout_url.starts_with("http") && payment.expires_time.is_some(), "{payment:?}");
    assert_eq!(opened(&world, &request).await.mollie_payment_id, payment.mollie_payment_id);
    world.simulator.check_out(&payment.checkout_url, "paid").await;
    world.reaches(&order.id, OrderStatus::Paid).await;
    assert_eq!(listed(&world, &order).await, [PaymentStatus::Failed, PaymentStatus::Paid]);
    let kinds: Vec<_> = world.events(&order.id).await.into_iter().map(|event| event.kind).collect();
    assert!(kinds.contains(&"payment.recorded".to_owned()) && kinds.contains(&"payment.created".to_owned()));
}

async fn while_an_attempt_is_open_it_is_the_answer_whatever_is_asked_for(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    let first = opened(&world, &pay(&order, &["kbc"])).await;
    assert_eq!((first.status(), first.method.as_str()), (PaymentStatus::Open, "ideal"));
    assert_eq!(first.checkout_url, order.checkout_url, "the page that its order has");
    assert_eq!(world.order(&order.id).await.operations.len(), 0);
    let traffic = world.simulator.traffic().await;
    assert_eq!(traffic.of("POST /v2/orders/{id}/payments"), 0);
}

async fn whatever_becomes_of_its_answer_a_further_attempt_is_opened_once(world: World) {
    for (n, fault) in faults().iter().enumerate() {
        let order = unpaid(&world, &format!("lost-{n}")).await;
        arm(&world, fault, "POST", "/v2/orders/*/payments").await;
        let request = pay(&order, &[]);
        let payment = until(&format!("the attempt is open despite {fault}"), SOON, async || {
            world.orders().create_order_payment(request.clone()).await.ok().map(tonic::Response::into_inner)
        })
        .await;
        assert_eq!(payment.status(), PaymentStatus::Open, "{fault}");
        assert_eq!(listed(&world, &order).await, [PaymentStatus::Failed, PaymentStatus::Open], "{fault}");
    }
}

async fn an_order_that_is_paid_takes_no_further_payment_and_every_fault_is_named(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
    let refused = refusal(world.orders().create_order_payment(pay(&order, &[])).await);
    assert_eq!(refused.kind(), (Code::FailedPrecondition, "ORDER_NOT_PAYABLE"));
    let payment = Some(PaymentParameters { due_date: "soon".to_owned(), ..Default::default() });
    let wrong =
        CreateOrderPaymentRequest { order_id: "7".to_owned(), payment, ..pay(&order, &["ideal", " "]) };
    let refused = refusal(world.orders().create_order_payment(wrong).await);
    let fields: Vec<_> = refused.violations.iter().map(|fault| fault.0.as_str()).collect();
    assert_eq!(fields, ["order_id", "method[1]", "payment.due_date"], "{}", json!(refused.message));
}
