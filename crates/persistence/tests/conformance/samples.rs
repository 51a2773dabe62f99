//! Orders, events, shipments and operations to store. Ids are counted up: each test has a database of its own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::ports::{Change, Fingerprint, OperationWrite, RequestRecord, Store};
use domain::rules::address::Address;
use domain::rules::event::{Event, EventData, Observed};
use domain::rules::ids::{
    Caller, IdempotencyKey, LeaseToken, LineId, MollieLineId, MollieOrderId, MolliePaymentId,
    MollieShipmentId, OperationId, OrderId, ProfileName, RequestId, ShipmentId,
};
use domain::rules::line::LineType;
use domain::rules::money::Money;
use domain::rules::operation::{Operation, OperationKind, OperationState};
use domain::rules::order::{Facts, Line, Order, Part, Personal, Terms};
use domain::rules::payment::Payment;
use domain::rules::placement::{Mode, Placement};
use domain::rules::refusal::Rejection;
use domain::rules::shipment::{Origin, Shipment, ShipmentLine, ShipmentState, Tracking};
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

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

pub fn euro(value: &str) -> Money {
    Money::parse("EUR", value).unwrap()
}

pub fn part(quantity: u32, value: &str) -> Part {
    let amount = euro(value);
    Part { quantity, amount }
}

pub fn rejection() -> Rejection {
    Rejection {
        status: 422,
        title: "Unprocessable Entity".into(),
        detail: "The amount is higher than the maximum – “1.00”".into(),
        field: Some("lines.0.amount".into()),
        extra: Some(json!({"max": {"value": "1.00"}, "a": null})),
    }
}

fn address(name: &str) -> Address {
    let text = |text: &str| Some(text.to_owned());
    Address {
        organization_name: text("Mondriaan B.V."),
        title: text("Dhr."),
        given_name: text(name),
        family_name: text("Mondriaan \"de Stijl\"\u{0}"),
        email: text("piet@mondriaan.example"),
        phone: text("+31208202070"),
        street_and_number: text("Keizersgracht 126"),
        street_additional: text("3 hoog"),
        postal_code: text("1234 AB"),
        city: text("Amsterdam"),
        region: text("Noord-Holland"),
        country: text("NL"),
    }
}

pub fn bare_line(id: u32) -> Line {
    Line {
        id: LineId::new(id),
        mollie_id: None,
        line_type: Read::Known(LineType::Physical),
        category: None,
        name: format!("Line {id}"),
        sku: None,
        quantity: 2,
        quantity_unit: None,
        unit_price: euro("5.00"),
        discount_amount: None,
        total_amount: euro("10.00"),
        vat_rate: "21.00".into(),
        vat_amount: euro("1.74"),
        image_url: None,
        product_url: None,
        metadata: None,
        status: None,
        unknown_status: None,
        shipped: part(0, "0.00"),
        canceled: part(0, "0.00"),
        refunded: part(0, "0.00"),
        reserved: part(0, "0.00"),
    }
}

pub fn full_line(id: u32) -> Line {
    let text = |text: &str| Some(text.to_owned());
    Line {
        mollie_id: Some(MollieLineId::new("odl_1.abc")),
        line_type: Read::Unknown("subscription_box".into()),
        category: text("meal"),
        sku: text("5702016116977"),
        quantity_unit: text("pcs"),
        discount_amount: Some(euro("100.00")),
        image_url: text("https://shop.example/i.png"),
        product_url: text("https://shop.example/p"),
        metadata: Some(json!({"zeta": 1, "alpha": [1.5, null, "x\u{0}"]})),
        status: Some(LineStatus::Shipping),
        unknown_status: text("packing"),
        shipped: part(1, "5.00"),
        canceled: part(0, "0.01"),
        refunded: part(0, "-0.01"),
        reserved: part(1, "4.99"),
        ..bare_line(id)
    }
}

pub fn full_payment(status: Read<PaymentStatus>) -> Payment {
    Payment {
        mollie_id: MolliePaymentId::new("tr_7UhSN1zuXS"),
        status,
        method: Some("klarna".into()),
        amount: euro("10.00"),
        amount_captured: Some(euro("5.00")),
        amount_refunded: Some(euro("0.00")),
        created_time: at(1),
        authorized_time: Some(at(2)),
        paid_time: Some(at(3)),
        ended_time: Some(micros(4, 1)),
    }
}

pub fn full_facts() -> Facts {
    Facts {
        status: Some(OrderStatus::Authorized),
        unknown_status: Some("partially_lost".into()),
        method: Some("klarna".into()),
        is_cancelable: Some(true),
        amount_captured: Some(euro("5.00")),
        amount_refunded: Some(euro("1.00")),
        checkout_url: Some("https://checkout.example/1".into()),
        created_time: Some(at(1)),
        expires_time: Some(at(2_000_000)),
        authorized_time: Some(at(3)),
        paid_time: Some(at(4)),
        canceled_time: Some(at(5)),
        expired_time: Some(at(6)),
        completed_time: Some(at(7)),
    }
}

/// An order just recorded, in the profile `main` under a number of its own.
pub fn bare_order() -> Order {
    let n = number();
    Order {
        id: OrderId::new(uuid()),
        profile: ProfileName::new("main"),
        mode: Mode::Test,
        caller: Caller::new("checkout"),
        request_id: RequestId::new(format!("request-{n}")),
        created_time: at(0),
        version: 1,
        placement: Placement::Placing,
        rejection: None,
        mollie_id: None,
        terms: Terms {
            order_number: format!("N{n}"),
            amount: euro("10.00"),
            locale: "nl_NL".into(),
            methods: Vec::new(),
            redirect_url: None,
            cancel_url: None,
            metadata: None,
            expires_on: None,
            shopper_country_must_match_billing_country: None,
        },
        personal: Personal::default(),
        lines: vec![bare_line(1)],
        facts: Facts::default(),
        payments: Vec::new(),
        observed_time: None,
        closed_time: None,
    }
}

/// An order with every field set.
pub fn full_order() -> Order {
    let mut order = bare_order();
    order.mode = Mode::Live;
    order.created_time = micros(0, 123_456);
    order.placement = Placement::Placed;
    order.rejection = Some(rejection());
    order.mollie_id = Some(MollieOrderId::new(format!("ord_1.{}", number())));
    order.terms.methods = vec!["ideal".into(), "klarna".into()];
    order.terms.redirect_url = Some("https://shop.example/thanks".into());
    order.terms.cancel_url = Some("https://shop.example/cancel".into());
    order.terms.metadata = Some(json!({"cart": "0815", "b": {"a": 0.1}}));
    order.terms.expires_on = Some("2026-03-29".parse().unwrap());
    order.terms.shopper_country_must_match_billing_country = Some(true);
    order.personal = Personal {
        billing_address: Some(address("Piet")),
        shipping_address: Some(address("Jó")),
        consumer_date_of_birth: Some("1872-03-07".parse().unwrap()),
    };
    order.lines = vec![full_line(1), bare_line(2)];
    order.facts = full_facts();
    order.payments = vec![
        full_payment(Read::Known(PaymentStatus::Authorized)),
        full_payment(Read::Unknown("frozen".into())),
    ];
    order.observed_time = Some(micros(8, 999_999));
    order.closed_time = Some(at(9));
    order
}

pub fn shipment(order: &Order) -> Shipment {
    Shipment {
        id: ShipmentId::new(uuid()),
        order_id: order.id,
        state: ShipmentState::Recorded,
        origin: Origin::Here,
        mollie_id: None,
        lines: vec![ShipmentLine {
            line_id: LineId::new(1),
            part: part(1, "5.00"),
        }],
        tracking: None,
        created_time: at(10),
        registered_time: None,
        rejection: None,
    }
}

pub fn full_shipment(order: &Order) -> Shipment {
    Shipment {
        state: ShipmentState::NeedsAttention,
        origin: Origin::Elsewhere,
        mollie_id: Some(MollieShipmentId::new("shp_3wmsgCJN4U")),
        tracking: Some(Tracking {
            carrier: "PostNL".into(),
            code: "3SKABA000000000".into(),
            url: Some("https://postnl.example/3SKABA".into()),
        }),
        created_time: micros(11, 1),
        registered_time: Some(at(12)),
        rejection: Some(rejection()),
        ..shipment(order)
    }
}

/// A pending operation whose time has come.
pub fn operation(order: &Order, turn: u64) -> Operation {
    Operation {
        id: OperationId::new(uuid()),
        order_id: order.id,
        profile: order.profile.clone(),
        kind: OperationKind::PlaceOrder,
        shipment_id: None,
        turn,
        state: OperationState::Pending,
        key: IdempotencyKey::new(uuid()),
        attempts: 0,
        deferrals: 0,
        created_time: at(0),
        first_sent_time: None,
        last_sent_time: None,
        not_before: at(0),
        settled_time: None,
        rejection: None,
        last_problem: None,
        sealed: None,
        actor: None,
        caller: order.caller.clone(),
    }
}

pub fn full_operation(order: &Order) -> Operation {
    Operation {
        kind: OperationKind::CreateShipment,
        shipment_id: Some(ShipmentId::new(uuid())),
        state: OperationState::NeedsAttention,
        attempts: 3,
        deferrals: u32::MAX,
        created_time: micros(0, 5),
        first_sent_time: Some(micros(1, 6)),
        last_sent_time: Some(at(2)),
        not_before: at(3),
        settled_time: Some(at(4)),
        rejection: Some(rejection()),
        last_problem: Some("HTTP 503, then silence".into()),
        sealed: Some(vec![0, 1, 255]),
        actor: Some("jane@care".into()),
        ..operation(order, 7)
    }
}

pub fn observed() -> Box<Observed> {
    Box::new(Observed {
        facts: full_facts(),
        amount: euro("10.00"),
        lines: vec![full_line(1)],
        payments: vec![full_payment(Read::Known(PaymentStatus::Paid))],
        personal: vec!["billing_address.city".into()],
        status_changed: true,
        unexpected: true,
    })
}

/// Every kind of event once.
pub fn every_event(order: &Order) -> Vec<EventData> {
    let operation_id = OperationId::new(uuid());
    let shipment_id = ShipmentId::new(uuid());
    let lines = shipment(order).lines;
    let whole = Box::new(full_shipment(order));
    let mollie_id = MollieShipmentId::new("shp_1");
    let (reason, rejection) = ("too old".to_owned(), rejection());
    let placed = MollieOrderId::new("ord_1.rsa7lu");
    vec![
        EventData::OrderRecorded {
            order: Box::new(order.impersonal()),
            operation_id,
        },
        EventData::OrderPlaced {
            mollie_id: placed,
            observed: observed(),
        },
        EventData::PlacementRefused {
            rejection: rejection.clone(),
        },
        EventData::PlacementAbandoned {
            reason: reason.clone(),
        },
        EventData::OrderObserved { observed: observed() },
        EventData::ShipmentRecorded {
            shipment: whole.clone(),
            operation_id,
        },
        EventData::ShipmentRegistered {
            shipment_id,
            mollie_id,
            lines: lines.clone(),
            shipped: vec![(LineId::new(1), part(1, "5.00"))],
        },
        EventData::ShipmentRefused {
            shipment_id,
            lines,
            rejection: rejection.clone(),
        },
        EventData::ShipmentObserved { shipment: whole },
        EventData::CancellationRecorded { operation_id },
        EventData::OrderCancellationSucceeded { operation_id },
        EventData::CancellationRefused {
            operation_id,
            rejection,
        },
        EventData::AttentionNeeded { operation_id, reason },
    ]
}

pub fn event(order: &Order, sequence: u64, data: EventData) -> Event {
    Event {
        order_id: order.id,
        sequence,
        time: at(i64::try_from(sequence).unwrap()),
        data,
        actor: sequence.is_multiple_of(2).then(|| "jane".to_owned()),
    }
}

pub fn request(order: &Order, id: &str) -> RequestRecord {
    RequestRecord {
        caller: order.caller.clone(),
        request_id: RequestId::new(id),
        method: "CreateOrder".into(),
        fingerprint: Fingerprint("f00d".into()),
        order_id: order.id,
        shipment_id: None,
        operation_id: None,
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
        lookup: None,
    }
}

/// A change on the order as it is: its version goes up by one.
pub fn change(order: &mut Order) -> Change {
    let expected = order.version;
    order.version += 1;
    Change {
        expected_version: Some(expected),
        ..creation(order)
    }
}

/// Stores a new order with these operations.
pub async fn stored(store: &impl Store, operations: &[&Operation], order: Order) -> Order {
    let mut change = creation(&order);
    change.operations = operations.iter().copied().cloned().map(inserted).collect();
    store.commit(change).await.unwrap();
    order
}

pub fn inserted(operation: Operation) -> OperationWrite {
    OperationWrite::Insert {
        operation,
        claim: None,
    }
}
