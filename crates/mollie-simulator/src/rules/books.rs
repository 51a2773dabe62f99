//! The books of one order: what was authorized, captured, released, received, given back and taken back, per line and per
//! payment. For a comparison with a service's own; the API shows nothing of it.

use serde::Serialize;

use super::money::{Amount, Minor};
use super::records::{Line, Order, Payment, PaymentStatus, Share};
use super::world::World;

/// All sums are of what stands: refunds that have failed or were canceled, failed captures and reversed chargebacks are out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Books {
    pub id: String,
    pub status: String,
    /// What lines were ordered for, also those that were canceled before anything was paid or authorized.
    pub ordered: Amount,
    /// By the attempt that settled the order, if shipments capture.
    pub authorized: Amount,
    /// By shipments in the authorized flow, all at once in the paid flow.
    pub captured: Amount,
    /// Of the authorisation: lines that were canceled since.
    pub released: Amount,
    pub failed_captures: Amount,
    pub refunded: Amount,
    pub charged_back: Amount,
    pub lines: Vec<LineBook>,
    pub payments: Vec<PaymentBook>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineBook {
    pub id: String,
    pub status: String,
    pub ordered: ShareBook,
    pub shipped: ShareBook,
    pub canceled: ShareBook,
    /// By refunds that name the line.
    pub refunded: ShareBook,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShareBook {
    pub quantity: u32,
    pub amount: Amount,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaymentBook {
    pub id: String,
    pub status: String,
    pub authorized: Amount,
    pub captured: Amount,
    /// Of its authorisation: lines that were canceled, or all of it where the order lives on another attempt.
    pub released: Amount,
    /// What has come, vouchers included.
    pub received: Amount,
    pub vouchers: Amount,
    pub refunded: Amount,
    pub charged_back: Amount,
    /// What may still be given back.
    pub refundable: Amount,
}

impl World {
    /// `None` for an order that is not there.
    pub fn books(&self, order_id: &str) -> Option<Books> {
        let order = self.order(order_id)?;
        let amount = |minor| amount(order, minor);
        let settling = order.settling_payment();
        Some(Books {
            id: order.id.clone(),
            status: order.status.as_text().to_owned(),
            ordered: amount(order.lines.iter().map(|line| line.total).sum()),
            authorized: amount(settling.map_or(0, |payment| authorized(order, payment))),
            captured: amount(order.captured),
            released: amount(settling.map_or(0, |payment| released(order, payment))),
            failed_captures: amount(order.failed_captures()),
            refunded: amount(order.refunded()),
            charged_back: amount(order.charged_back()),
            lines: order.lines.iter().map(|line| line_book(order, line)).collect(),
            payments: order.payments.iter().map(|payment| payment_book(order, payment)).collect(),
        })
    }
}

fn amount(order: &Order, minor: Minor) -> Amount {
    Amount::new(&order.currency.value(minor), order.currency.code())
}

fn line_book(order: &Order, line: &Line) -> LineBook {
    let share = |share: Share| ShareBook { quantity: share.quantity, amount: amount(order, share.amount) };
    LineBook {
        id: line.id.clone(),
        status: line.status.as_text().to_owned(),
        ordered: share(Share { quantity: line.quantity, amount: line.total }),
        shipped: share(line.shipped),
        canceled: share(line.canceled),
        refunded: share(order.refunded_of(line)),
    }
}

fn payment_book(order: &Order, payment: &Payment) -> PaymentBook {
    let received = match payment.status {
        PaymentStatus::Paid => order.received_by(payment),
        PaymentStatus::Authorized => payment.captured,
        PaymentStatus::Open
        | PaymentStatus::Pending
        | PaymentStatus::Failed
        | PaymentStatus::Canceled
        | PaymentStatus::Expired => 0,
    };
    PaymentBook {
        id: payment.id.clone(),
        status: payment.status.as_text().to_owned(),
        authorized: amount(order, authorized(order, payment)),
        captured: amount(order, payment.captured),
        released: amount(order, released(order, payment)),
        received: amount(order, received),
        vouchers: amount(order, payment.vouchers_total()),
        refunded: amount(order, order.refunded_on(payment)),
        charged_back: amount(order, order.charged_back_on(payment)),
        refundable: amount(order, order.refundable_on(payment)),
    }
}

fn was_authorized(payment: &Payment) -> bool {
    payment.authorized_at.is_some()
}

fn authorized(order: &Order, payment: &Payment) -> Minor {
    if was_authorized(payment) { order.amount_of(payment) } else { 0 }
}

fn released(order: &Order, payment: &Payment) -> Minor {
    if !was_authorized(payment) {
        return 0;
    }
    if order.settling_payment().is_some_and(|settling| settling.id == payment.id) {
        return order.lines.iter().map(Line::released).sum();
    }
    match payment.status {
        PaymentStatus::Canceled | PaymentStatus::Expired | PaymentStatus::Failed => order.amount_of(payment),
        PaymentStatus::Open | PaymentStatus::Pending | PaymentStatus::Authorized | PaymentStatus::Paid => 0,
    }
}
