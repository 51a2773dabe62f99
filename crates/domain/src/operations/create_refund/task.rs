//! What making a refund needs.

use jiff::Timestamp;

use crate::rules::ids::{MolliePaymentId, RefundId};
use crate::rules::money::Money;
use crate::rules::refund::Route;
use crate::rules::shipment::ShipmentLine;

/// Makes a refund: on the order by its lines, with quantity and amount of each, or on a payment as an amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub refund_id: RefundId,
    pub route: Route,
    /// The payment to give back from; on the order, where Mollie chooses, the only one.
    pub payment_id: Option<MolliePaymentId>,
    pub amount: Money,
    pub lines: Vec<ShipmentLine>,
    pub description: Option<String>,
    /// When it was recorded: it is tried for fourteen days.
    pub recorded_time: Timestamp,
    /// What the bank had taken back of the payment by then.
    pub charged_back: Money,
}
