//! Every event says why it was written: as it is listed, and as it is watched.

use std::time::Duration;

use tests::proto::event_cause::{Cause, Request, Settled};
use tests::proto::{CreateOrderRequest, OrderEvent, OrderStatus};
use tests::{LEGO, SOON, Watch, World, draft, from_beginning, new_request_id, on_both_engines, until};

use crate::requests::{ship, sync};

on_both_engines!(events_say_why_they_were_written_however_they_are_read);

fn why<'a>(events: &'a [OrderEvent], kind: &str) -> (&'a Cause, &'a str) {
    let event = events.iter().find(|event| event.kind == kind).unwrap_or_else(|| panic!("no {kind}"));
    (event.cause.as_ref().and_then(|why| why.cause.as_ref()).expect("a cause"), &event.actor)
}

async fn events_say_why_they_were_written_however_they_are_read(world: World) {
    let request = CreateOrderRequest {
        request_id: new_request_id(),
        draft: Some(draft(LEGO, "klarnapaylater")),
        actor: "jane".to_owned(),
        ..CreateOrderRequest::default()
    };
    let request_id = request.request_id.clone();
    let order = world.orders().create_order(request).await.unwrap().into_inner();
    world.simulator.check_out(&order.checkout_url, "authorized").await;
    let order = world.reaches(&order.id, OrderStatus::Authorized).await;
    world.simulator.ship_elsewhere(&order, 0, 1, "299.00").await;
    sync(&world, &order).await.unwrap();
    world.orders().create_shipment(ship(&order, 1, 1, None)).await.unwrap();
    world.settles(&order.id).await;

    let events = world.events(&order.id).await;
    let asked = Cause::Request(Request { caller: "anonymous".to_owned(), request_id });
    assert_eq!(why(&events, "order.recorded"), (&asked, "jane"));
    let operation_id = events[0].operation_id.clone();
    assert_eq!(why(&events, "order.placed"), (&Cause::Settled(Settled { operation_id }), "jane"));
    let (authorized, _) = why(&events, "order.authorized");
    assert!(matches!(authorized, Cause::Hook(_)), "{authorized:?}");
    let (observed, by) = why(&events, "shipment.observed");
    assert!(matches!(observed, Cause::Asked(_) | Cause::Hook(_)) && by.is_empty(), "{observed:?}");
    let registered = events.iter().find(|event| event.kind == "shipment.registered").unwrap();
    let operation_id = registered.operation_id.clone();
    assert_eq!(why(&events, "shipment.registered").0, &Cause::Settled(Settled { operation_id }));

    until("they are watched as they are listed", SOON, async || {
        let mut watch = Watch::open(world.orders(), from_beginning()).await.unwrap();
        let (listed, mut watched) = (world.events(&order.id).await, Vec::new());
        while let Some(event) = watch.event_within(Duration::from_millis(300)).await {
            watched.push(event);
        }
        (watched == listed).then_some(())
    })
    .await;
}
