//! Different intents at once: each counts, and together they never take more than there is.

use tests::proto::{OrderStatus, ShipmentState};
use tests::{LEGO, Orders, World, draft, new_request_id, numbered, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{cancel, create, ship};

const AT_ONCE: usize = 8;

on_both_engines!(
    of_many_who_ship_the_last_unit_at_once_one_does,
    of_many_who_take_an_order_number_at_once_one_does,
    many_who_cancel_at_once_all_succeed_and_it_is_canceled_once,
);

async fn of_many_who_ship_the_last_unit_at_once_one_does(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let answers = at_once(&world, async |mut orders: Orders| {
        orders.create_shipment(ship(&order, 1, 1, Some("329.99"))).await
    })
    .await;
    let (shipped, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(shipped.len(), 1);
    for answer in refused {
        let refused = refusal(answer);
        assert_eq!(refused.kind(), (Code::FailedPrecondition, "QUANTITY_NOT_AVAILABLE"), "{refused:?}");
    }
    for answer in shipped {
        assert_eq!(answer.unwrap().into_inner().state(), ShipmentState::Registered);
    }
    assert_eq!(world.simulator.ledger().await.count("shipment_created"), 1);
    world.events(&order.id).await;
}

async fn of_many_who_take_an_order_number_at_once_one_does(world: World) {
    let answers = at_once(&world, async |mut orders: Orders| {
        orders.create_order(create(&new_request_id(), numbered("2004", "ideal"))).await
    })
    .await;
    let (placed, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(placed.len(), 1);
    for answer in refused {
        assert_eq!(refusal(answer).kind(), (Code::AlreadyExists, "ORDER_NUMBER_HELD"));
    }
    assert_eq!(world.simulator.ledger().await.count("order_created"), 1);
}

async fn many_who_cancel_at_once_all_succeed_and_it_is_canceled_once(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    let answers = at_once(&world, async |mut orders: Orders| orders.cancel_order(cancel(&order)).await).await;
    for answer in answers {
        assert_eq!(answer.unwrap().into_inner().status(), OrderStatus::Canceled);
    }
    assert_eq!(world.simulator.ledger().await.count("order_canceled"), 1);
    assert_eq!(world.simulator.traffic().await.of("DELETE /v2/orders/{id}"), 1);
    world.events(&order.id).await;
}

/// The answers to the same call, made at once over connections of their own.
async fn at_once<T>(world: &World, call: impl AsyncFn(Orders) -> T) -> Vec<T> {
    let calls = (0..AT_ONCE).map(|_| call(world.orders()));
    futures_util::future::join_all(calls).await
}
