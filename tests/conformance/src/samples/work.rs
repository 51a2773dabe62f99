//! Shipments and operations of an order.

use domain::operations::cancel_order::Cause;
#[cfg(feature = "made-up")]
use domain::operations::made_up::{self, What, When};
use domain::operations::operation::{Operation, State, Tries};
use domain::operations::sent::Sent;
use domain::operations::task::{OperationKind, Task};
use domain::operations::{
    cancel_lines, cancel_order, cancel_refund, create_payment, create_refund, create_shipment, manage_lines,
    place_order, update_order, update_shipment,
};
use domain::rules::ids::{
    GroupId, IdempotencyKey, LineId, MollieCaptureId, MolliePaymentId, MollieShipmentId, OperationId,
    RefundId, ShipmentId,
};
use domain::rules::line_change::{LineChanges, LineField, UpdatedLine};
use domain::rules::operation::OperationState;
use domain::rules::order::Order;
use domain::rules::order_update::NewTerms;
use domain::rules::refund::Refund;
use domain::rules::shipment::{
    Capture, CaptureStatus, Origin, Share, Shipment, ShipmentLine, ShipmentState, Tracking,
};
use domain::rules::status::{Read, RefundStatus};
use domain::rules::violation::Finding;

use super::*;

pub fn shipment(order: &Order) -> Shipment {
    Shipment {
        id: ShipmentId::new(uuid()),
        order_id: order.id,
        state: ShipmentState::Recorded,
        origin: Origin::Here,
        sequence: 2,
        mollie_id: None,
        lines: vec![ShipmentLine { line_id: LineId::new(1), part: part(1, "5.00") }],
        tracking: None,
        first_tracking: None,
        pending_tracking: None,
        created_time: at(10),
        registered_time: None,
        capture: None,
        rejection: None,
        held: None,
        carried_by: None,
        elsewhere: Vec::new(),
        companions: Vec::new(),
        shares: Vec::new(),
    }
}

pub fn full_shipment(order: &Order) -> Shipment {
    Shipment {
        state: ShipmentState::NeedsAttention,
        origin: Origin::Elsewhere,
        sequence: u64::from(u32::MAX) + 1,
        mollie_id: Some(MollieShipmentId::new("shp_3wmsgCJN4U")),
        tracking: Some(tracking()),
        first_tracking: Some(Tracking { code: "3S0".into(), ..tracking() }),
        pending_tracking: Some(Tracking { url: None, ..tracking() }),
        created_time: micros(11, 1),
        registered_time: Some(at(12)),
        shares: vec![
            Share { line_id: LineId::new(1), vat: Some(euro("0.87")), discount: Some(euro("0.50")) },
            Share { line_id: LineId::new(2), vat: None, discount: None },
        ],
        rejection: Some(rejection()),
        capture: Some(capture()),
        held: Some("its sum does not fit".to_owned()),
        carried_by: Some(ShipmentId::new(uuid())),
        elsewhere: vec![MollieShipmentId::new("shp_a"), MollieShipmentId::new("shp_b")],
        ..shipment(order)
    }
}

pub fn capture() -> Capture {
    Capture {
        mollie_id: Some(MollieCaptureId::new("cpt_4qqhO89gsT")),
        payment: Some(MolliePaymentId::new("tr_WDqYK6vllg")),
        amount: euro("5.00"),
        status: Read::Known(CaptureStatus::Failed),
    }
}

pub fn tracking() -> Tracking {
    Tracking {
        carrier: "PostNL".into(),
        code: "3SKABA000000000".into(),
        url: Some("https://postnl.example/3SKABA".into()),
    }
}

/// A pending operation whose time has come.
pub fn operation(order: &Order, turn: u64) -> Operation {
    let id = OperationId::new(uuid());
    Operation {
        id,
        order_id: order.id,
        profile: order.profile.clone(),
        group: GroupId::from(id),
        task: cancel(),
        turn,
        after: None,
        state: State::NEW,
        key: IdempotencyKey::new(uuid()),
        tries: Tries::default(),
        created_time: at(0),
        not_before: at(0),
        last_problem: None,
        key_refused: false,
        sealed: None,
        actor: None,
        caller: order.caller.clone(),
    }
}

/// A state of each name, sent at the beginning where it may have been.
pub fn state(name: OperationState) -> State {
    let (sent, time) = (Sent::at(at(0)), at(50));
    match name {
        OperationState::Pending => State::NEW,
        OperationState::InFlight => State::InFlight { sent },
        OperationState::Resolving => State::Resolving { sent, refused: None },
        OperationState::NeedsAttention => State::NeedsAttention { sent, refused: None },
        OperationState::Succeeded => State::Succeeded { sent, time },
        OperationState::Rejected => State::Rejected { sent, time, rejection: rejection() },
        OperationState::Withdrawn => State::Withdrawn { time },
    }
}

/// Tasks of every kind, with each part in each form.
pub fn tasks() -> Vec<Task> {
    OperationKind::ALL.iter().flat_map(|kind| of_kind(*kind)).collect()
}

fn of_kind(kind: OperationKind) -> Vec<Task> {
    match kind {
        OperationKind::PlaceOrder => vec![place()],
        OperationKind::CreateShipment => {
            let full = full_shipment(&bare_order());
            let task = create_shipment::Task {
                shipment_id: full.id,
                lines: full.lines,
                carries: vec![ShipmentId::new(uuid())],
                tracking: None,
            };
            vec![create_shipment::Task { tracking: full.tracking, ..task.clone() }.into(), task.into()]
        }
        OperationKind::UpdateShipment => {
            let bare = Tracking { url: None, ..tracking() };
            let of =
                |tracking| update_shipment::Task { shipment_id: ShipmentId::new(uuid()), tracking }.into();
            vec![of(tracking()), of(bare)]
        }
        OperationKind::CancelOrder => {
            Cause::ALL.iter().map(|cause| cancel_order::Task { cause: *cause }.into()).collect()
        }
        OperationKind::CancelLines => vec![cancel_lines::Task { lines: lines() }.into()],
        OperationKind::CreateRefund => {
            let of = |refund: Refund| {
                let Refund { id, route, payment_id, amount, lines, description, created_time, .. } = refund;
                let (refund_id, recorded_time) = (id, created_time);
                let task = create_refund::Task {
                    refund_id,
                    route,
                    payment_id,
                    amount,
                    lines,
                    description,
                    recorded_time,
                    charged_back: euro("0.50"),
                };
                task.into()
            };
            let order = bare_order();
            vec![of(refund(&order)), of(full_refund(&order, Read::Known(RefundStatus::Queued)))]
        }
        OperationKind::CancelRefund => {
            let of = |payment_id| cancel_refund::Task { refund_id: RefundId::new(uuid()), payment_id }.into();
            vec![of(None), of(Some(MolliePaymentId::new("tr_7UhSN1zuXS")))]
        }
        OperationKind::CreatePayment => {
            let of = |methods: &[&str], before: &[&str], cause| {
                let methods = methods.iter().map(|method| (*method).to_owned()).collect();
                let before = before.iter().map(|id| MolliePaymentId::new(*id)).collect();
                create_payment::Task { methods, before, until: micros(9, 1), cause }.into()
            };
            let asked = of(&["ideal", "kbc"], &["tr_7UhSN1zuXS", "tr_2"], create_payment::Cause::Request);
            vec![of(&[], &[], create_payment::Cause::SecondChance), asked]
        }
        OperationKind::UpdateOrder => {
            let of = |terms| update_order::Task { terms, until: micros(9, 1) }.into();
            vec![of(NewTerms::default()), of(full_terms())]
        }
        OperationKind::ManageLines => {
            let of = |changes| manage_lines::Task { changes, until: micros(9, 1) }.into();
            vec![of(LineChanges::default()), of(full_changes())]
        }
        #[cfg(feature = "made-up")]
        OperationKind::MadeUp => {
            let line = full_shipment(&bare_order()).lines.remove(0);
            let whats = [What::Number("1338".to_owned()), What::GiveUp(line)];
            let whens = [When::Now, When::From(micros(7, 1)), When::AfterLooking];
            let tasks = whats.iter().flat_map(|what| whens.map(|when| (what.clone(), when)));
            tasks.map(|(what, when)| made_up::Task { what, when }.into()).collect()
        }
    }
}

/// Goods, and what takes money off them.
pub fn lines() -> Vec<ShipmentLine> {
    let line = |id, part| ShipmentLine { line_id: LineId::new(id), part };
    vec![line(1, part(1, "4.50")), line(2, part(1, "-0.50"))]
}

pub fn place() -> Task {
    place_order::Task { hook_address: "https://orders.example/webhooks/mollie/1/2/3".to_owned() }.into()
}

pub fn cancel() -> Task {
    cancel_order::Task { cause: Cause::Request }.into()
}

/// With each part that not every operation has.
pub fn full_operation(order: &Order) -> Operation {
    let sent = Sent { first: micros(1, 6), last: at(2) };
    Operation {
        group: GroupId::new(uuid()),
        after: Some(OperationId::new(uuid())),
        task: of_kind(OperationKind::CreateShipment).swap_remove(0),
        state: State::NeedsAttention { sent, refused: Some(rejection()) },
        tries: Tries { unknown: 3, deferrals: u32::MAX, unreadable: 7 },
        created_time: micros(0, 5),
        not_before: at(3),
        last_problem: Some("HTTP 503, then silence".into()),
        key_refused: true,
        sealed: Some(vec![0, 1, 255]),
        actor: Some("jane@care".into()),
        ..operation(order, 7)
    }
}

/// Every kind of change of lines, and every field.
pub fn full_changes() -> LineChanges {
    LineChanges {
        added: vec![full_line(7), bare_line(8)],
        updated: vec![UpdatedLine { line: full_line(1), fields: LineField::ALL.to_vec() }],
        canceled: lines(),
        warnings: vec![Finding {
            path: "operations[0].add.discount_amount".into(),
            rule: "line.discount_above_price".into(),
            expected: "at most 10.00".into(),
            got: "11.00 EUR".into(),
        }],
        warnings_left_out: 2,
    }
}

/// Every term that can be changed.
pub fn full_terms() -> NewTerms {
    NewTerms {
        order_number: Some("1338".to_owned()),
        redirect_url: Some("https://shop.example/back".to_owned()),
        cancel_url: Some("https://shop.example/canceled".to_owned()),
        personal: vec!["billing_address".to_owned(), "shipping_address".to_owned()],
    }
}
