//! Archived orders: told as before, and back as soon as anything of them changes, above all where it is about money.

use prost::Message;
use tests::proto::get_order_request::{Key, OrderNumber};
use tests::proto::{
    ArchiveObstacle, ArchiveOrdersRequest, ArchiveOrdersResponse, CloseReviewItemRequest, CreateOrderRequest,
    CreateRefundRequest, GetOperationRequest, GetOrderRequest, GetRefundRequest, GetShipmentRequest,
    ListOperationsRequest, ListOrdersRequest, ListRefundsRequest, ListShipmentsRequest, OperationFilter,
    OperationState, Order, OrderStatus, RefundState, ReviewItemKind,
};
use tests::{
    Archiving, Engine, LEGO, Process, SOON, Watch, World, amount, draft, from_beginning, new_request_id,
    numbered, on_both_engines, refusal, until,
};
use tonic::Code;

use crate::money::is_told;
use crate::requests::{create, ship_rest, sync};

on_both_engines!(
    an_archived_order_is_told_as_before,
    a_late_chargeback_of_an_archived_order_is_not_lost,
    a_late_refund_of_an_archived_order_is_made,
    the_command_says_what_it_would_do_and_what_it_has_done,
    what_was_archived_before_a_restored_moment_or_after_it_is_recognised,
);

mod postgres_alone {
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn five_hundred_orders_are_archived_whatever_is_killed() {
        super::five_hundred().await;
    }
}

/// The short form of the proof `archive`.
async fn five_hundred() {
    if Engine::Postgres.is_available().await {
        println!("{}", Box::pin(Archiving { orders: 500, batch: 10 }.run()).await);
    }
}

/// An order that was paid, shipped and partly refunded long ago.
async fn completed(world: &World, number: &str) -> Order {
    complete(world, create(&new_request_id(), numbered(number, "ideal"))).await
}

async fn complete(world: &World, placing: CreateOrderRequest) -> Order {
    let order = world.orders().create_order(placing).await.unwrap().into_inner();
    world.simulator.check_out(&order.checkout_url, "paid").await;
    let order = world.reaches(&order.id, OrderStatus::Paid).await;
    world.orders().create_shipment(ship_rest(&order)).await.unwrap();
    refund(world, &order, &new_request_id()).await.unwrap();
    world.reaches(&order.id, OrderStatus::Completed).await;
    world.advance("P29D").await;
    until("the order is closed", SOON, async || {
        Some(world.order(&order.id).await).filter(|order| order.closed_time.is_some())
    })
    .await
}

async fn refund(
    world: &World,
    order: &Order,
    request_id: &str,
) -> Result<tests::proto::Refund, tonic::Status> {
    let request = CreateRefundRequest {
        request_id: request_id.to_owned(),
        order_id: order.id.clone(),
        amount: Some(amount("5.00")),
        ..CreateRefundRequest::default()
    };
    Ok(world.orders().create_refund(request).await?.into_inner())
}

async fn batch(world: &World, request: &ArchiveOrdersRequest) -> ArchiveOrdersResponse {
    world.operators().archive_orders(request.clone()).await.unwrap().into_inner()
}

/// Archives whatever has ended, once nothing of it is awaited.
async fn archive(world: &World) {
    let mut request = ArchiveOrdersRequest { older_than_days: Some(0), ..ArchiveOrdersRequest::default() };
    until("all that has ended is archived", SOON, async || {
        let answer = batch(world, &request).await;
        let waits = answer.kept.iter().any(|kept| kept.obstacle() == ArchiveObstacle::Agenda);
        request.page_token.clone_from(&answer.next_page_token);
        (answer.next_page_token.is_empty() && answer.moved_count == 0 && !waits).then_some(())
    })
    .await;
}

async fn is_listed(world: &World, order: &Order) -> bool {
    let page = world.orders().list_orders(ListOrdersRequest::default()).await.unwrap().into_inner();
    page.orders.iter().any(|listed| listed.id == order.id)
}

/// Every answer about an order that names it or a part of it, as bytes.
async fn told(world: &World, order: &Order) -> Vec<Vec<u8>> {
    let order_number =
        OrderNumber { profile: order.profile.clone(), order_number: order.order_number.clone() };
    let keys = [
        Key::Id(order.id.clone()),
        Key::MollieOrderId(order.mollie_order_id.clone()),
        Key::OrderNumber(order_number),
    ];
    let (mut orders, mut answers) = (world.orders(), Vec::new());
    for key in keys {
        let order = orders.get_order(GetOrderRequest { key: Some(key) }).await.unwrap();
        answers.push(order.into_inner().encode_to_vec());
    }
    let request = ListShipmentsRequest { order_id: order.id.clone(), ..Default::default() };
    let shipments = orders.list_shipments(request).await.unwrap().into_inner();
    for shipment in &shipments.shipments {
        let request = GetShipmentRequest { id: shipment.id.clone() };
        answers.push(orders.get_shipment(request).await.unwrap().into_inner().encode_to_vec());
    }
    let request = ListRefundsRequest { order_id: order.id.clone(), ..Default::default() };
    let refunds = orders.list_refunds(request).await.unwrap().into_inner();
    for refund in &refunds.refunds {
        let request = GetRefundRequest { id: refund.id.clone() };
        answers.push(orders.get_refund(request).await.unwrap().into_inner().encode_to_vec());
    }
    let states = vec![OperationState::Succeeded.into()];
    let filter = Some(OperationFilter { order_id: order.id.clone(), states, ..Default::default() });
    let request = ListOperationsRequest { filter, ..Default::default() };
    let operations = world.operators().list_operations(request).await.unwrap().into_inner().operations;
    assert_eq!((shipments.shipments.len(), refunds.refunds.len(), operations.len()), (1, 1, 3));
    for operation in operations {
        let request = GetOperationRequest { id: operation.id.clone() };
        assert_eq!(orders.get_operation(request).await.unwrap().into_inner(), operation);
        answers.push(operation.encode_to_vec());
    }
    answers.extend(world.events(&order.id).await.iter().map(Message::encode_to_vec));
    answers.extend([shipments.encode_to_vec(), refunds.encode_to_vec()]);
    answers
}

async fn an_archived_order_is_told_as_before(world: World) {
    let placing = create("the first", numbered("told", "ideal"));
    let order = world.orders().create_order(placing.clone()).await.unwrap().into_inner();
    world.simulator.check_out(&order.checkout_url, "paid").await;
    world.reaches(&order.id, OrderStatus::Paid).await;
    let shipping = ship_rest(&order);
    let shipment = world.orders().create_shipment(shipping.clone()).await.unwrap().into_inner();
    let refunded = refund(&world, &order, "money back").await.unwrap();
    world.reaches(&order.id, OrderStatus::Completed).await;
    let other = world.create(draft(LEGO, "klarnapaylater")).await;
    world.advance("P20D").await;
    until("the order is closed", SOON, async || world.order(&order.id).await.closed_time).await;
    let before = told(&world, &order).await;
    archive(&world).await;
    assert!(!is_listed(&world, &order).await && is_listed(&world, &other).await);
    assert!(told(&world, &order).await == before, "something is told otherwise now");

    // Whoever watches from the beginning misses nothing.
    let events = world.events(&order.id).await;
    let mut watch = Watch::open(world.orders(), from_beginning()).await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < events.len() {
        let event = watch.event().await.unwrap();
        seen.extend(Some(event).filter(|event| event.order_id == order.id));
    }
    assert_eq!(seen, events);

    // A repeated request has no second effect, and brings nothing back.
    let again = world.orders().create_order(placing).await.unwrap().into_inner();
    assert_eq!((&again.id, again.status()), (&order.id, OrderStatus::Completed));
    let again = world.orders().create_shipment(shipping).await.unwrap().into_inner();
    assert_eq!(again.id, shipment.id);
    let again = refund(&world, &order, "money back").await.unwrap();
    assert_eq!(again.id, refunded.id);
    assert!(!is_listed(&world, &order).await);

    // Its number is held. Before a new order is refused for that, the one that holds it is read at Mollie, and so it is back.
    let second = world.orders().create_order(create(&new_request_id(), numbered("told", "ideal"))).await;
    assert_eq!(second.unwrap_err().code(), Code::AlreadyExists);
    assert!(is_listed(&world, &order).await);
    archive(&world).await;
    let ledger = world.simulator.ledger().await;
    let counts = ["shipment_created", "payment_refunded", "order_created"].map(|kind| ledger.count(kind));
    assert_eq!(counts, [1, 1, 2]);

    // Somebody who asks Mollie brings it back, too, and it goes again.
    assert!(!is_listed(&world, &order).await);
    sync(&world, &order).await.unwrap();
    assert!(is_listed(&world, &order).await);
    archive(&world).await;
    assert!(!is_listed(&world, &order).await);
}

async fn a_late_chargeback_of_an_archived_order_is_not_lost(world: World) {
    let order = completed(&world, "charged-back").await;
    archive(&world).await;
    assert!(!is_listed(&world, &order).await);
    let payment = order.payments[0].mollie_payment_id.clone();
    world.simulator.charge_back(&payment, "10.00").await;
    let back = until("the chargeback is told", SOON, async || {
        Some(world.order(&order.id).await).filter(|order| !order.items.is_empty())
    })
    .await;
    is_told(&back, ReviewItemKind::Chargeback, &payment, "10.00 EUR");
    assert!(is_listed(&world, &order).await);
    // It stays in sight until a person has dealt with it.
    archive(&world).await;
    assert!(is_listed(&world, &order).await);
    let close = CloseReviewItemRequest {
        order_id: order.id.clone(),
        number: back.items[0].number,
        actor: "jane@shop.example".to_owned(),
        reason: "agreed with the shopper".to_owned(),
    };
    world.operators().close_review_item(close).await.unwrap();
    archive(&world).await;
    assert!(!is_listed(&world, &order).await);
    world.events(&order.id).await;
}

async fn a_late_refund_of_an_archived_order_is_made(world: World) {
    let order = completed(&world, "refunded-late").await;
    archive(&world).await;
    let refunded = refund(&world, &order, "late").await.unwrap();
    assert!(is_listed(&world, &order).await);
    until("the refund is registered", SOON, async || {
        let request = GetRefundRequest { id: refunded.id.clone() };
        let refund = world.orders().get_refund(request).await.unwrap().into_inner();
        (refund.state() == RefundState::Registered).then_some(())
    })
    .await;
    assert_eq!(world.simulator.ledger().await.count("payment_refunded"), 2);
    let back = world.settles(&order.id).await;
    assert!(back.closed_time.is_none(), "its money is on the way");
    world.events(&order.id).await;
}

async fn the_command_says_what_it_would_do_and_what_it_has_done(world: World) {
    let order = completed(&world, "commanded").await;
    let open = world.create(draft(LEGO, "klarnapaylater")).await;
    until("nothing of it is awaited", SOON, async || {
        let request = ArchiveOrdersRequest { older_than_days: Some(0), dry_run: true, ..Default::default() };
        batch(&world, &request).await.kept.is_empty().then_some(())
    })
    .await;
    // Whoever archives first waits until older releases have noticed. There are none here.
    let none = ArchiveOrdersRequest { older_than_days: Some(36_500), ..Default::default() };
    assert!(!batch(&world, &none).await.next_page_token.is_empty(), "it asks to come again");
    let run = async |arguments: &[&str]| {
        let address = format!("http://{}", world.service.grpc());
        let arguments = [&["--address", &address], arguments].concat();
        let mut command = Process::start_with("archive", &arguments, world.directory(), &Vec::new());
        let status = command.ended(SOON).await;
        assert!(status.success(), "{}", command.said());
        command.said()
    };
    assert_eq!(run(&["--dry-run", "--older-than", "0"]).await, "1 order would be archived\n");
    assert!(is_listed(&world, &order).await);
    assert_eq!(run(&["--older-than", "30"]).await, "0 orders archived\n", "it ended later");
    assert_eq!(run(&["--older-than", "0", "--profile", "main"]).await, "1 order archived\n");
    assert!(!is_listed(&world, &order).await && is_listed(&world, &open).await);
}

/// The backup has one of two orders in its archive; what happened since is known to Mollie alone.
async fn what_was_archived_before_a_restored_moment_or_after_it_is_recognised(mut world: World) {
    let placings = ["before", "after"].map(|name| create(name, numbered(name, "ideal")));
    let before = complete(&world, placings[0].clone()).await;
    archive(&world).await;
    let after = complete(&world, placings[1].clone()).await;
    let backup = world.database.back_up(world.directory()).await;
    let look = ArchiveOrdersRequest { dry_run: true, ..ArchiveOrdersRequest::default() };
    let is_back = async || world.operators().archive_orders(look.clone()).await.ok();
    until("the database is back after its backup", SOON, is_back).await;
    archive(&world).await;
    refund(&world, &before, "late").await.unwrap();
    world.settles(&before.id).await;
    let payment = after.payments[0].mollie_payment_id.clone();
    world.simulator.charge_back(&payment, "10.00").await;
    let has_items = async || Some(world.order(&after.id).await).filter(|order| !order.items.is_empty());
    until("the chargeback is told", SOON, has_items).await;

    world.service.kill();
    world.database.restore(backup).await;
    world.service.launch(&["--after-restore"]);
    world.service.serves(SOON * 3).await;
    for (order, placing) in [&before, &after].into_iter().zip(placings) {
        assert_eq!(world.orders().create_order(placing).await.unwrap().into_inner().id, order.id);
    }
    assert!(!is_listed(&world, &before).await, "nothing of it has changed here");
    // Its webhook came to the database that is lost; Mollie will not repeat it.
    let has_items = async || Some(world.order(&after.id).await).filter(|order| !order.items.is_empty());
    let told = until("the chargeback is told again", SOON, has_items).await;
    is_told(&told, ReviewItemKind::Chargeback, &payment, "10.00 EUR");
    // Nobody knows here that this refund was made.
    let again = refusal(refund(&world, &before, "late").await.map(tonic::Response::new));
    assert_eq!(again.kind(), (Code::FailedPrecondition, "ORDER_RESTORED"));
    assert!(is_listed(&world, &before).await);
    let ledger = world.simulator.ledger().await;
    assert_eq!(["order_created", "payment_refunded"].map(|kind| ledger.count(kind)), [2, 3]);
}
