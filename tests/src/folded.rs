//! What a consumer makes of an order's events, and of nothing else: statuses, sums and the counters of lines. It knows no kind of event:
//! entries have one shape, and what is told as before must be what was told last.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use grpc_server::proto;

use crate::answers::cents;
use crate::proto::order_event::Data;
use crate::proto::{
    Amount, AmountChange, LedgerPool, LineChange, Order, OrderEvent, OrderLine, PaymentChange,
};

/// Units and cents.
type Part = (i64, i64);

/// An order as its events tell it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Folded {
    pub status: String,
    pub amount: Option<i64>,
    pub captured: Option<i64>,
    pub refunded: Option<i64>,
    pub lines: BTreeMap<String, Line>,
    /// By Mollie's ids.
    pub payments: BTreeMap<String, Payment>,
    /// State and status, by id.
    pub refunds: BTreeMap<String, (i32, String)>,
    /// By id.
    pub shipments: BTreeMap<String, i32>,
    /// What belongs to no line: refunding, refunded, charged back.
    pub beside: [i64; 3],
    /// Pools that something has come from or gone to.
    pub pools: BTreeSet<i32>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line {
    pub status: String,
    pub quantity: i64,
    pub total: i64,
    /// Reserved, shipped, canceling, canceled, refunding, refunded.
    pub counters: [Part; 6],
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Payment {
    pub status: String,
    pub amount: Option<i64>,
    pub captured: Option<i64>,
    pub refunded: Option<i64>,
    pub charged_back: Option<i64>,
}

const COUNTED: [LedgerPool; 6] = [
    LedgerPool::Reserved,
    LedgerPool::Shipped,
    LedgerPool::Canceling,
    LedgerPool::Canceled,
    LedgerPool::Refunding,
    LedgerPool::Refunded,
];
const BESIDE: [LedgerPool; 3] = [LedgerPool::Refunding, LedgerPool::Refunded, LedgerPool::ChargedBack];

fn minor(amount: Option<&Amount>) -> Option<i64> {
    amount.map(|amount| cents(&amount.value))
}

/// What is told as before must be what is known.
fn step<T: PartialEq + Debug>(known: &mut T, before: T, after: T, what: &str) {
    assert_eq!(*known, before, "{what} is told as before");
    *known = after;
}

fn sum(known: &mut Option<i64>, change: Option<&AmountChange>, what: &str) {
    if let Some(change) = change {
        step(known, minor(change.before.as_ref()), minor(change.after.as_ref()), what);
    }
}

impl Folded {
    pub fn of(events: &[OrderEvent]) -> Self {
        let mut folded = Self::default();
        events.iter().for_each(|event| folded.apply(event));
        folded
    }

    fn apply(&mut self, event: &OrderEvent) {
        let kind = &*event.kind;
        match event.data.as_ref().expect("an event tells something") {
            Data::Placement(told) => {
                self.amount = self.amount.or(minor(told.amount.as_ref()));
                told.lines.iter().for_each(|change| self.line(change, kind));
            }
            Data::OrderStatus(told) => {
                step(&mut self.status, told.status_raw_before.clone(), told.status_raw.clone(), kind);
                sum(&mut self.amount, told.amount.as_ref(), kind);
                sum(&mut self.captured, told.amount_captured.as_ref(), kind);
                sum(&mut self.refunded, told.amount_refunded.as_ref(), kind);
                told.lines.iter().for_each(|change| self.line(change, kind));
                told.payments.iter().for_each(|change| self.payment(change, kind));
            }
            Data::Lines(told) => {
                told.lines.iter().for_each(|change| self.line(change, kind));
                told.payment.iter().for_each(|change| self.payment(change, kind));
            }
            Data::Payment(told) => told.payment.iter().for_each(|change| self.payment(change, kind)),
            Data::Refund(told) if told.state != 0 => {
                let known = self.refunds.entry(told.refund_id.clone()).or_default();
                let before = (told.state_before, told.status_raw_before.clone());
                let status =
                    if told.status_raw.is_empty() { before.1.clone() } else { told.status_raw.clone() };
                step(known, before, (told.state, status), kind);
            }
            Data::Shipment(told) if told.state != 0 => {
                let known = self.shipments.entry(told.shipment_id.clone()).or_default();
                step(known, told.state_before, told.state, kind);
            }
            // A refund or a shipment whose state is as it was, and what changes nothing that is folded here.
            Data::Refund(_)
            | Data::Shipment(_)
            | Data::Capture(_)
            | Data::Cancellation(_)
            | Data::LineReturn(_)
            | Data::Chargeback(_)
            | Data::OrderUpdate(_)
            | Data::Supersession(_)
            | Data::Number(_)
            | Data::Operation(_)
            | Data::Item(_)
            | Data::Deadline(_)
            | Data::Unpaid(_)
            | Data::AutoShip(_) => (),
        }
        event.entries.iter().for_each(|entry| self.entry(entry));
    }

    fn entry(&mut self, entry: &proto::LedgerEntry) {
        let (units, money) = (entry.quantity, minor(entry.amount.as_ref()).expect("an amount"));
        for (pool, sign) in [(entry.from_pool(), -1), (entry.to_pool(), 1)] {
            self.pools.insert(pool.into());
            let at = |pools: &[LedgerPool]| pools.iter().position(|one| *one == pool);
            if entry.line_id.is_empty() {
                at(&BESIDE).into_iter().for_each(|at| self.beside[at] += sign * money);
            } else if let Some(at) = at(&COUNTED) {
                let line = self.lines.get_mut(&entry.line_id).expect("the line was told");
                let (all, sum) = &mut line.counters[at];
                (*all, *sum) = (*all + sign * units, *sum + sign * money);
            }
        }
    }

    fn line(&mut self, change: &LineChange, kind: &str) {
        let what = format!("line {} by {kind}", change.line_id);
        let line = self.lines.entry(change.line_id.clone()).or_default();
        step(&mut line.status, change.status_raw_before.clone(), change.status_raw.clone(), &what);
        let values = |values: &proto::LineValues| {
            (values.quantity, minor(values.total_amount.as_ref()).unwrap_or_default())
        };
        match (change.values_before.as_ref().map(values), change.values.as_ref().map(values)) {
            (before, Some(after)) => {
                assert_eq!((line.quantity, line.total), before.unwrap_or_default(), "{what}");
                (line.quantity, line.total) = after;
            }
            (Some(_), None) => drop(self.lines.remove(&change.line_id)),
            (None, None) => (),
        }
    }

    fn payment(&mut self, change: &PaymentChange, kind: &str) {
        let what = format!("payment {} by {kind}", change.mollie_payment_id);
        let payment = self.payments.entry(change.mollie_payment_id.clone()).or_default();
        step(&mut payment.status, change.status_raw_before.clone(), change.status_raw.clone(), &what);
        sum(&mut payment.amount, change.amount.as_ref(), &what);
        sum(&mut payment.captured, change.amount_captured.as_ref(), &what);
        sum(&mut payment.refunded, change.amount_refunded.as_ref(), &what);
        sum(&mut payment.charged_back, change.amount_charged_back.as_ref(), &what);
    }

    /// The order's own figures must be those that its events give.
    pub fn is(&self, order: &Order) {
        let told = (&self.status, self.amount, self.captured, self.refunded);
        let sums = [&order.amount, &order.amount_captured, &order.amount_refunded];
        let [amount, captured, refunded] = sums.map(|sum| minor(sum.as_ref()));
        assert_eq!(told, (&order.status_raw, amount, captured, refunded));
        let lines: BTreeMap<_, _> = order.lines.iter().map(|line| (line.id.clone(), shown(line))).collect();
        assert_eq!(self.lines, lines);
        for payment in &order.payments {
            let told = self.payments.get(&payment.mollie_payment_id).expect("each payment is told");
            assert_eq!((&told.status, told.amount), (&payment.status_raw, minor(payment.amount.as_ref())));
            let sums = [&payment.amount_captured, &payment.amount_refunded, &payment.amount_charged_back];
            let sums = sums.map(|sum| minor(sum.as_ref()));
            assert_eq!([told.captured, told.refunded, told.charged_back], sums);
        }
    }
}

fn shown(line: &OrderLine) -> Line {
    let part = |units: i64, amount: &Option<Amount>| (units, minor(amount.as_ref()).unwrap_or_default());
    Line {
        status: line.status_raw.clone(),
        quantity: line.quantity,
        total: minor(line.total_amount.as_ref()).unwrap_or_default(),
        counters: [
            part(line.quantity_reserved, &line.amount_reserved),
            part(line.quantity_shipped, &line.amount_shipped),
            part(line.quantity_canceling, &line.amount_canceling),
            part(line.quantity_canceled, &line.amount_canceled),
            part(line.quantity_refunding, &line.amount_refunding),
            part(line.quantity_refunded, &line.amount_refunded),
        ],
    }
}
