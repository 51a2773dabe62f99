//! An order as complete as Mollie shows it: the parameters of its payment, and what becomes of its payments afterwards.

use prost_types::value::Kind;
use serde_json::json;
use tests::proto::order_event::Data;
use tests::proto::{Order, OrderDraft, OrderEvent, PaymentParameters};
use tests::{LEGO, World, amount, draft, numbered, on_both_engines};

use crate::requests::sync;

on_both_engines!(
    the_parameters_of_a_payment_are_shown_without_what_is_secret,
    each_chargeback_is_shown_with_its_payment_and_told,
    an_attempt_that_is_open_says_whether_it_can_be_canceled,
);

async fn the_parameters_of_a_payment_are_shown_without_what_is_secret(world: World) {
    let plain = world.create(numbered("plain", "ideal")).await;
    assert_eq!(plain.payment, None, "Mollie shows none");
    world.simulator.switch(json!({ "payment_object": "as sent" })).await;
    let payment = Some(PaymentParameters {
        customer_reference: "c-17 \u{fc}".to_owned(),
        card_token: "tkn_hush".to_owned(),
        voucher_number: "V-hush".to_owned(),
        voucher_pin: "pin-hush".to_owned(),
        apple_pay_payment_token: "apple-hush".to_owned(),
        consumer_account: "NL02ABNA0123456789".to_owned(),
        ..PaymentParameters::default()
    });
    let order = world.create(OrderDraft { payment, ..numbered("shown", "ideal") }).await;
    let read = sync(&world, &order).await.unwrap();
    for order in [&order, &read] {
        let shown = order.payment.as_ref().expect("it is shown");
        let reference = shown.parameters.as_ref().unwrap().fields["customerReference"].kind.clone();
        assert_eq!(reference, Some(Kind::StringValue("c-17 \u{fc}".to_owned())));
        let mut withheld: Vec<_> = shown.withheld.iter().map(String::as_str).collect();
        withheld.retain(|name| *name != "webhookUrl");
        withheld.sort_unstable();
        let secrets = ["applePayPaymentToken", "cardToken", "consumerAccount", "voucherNumber", "voucherPin"];
        assert_eq!(withheld, secrets);
    }
    let told = format!("{read:?} {:?} {}", world.events(&order.id).await, world.service.said());
    for secret in ["hush", "NL02ABNA", "/webhooks/mollie/"] {
        assert!(!told.contains(secret), "{secret} is told");
    }
    world.simulator.switch(json!({})).await;
    let read = sync(&world, &order).await.unwrap();
    assert!(read.payment.is_some(), "an answer without it takes nothing back");
}

fn chargebacks(order: &Order) -> Vec<(String, String, bool)> {
    let [payment] = &order.payments[..] else { panic!("{:?}", order.payments) };
    let shown = payment.chargebacks.iter().map(|one| {
        let value = one.amount.clone().map(|amount| amount.value).unwrap_or_default();
        assert!(one.created_time.is_some() && one.settlement_amount.is_some(), "{one:?}");
        (one.mollie_chargeback_id.clone(), value, one.reversed_time.is_some())
    });
    shown.collect()
}

fn told(events: &[OrderEvent]) -> Vec<(String, String)> {
    let of_chargebacks = events.iter().filter_map(|event| {
        let Some(Data::Chargeback(told)) = &event.data else { return None };
        assert!(told.mollie_payment_id.starts_with("tr_"), "{event:?}");
        Some((event.kind.clone(), told.chargeback.as_ref()?.mollie_chargeback_id.clone()))
    });
    of_chargebacks.collect()
}

async fn each_chargeback_is_shown_with_its_payment_and_told(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "ideal"), "paid").await;
    let payment = order.payments[0].mollie_payment_id.clone();
    let path = "GET /v2/payments/{id}/chargebacks";
    sync(&world, &order).await.unwrap();
    assert_eq!(world.simulator.traffic().await.of(path), 0, "nothing was charged back");
    let (first, second) = (
        world.simulator.charge_back(&payment, "1000.00").await,
        world.simulator.charge_back(&payment, "7.99").await,
    );
    let order = sync(&world, &order).await.unwrap();
    let (a, b) = ((first.clone(), "1000.00".to_owned(), false), (second.clone(), "7.99".to_owned(), false));
    assert_eq!(chargebacks(&order), [a, b.clone()]);
    assert_eq!(order.payments[0].amount_charged_back, Some(amount("1007.99")));
    world.simulator.reverse_chargeback(&first).await;
    let order = sync(&world, &order).await.unwrap();
    assert_eq!(chargebacks(&order), [(first.clone(), "1000.00".to_owned(), true), b]);
    let kinds = [
        ("chargeback.received".to_owned(), first.clone()),
        ("chargeback.received".to_owned(), second),
        ("chargeback.reversed".to_owned(), first),
    ];
    assert_eq!(told(&world.events(&order.id).await), kinds);
    let before = world.simulator.traffic().await.of(path);
    sync(&world, &order).await.unwrap();
    assert_eq!(world.simulator.traffic().await.of(path), before, "what is known is not read again");
}

async fn an_attempt_that_is_open_says_whether_it_can_be_canceled(world: World) {
    let order = world.create(numbered("open", "ideal")).await;
    assert_eq!(order.payments[0].is_cancelable, Some(true));
    world.simulator.check_out(&order.checkout_url, "paid").await;
    let order = world.reaches(&order.id, tests::proto::OrderStatus::Paid).await;
    assert_eq!(order.payments[0].is_cancelable, None, "Mollie tells no more");
}
