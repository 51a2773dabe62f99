//! An order for the rules' unit tests: two units at 399.00 with 100.00 off, and one at 329.99, as Mollie documents it.

use jiff::Timestamp;
use uuid::Uuid;

use super::draft::OrderDraft;
use super::event::Recorder;
use super::field::Field;
use super::ids::{
    Caller, MollieLineId, MollieOrderId, MolliePaymentId, OperationId, OrderId, ProfileName, RefundId,
    RequestId, ShipmentId,
};
use super::line::{LineDraft, LineType};
use super::money::Money;
use super::order::{Line, Order, Placer};
use super::part::Part;
use super::payment::{Payment, PaymentParameters};
use super::payment_particulars::PaymentParticulars;
use super::placement::Mode;
use super::refund::{Refund, RefundState, Route};
use super::shipment::{Origin, Shipment, ShipmentLine, ShipmentState};
use super::snapshot::{LineSnapshot, Snapshot};
use super::status::{LineStatus, OrderStatus, PaymentStatus, Read};
use super::unread::Unread;
use super::vat::VatRate;
use crate::rules::cause::{Cause, Grounds};

pub fn euro(value: &str) -> Money {
    Money::parse("EUR", value).unwrap()
}

pub fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_770_000_000 + minute * 60).unwrap()
}

fn line(name: &str, quantity: u32, unit: &str, discount: Option<&str>, total: &str, vat: &str) -> LineDraft {
    LineDraft {
        line_type: LineType::Physical,
        category: None,
        name: name.to_owned(),
        quantity,
        quantity_unit: None,
        unit_price: euro(unit),
        discount_amount: discount.map(euro),
        total_amount: euro(total),
        vat: VatRate::parse("21.00").zip(Some(euro(vat))),
        sku: None,
        image_url: None,
        product_url: None,
        metadata: None,
        planned_ship_date: None,
        reference: None,
    }
}

fn draft() -> OrderDraft {
    OrderDraft {
        order_number: "1337".to_owned(),
        amount: euro("1027.99"),
        lines: vec![
            line("Bugatti Chiron", 2, "399.00", Some("100.00"), "698.00", "121.14"),
            line("Porsche 911", 1, "329.99", None, "329.99", "57.27"),
        ],
        billing_address: None,
        shipping_address: None,
        consumer_date_of_birth: None,
        redirect_url: None,
        cancel_url: None,
        locale: Some("nl_NL".to_owned()),
        methods: vec!["klarnapaylater".to_owned()],
        payment: PaymentParameters::default(),
        metadata: None,
        expires_on: None,
        shopper_country_must_match_billing_country: None,
        continues: None,
        warnings: Vec::new(),
    }
}

/// A recorded order, its first event still to be stored.
pub fn recorded() -> Recorder {
    let placer = Placer {
        id: OrderId::new(Uuid::from_u128(1)),
        profile: ProfileName::new("main"),
        mode: Mode::Test,
        caller: Caller::new("shop"),
        request_id: RequestId::new("r1"),
        hook_base: "https://orders.example".to_owned(),
    };
    let mut recorder =
        Recorder::new(Order::placing(placer, draft(), at(0)), at(0), Grounds::of(Cause::LookUp));
    recorder.begin(OperationId::new(Uuid::from_u128(2)));
    recorder
}

/// What Mollie reports of the fixture, with this status of the order and its lines.
pub fn snapshot(status: OrderStatus, line: LineStatus) -> Snapshot {
    let order = recorded().order().clone();
    let authorized = match status {
        OrderStatus::Created
        | OrderStatus::Pending
        | OrderStatus::Paid
        | OrderStatus::Canceled
        | OrderStatus::Expired => None,
        OrderStatus::Authorized | OrderStatus::Shipping | OrderStatus::Completed => Some(at(2)),
    };
    Snapshot {
        mollie_id: MollieOrderId::new("ord_1.abc"),
        status: Some(Read::Known(status)),
        order_number: "1337".to_owned(),
        amount: euro("1027.99"),
        method: Some("klarnapaylater".to_owned()),
        is_cancelable: Field::Value(true),
        amount_captured: None,
        amount_refunded: None,
        checkout_url: Field::LeftOut,
        webhook_url: None,
        created_time: at(1),
        expires_time: Some(at(28 * 24 * 60)),
        authorized_time: authorized,
        paid_time: None,
        canceled_time: None,
        expired_time: None,
        completed_time: None,
        mollie_profile_id: None,
        dashboard_url: Field::LeftOut,
        redirect_url: Field::LeftOut,
        cancel_url: Field::LeftOut,
        billing_address: None,
        shipping_address: None,
        lines: order.lines.iter().map(|ours| line_snapshot(ours, line)).collect(),
        payments: None,
        shipments: None,
        captures: None,
        chargebacks: Vec::new(),
        payment: Field::LeftOut,
        refunds: None,
        refunds_of: Vec::new(),
        unread: Unread::default(),
        contradictions: Vec::new(),
    }
}

fn line_snapshot(line: &Line, status: LineStatus) -> LineSnapshot {
    let none = Part::none(line.total_amount);
    LineSnapshot {
        mollie_id: MollieLineId::new(format!("odl_1.{}", line.id)),
        line_type: Field::Value(line.line_type.clone()),
        category: None,
        name: Field::Value(line.name.clone()),
        sku: Field::LeftOut,
        status: Read::Known(status),
        quantity: line.quantity,
        quantity_unit: None,
        unit_price: line.unit_price,
        discount_amount: line.discount_amount,
        total_amount: line.total_amount,
        vat_rate: Field::Value(line.vat_rate.clone()),
        vat_amount: Field::Value(line.vat_amount),
        image_url: None,
        product_url: None,
        metadata: None,
        is_cancelable: Field::LeftOut,
        created_time: None,
        shipped: Some(none),
        canceled: Some(none),
        refunded: Some(none),
    }
}

/// The fixture as an order that Mollie has, with this status of the order and its lines.
pub fn placed(status: OrderStatus, line: LineStatus) -> Recorder {
    let mut recorder = recorded();
    let snapshot = snapshot(status, line);
    let observed = Box::new(super::snapshot::observed(recorder.order(), &snapshot));
    recorder.record(super::event::EventData::OrderPlaced { mollie_id: snapshot.mollie_id, observed });
    recorder
}

/// A parcel, recorded and not sent yet.
pub fn shipment(number: u128, lines: Vec<ShipmentLine>) -> Shipment {
    Shipment {
        id: ShipmentId::new(Uuid::from_u128(number)),
        order_id: OrderId::new(Uuid::from_u128(1)),
        state: ShipmentState::Recorded,
        origin: Origin::Here,
        sequence: 2,
        mollie_id: None,
        lines,
        shares: Vec::new(),
        companions: Vec::new(),
        tracking: None,
        first_tracking: None,
        pending_tracking: None,
        created_time: at(3),
        registered_time: None,
        capture: None,
        rejection: None,
        held: None,
        carried_by: None,
        elsewhere: Vec::new(),
    }
}

/// A refund on a payment, recorded and not sent yet.
pub fn refund(number: u128, payment: &str, amount: Money) -> Refund {
    Refund {
        id: RefundId::new(Uuid::from_u128(number)),
        order_id: OrderId::new(Uuid::from_u128(1)),
        state: RefundState::Recorded,
        origin: Origin::Here,
        sequence: 3,
        mollie_id: None,
        route: Route::Payment,
        payment_id: Some(MolliePaymentId::new(payment)),
        amount,
        lines: Vec::new(),
        not_leaving: Vec::new(),
        description: None,
        overrides: Vec::new(),
        status: None,
        created_time: at(3),
        registered_time: None,
        rejection: None,
        settlement_amount: None,
        merged_into: None,
    }
}

/// A payment of which nothing was given back.
pub fn payment(id: &str, amount: Money, status: PaymentStatus) -> Payment {
    Payment {
        mollie_id: MolliePaymentId::new(id),
        status: Read::Known(status),
        method: None,
        amount,
        checkout_url: None,
        amount_captured: None,
        amount_refunded: None,
        remainder_amount: None,
        amount_charged_back: None,
        created_time: at(1),
        authorized_time: None,
        paid_time: None,
        ended_time: None,
        expires_time: None,
        capture_before: None,
        particulars: PaymentParticulars::default(),
    }
}
