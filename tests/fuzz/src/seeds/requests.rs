//! Requests in the API's own JSON, about a sample order. `{order}`, `{shipment}` and `{refund}` stand for its ids.

use std::sync::LazyLock;

use grpc_server::proto::DESCRIPTORS;
use grpc_server::untrusted::METHODS;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};

use crate::sample::{Kept, Sample};

pub const FIRST_ORDER: &str = include_str!("../../../../docs/first-order.json");
pub const SHIP_ALL: &str = r#"{"request_id":"s1","order_id":"{order}","all_remaining":true,"actor":"jane"}"#;
pub const SHIP_PART: &str = r#"{"request_id":"s2","order_id":"{order}","lines":[{"line_id":"1","quantity":1},{"line_id":"2","quantity":1,"amount":{"currency":"EUR","value":"12.50"}}],
    "tracking":{"carrier":"PostNL","code":"3SKABA000000000","url":"https://postnl.example/3SKABA"}}"#;
pub const TRACK: &str = r#"{"request_id":"t1","id":"{shipment}","tracking":{"carrier":"DHL","code":"JD01"}}"#;
pub const CANCEL_PART: &str = r#"{"request_id":"c1","order_id":"{order}","lines":[{"line_id":"1","quantity":2}],"validate_only":false}"#;
pub const CANCEL: &str = r#"{"request_id":"c2","id":"{order}","release_line_ids":["4"]}"#;
pub const REFUND_PART: &str = r#"{"request_id":"r1","order_id":"{order}","lines":[{"line_id":"2","quantity":1}],"description":"came back"}"#;
pub const GOODWILL: &str =
    r#"{"request_id":"r2","order_id":"{order}","amount":{"currency":"EUR","value":"1.23"}}"#;
pub const CALL_OFF: &str = r#"{"request_id":"r3","id":"{refund}"}"#;
pub const PAY: &str =
    r#"{"request_id":"p1","order_id":"{order}","method":["ideal"],"payment":{"issuer":"ideal_INGBNL2A"}}"#;
pub const UPDATE: &str = r#"{"request_id":"u1","id":"{order}","etag":"","update_mask":"orderNumber,billingAddress","order":{"order_number":"S-2",
    "billing_address":{"given_name":"Leia","family_name":"Organa","email":"leia@example.org","street_and_number":"Kade 1","postal_code":"1011 AB","city":"Amsterdam","country":"NL"}}}"#;
pub const MANAGE: &str = r#"{"request_id":"m1","order_id":"{order}","operations":[
    {"cancel":{"line_id":"1","quantity":1}},
    {"update":{"line_id":"2","line":{"name":"better","sku":"B-2"},"update_mask":"name,sku"}},
    {"add":{"type":"ORDER_LINE_TYPE_PHYSICAL","name":"more","quantity":1,"unit_price":{"currency":"EUR","value":"1.21"},"total_amount":{"currency":"EUR","value":"1.21"},"vat_rate":"21.00","vat_amount":{"currency":"EUR","value":"0.21"}}}]}"#;

pub const LIST_METHODS: &str = r#"{"profile":"main","amount":{"currency":"EUR","value":"10.00"},"billing_country":"NL","locale":"nl_NL","include_issuers":true}"#;

/// A draft with much of what a draft may have.
const LARGE_DRAFT: &str = r#"{"draft":{"order_number":"B-71","amount":{"currency":"EUR","value":"74.40"},"locale":"de_AT","method":["ideal","voucher"],
    "redirect_url":"https://shop.example/danke?a=1&b=%C3%BC","cancel_url":"https://shop.example/nein","expires_on":"2026-03-20","consumer_date_of_birth":"1990-02-28",
    "shopper_country_must_match_billing_country":true,"metadata":{"basket":[1,2.5,null,{"gift":true}],"note":"ring the bell"},
    "payment":{"issuer":"ideal_INGBNL2A","customer_id":"cst_8wmqcHMN4U"},
    "billing_address":{"organization_name":"Bäckerei GmbH","title":"Dr.","given_name":"Åsa","family_name":"Müller","email":"asa@bücher.example","phone":"+436601234567","street_and_number":"Ring 1/2","street_additional":"3. Stock","postal_code":"1010","city":"Wien","region":"Wien","country":"at"},
    "shipping_address":{"given_name":"Åsa","family_name":"Müller","email":"asa@example.org","street_and_number":"Ring 3","postal_code":"1010","city":"Wien","country":"AT"},
    "lines":[{"type":"ORDER_LINE_TYPE_DIGITAL","category":"meal","name":"E-book – “Moss”","quantity":1,"unit_price":{"currency":"EUR","value":"12.40"},"total_amount":{"currency":"EUR","value":"12.40"},"vat_rate":"20.00","sku":"8712","image_url":"https://shop.example/i.png","product_url":"https://shop.example/p","metadata":{"shelf":4},"reference":"a-1"},
        {"type":"ORDER_LINE_TYPE_PHYSICAL","name":"Vase","quantity":3,"quantity_unit":"pcs","unit_price":{"currency":"EUR","value":"24.00"},"discount_amount":{"currency":"EUR","value":"10.00"},"total_amount":{"currency":"EUR","value":"62.00"},"vat_rate":"20.00","planned_ship_date":"2026-03-09"}]}}"#;

const ID: &str = "019cac56-2a00-7000-8000-000000000009";

/// A method, the sample order, and the request.
type Seed = (&'static str, Sample, &'static str);

const SEEDS: [Seed; 55] = [
    ("CreateOrder", Sample::Open, FIRST_ORDER),
    ("CheckOrderDraft", Sample::Open, LARGE_DRAFT),
    ("CheckOrderDraft", Sample::Paid, "{}"),
    ("CancelOrder", Sample::Authorized, CANCEL),
    ("CancelOrder", Sample::Open, CANCEL),
    ("CancelOrder", Sample::Shipped, CANCEL),
    ("CancelOrderLines", Sample::Authorized, CANCEL_PART),
    (
        "CancelOrderLines",
        Sample::Shipped,
        r#"{"request_id":"c3","order_id":"{order}","all_remaining":true,"release_line_ids":["4"]}"#,
    ),
    ("UpdateOrder", Sample::Authorized, UPDATE),
    (
        "UpdateOrder",
        Sample::Open,
        r#"{"request_id":"u2","id":"{order}","update_mask":"cancelUrl","order":{"cancel_url":"https://shop.example/no"}}"#,
    ),
    (
        "UpdateOrderLine",
        Sample::Authorized,
        r#"{"request_id":"l1","order_id":"{order}","line_id":"2","line":{"name":"other","quantity":3,"unit_price":{"currency":"EUR","value":"12.50"},"total_amount":{"currency":"EUR","value":"37.50"},"vat_rate":"9.00","vat_amount":{"currency":"EUR","value":"3.10"}},"update_mask":"name,quantity,unitPrice,totalAmount,vatRate,vatAmount"}"#,
    ),
    (
        "UpdateOrderLine",
        Sample::Open,
        r#"{"request_id":"l2","order_id":"{order}","line_id":"1","line":{"metadata":{"a":[1]}},"update_mask":"metadata"}"#,
    ),
    ("ManageOrderLines", Sample::Authorized, MANAGE),
    ("ManageOrderLines", Sample::Shipped, MANAGE),
    ("CreateOrderPayment", Sample::Failed, PAY),
    ("CreateOrderPayment", Sample::Open, r#"{"request_id":"p2","order_id":"{order}"}"#),
    ("CreateShipment", Sample::Authorized, SHIP_ALL),
    ("CreateShipment", Sample::Shipped, SHIP_PART),
    ("CreateShipment", Sample::Paid, SHIP_ALL),
    (
        "CreateShipment",
        Sample::Shipped,
        r#"{"request_id":"s3","order_id":"{order}","all_remaining":true,"include_refunded":true,"goods_left":true}"#,
    ),
    ("UpdateShipment", Sample::Shipped, TRACK),
    ("CreateRefund", Sample::Paid, REFUND_PART),
    ("CreateRefund", Sample::Paid, GOODWILL),
    ("CreateRefund", Sample::Shipped, r#"{"request_id":"r4","order_id":"{order}","all_remaining":true}"#),
    (
        "CreateRefund",
        Sample::Paid,
        r#"{"request_id":"r5","order_id":"{order}","reductions":[{"line_id":"1","amount":{"currency":"EUR","value":"2.00"}}],"overrides":["REFUND_OVERRIDE_ORDER_CEILING"],"merge_equal":true}"#,
    ),
    ("CancelRefund", Sample::Paid, CALL_OFF),
    ("CancelRefund", Sample::Shipped, CALL_OFF),
    (
        "ReturnLines",
        Sample::Shipped,
        r#"{"request_id":"b1","order_id":"{order}","lines":[{"line_id":"1","came_back":1,"not_leaving":2},{"line_id":"2","not_leaving":1}],"description":"came back","release_line_ids":["4"]}"#,
    ),
    (
        "ReturnLines",
        Sample::Paid,
        r#"{"request_id":"b2","order_id":"{order}","lines":[{"line_id":"1","not_leaving":1}]}"#,
    ),
    ("GetOrder", Sample::Open, r#"{"order_number":{"profile":"main","order_number":"S-1"}}"#),
    ("BatchGetOrders", Sample::Open, r#"{"requests":[{"id":"{order}"},{"mollie_order_id":"ord_1.abc"}]}"#),
    (
        "ListOrders",
        Sample::Open,
        r#"{"filter":{"profile":"main","statuses":["ORDER_STATUS_PAID"],"placements":["PLACEMENT_PLACED"],"created_from_time":"2026-03-01T00:00:00Z","with_open_items":true},"page_size":10}"#,
    ),
    (
        "ListOrders",
        Sample::Open,
        r#"{"filter":{"changed_after_time":"2026-03-01T00:00:00Z"},"page_token":"changed_orders.1772452800000000.019cac56-2a00-7000-8000-000000000001"}"#,
    ),
    ("ListOrderPayments", Sample::Open, r#"{"order_id":"{order}","page_size":10}"#),
    ("ListPaymentMethods", Sample::Open, LIST_METHODS),
    ("SyncOrder", Sample::Open, r#"{"id":"{order}"}"#),
    ("GetShipment", Sample::Shipped, r#"{"id":"{shipment}"}"#),
    ("ListShipments", Sample::Shipped, r#"{"order_id":"{order}"}"#),
    ("GetRefund", Sample::Paid, r#"{"id":"{refund}"}"#),
    ("ListRefunds", Sample::Paid, r#"{"order_id":"{order}","page_size":250}"#),
    (
        "ListRefunds",
        Sample::Paid,
        r#"{"filter":{"profile":"main","statuses":["REFUND_STATUS_QUEUED"],"registered_before_time":"2026-03-01T00:00:00Z"}}"#,
    ),
    ("ListOrderEvents", Sample::Open, r#"{"order_id":"{order}"}"#),
    (
        "WatchOrderEvents",
        Sample::Open,
        r#"{"filter":{"profiles":["main"],"kinds":["order.paid"]},"now":{},"heartbeat_interval":"20s"}"#,
    ),
    ("WatchOrderEvents", Sample::Open, r#"{"resume_token":"1000000000000012c0123456789abcdef"}"#),
    (
        "ListDeadlines",
        Sample::Open,
        r#"{"profiles":["main"],"mode":"MODE_TEST","from_time":"2026-03-01T00:00:00Z","page_size":5}"#,
    ),
    ("GetOperation", Sample::Open, r#"{"id":"{order}"}"#),
    ("WaitOperation", Sample::Open, r#"{"id":"{order}"}"#),
    (
        "ListOperations",
        Sample::Open,
        r#"{"filter":{"order_id":"{order}","profile":"main","states":["OPERATION_STATE_PENDING"],"kinds":["OPERATION_KIND_CREATE_REFUND"]}}"#,
    ),
    (
        "RetryOperation",
        Sample::Open,
        r#"{"operation_id":"{order}","actor":"jane","reason":"the parcel never left"}"#,
    ),
    (
        "ResolveOperation",
        Sample::Open,
        r#"{"operation_id":"{order}","succeeded":{"mollie_id":"shp_3wmsgCJN4U"},"actor":"jane","reason":"seen there"}"#,
    ),
    ("CompareOperation", Sample::Open, r#"{"operation_id":"{order}"}"#),
    (
        "CloseReviewItem",
        Sample::Open,
        r#"{"order_id":"{order}","number":1,"actor":"jane","reason":"given back"}"#,
    ),
    ("PauseProfile", Sample::Open, r#"{"profile":"main","actor":"jane","reason":"a sale"}"#),
    ("ResumeProfile", Sample::Open, r#"{"profile":"main","actor":"jane","reason":"it is over"}"#),
    ("ArchiveOrders", Sample::Open, r#"{"older_than_days":400,"profiles":["main"],"dry_run":true}"#),
];

/// The inputs of all of them.
#[must_use]
pub fn all() -> Vec<(String, Vec<u8>)> {
    let numbered = (1..).zip(&SEEDS);
    numbered.map(|(n, seed)| (format!("{n:02}-{}", seed.0), input(seed))).collect()
}

fn input((method, sample, json): &Seed) -> Vec<u8> {
    let place = |found: Option<usize>| found.and_then(|it| u8::try_from(it).ok()).unwrap_or(u8::MAX);
    let method_byte = place(METHODS.iter().position(|(name, _)| name == method));
    let sample_byte = place(Sample::ALL.iter().position(|it| it == sample));
    let message = message(method, &named(json, sample.kept()));
    [&[method_byte, sample_byte], message.as_slice()].concat()
}

/// With the ids of the sample.
#[must_use]
pub fn named(json: &str, kept: &Kept) -> String {
    let or_none = |id: Option<String>| id.unwrap_or_else(|| ID.to_owned());
    json.replace("{order}", &kept.order.id.to_string())
        .replace("{shipment}", &or_none(kept.shipment().map(|id| id.to_string())))
        .replace("{refund}", &or_none(kept.refund().map(|id| id.to_string())))
}

/// The request of a method on the wire.
///
/// # Panics
/// The API has no such method, or its request is another.
#[must_use]
pub fn message(method: &str, json: &str) -> Vec<u8> {
    static POOL: LazyLock<DescriptorPool> =
        LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).unwrap_or_else(|error| unreachable!("{error}")));
    let methods = POOL.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    let method = methods.into_iter().find(|it| it.name() == method);
    let input = method.unwrap_or_else(|| unreachable!("the API has no such method")).input();
    let mut json = serde_json::Deserializer::from_str(json);
    let message = DynamicMessage::deserialize(input, &mut json);
    message.unwrap_or_else(|error| panic!("no request: {error}")).encode_to_vec()
}
