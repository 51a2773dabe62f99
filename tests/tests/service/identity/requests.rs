//! A request to each method about a target. Whoever may make it changes nothing: it decides on a version that the order never had, or
//! about an operation that needs nobody, or only asks.

use prost::Message;
use prost_types::FieldMask;
use tests::proto::watch_order_events_request::Start;
use tests::proto::*;
use tests::{amount, new_request_id, numbered};

use super::stage::Target;

/// No order gets there.
const ETAG: &str = "999999";

/// The encoded request. A method that is missing here fails the test that asks for it.
pub fn to(method: &str, target: &Target) -> Vec<u8> {
    let (order, operation) = (target.order.clone(), target.operation.clone());
    let profile = target.profile.clone();
    let (actor, reason) = ("olga".to_owned(), "a test".to_owned());
    let (request_id, etag) = (new_request_id(), ETAG.to_owned());
    let (line_id, quantity) = ("1".to_owned(), 1);
    let selected = ShipmentLineSelection { line_id: line_id.clone(), quantity, amount: None };
    let renamed = OrderLineUpdate { name: "Another name".to_owned(), ..Default::default() };
    let mask = |path: &str| Some(FieldMask { paths: vec![path.to_owned()] });
    match method {
        "CreateOrder" => {
            let draft = Some(numbered("a-new-number", "ideal"));
            CreateOrderRequest { request_id, profile, draft, validate_only: true, ..Default::default() }
                .encode_to_vec()
        }
        "CheckOrderDraft" => {
            let draft = Some(numbered("a-new-number", "ideal"));
            CheckOrderDraftRequest { profile, draft }.encode_to_vec()
        }
        "GetOrder" => by_id(target).encode_to_vec(),
        "BatchGetOrders" => BatchGetOrdersRequest { requests: vec![by_id(target)] }.encode_to_vec(),
        "ListOrders" => {
            let filter = Some(OrderFilter { profile, ..Default::default() });
            ListOrdersRequest { filter, ..Default::default() }.encode_to_vec()
        }
        "CancelOrder" => {
            CancelOrderRequest { request_id, id: order, etag, ..Default::default() }.encode_to_vec()
        }
        "CancelOrderLines" => {
            let lines = vec![selected];
            CancelOrderLinesRequest { request_id, order_id: order, lines, etag, ..Default::default() }
                .encode_to_vec()
        }
        "UpdateOrder" => {
            let new = Some(OrderUpdate {
                redirect_url: "https://example.org/new".to_owned(),
                ..Default::default()
            });
            let update_mask = mask("redirect_url");
            UpdateOrderRequest { request_id, id: order, order: new, update_mask, etag, ..Default::default() }
                .encode_to_vec()
        }
        "UpdateOrderLine" => {
            let (line, update_mask) = (Some(renamed), mask("name"));
            UpdateOrderLineRequest {
                request_id,
                order_id: order,
                line_id,
                line,
                update_mask,
                etag,
                ..Default::default()
            }
            .encode_to_vec()
        }
        "ManageOrderLines" => {
            let operation = Some(line_operation::Operation::Cancel(selected));
            let operations = vec![LineOperation { operation }];
            ManageOrderLinesRequest { request_id, order_id: order, operations, etag, ..Default::default() }
                .encode_to_vec()
        }
        "CreateOrderPayment" => {
            CreateOrderPaymentRequest { request_id, order_id: order, etag, ..Default::default() }
                .encode_to_vec()
        }
        "ListOrderPayments" => {
            ListOrderPaymentsRequest { order_id: order, ..Default::default() }.encode_to_vec()
        }
        "ListPaymentMethods" => ListPaymentMethodsRequest { profile, ..Default::default() }.encode_to_vec(),
        "SyncOrder" => SyncOrderRequest { id: order }.encode_to_vec(),
        "CreateShipment" => {
            let lines = vec![selected];
            CreateShipmentRequest { request_id, order_id: order, lines, etag, ..Default::default() }
                .encode_to_vec()
        }
        "UpdateShipment" => {
            let (carrier, code) = ("DHL".to_owned(), "JD01".to_owned());
            let tracking = Some(Tracking { carrier, code, ..Default::default() });
            UpdateShipmentRequest {
                request_id,
                id: target.shipment.clone(),
                tracking,
                etag,
                ..Default::default()
            }
            .encode_to_vec()
        }
        "GetShipment" => GetShipmentRequest { id: target.shipment.clone() }.encode_to_vec(),
        "ListShipments" => ListShipmentsRequest { order_id: order, ..Default::default() }.encode_to_vec(),
        "CreateRefund" => {
            let amount = Some(amount("1.00"));
            CreateRefundRequest { request_id, order_id: order, amount, etag, ..Default::default() }
                .encode_to_vec()
        }
        "GetRefund" => GetRefundRequest { id: target.refund.clone() }.encode_to_vec(),
        "ListRefunds" => {
            let filter = Some(RefundFilter { profile, ..Default::default() });
            ListRefundsRequest { filter, ..Default::default() }.encode_to_vec()
        }
        "CancelRefund" => {
            CancelRefundRequest { request_id, id: target.refund.clone(), etag, ..Default::default() }
                .encode_to_vec()
        }
        "ReturnLines" => {
            let lines = vec![ReturnLineSelection { line_id, came_back: 1, not_leaving: 0 }];
            ReturnLinesRequest { request_id, order_id: order, lines, etag, ..Default::default() }
                .encode_to_vec()
        }
        "ListOrderEvents" => ListOrderEventsRequest { order_id: order, ..Default::default() }.encode_to_vec(),
        "WatchOrderEvents" => {
            let filter = Some(EventFilter { profiles: vec![profile], ..Default::default() });
            let start = Some(Start::Beginning(Default::default()));
            WatchOrderEventsRequest { filter, start, ..Default::default() }.encode_to_vec()
        }
        "ListDeadlines" => {
            ListDeadlinesRequest { profiles: vec![profile], mode: Mode::Test.into(), ..Default::default() }
                .encode_to_vec()
        }
        "GetOperation" => GetOperationRequest { id: operation }.encode_to_vec(),
        "WaitOperation" => WaitOperationRequest { id: operation }.encode_to_vec(),
        "ListOperations" => {
            let filter = Some(OperationFilter { profile, ..Default::default() });
            ListOperationsRequest { filter, ..Default::default() }.encode_to_vec()
        }
        "RetryOperation" => RetryOperationRequest { operation_id: operation, actor, reason }.encode_to_vec(),
        "ResolveOperation" => {
            let outcome = Some(resolve_operation_request::Outcome::Rejected(Default::default()));
            ResolveOperationRequest { operation_id: operation, actor, reason, outcome }.encode_to_vec()
        }
        "CompareOperation" => CompareOperationRequest { operation_id: operation }.encode_to_vec(),
        "CloseReviewItem" => {
            CloseReviewItemRequest { order_id: order, number: 99, actor, reason }.encode_to_vec()
        }
        "PauseProfile" => PauseProfileRequest { profile, actor, reason }.encode_to_vec(),
        "ResumeProfile" => ResumeProfileRequest { profile, actor, reason }.encode_to_vec(),
        "ArchiveOrders" => {
            ArchiveOrdersRequest { profiles: vec![profile], dry_run: true, ..Default::default() }
                .encode_to_vec()
        }
        method => panic!("no request to {method}: add one, and its row to the table"),
    }
}

fn by_id(target: &Target) -> GetOrderRequest {
    GetOrderRequest { key: Some(get_order_request::Key::Id(target.order.clone())) }
}
