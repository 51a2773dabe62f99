//! The life: placed, billed elsewhere, not paid at first, authorized, with another line, one unit of a discounted line shipped and its
//! parcel followed, some of its price given back and that called off, what was shipped given back and another line canceled together, then
//! the rest canceled; before it, if need be, another order that is withdrawn, or one that this one replaces. Each step is one intent,
//! repeated under its name until it is answered.

use prost_types::FieldMask;
use tonic::Code;

use super::road::Road;
use super::ward::Ward;
use crate::answers::amount;
use crate::books::{Books, Journal};
use crate::drafts::numbered;
use crate::proto::{
    Address, ArchiveObstacle, ArchiveOrdersRequest, ArchiveOrdersResponse, CancelOrderRequest,
    CancelRefundRequest, CreateOrderPaymentRequest, CreateOrderRequest, CreateRefundRequest,
    CreateShipmentRequest, GetRefundRequest, GetShipmentRequest, LineOperation, ManageOrderLinesRequest,
    Order, OrderLineDraft, OrderLineType, OrderLineUpdate, OrderStatus, OrderUpdate, Payment, PaymentStatus,
    Placement, Refund, RefundState, RefundStatus, Return, ReturnLineSelection, ReturnLinesRequest,
    ReturnPart, ReturnPartState, Shipment, ShipmentLineSelection, ShipmentState, SyncOrderRequest, Tracking,
    UpdateOrderRequest, UpdateShipmentRequest, line_operation,
};

/// What one unit of the first line is shipped for.
const AMOUNT: &str = "299.00";
/// Where the shopper moves to.
const CITY: &str = "Utrecht";
/// What is added to it.
const MUG: &str = "Mug";
/// What it is followed by.
const CODE: &str = "3SKABA000000000";

/// Lives the life. Panics where an answer is wrong, or a repeated one is about something else.
pub async fn live(ward: &mut Ward, journal: &Journal, points: &[String]) {
    let road = Road(points);
    if road.has_withdrawal("place_order") {
        withdraw(ward, journal, &road).await;
    }
    let order = match road.has_changed_cart() {
        true => Box::pin(change_cart(ward, journal, &road)).await,
        false => Box::pin(place(ward, journal, &road, CreateOrderRequest::default())).await,
    };
    update(ward, journal, &road, &order).await;
    ward.world.simulator.check_out(&order.checkout_url, "failed").await;
    let payment = pay(ward, journal, &road, &order).await;
    ward.world.simulator.check_out(&payment.checkout_url, "authorized").await;
    reaches(ward, &order, OrderStatus::Authorized).await;
    manage(ward, journal, &road, &order).await;
    let shipment = ship(ward, journal, &road, &order).await;
    track(ward, journal, &road, &shipment).await;
    let refund = refund(ward, journal, &road, &order).await;
    call_off(ward, journal, &road, &refund).await;
    if road.has_withdrawal("create_refund") {
        withdraw_refund(ward, journal, &road, &order).await;
    }
    take_back(ward, journal, &road, &order).await;
    cancel(ward, journal, &road, &order).await;
    if road.has_archival() {
        Box::pin(archive(ward, journal, &road)).await;
    }
}

/// An order that nobody wanted is archived, and read at Mollie once more: so it comes back.
async fn archive(ward: &mut Ward, journal: &Journal, road: &Road<'_>) {
    road.lay(&ward.world.simulator, "place_order").await;
    let draft = Some(numbered("archived", "klarnapaylater"));
    let request = CreateOrderRequest { request_id: journal.intend(), draft, ..CreateOrderRequest::default() };
    let create = async |mut orders: crate::Orders| orders.create_order(request.clone()).await;
    let order = ward.call("the order is placed", create, Some).await;
    journal.acknowledge(&request.request_id);
    let cancellation = cancellation(journal, &order);
    let cancel = async |mut orders: crate::Orders| orders.cancel_order(cancellation.clone()).await;
    ward.call("the order is canceled", cancel, Some).await;
    journal.acknowledge(&cancellation.request_id);
    reaches(ward, &order, OrderStatus::Canceled).await;
    let before = ward.call("the order is there", read(&order), Some).await;
    let operators = ward.world.operators();
    let request = ArchiveOrdersRequest { older_than_days: Some(0), ..ArchiveOrdersRequest::default() };
    let archive = async |_: crate::Orders| operators.clone().archive_orders(request.clone()).await;
    let at_rest = |it: ArchiveOrdersResponse| {
        let waits = it.kept.iter().any(|kept| kept.obstacle() == ArchiveObstacle::Agenda);
        (it.next_page_token.is_empty() && it.moved_count == 0 && !waits).then_some(())
    };
    ward.call("what is closed for good is archived", archive, at_rest).await;
    let after = ward.call("the order is there", read(&order), Some).await;
    // A look-up may have read it in between.
    let whenever_read = |order| Order { observed_time: None, ..order };
    assert_eq!(whenever_read(after), whenever_read(before));
    let again = ward.call("the order is placed again", create, Some).await;
    assert_eq!((&again.id, &again.mollie_order_id), (&order.id, &order.mollie_order_id));
    reaches(ward, &order, OrderStatus::Canceled).await;
}

/// The shopper went back: the old order is canceled once Mollie has the new one.
async fn change_cart(ward: &mut Ward, journal: &Journal, road: &Road<'_>) -> Order {
    let old = Box::pin(place(ward, journal, road, CreateOrderRequest::default())).await;
    let instead = CreateOrderRequest { supersedes: old.id.clone(), ..CreateOrderRequest::default() };
    let order = Box::pin(place(ward, journal, road, instead)).await;
    reaches(ward, &old, OrderStatus::Canceled).await;
    let replaced = ward.call("the old order says by which", read(&old), Some).await;
    assert_eq!((&replaced.superseded_by, &order.supersedes), (&order.id, &old.id));
    order
}

async fn place(ward: &mut Ward, journal: &Journal, road: &Road<'_>, request: CreateOrderRequest) -> Order {
    road.lay(&ward.world.simulator, "place_order").await;
    let request = CreateOrderRequest {
        request_id: journal.intend(),
        draft: Some(numbered("life", "klarnapaylater")),
        ..request
    };
    let create = async |mut orders: crate::Orders| orders.create_order(request.clone()).await;
    let order = ward.call("the order is placed", create, Some).await;
    journal.acknowledge(&request.request_id);
    assert_eq!(order.placement(), Placement::Placed);
    let again = ward.call("the order is placed again", create, Some).await;
    assert_eq!((&again.id, &again.mollie_order_id), (&order.id, &order.mollie_order_id));
    order
}

/// The shopper has moved.
async fn update(ward: &mut Ward, journal: &Journal, road: &Road<'_>, order: &Order) {
    road.lay(&ward.world.simulator, "update_order").await;
    let new = Address { city: CITY.to_owned(), ..order.billing_address.clone().unwrap_or_default() };
    let request = UpdateOrderRequest {
        request_id: journal.intend(),
        id: order.id.clone(),
        order: Some(OrderUpdate { billing_address: Some(new), ..OrderUpdate::default() }),
        update_mask: Some(FieldMask { paths: vec!["billing_address".to_owned()] }),
        ..UpdateOrderRequest::default()
    };
    let update = async |mut orders: crate::Orders| orders.update_order(request.clone()).await;
    ward.call("the change is recorded", update, Some).await;
    journal.acknowledge(&request.request_id);
    let changed = |it: Order| {
        let city = it.billing_address.as_ref().map(|address| address.city.as_str());
        (city == Some(CITY) && it.operations.is_empty()).then_some(())
    };
    ward.call("the address is changed", update, changed).await;
}

/// The shopper wants a mug more, and the other thing under another name.
async fn manage(ward: &mut Ward, journal: &Journal, road: &Road<'_>, order: &Order) {
    road.lay(&ward.world.simulator, "manage_lines").await;
    let mug = OrderLineDraft {
        r#type: OrderLineType::Physical.into(),
        name: MUG.to_owned(),
        quantity: 1,
        unit_price: Some(amount("10.00")),
        vat_rate: "21.00".to_owned(),
        ..OrderLineDraft::default()
    };
    let renamed = line_operation::Update {
        line_id: order.lines[1].id.clone(),
        line: Some(OrderLineUpdate { name: "Another".to_owned(), ..OrderLineUpdate::default() }),
        update_mask: Some(FieldMask { paths: vec!["name".to_owned()] }),
    };
    let operations = [line_operation::Operation::Add(mug), line_operation::Operation::Update(renamed)];
    let request = ManageOrderLinesRequest {
        request_id: journal.intend(),
        order_id: order.id.clone(),
        operations: operations.map(|operation| LineOperation { operation: Some(operation) }).into(),
        ..ManageOrderLinesRequest::default()
    };
    let manage = async |mut orders: crate::Orders| orders.manage_order_lines(request.clone()).await;
    ward.call("the change is recorded", manage, Some).await;
    journal.acknowledge(&request.request_id);
    let changed = |it: Order| {
        let mugs = it.lines.iter().filter(|line| line.name == MUG).count();
        assert!(mugs <= 1, "the mug is added once");
        (mugs == 1 && it.operations.is_empty()).then_some(())
    };
    ward.call("the lines are changed", manage, changed).await;
}

/// The first attempt has failed, and another one is opened.
async fn pay(ward: &mut Ward, journal: &Journal, road: &Road<'_>, order: &Order) -> Payment {
    let id = order.id.clone();
    let sync = async |mut orders: crate::Orders| orders.sync_order(SyncOrderRequest { id: id.clone() }).await;
    let failed = |it: Order| (it.payments[0].status() == PaymentStatus::Failed).then_some(());
    ward.call("the first attempt has failed", sync, failed).await;
    road.lay(&ward.world.simulator, "create_payment").await;
    let request = CreateOrderPaymentRequest {
        request_id: journal.intend(),
        order_id: order.id.clone(),
        ..CreateOrderPaymentRequest::default()
    };
    let create = async |mut orders: crate::Orders| orders.create_order_payment(request.clone()).await;
    let payment = ward.call("the payment is opened", create, Some).await;
    journal.acknowledge(&request.request_id);
    let again = ward.call("the payment is opened again", create, Some).await;
    assert_eq!(again.mollie_payment_id, payment.mollie_payment_id);
    payment
}

async fn ship(ward: &mut Ward, journal: &Journal, road: &Road<'_>, order: &Order) -> Shipment {
    road.lay(&ward.world.simulator, "create_shipment").await;
    let line_id = order.lines[0].id.clone();
    let request = CreateShipmentRequest {
        request_id: journal.intend(),
        order_id: order.id.clone(),
        lines: vec![ShipmentLineSelection { line_id, quantity: 1, amount: Some(amount(AMOUNT)) }],
        ..CreateShipmentRequest::default()
    };
    let create = async |mut orders: crate::Orders| orders.create_shipment(request.clone()).await;
    let shipment = ward.call("the shipment is recorded", create, Some).await;
    journal.acknowledge(&request.request_id);
    let read = async |mut orders: crate::Orders| {
        orders.get_shipment(GetShipmentRequest { id: shipment.id.clone() }).await
    };
    let registered = |it: Shipment| (it.state() == ShipmentState::Registered).then_some(it);
    let registered = ward.call("the shipment is registered", read, registered).await;
    let again = ward.call("the shipment is recorded again", create, Some).await;
    assert_eq!((&again.id, &again.mollie_shipment_id), (&shipment.id, &registered.mollie_shipment_id));
    registered
}

async fn track(ward: &mut Ward, journal: &Journal, road: &Road<'_>, shipment: &Shipment) {
    road.lay(&ward.world.simulator, "update_shipment").await;
    let tracking = Tracking { carrier: "PostNL".to_owned(), code: CODE.to_owned(), url: String::new() };
    let request = UpdateShipmentRequest {
        request_id: journal.intend(),
        id: shipment.id.clone(),
        tracking: Some(tracking.clone()),
        ..UpdateShipmentRequest::default()
    };
    let update = async |mut orders: crate::Orders| orders.update_shipment(request.clone()).await;
    ward.call("the tracking is recorded", update, Some).await;
    journal.acknowledge(&request.request_id);
    let read = async |mut orders: crate::Orders| {
        orders.get_shipment(GetShipmentRequest { id: shipment.id.clone() }).await
    };
    let followed = |it: Shipment| {
        (it.tracking.as_ref() == Some(&tracking) && it.pending_tracking.is_none()).then_some(())
    };
    ward.call("the shipment is followed by it", read, followed).await;
    let again = ward.call("the tracking is recorded again", update, Some).await;
    assert_eq!((again.id.as_str(), again.tracking), (shipment.id.as_str(), Some(tracking)));
}

/// What was shipped comes back, and the other line does not leave: a refund and a cancellation of lines, in one request.
async fn take_back(ward: &mut Ward, journal: &Journal, road: &Road<'_>, order: &Order) {
    road.lay(&ward.world.simulator, "cancel_lines").await;
    let line = |line: usize, came_back, not_leaving| ReturnLineSelection {
        line_id: order.lines[line].id.clone(),
        came_back,
        not_leaving,
    };
    let request = ReturnLinesRequest {
        request_id: journal.intend(),
        order_id: order.id.clone(),
        lines: vec![line(0, 1, 0), line(1, 0, 1)],
        ..ReturnLinesRequest::default()
    };
    let take = async |mut orders: crate::Orders| orders.return_lines(request.clone()).await;
    let recorded = ward.call("the return is recorded", take, Some).await;
    journal.acknowledge(&request.request_id);
    let done = |it: Return| {
        let is_done =
            it.parts.len() == 2 && it.parts.iter().all(|part| part.state() == ReturnPartState::Done);
        is_done.then_some(it)
    };
    let ended = ward.call("both parts of the return are done", take, done).await;
    assert_eq!(ended.id, recorded.id);
    let worth = |part: &ReturnPart| part.amount.clone().unwrap_or_default().value;
    assert_eq!(
        ended.parts.iter().map(worth).collect::<Vec<_>>(),
        recorded.parts.iter().map(worth).collect::<Vec<_>>()
    );
    reaches(ward, order, OrderStatus::Shipping).await;
}

/// What was shipped costs a little less.
async fn refund(ward: &mut Ward, journal: &Journal, road: &Road<'_>, order: &Order) -> Refund {
    road.lay(&ward.world.simulator, "create_refund").await;
    let request = goodwill(journal, order, "5.00");
    let create = async |mut orders: crate::Orders| orders.create_refund(request.clone()).await;
    let refund = ward.call("the refund is recorded", create, Some).await;
    journal.acknowledge(&request.request_id);
    let registered = |it: Refund| (it.state() == RefundState::Registered).then_some(it);
    let registered = ward.call("the refund is registered", read_refund(&refund), registered).await;
    let again = ward.call("the refund is recorded again", create, Some).await;
    assert_eq!((&again.id, &again.mollie_refund_id), (&refund.id, &registered.mollie_refund_id));
    registered
}

async fn call_off(ward: &mut Ward, journal: &Journal, road: &Road<'_>, refund: &Refund) {
    road.lay(&ward.world.simulator, "cancel_refund").await;
    let request = cancel_refund(journal, refund);
    let cancel = async |mut orders: crate::Orders| orders.cancel_refund(request.clone()).await;
    ward.call("the refund's cancellation is recorded", cancel, Some).await;
    journal.acknowledge(&request.request_id);
    let canceled = |it: Refund| (it.status() == RefundStatus::Canceled).then_some(());
    ward.call("the refund is canceled", read_refund(refund), canceled).await;
}

/// A refund that Mollie asked to bring later, and that nobody wants any more.
async fn withdraw_refund(ward: &mut Ward, journal: &Journal, road: &Road<'_>, order: &Order) {
    road.block_refund(&ward.world.simulator).await;
    let request = goodwill(journal, order, "6.00");
    let create = async |mut orders: crate::Orders| orders.create_refund(request.clone()).await;
    let refund = ward.call("the refund is recorded", create, Some).await;
    journal.acknowledge(&request.request_id);
    let request = cancel_refund(journal, &refund);
    let cancel = async |mut orders: crate::Orders| orders.cancel_refund(request.clone()).await;
    ward.call("the refund is called off", cancel, Some).await;
    journal.acknowledge(&request.request_id);
    // Had it been sent before a death, it is canceled at Mollie instead.
    let over = |it: Refund| {
        let over = it.state() == RefundState::Withdrawn || it.status() == RefundStatus::Canceled;
        over.then_some(())
    };
    ward.call("the refund is over", read_refund(&refund), over).await;
}

fn goodwill(journal: &Journal, order: &Order, value: &str) -> CreateRefundRequest {
    CreateRefundRequest {
        request_id: journal.intend(),
        order_id: order.id.clone(),
        amount: Some(amount(value)),
        ..CreateRefundRequest::default()
    }
}

fn cancel_refund(journal: &Journal, refund: &Refund) -> CancelRefundRequest {
    CancelRefundRequest {
        request_id: journal.intend(),
        id: refund.id.clone(),
        ..CancelRefundRequest::default()
    }
}

fn read_refund(
    refund: &Refund,
) -> impl AsyncFn(crate::Orders) -> Result<tonic::Response<Refund>, tonic::Status> {
    let id = refund.id.clone();
    async move |mut orders: crate::Orders| orders.get_refund(GetRefundRequest { id: id.clone() }).await
}

async fn cancel(ward: &mut Ward, journal: &Journal, road: &Road<'_>, order: &Order) {
    road.lay(&ward.world.simulator, "cancel_order").await;
    let request = cancellation(journal, order);
    let cancel = async |mut orders: crate::Orders| orders.cancel_order(request.clone()).await;
    ward.call("the cancellation is recorded", cancel, Some).await;
    journal.acknowledge(&request.request_id);
    reaches(ward, order, OrderStatus::Completed).await;
    let again = ward.call("the cancellation is recorded again", cancel, Some).await;
    assert_eq!((again.id.as_str(), again.status()), (order.id.as_str(), OrderStatus::Completed));
}

/// A placement that Mollie asked to bring later, and whose caller does not want it any more.
async fn withdraw(ward: &mut Ward, journal: &Journal, road: &Road<'_>) {
    road.block_placement(&ward.world.simulator).await;
    let request_id = journal.intend();
    let draft = Some(numbered("withdrawn", "klarnapaylater"));
    let request = CreateOrderRequest { request_id, draft, ..CreateOrderRequest::default() };
    let create = async |mut orders: crate::Orders| match orders.create_order(request.clone()).await {
        // Recorded, and not placed: that is what was wanted.
        Err(status) if status.code() == Code::Unavailable && !id_in(&status).is_empty() => {
            Ok(tonic::Response::new(Order { id: id_in(&status), ..Order::default() }))
        }
        answer => answer,
    };
    let order = ward.call("the placement is recorded", create, Some).await;
    journal.acknowledge(&request.request_id);
    let request = cancellation(journal, &order);
    let cancel = async |mut orders: crate::Orders| orders.cancel_order(request.clone()).await;
    ward.call("the withdrawal is recorded", cancel, Some).await;
    journal.acknowledge(&request.request_id);
    // Had it been sent before a death, it is canceled at Mollie instead.
    let over = |it: Order| {
        let over = it.placement() == Placement::Abandoned || it.status() == OrderStatus::Canceled;
        (over && it.operations.is_empty()).then_some(())
    };
    ward.call("the placement is over", read(&order), over).await;
}

/// The order that a placement under way is told of.
fn id_in(status: &tonic::Status) -> String {
    use tonic_types::StatusExt;
    let details = status.get_error_details();
    details.error_info().and_then(|info| info.metadata.get("order_id").cloned()).unwrap_or_default()
}

fn cancellation(journal: &Journal, order: &Order) -> CancelOrderRequest {
    CancelOrderRequest { request_id: journal.intend(), id: order.id.clone(), ..CancelOrderRequest::default() }
}

/// Waits until nothing is under way and the order, read at Mollie, is in a state.
async fn reaches(ward: &mut Ward, order: &Order, status: OrderStatus) {
    let what = format!("the order is {}", status.as_str_name());
    let id = order.id.clone();
    let sync = async |mut orders: crate::Orders| orders.sync_order(SyncOrderRequest { id: id.clone() }).await;
    let there = |it: Order| (it.status() == status && it.operations.is_empty()).then_some(());
    ward.call(&what, sync, there).await;
}

fn read(order: &Order) -> impl AsyncFn(crate::Orders) -> Result<tonic::Response<Order>, tonic::Status> {
    use crate::proto::{GetOrderRequest, get_order_request::Key};
    let id = order.id.clone();
    async move |mut orders: crate::Orders| {
        orders.get_order(GetOrderRequest { key: Some(Key::Id(id.clone())) }).await
    }
}

/// One effect of each kind, and the captured amount of what was shipped.
pub fn check(books: &Books, points: &[String]) {
    let is_it = |order: &&Order| order.order_number == "life" && order.superseded_by.is_empty();
    let order = books.orders().iter().find(is_it).expect("it lives");
    let ledger = books.ledger();
    let effects = |kind: &str| {
        ledger.of(kind).iter().filter(|effect| effect["order_id"] == *order.mollie_order_id).count()
    };
    let counted =
        ["order_created", "shipment_created", "lines_canceled", "order_canceled", "order_completed"]
            .map(effects);
    assert_eq!(counted, [1; 5], "{points:?}");
    assert_eq!(effects("payment_created"), 2, "{points:?}");
    assert_eq!(effects("lines_refunded"), 1, "{points:?}");
    assert_eq!(
        ledger.sum(&order.mollie_order_id, "lines_refunded", "refunded"),
        crate::cents(AMOUNT),
        "{points:?}"
    );
    let refunds = ["payment_refunded", "refund_canceled"].map(effects);
    assert!(refunds[0] >= 1 && refunds[0] == refunds[1], "{points:?}: {refunds:?}");
    // It sets what it says, and may have come twice.
    assert!(effects("shipment_updated") >= 1, "{points:?}");
    let captured = ledger.sum(&order.mollie_order_id, "shipment_created", "captured");
    assert_eq!(captured, crate::cents(AMOUNT), "{points:?}");
}
