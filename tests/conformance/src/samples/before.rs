//! How what events change was before them.

use domain::rules::event::{Before, LineBefore, OrderBefore, PaymentBefore, ResourceBefore};
use domain::rules::ids::{LineId, MolliePaymentId};
use domain::rules::refund::RefundState;
use domain::rules::shipment::{CaptureStatus, ShipmentState};
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};

use super::*;

fn unknown<T>() -> Read<T> {
    Read::Unknown("odd".to_owned())
}

/// How everything that an event may change was before, by turns nothing and all of it.
pub fn before(sequence: u64) -> Before {
    let order = OrderBefore {
        status: Some(OrderStatus::Authorized),
        unknown_status: Some("odd".to_owned()),
        amount: euro("10.00"),
        captured: Some(euro("1.00")),
        refunded: None,
    };
    let bare = LineBefore { id: LineId::new(1), status: None, unknown_status: None, values: None };
    let line = LineBefore {
        status: Some(LineStatus::Shipping),
        unknown_status: Some("odd".to_owned()),
        values: Some(full_line(1).values()),
        ..bare.clone()
    };
    let payment = PaymentBefore {
        mollie_id: MolliePaymentId::new("tr_1"),
        status: Read::Known(PaymentStatus::Open),
        amount: euro("10.00"),
        captured: None,
        refunded: Some(euro("1.00")),
        charged_back: Some(euro("2.00")),
    };
    let resources = [
        ResourceBefore::Shipment(ShipmentState::NeedsAttention),
        ResourceBefore::Tracking(Some(tracking())),
        ResourceBefore::Tracking(None),
        ResourceBefore::Capture(Some(Read::Known(CaptureStatus::Pending))),
        ResourceBefore::Capture(Some(unknown())),
        ResourceBefore::Capture(None),
        ResourceBefore::Refund { state: RefundState::Registered, status: Some(unknown()) },
        ResourceBefore::Refund { state: RefundState::Recorded, status: None },
    ];
    if sequence.is_multiple_of(3) {
        return Before::default();
    }
    Before {
        order: Some(order).filter(|_| sequence.is_multiple_of(2)),
        lines: vec![bare, line],
        payments: vec![payment.clone(), PaymentBefore { status: unknown(), ..payment.clone() }],
        grown: Some((payment, euro("12.00"))).filter(|_| sequence.is_multiple_of(2)),
        terms: full_terms(),
        resource: resources.into_iter().cycle().nth(usize::try_from(sequence).unwrap()),
    }
}
