//! The ledger: every effect that requests and time have had, exactly once, in order, without gaps.
//!
//! It is what a test compares a service's own books with; nothing of the simulated API is computed from it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::line::Share;
use super::order::Order;
use crate::rules::cause::Cause;
use crate::rules::money::{Currency, Minor};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectKind {
    OrderCreated,
    /// `particulars` have what was sent as `updated`.
    OrderUpdated,
    OrderCanceled,
    OrderExpired,
    OrderCompleted,
    /// `method`: null where the shopper is to choose one.
    PaymentCreated,
    /// The shopper has done their part. No money has moved, nor is any promised.
    PaymentPending,
    PaymentAuthorized,
    PaymentPaid,
    PaymentFailed,
    PaymentCanceled,
    PaymentExpired,
    /// An amount alone was given back on a payment. `particulars` of every refund: `refund_id`, `status`.
    PaymentRefunded,
    /// Lines were given back.
    LinesRefunded,
    /// A refund has come further: `status`. No money moves in the books.
    RefundAdvanced,
    /// A refund has given its amount back.
    RefundFailed,
    RefundCanceled,
    /// What a shipment captured has not come: `capture_id`. One that succeeds changes nothing.
    CaptureFailed,
    /// `chargeback_id`.
    ChargebackReceived,
    ChargebackReversed,
    ShipmentCreated,
    /// Its tracking was set, also where it was the same before: `particulars` have the whole `tracking`.
    ShipmentUpdated,
    LinesCanceled,
    /// One line was given other values: `lines` has it as it is now, `particulars` what was sent as `updated`. `amounts` of
    /// this and the next: `ordered`, what the order's attempts are for since then; `authorized` where there is an authorisation.
    LineUpdated,
    /// Lines were added, updated and canceled by one request: `particulars` have the parts as `added`, `updated` and
    /// `canceled`, in the order of the request, the first two with what was `sent`. `amounts` have `ordered_before` and the
    /// sum of what was `canceled` too.
    LinesManaged,
}

/// One entry. `seq` starts at 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    pub seq: u64,
    pub at: Timestamp,
    pub kind: EffectKind,
    pub order_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment_id: Option<String>,
    /// The key of the request that caused it, whether or not the API heeds keys there; none when time caused it.
    pub idempotency_key: Option<String>,
    pub amounts: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<Value>>,
    /// What only one kind has, beside the other fields.
    #[serde(flatten)]
    pub particulars: Map<String, Value>,
}

/// An effect before it is entered: number, cause and time are the ledger's.
pub struct Draft {
    effect: Effect,
    currency: Currency,
}

impl Draft {
    pub fn new(kind: EffectKind, order: &Order) -> Self {
        let effect = Effect {
            seq: 0,
            at: order.created_at,
            kind,
            order_id: order.id.clone(),
            payment_id: None,
            shipment_id: None,
            idempotency_key: None,
            amounts: Map::new(),
            lines: None,
            particulars: Map::new(),
        };
        Self { effect, currency: order.currency }
    }

    pub fn payment(mut self, id: &str) -> Self {
        self.effect.payment_id = Some(id.to_owned());
        self
    }

    pub fn shipment(mut self, id: &str) -> Self {
        self.effect.shipment_id = Some(id.to_owned());
        self
    }

    pub fn amount(mut self, name: &str, minor: Minor) -> Self {
        self.effect.amounts.insert(name.to_owned(), self.currency.amount(minor));
        self
    }

    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.effect.particulars.insert(name.to_owned(), value);
        self
    }

    pub fn lines<'a>(mut self, parts: impl Iterator<Item = (&'a str, Share)>) -> Self {
        let currency = self.currency;
        let entry = |(id, part): (&str, Share)| json!({ "id": id, "quantity": part.quantity, "amount": currency.amount(part.amount) });
        self.effect.lines = Some(parts.map(entry).collect());
        self
    }

    pub(in crate::rules) fn enter(self, seq: u64, at: Timestamp, cause: &Cause) -> Effect {
        let draft = match cause {
            Cause::Dashboard => self.with("by", json!("dashboard")),
            Cause::Time | Cause::Request(_) => self,
        };
        Effect { seq, at, idempotency_key: cause.idempotency_key(), ..draft.effect }
    }
}
