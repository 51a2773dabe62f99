//! Review items: money or goods may not be where they belong, and only a person can decide. An item is raised once, stays on the
//! order, and is closed by a person.

use jiff::Timestamp;

use super::ids::OperationId;
use super::status::words;

words!(
    /// Why a person must look at the order.
    ItemKind {
        /// Goods left, and Mollie rejected the shipment: in the authorized flow their money is not captured.
        ShipmentRefused = "shipment_refused",
        /// The shopper paid or authorized an order that was past its age limit.
        LatePlacement = "late_placement",
        /// More was paid or authorized than the order costs.
        SurplusPayment = "surplus_payment",
        /// The same goods may be registered, and captured, twice.
        SurplusShipment = "surplus_shipment",
        /// Mollie has a duplicate order for one of ours.
        SurplusOrder = "surplus_order",
        /// A deduction was canceled after goods were shipped: the shopper is owed its amount.
        DeductionLeft = "deduction_left",
        /// Mollie shows more captured than was authorized.
        Overcaptured = "overcaptured",
        /// Goods left, and Mollie did not capture their money.
        CaptureLost = "capture_lost",
        /// Goods left although the order was over: somebody has to get their money.
        LateParcel = "late_parcel",
        /// All goods left, and a fee or a deduction of the order stays open: no parcel will take it.
        LineLeftOpen = "line_left_open",
        /// The order is canceled or expired, and a payment holds the shopper's money.
        MoneyOnEndedOrder = "money_on_ended_order",
        /// Units may have been canceled twice: Mollie shows the same cancellation of lines again.
        SurplusCancellation = "surplus_cancellation",
        /// The same line may have been added twice.
        SurplusLine = "surplus_line",
        /// A refund failed, or was canceled elsewhere: the shopper does not get the money.
        RefundFailed = "refund_failed",
        /// A refund was not made: Mollie or its deadline refused it after its caller was answered.
        RefundRefused = "refund_refused",
        /// The same refund may have been made twice.
        SurplusRefund = "surplus_refund",
        /// Mollie's figures of what was refunded differ from the refunds it lists.
        RefundsDiffer = "refunds_differ",
        /// The shopper's bank took money back.
        Chargeback = "chargeback",
        /// Two orders have the same number at Mollie.
        NumberShared = "number_shared",
        /// Mollie shows the order under another number.
        NumberDiffers = "number_differs",
        /// Another order has replaced this one, and the shopper paid this one.
        SupersededPaid = "superseded_paid",
        /// The shopper paid, or authorized, less than the order costs: an attempt from before it became dearer.
        Underpaid = "underpaid",
        /// The database was restored, and Mollie shows what was done meanwhile. Until it is closed, the order takes no requests.
        FoundAfterRestore = "found_after_restore",
    }
);

/// A review item that is not raised yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    pub kind: ItemKind,
    /// What it is about: an id at Mollie, an operation of ours, or a line (`lines/2`). Unique together with the kind.
    pub subject: String,
    /// What happened and what to do. Holds nothing personal.
    pub text: String,
    pub operation_id: Option<OperationId>,
}

/// Who closed a review item, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closure {
    pub time: Timestamp,
    pub by: String,
    pub reason: String,
}

/// A review item, open or closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// From 1 within the order.
    pub number: u32,
    pub kind: ItemKind,
    pub subject: String,
    pub text: String,
    pub operation_id: Option<OperationId>,
    pub raised_time: Timestamp,
    pub closed: Option<Closure>,
}

impl Item {
    /// Whether it is still open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Whether it is open and about this, in other words: an amount in it was right once.
    #[must_use]
    pub fn is_outdated_by(&self, concern: &Concern) -> bool {
        self.is_open() && self.is_about(concern) && self.text != concern.text
    }

    fn is_about(&self, concern: &Concern) -> bool {
        (self.kind, &self.subject) == (concern.kind, &concern.subject)
    }
}

/// Who closes an item that a reading has settled.
pub const BY_ITSELF: &str = "order-service";

/// The new item, given the order's existing ones; `None` if it was raised before and is open, or a person has closed it.
#[must_use]
pub(super) fn next(items: &[Item], concern: Concern, now: Timestamp) -> Option<Item> {
    let counts = |item: &&Item| item.closed.as_ref().is_none_or(|closure| closure.by != BY_ITSELF);
    if items.iter().filter(counts).any(|item| item.is_about(&concern)) {
        return None;
    }
    let Concern { kind, subject, text, operation_id } = concern;
    let number = items.iter().map(|item| item.number).max().unwrap_or(0).saturating_add(1);
    Some(Item { number, kind, subject, text, operation_id, raised_time: now, closed: None })
}
