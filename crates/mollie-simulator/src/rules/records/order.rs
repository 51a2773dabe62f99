//! The state of one order: lines, payments and shipments. One record of the journal.
//!
//! Holds what is; changes are made by the modules of the operations.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::capture::Capture;
use super::chargeback::Chargeback;
use super::line::Line;
use super::payment::Payment;
use super::refund::Refund;
use super::shipment::Shipment;
use crate::rules::caller::Caller;
use crate::rules::method::{Flow, flow_of};
use crate::rules::money::{Currency, Minor};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderStatus {
    Created,
    Pending,
    Paid,
    Authorized,
    Shipping,
    Completed,
    Canceled,
    Expired,
}

impl OrderStatus {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Authorized => "authorized",
            Self::Shipping => "shipping",
            Self::Completed => "completed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
        }
    }
}

/// When the order reached which state.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Milestones {
    pub authorized_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub canceled_at: Option<Timestamp>,
    pub expired_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
}

/// What the merchant asked for and the simulator only hands back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Particulars {
    pub order_number: String,
    pub locale: Option<String>,
    pub billing_address: Option<Map<String, Value>>,
    pub shipping_address: Option<Map<String, Value>>,
    pub consumer_date_of_birth: Option<String>,
    pub shopper_country_must_match_billing_country: bool,
    pub redirect_url: Option<String>,
    pub cancel_url: Option<String>,
    pub webhook_url: Option<String>,
    pub metadata: Value,
    /// The methods the shopper may choose from; empty for any.
    pub methods: Vec<String>,
    pub sequence_type: String,
    pub payment_webhook_url: Option<String>,
    /// The payment object of the create request, as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Map<String, Value>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// Position in creation order, over all profiles.
    pub number: u64,
    pub id: String,
    pub owner: Caller,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub status: OrderStatus,
    pub currency: Currency,
    pub amount: Minor,
    /// The method used last, or that of the attempt which has settled the order; none until one is chosen.
    pub method: Option<String>,
    pub captured: Minor,
    pub milestones: Milestones,
    pub particulars: Particulars,
    pub lines: Vec<Line>,
    /// All attempts, in creation order; never empty.
    pub payments: Vec<Payment>,
    /// The attempt that made the order paid or authorized; none before that, and in journals of older releases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<String>,
    pub shipments: Vec<Shipment>,
    /// What was given back on its payments, in creation order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// What its shipments have taken of its authorisation, in creation order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub captures: Vec<Capture>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chargebacks: Vec<Chargeback>,
    /// By how much less its amount is shown since lines of it were canceled.
    #[serde(default)]
    pub shown_less: Minor,
    /// Its hooks have gone missing, and none is sent any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hooks_lost: bool,
}

impl Order {
    /// The part of the id that names the order on its checkout page.
    pub fn token(&self) -> &str {
        self.id.strip_prefix("ord_").unwrap_or(&self.id)
    }

    pub fn flow(&self) -> Flow {
        flow_of(self.method.as_deref())
    }

    pub fn is_final(&self) -> bool {
        match self.status {
            OrderStatus::Completed | OrderStatus::Canceled | OrderStatus::Expired => true,
            OrderStatus::Created
            | OrderStatus::Pending
            | OrderStatus::Paid
            | OrderStatus::Authorized
            | OrderStatus::Shipping => false,
        }
    }

    /// Whether it has ended with nothing sold: any money that comes, or is still there, has no order any more.
    pub(in crate::rules) fn has_come_to_nothing(&self) -> bool {
        match self.status {
            OrderStatus::Canceled | OrderStatus::Expired => true,
            OrderStatus::Created
            | OrderStatus::Pending
            | OrderStatus::Paid
            | OrderStatus::Authorized
            | OrderStatus::Shipping
            | OrderStatus::Completed => false,
        }
    }

    /// Whether an attempt may still make it paid or authorized.
    pub(in crate::rules) fn awaits_payment(&self) -> bool {
        match self.status {
            OrderStatus::Created | OrderStatus::Pending => true,
            OrderStatus::Paid
            | OrderStatus::Authorized
            | OrderStatus::Shipping
            | OrderStatus::Completed
            | OrderStatus::Canceled
            | OrderStatus::Expired => false,
        }
    }

    pub(in crate::rules) fn shipment(&self, id: &str) -> Option<&Shipment> {
        self.shipments.iter().find(|shipment| shipment.id == id)
    }

    pub(in crate::rules) fn shipment_mut(&mut self, id: &str) -> Option<&mut Shipment> {
        self.shipments.iter_mut().find(|shipment| shipment.id == id)
    }

    pub(in crate::rules) fn payment_mut(&mut self, id: &str) -> Option<&mut Payment> {
        self.payments.iter_mut().find(|payment| payment.id == id)
    }

    pub(in crate::rules) fn payment(&self, id: &str) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.id == id)
    }

    pub(in crate::rules) fn refund(&self, id: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id == id)
    }

    pub(in crate::rules) fn refund_mut(&mut self, id: &str) -> Option<&mut Refund> {
        self.refunds.iter_mut().find(|refund| refund.id == id)
    }

    pub(in crate::rules) fn capture(&self, id: &str) -> Option<&Capture> {
        self.captures.iter().find(|capture| capture.id == id)
    }

    pub(in crate::rules) fn capture_mut(&mut self, id: &str) -> Option<&mut Capture> {
        self.captures.iter_mut().find(|capture| capture.id == id)
    }

    pub(in crate::rules) fn chargeback(&self, id: &str) -> Option<&Chargeback> {
        self.chargebacks.iter().find(|chargeback| chargeback.id == id)
    }

    pub(in crate::rules) fn chargeback_mut(&mut self, id: &str) -> Option<&mut Chargeback> {
        self.chargebacks.iter_mut().find(|chargeback| chargeback.id == id)
    }

    /// The attempt that the order's money is on, which need be neither the first nor the last that was paid.
    pub(in crate::rules) fn settling_payment(&self) -> Option<&Payment> {
        match &self.settled_by {
            Some(id) => self.payments.iter().find(|payment| payment.id == *id),
            // In an order of an older release there is at most one.
            None => self.payments.iter().find(|payment| payment.is_backed()),
        }
    }

    pub(in crate::rules) fn settling_payment_mut(&mut self) -> Option<&mut Payment> {
        let id = self.settling_payment()?.id.clone();
        self.payment_mut(&id)
    }

    /// Where the hooks of this attempt go.
    pub(in crate::rules) fn webhook_of<'a>(&'a self, payment: &'a Payment) -> Option<&'a str> {
        payment.webhook_url.as_deref().or(self.particulars.payment_webhook_url.as_deref())
    }

    pub(in crate::rules) fn sequence_type_of<'a>(&'a self, payment: &'a Payment) -> &'a str {
        payment.sequence_type.as_deref().unwrap_or(&self.particulars.sequence_type)
    }

    /// What Mollie writes on the bank statement.
    pub(in crate::rules) fn description(&self) -> String {
        format!("Order {}", self.particulars.order_number)
    }
}
