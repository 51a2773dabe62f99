//! Orders, events, shipments and operations to store. Ids are counted up: each test has a database of its own.

mod before;
mod events;
mod orders;
mod policies;
mod refunds;
mod work;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::operations::operation::Operation;
use domain::ports::{Change, Fingerprint, LookupEnd, OperationWrite, RequestRecord, Store};
use domain::rules::ids::{LeaseToken, RequestId};
use domain::rules::money::Money;
use domain::rules::order::Order;
use domain::rules::part::Part;
use domain::rules::rejection::{RejectedBy, Rejection};
use domain::rules::subject::Subject;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

pub use events::{event, every_event, observed};
pub use orders::{
    bare_line, bare_order, full_chargeback, full_facts, full_item, full_line, full_order, full_payment,
    full_return, line_changing, open_item,
};
pub use refunds::{full_refund, refund};
pub use work::{
    capture, full_operation, full_shipment, full_terms, operation, place, shipment, state, tasks, tracking,
};

pub const LEASE: Duration = Duration::from_secs(600);
/// A lease that has run out as soon as it is given.
pub const NO_LEASE: Duration = Duration::ZERO;

pub fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub fn uuid() -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + u128::from(number()))
}

pub fn token() -> LeaseToken {
    LeaseToken::new(uuid())
}

/// Seconds after a whole second in 2026.
pub fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(seconds)
}

pub fn micros(seconds: i64, micros: i64) -> Timestamp {
    at(seconds) + SignedDuration::from_micros(micros)
}

/// A look-up that read its order.
pub const fn done(next: Option<Timestamp>, failures: u32) -> LookupEnd {
    LookupEnd { next, failures, was_read: true }
}

pub fn euro(value: &str) -> Money {
    Money::parse("EUR", value).unwrap()
}

pub fn part(quantity: u32, value: &str) -> Part {
    let amount = euro(value);
    Part { quantity, amount }
}

pub fn rejection() -> Rejection {
    Rejection {
        by: RejectedBy::Mollie(422),
        title: "Unprocessable Entity".into(),
        detail: "The amount is higher than the maximum – “1.00”".into(),
        field: Some("lines.0.amount".into()),
        extra: Some(json!({"max": {"value": "1.00"}, "a": null})),
    }
}

pub fn request(order: &Order, id: &str) -> RequestRecord {
    RequestRecord {
        caller: order.caller.clone(),
        request_id: RequestId::new(id),
        method: "CreateOrder".into(),
        fingerprint: Fingerprint("f00d".into()),
        order_id: order.id,
        answer: Subject::Order,
        group: None,
        created_time: at(0),
    }
}

/// The recording of a new order, and nothing else.
pub fn creation(order: &Order) -> Change {
    Change {
        order: order.clone(),
        expected_version: None,
        events: Vec::new(),
        request: None,
        operations: Vec::new(),
        shipments: Vec::new(),
        refunds: Vec::new(),
        lookup: None,
        timer: None,
        run: None,
        other: None,
    }
}

/// A change on the order as it is: its version goes up by one.
pub fn change(order: &mut Order) -> Change {
    let expected = order.version;
    order.version += 1;
    Change { expected_version: Some(expected), ..creation(order) }
}

/// Stores a new order with these operations.
pub async fn stored(store: &impl Store, operations: &[&Operation], order: Order) -> Order {
    let mut change = creation(&order);
    change.operations = operations.iter().copied().cloned().map(inserted).collect();
    store.commit(change).await.unwrap();
    order
}

pub fn inserted(operation: Operation) -> OperationWrite {
    OperationWrite::Insert { operation, claim: None }
}
