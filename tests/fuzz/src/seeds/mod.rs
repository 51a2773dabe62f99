//! Good inputs, of which a search makes others: one at least for all that a corpus must hold.

pub mod requests;

use crate::sample::Sample;
use crate::targets::mollie::Call;

/// A token of each list.
pub const PAGE_TOKENS: [(&str, &str); 10] = [
    ("orders", "orders.1772452800000000.019cac56-2a00-7000-8000-000000000001"),
    ("changed orders", "changed_orders.1772452800000000.019cac56-2a00-7000-8000-000000000001"),
    ("operations", "operations.1772452800000000.019cac56-2a00-7000-8000-000000000002"),
    ("refunds of all orders", "all_refunds.1772452800000001.019cac56-2a00-7000-8000-000000000003"),
    ("archive", "archive.0.00000000-0000-0000-0000-000000000000"),
    ("deadlines", "deadlines.253402207200999999.019cac56-2a00-7000-8000-000000000001"),
    ("events", "events.019cac56-2a00-7000-8000-000000000001.50"),
    ("shipments", "shipments.019cac56-2a00-7000-8000-000000000001.250"),
    ("payments", "payments.019cac56-2a00-7000-8000-000000000001.1"),
    ("refunds", "refunds.019cac56-2a00-7000-8000-000000000001.9223372036854775807"),
];

/// Resume tokens that are none.
pub const WRONG_TOKENS: [(&str, &str); 3] = [
    ("of-a-later-release", "2000000000000012c0123456789abcdef"),
    ("beyond-all-positions", "1ffffffffffffffff0123456789abcdef"),
    ("not-in-ascii", "1000000000000000ü"),
];

/// Everything that is asked of Mollie.
pub const CALLS: [Call; 17] = [
    read("read open", Sample::Open),
    read("read authorized", Sample::Authorized),
    read("read shipped", Sample::Shipped),
    read("read paid", Sample::Paid),
    call("place", Sample::Open, "CreateOrder", requests::FIRST_ORDER),
    call("ship", Sample::Authorized, "CreateShipment", requests::SHIP_ALL),
    call("ship a part", Sample::Shipped, "CreateShipment", requests::SHIP_PART),
    call("track", Sample::Shipped, "UpdateShipment", requests::TRACK),
    call("cancel lines", Sample::Authorized, "CancelOrderLines", requests::CANCEL_PART),
    call("cancel", Sample::Authorized, "CancelOrder", requests::CANCEL),
    call("refund", Sample::Paid, "CreateRefund", requests::REFUND_PART),
    call("goodwill", Sample::Paid, "CreateRefund", requests::GOODWILL),
    call("call off", Sample::Paid, "CancelRefund", requests::CALL_OFF),
    call("pay", Sample::Failed, "CreateOrderPayment", requests::PAY),
    call("update", Sample::Authorized, "UpdateOrder", requests::UPDATE),
    call("manage lines", Sample::Authorized, "ManageOrderLines", requests::MANAGE),
    call("methods", Sample::Open, "ListPaymentMethods", requests::LIST_METHODS),
];

const fn read(name: &'static str, sample: Sample) -> Call {
    Call { name, sample, request: None }
}

const fn call(name: &'static str, sample: Sample, method: &'static str, json: &'static str) -> Call {
    Call { name, sample, request: Some((method, json)) }
}

/// Answers that the simulator does not give by itself: a name, the call, and what is said.
pub const REFUSALS: [(&str, &str, &str); 7] = [
    ("place-refused", "place", REFUSED),
    ("ship-refused", "ship", REFUSED),
    ("refund-duplicate", "refund", DUPLICATE),
    ("refund-later", "refund", "429 \n\n503 <html>Busy</html>\n\n201 {}"),
    (
        "cancel-forbidden",
        "cancel",
        "401 {\"status\":401,\"title\":\"Unauthorized Request\",\"detail\":\"Missing authentication, or failed to authenticate\"}",
    ),
    (
        "read-gone",
        "read paid",
        "404 {\"status\":404,\"title\":\"Not Found\",\"detail\":\"No order exists with token ord_1.\"}",
    ),
    ("read-broken", "read shipped", "200 {\"resource\":\"order\",\"id\":"),
];

const REFUSED: &str = r#"422 {"status":422,"title":"Unprocessable Entity","detail":"The amount is higher than the maximum","field":"lines.0.amount","_links":{"documentation":{"href":"https://docs.example/errors","type":"text/html"}}}"#;
const DUPLICATE: &str = r#"409 {"status":409,"title":"Conflict","detail":"A duplicate refund has been detected","field":"amount"}"#;
