//! How what an event changes was before it: statuses and sums. It is kept with the event for those who read it; folding needs none of
//! it. May not decide anything.

use super::EventData;
use super::touched::Touched;
use crate::rules::ids::{LineId, MolliePaymentId, RefundId, ShipmentId};
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::order_update::NewTerms;
use crate::rules::payment::Payment;
use crate::rules::refund::{Refund, RefundState};
use crate::rules::shipment::{CaptureStatus, Shipment, ShipmentState, Tracking};
use crate::rules::snapshot::Observed;
use crate::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read, RefundStatus};

/// What an event changes, as it was before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// The order's status and sums; `None` if the event changes none of them.
    pub order: Option<OrderBefore>,
    /// Of the lines that the event tells of, those that the order had.
    pub lines: Vec<LineBefore>,
    /// Of the payments that the event tells of, those that the order had.
    pub payments: Vec<PaymentBefore>,
    /// The payment that is taken to have grown with the lines, with its amount since: an authorization follows them.
    pub grown: Option<(PaymentBefore, Money)>,
    /// The terms that it sets, or is to set, as far as the order had them.
    pub terms: NewTerms,
    /// What is a resource of its own.
    pub resource: Option<ResourceBefore>,
}

/// An order's status and sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderBefore {
    pub status: Option<OrderStatus>,
    pub unknown_status: Option<String>,
    pub amount: Money,
    pub captured: Option<Money>,
    pub refunded: Option<Money>,
}

/// A line's status and, if the event changes one of them, its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineBefore {
    pub id: LineId,
    pub status: Option<LineStatus>,
    pub unknown_status: Option<String>,
    pub values: Option<LineValues>,
}

/// How many units of a line there are, and what they cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineValues {
    pub quantity: u32,
    pub unit_price: Money,
    pub discount_amount: Option<Money>,
    pub total_amount: Money,
}

/// A payment's status and sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentBefore {
    pub mollie_id: MolliePaymentId,
    pub status: Read<PaymentStatus>,
    pub amount: Money,
    pub captured: Option<Money>,
    pub refunded: Option<Money>,
    pub charged_back: Option<Money>,
}

/// Of a resource that an event changes, what it changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResourceBefore {
    Shipment(ShipmentState),
    Tracking(Option<Tracking>),
    /// `None`: Mollie had not told of it.
    Capture(Option<Read<CaptureStatus>>),
    Refund {
        state: RefundState,
        /// `None`: Mollie did not have it.
        status: Option<Read<RefundStatus>>,
    },
}

impl Before {
    /// How what the event changes of the order is before it. `resource`: what it changes of a resource, from before, too.
    #[must_use]
    pub fn of(order: &Order, data: &EventData, resource: Option<ResourceBefore>) -> Self {
        let of_order = match data.touched() {
            Touched::Reading(observed) => Self::of_reading(order, observed),
            Touched::Lines(lines) => {
                Self { lines: before(order, lines), grown: grown(order, lines), ..Self::default() }
            }
            Touched::Payment(payment) => {
                Self { payments: payments(order, std::slice::from_ref(payment)), ..Self::default() }
            }
            Touched::Terms(terms) => Self { terms: terms.as_they_are(order), ..Self::default() },
            Touched::Shipment(_)
            | Touched::Tracking(_)
            | Touched::Capture(_)
            | Touched::Refund(_)
            | Touched::Nothing => Self::default(),
        };
        Self { resource, ..of_order }
    }

    fn of_reading(order: &Order, observed: &Observed) -> Self {
        let gone = observed.gone.iter().filter_map(|id| order.line(*id));
        let gone = gone.map(|line| LineBefore { values: Some(line.values()), ..LineBefore::of(line) });
        let was = OrderBefore {
            status: order.facts.status,
            unknown_status: order.facts.unknown_status.clone(),
            amount: order.terms.amount,
            captured: order.facts.amount_captured,
            refunded: order.facts.amount_refunded,
        };
        let is = OrderBefore {
            status: observed.facts.status,
            unknown_status: observed.facts.unknown_status.clone(),
            amount: observed.amount,
            captured: observed.facts.amount_captured,
            refunded: observed.facts.amount_refunded,
        };
        Self {
            order: (was != is).then_some(was),
            lines: before(order, &observed.lines).into_iter().chain(gone).collect(),
            payments: payments(order, &observed.payments),
            ..Self::default()
        }
    }
}

/// These lines as the order has them.
fn before(order: &Order, lines: &[Line]) -> Vec<LineBefore> {
    let known = lines.iter().filter_map(|after| Some((order.line(after.id)?, after)));
    let before = |(ours, after): (&Line, &Line)| {
        let values = Some(ours.values()).filter(|values| *values != after.values());
        LineBefore { values, ..LineBefore::of(ours) }
    };
    known.map(before).collect()
}

/// These payments as the order has them.
fn payments(order: &Order, payments: &[Payment]) -> Vec<PaymentBefore> {
    let is_told = |ours: &&Payment| payments.iter().any(|after| after.mollie_id == ours.mollie_id);
    order.payments.iter().filter(is_told).map(PaymentBefore::of).collect()
}

/// The payment that grows once the order has these lines.
fn grown(order: &Order, lines: &[Line]) -> Option<(PaymentBefore, Money)> {
    let mut after = order.clone();
    after.put_lines(lines);
    let mut both = order.payments.iter().zip(&after.payments);
    both.find(|(ours, after)| ours.amount != after.amount)
        .map(|(ours, after)| (PaymentBefore::of(ours), after.amount))
}

impl PaymentBefore {
    fn of(payment: &Payment) -> Self {
        Self {
            mollie_id: payment.mollie_id.clone(),
            status: payment.status.clone(),
            amount: payment.amount,
            captured: payment.amount_captured,
            refunded: payment.amount_refunded,
            charged_back: payment.amount_charged_back,
        }
    }
}

impl LineBefore {
    fn of(line: &Line) -> Self {
        let (status, unknown_status) = (line.status, line.unknown_status.clone());
        Self { id: line.id, status, unknown_status, values: None }
    }
}

impl Line {
    /// How many units there are, and what they cost.
    #[must_use]
    pub const fn values(&self) -> LineValues {
        let Self { quantity, unit_price, discount_amount, total_amount, .. } = *self;
        LineValues { quantity, unit_price, discount_amount, total_amount }
    }
}

impl ResourceBefore {
    /// What the event changes of a resource, if it changes one that is known.
    #[must_use]
    pub fn of(
        data: &EventData,
        shipment: impl Fn(ShipmentId) -> Option<Shipment>,
        refund: impl Fn(RefundId) -> Option<Refund>,
    ) -> Option<Self> {
        match data.touched() {
            Touched::Shipment(id) => shipment(id).map(|it| Self::Shipment(it.state)),
            Touched::Tracking(id) => shipment(id).map(|it| Self::Tracking(it.tracking)),
            Touched::Capture(id) => {
                shipment(id).map(|it| Self::Capture(it.capture.map(|capture| capture.status)))
            }
            Touched::Refund(id) => {
                refund(id).map(|Refund { state, status, .. }| Self::Refund { state, status })
            }
            Touched::Reading(_)
            | Touched::Lines(_)
            | Touched::Payment(_)
            | Touched::Terms(_)
            | Touched::Nothing => None,
        }
    }
}
