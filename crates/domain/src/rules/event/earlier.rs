//! What an event changes, as it is before that. May not decide anything.

use super::touched::Touched;
use super::{Before, EventData, LineBefore, LineValues, OrderBefore, PaymentBefore, ResourceBefore};
use crate::rules::ids::{RefundId, ShipmentId};
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::payment::Payment;
use crate::rules::refund::Refund;
use crate::rules::shipment::Shipment;
use crate::rules::snapshot::Observed;

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
