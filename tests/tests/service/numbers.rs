//! Order numbers: one live order each, as Mollie does not protect against double orders.

use tests::proto::{GetOrderRequest, get_order_request};
use tests::{LEGO, World, draft, new_request_id, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{cancel, create};

on_both_engines!(an_order_number_is_held_until_its_order_is_canceled);

async fn an_order_number_is_held_until_its_order_is_canceled(world: World) {
    let first = world.create(draft(LEGO, "ideal")).await;
    let refused = refusal(world.orders().create_order(create(&new_request_id(), draft(LEGO, "ideal"))).await);
    assert_eq!(refused.kind(), (Code::AlreadyExists, "ORDER_NUMBER_HELD"));
    assert_eq!(refused.metadata.get("order_id"), Some(&first.id), "it names who holds the number");
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
    assert_eq!(found(&world).await, first.id);

    world.orders().cancel_order(cancel(&first)).await.unwrap();
    let second = world.create(draft(LEGO, "ideal")).await;
    assert_ne!(first.id, second.id);
    assert_eq!(found(&world).await, second.id, "the one that holds the number");
    world.orders().cancel_order(cancel(&second)).await.unwrap();
    assert_eq!(found(&world).await, second.id, "else the newest");
}

async fn found(world: &World) -> String {
    let number = get_order_request::OrderNumber { profile: String::new(), order_number: "1337".to_owned() };
    let key = Some(get_order_request::Key::OrderNumber(number));
    world.orders().get_order(GetOrderRequest { key }).await.unwrap().into_inner().id
}
