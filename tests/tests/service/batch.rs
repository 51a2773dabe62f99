//! BatchGetOrders: each key is answered for by itself, in the order of the request.

use prost::Message;
use tests::proto::batch_get_orders_response::result::Outcome;
use tests::proto::get_order_request::{Key, OrderNumber};
use tests::proto::{BatchGetOrdersRequest, BatchGetOrdersResponse, GetOrderRequest, Order, PaymentStatus};
use tests::{LEGO, SOON, Uuid, World, draft, new_request_id, numbered, on_both_engines, refusal, until};
use tonic::Code;

use crate::arrival::{ANSWER, large};
use crate::requests::{cancel, ship};

on_both_engines!(
    each_order_is_found_by_its_own_key_and_what_is_not_there_is_no_error,
    what_does_not_fit_is_named_and_can_be_asked_for_again,
    every_fault_of_a_batch_is_named_at_once,
);

fn by(key: Key) -> GetOrderRequest {
    GetOrderRequest { key: Some(key) }
}

async fn get(world: &World, requests: Vec<GetOrderRequest>) -> Vec<Outcome> {
    let answer =
        world.orders().batch_get_orders(BatchGetOrdersRequest { requests }).await.unwrap().into_inner();
    answer.results.into_iter().map(|result| result.outcome.unwrap()).collect()
}

async fn each_order_is_found_by_its_own_key_and_what_is_not_there_is_no_error(world: World) {
    let shipped = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&shipped, 0, 1, Some("299.00"))).await.unwrap();
    let canceled = world.create(numbered("7", "ideal")).await;
    world.orders().cancel_order(cancel(&canceled)).await.unwrap();
    // The number is free again.
    let holder = world.create(numbered("7", "ideal")).await;
    // Mollie cancels the payment with its order and calls once more; then nothing changes any more.
    until("the payment is canceled too", SOON, async || {
        let payment = world.order(&canceled.id).await.payments[0].status();
        (payment == PaymentStatus::Canceled).then_some(())
    })
    .await;
    let number =
        |order_number: &str| OrderNumber { profile: String::new(), order_number: order_number.to_owned() };
    let found = get(
        &world,
        vec![
            by(Key::MollieOrderId(shipped.mollie_order_id.clone())),
            by(Key::OrderNumber(number("7"))),
            by(Key::Id(Uuid::nil().to_string())),
            by(Key::Id(canceled.id.clone())),
            by(Key::OrderNumber(number("8"))),
            by(Key::Id(shipped.id.clone())),
        ],
    )
    .await;
    let mut expected = Vec::new();
    for id in [&shipped.id, &holder.id, "", &canceled.id, "", &shipped.id] {
        expected.push(if id.is_empty() { None } else { Some(world.order(id).await) });
    }
    let found: Vec<Option<Order>> = found
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::Order(order) => Some(*order),
            Outcome::NotFound(_) => None,
            Outcome::LeftOut(_) => panic!("it has room"),
        })
        .collect();
    assert_eq!(found, expected);
}

async fn what_does_not_fit_is_named_and_can_be_asked_for_again(world: World) {
    let mut ids = Vec::new();
    for _ in 0..9 {
        ids.push(world.create(large()).await.id);
    }
    let (mut wanted, mut read, mut rounds) = (ids.clone(), Vec::new(), 0);
    while !wanted.is_empty() {
        let found = get(&world, wanted.iter().map(|id| by(Key::Id(id.clone()))).collect()).await;
        let whole = BatchGetOrdersResponse {
            results: found
                .iter()
                .cloned()
                .map(|it| tests::proto::batch_get_orders_response::Result { outcome: Some(it) })
                .collect(),
        };
        assert!(whole.encoded_len() <= ANSWER + 200, "{} bytes", whole.encoded_len());
        let mut left = Vec::new();
        for (id, outcome) in wanted.into_iter().zip(found) {
            match outcome {
                Outcome::Order(order) => read.push(order.id),
                Outcome::LeftOut(_) => left.push(id),
                Outcome::NotFound(_) => panic!("{id} is there"),
            }
        }
        (wanted, rounds) = (left, rounds + 1);
        assert!(rounds <= 9, "each answer holds one order at least");
    }
    assert_eq!((read, rounds > 1), (ids, true));
}

async fn every_fault_of_a_batch_is_named_at_once(world: World) {
    let refused = refusal(world.orders().batch_get_orders(BatchGetOrdersRequest::default()).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"));
    assert_eq!(refused.message.lines().last(), Some("requests: expected 1 to 100 orders, got none"));
    let requests =
        vec![by(Key::Id("x".to_owned())), GetOrderRequest { key: None }, by(Key::Id(new_request_id()))];
    let refused = refusal(world.orders().batch_get_orders(BatchGetOrdersRequest { requests }).await);
    let paths: Vec<_> = refused.violations.iter().map(|(path, ..)| path.as_str()).collect();
    assert_eq!(paths, ["requests[0].id", "requests[1].key"]);
    let requests = vec![by(Key::Id(Uuid::nil().to_string())); 101];
    let refused = refusal(world.orders().batch_get_orders(BatchGetOrdersRequest { requests }).await);
    assert_eq!(refused.kind(), (Code::InvalidArgument, "REQUEST_TOO_LARGE"));
}
