//! Lines by the caller's own references: taken wherever a line's id is.

use tests::proto::{
    CancelOrderLinesRequest, CancelOrderRequest, CreateRefundRequest, CreateShipmentRequest, Order,
    RefundReduction, ReturnLineSelection, ReturnLinesRequest, ShipmentLineSelection, UpdateOrderLineRequest,
    line_operation,
};
use tests::{GIFT_CARD, LEGO, World, amount, draft, new_request_id, numbered, on_both_engines, refusal};
use tonic::Code;

use crate::requests::{create, manage, rename_line, ship, sync, take_back};

on_both_engines!(
    a_line_is_shipped_canceled_and_refunded_by_its_reference,
    a_reference_that_is_not_there_is_refused_with_those_that_are,
    a_reference_names_one_line_and_no_other,
    of_an_order_that_is_not_there_no_reference_is_called_wrong,
);

const ROBOT: &str = "sku-5702016116977/red";
const SET: &str = "4711-2";

async fn referenced(world: &World, method: &str, state: &str) -> Order {
    let mut draft = numbered(&new_request_id(), method);
    (draft.lines[0].reference, draft.lines[1].reference) = (ROBOT.to_owned(), SET.to_owned());
    let order = world.create_and_check_out(draft, state).await;
    assert_eq!([ROBOT, SET], [0, 1].map(|n| order.lines[n].reference.as_str()));
    order
}

fn units(reference: &str) -> Vec<ShipmentLineSelection> {
    vec![ShipmentLineSelection { line_id: reference.to_owned(), quantity: 1, amount: None }]
}

fn ship_by(order: &Order, reference: &str) -> CreateShipmentRequest {
    CreateShipmentRequest { lines: units(reference), ..ship(order, 0, 1, None) }
}

async fn a_line_is_shipped_canceled_and_refunded_by_its_reference(world: World) {
    let order = referenced(&world, "klarnapaylater", "authorized").await;
    let parcel = world.orders().create_shipment(ship_by(&order, ROBOT)).await.unwrap().into_inner();
    assert_eq!(parcel.lines[0].line_id, order.lines[0].id);
    let (request_id, order_id) = (new_request_id(), order.id.clone());
    let cancel = CancelOrderLinesRequest { request_id, order_id, lines: units(SET), ..Default::default() };
    world.orders().cancel_order_lines(cancel).await.unwrap();
    let order = sync(&world, &order).await.unwrap();
    let refund = |lines, reductions| CreateRefundRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        lines,
        reductions,
        ..Default::default()
    };
    world.orders().create_refund(refund(units(ROBOT), Vec::new())).await.unwrap();
    let order = sync(&world, &order).await.unwrap();
    let [robot, set] = &order.lines[..] else { panic!("two lines") };
    assert_eq!((robot.quantity_shipped, robot.quantity_refunded, set.quantity_canceled), (1, 1, 1));

    let order = referenced(&world, "ideal", "paid").await;
    let (line_id, amount) = (SET.to_owned(), Some(amount("9.99")));
    let reduced = CreateRefundRequest {
        request_id: new_request_id(),
        order_id: order.id.clone(),
        reductions: vec![RefundReduction { line_id, amount }],
        ..Default::default()
    };
    let reduced = world.orders().create_refund(reduced).await.unwrap().into_inner();
    assert_eq!(reduced.lines[0].line_id, order.lines[1].id);
    let line = ReturnLineSelection { line_id: ROBOT.to_owned(), came_back: 0, not_leaving: 1 };
    let returned = ReturnLinesRequest { lines: vec![line], ..take_back(&order, &[]) };
    let returned = world.orders().return_lines(returned).await.unwrap().into_inner();
    assert_eq!(returned.lines[0].line_id, order.lines[0].id);

    let mut with_card = draft(GIFT_CARD, "klarnapaylater");
    with_card.lines[1].reference = "card".to_owned();
    let order = world.create_and_check_out(with_card, "authorized").await;
    let release_line_ids = vec!["card".to_owned()];
    let (request_id, id) = (new_request_id(), order.id.clone());
    let cancel = CancelOrderRequest { request_id, id, release_line_ids, ..Default::default() };
    world.orders().cancel_order(cancel).await.unwrap();
}

async fn a_reference_that_is_not_there_is_refused_with_those_that_are(world: World) {
    let order = referenced(&world, "ideal", "paid").await;
    let refused = refusal(world.orders().create_shipment(ship_by(&order, "4711-3")).await);
    let [(path, text)] = refused.violations.as_slice() else { panic!("{refused:#?}") };
    assert_eq!((refused.code, path.as_str()), (Code::InvalidArgument, "lines[0].line_id"));
    assert!(text.contains(&format!("1 ({ROBOT}), 2 ({SET})")), "{text}");
    let both = CreateShipmentRequest { lines: [units(SET), units("2")].concat(), ..ship_by(&order, SET) };
    let refused = refusal(world.orders().create_shipment(both).await);
    assert_eq!(refused.violations[0].0, "lines[1].line_id", "{refused:#?}");
}

/// Nobody knows its lines: the order is what the caller has to check.
async fn of_an_order_that_is_not_there_no_reference_is_called_wrong(world: World) {
    let real = referenced(&world, "ideal", "paid").await;
    let order = Order { id: "01900000-0000-7000-8000-000000000000".to_owned(), ..real };
    let changes = world.simulator.traffic().await.changes();
    let (request_id, order_id) = (new_request_id(), order.id.clone());
    let returned = |line_id: &str| ReturnLinesRequest {
        lines: vec![ReturnLineSelection { line_id: line_id.to_owned(), came_back: 0, not_leaving: 1 }],
        ..take_back(&order, &[])
    };
    let tell = ReturnLinesRequest { validate_only: true, ..returned(SET) };
    let cancel = CancelOrderLinesRequest {
        request_id: request_id.clone(),
        order_id: order_id.clone(),
        lines: units(SET),
        ..Default::default()
    };
    let refund = CreateRefundRequest { request_id, order_id, lines: units(SET), ..Default::default() };
    let reductions = vec![RefundReduction { line_id: SET.to_owned(), amount: Some(amount("9.99")) }];
    let reduced = CreateRefundRequest { lines: Vec::new(), reductions, ..refund.clone() };
    let renamed = UpdateOrderLineRequest { line_id: SET.to_owned(), ..rename_line(&order, 1, "Set") };
    let managed = manage(&order, vec![line_operation::Operation::Cancel(units(SET).remove(0))]);
    let refused = [
        refusal(world.orders().return_lines(returned(SET)).await),
        refusal(world.orders().return_lines(returned("2")).await),
        refusal(world.orders().return_lines(tell).await),
        refusal(world.orders().cancel_order_lines(cancel).await),
        refusal(world.orders().create_refund(refund).await),
        refusal(world.orders().create_refund(reduced).await),
        refusal(world.orders().create_shipment(ship_by(&order, SET)).await),
        refusal(world.orders().update_order_line(renamed).await),
        refusal(world.orders().manage_order_lines(managed).await),
    ];
    for (n, refused) in refused.into_iter().enumerate() {
        assert_eq!(refused.kind(), (Code::NotFound, "ORDER_NOT_FOUND"), "{n}: {refused:#?}");
        assert!(refused.violations.is_empty(), "{n}: {refused:#?}");
    }
    assert_eq!(world.simulator.traffic().await.changes(), changes);
}

async fn a_reference_names_one_line_and_no_other(world: World) {
    let mut draft = draft(LEGO, "ideal");
    (draft.lines[0].reference, draft.lines[1].reference) = ("2".to_owned(), "A".to_owned());
    let numbered = refusal(world.orders().create_order(create(&new_request_id(), draft.clone())).await);
    assert_eq!(numbered.violations[0].0, "draft.lines[0].reference");
    draft.lines[0].reference = "A".to_owned();
    let twice = refusal(world.orders().create_order(create(&new_request_id(), draft)).await);
    assert_eq!(twice.violations[0].0, "draft.lines[1].reference");
}
