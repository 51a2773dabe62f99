//! An order that time has ended leaves a draft of what was open, and a new order continues it.

use tests::proto::order_event::Data;
use tests::proto::{CheckOrderDraftRequest, CreateOrderRequest, Order, OrderDraft, OrderEvent, OrderStatus};
use tests::{LEGO, World, draft, new_request_id, numbered, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{ship, sync};

on_both_engines!(
    what_was_open_when_time_ended_an_order_is_placed_anew,
    an_order_that_nobody_paid_leaves_all_of_it,
    only_an_ended_order_of_the_same_profile_can_be_continued,
);

async fn left(world: &World, order: &Order, kind: &str) -> OrderDraft {
    let events = world.events(&order.id).await;
    let draft = |event: &OrderEvent| match &event.data {
        Some(Data::OrderStatus(told)) => told.open_lines.clone(),
        Some(_) | None => None,
    };
    let with: Vec<_> = events.iter().filter_map(|event| Some((&*event.kind, draft(event)?))).collect();
    let [(told, draft)] = &with[..] else { panic!("one event has a draft: {events:?}") };
    assert_eq!(*told, kind);
    draft.clone()
}

/// It is read shortly before its end, as the schedule does, and then time ends it.
async fn to_its_end(world: &World, order: &Order) {
    world.advance("P27DT23H45M").await;
    sync(world, order).await.unwrap();
    world.advance("P1DT15M").await;
}

async fn is_accepted(world: &World, draft: &OrderDraft) {
    let check = CheckOrderDraftRequest { draft: Some(draft.clone()), ..CheckOrderDraftRequest::default() };
    let found = world.orders().check_order_draft(check).await.unwrap().into_inner();
    assert_eq!(found.violations, [], "{draft:?}");
}

fn continuing(draft: OrderDraft, order: &str) -> CreateOrderRequest {
    CreateOrderRequest {
        request_id: new_request_id(),
        draft: Some(draft),
        continues: order.to_owned(),
        ..CreateOrderRequest::default()
    }
}

async fn what_was_open_when_time_ended_an_order_is_placed_anew(world: World) {
    let order = world.create_and_check_out(draft(LEGO, "klarnapaylater"), "authorized").await;
    world.orders().create_shipment(ship(&order, 0, 1, Some("399.00"))).await.unwrap();
    world.settles(&order.id).await;
    to_its_end(&world, &order).await;
    let order = sync(&world, &order).await.unwrap();
    assert_eq!(order.status(), OrderStatus::Completed);
    let draft = left(&world, &order, "order.completed").await;
    let figures: Vec<_> = draft
        .lines
        .iter()
        .map(|line| {
            let value =
                |amount: &Option<tests::proto::Amount>| amount.clone().map(|it| it.value).unwrap_or_default();
            (line.quantity, value(&line.unit_price), value(&line.discount_amount), value(&line.total_amount))
        })
        .collect();
    let text = str::to_owned;
    let expected = [
        (1, text("399.00"), text("100.00"), text("299.00")),
        (1, text("329.99"), String::new(), text("329.99")),
    ];
    assert_eq!(figures, expected);
    assert_eq!(draft.amount.as_ref().unwrap().value, "628.99");
    assert_eq!(draft.order_number, format!("{}-2", order.order_number), "the order keeps its number");
    assert_eq!(draft.billing_address, order.billing_address);
    is_accepted(&world, &draft).await;
    let request = continuing(draft, &order.id);
    let preview = CreateOrderRequest { validate_only: true, ..request.clone() };
    let preview = world.orders().create_order(preview).await.unwrap().into_inner();
    let anew = world.orders().create_order(request.clone()).await.unwrap().into_inner();
    assert_eq!((&preview.continues, &anew.continues), (&order.id, &order.id));
    assert_eq!(world.orders().create_order(request).await.unwrap().into_inner().id, anew.id);
    assert_eq!(world.order(&anew.id).await.continues, order.id);
}

async fn an_order_that_nobody_paid_leaves_all_of_it(world: World) {
    let order = world.create(draft(LEGO, "ideal")).await;
    to_its_end(&world, &order).await;
    let order = sync(&world, &order).await.unwrap();
    assert_eq!(order.status(), OrderStatus::Expired);
    let draft = left(&world, &order, "order.expired").await;
    assert_eq!((draft.amount.as_ref(), &draft.order_number), (order.amount.as_ref(), &order.order_number));
    is_accepted(&world, &draft).await;
    let stored = world.service.said();
    assert!(!stored.contains("Mondriaan"), "nobody's name is in the log");
    world.orders().create_order(continuing(draft, &order.id)).await.unwrap();
}

async fn only_an_ended_order_of_the_same_profile_can_be_continued(world: World) {
    let open = world.create(numbered("open", "ideal")).await;
    let refused = async |continues: &str, number: &str| {
        let request = continuing(numbered(number, "ideal"), continues);
        let refused = refusal(world.orders().create_order(request).await);
        assert_eq!(refused.kind(), (Code::InvalidArgument, "INVALID_REQUEST"), "{continues}");
        assert_eq!(refused.violations.len(), 1, "{:?}", refused.violations);
        refused.violations[0].0.clone()
    };
    assert_eq!(refused(&open.id, "a").await, "continues");
    assert_eq!(refused("01920000-0000-7000-8000-000000000001", "b").await, "continues");
    assert_eq!(refused("ord_1", "c").await, "continues");
    let wrong = OrderDraft { locale: String::new(), ..numbered("d", "ideal") };
    let refused = refusal(world.orders().create_order(continuing(wrong, "ord_1")).await);
    let fields: Vec<_> = refused.violations.iter().map(|fault| fault.0.as_str()).collect();
    assert_eq!(fields, ["continues", "draft.locale"], "every fault at once");
}
