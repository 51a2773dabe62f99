//! Mollie: commands in our terms, and their outcomes.

use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;

use crate::rules::call_rate::Rank;
use crate::rules::chargeback::Chargeback;
use crate::rules::ids::{
    IdempotencyKey, MollieOrderId, MolliePaymentId, MollieRefundId, MollieShipmentId, ProfileName, RefundId,
};
use crate::rules::line_change::LineChanges;
use crate::rules::misread::Misread;
use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::order_update::{NewAddresses, NewTerms};
use crate::rules::payment::{Payment, PaymentParameters};
use crate::rules::payment_method::{MethodsWanted, PaymentMethod};
use crate::rules::rejection::Rejection;
use crate::rules::remote::Remote;
use crate::rules::restored::Agreed;
use crate::rules::shipment::{ListedCapture, ShipmentLine, Tracking};
use crate::rules::snapshot::{RefundSnapshot, ShipmentSnapshot, Snapshot};

/// A change to be made at Mollie.
#[derive(Clone, Debug)]
pub enum Command {
    PlaceOrder(Box<PlaceOrder>),
    CreateShipment(RegisterShipment),
    UpdateShipment(TrackShipment),
    CancelOrder {
        mollie_id: MollieOrderId,
    },
    CancelLines(CancelLines),
    CreateRefund(MakeRefund),
    CreatePayment(OpenPayment),
    UpdateOrder(Box<UpdateOrder>),
    ManageLines(ManageLines),
    /// Answered by 204.
    CancelRefund {
        payment: MolliePaymentId,
        refund: MollieRefundId,
    },
    /// PATCH with this body, answered by 204.
    #[cfg(feature = "made-up")]
    MadeUp {
        mollie_id: MollieOrderId,
        body: String,
    },
}

/// An order to place: its terms, lines and persons.
#[derive(Clone)]
pub struct PlaceOrder {
    pub order: Order,
    pub payment: PaymentParameters,
    /// The webhook address, for the order and for its payments.
    pub hook_address: String,
}

impl std::fmt::Debug for PlaceOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The hook address holds a token.
        write!(f, "PlaceOrder({})", self.order.id)
    }
}

/// A shipment to register. Quantity and amount are always sent: Mollie takes a missing one to mean "all".
#[derive(Clone, Debug)]
pub struct RegisterShipment {
    pub order: Remote,
    pub lines: Vec<ShipmentLine>,
    pub tracking: Option<Tracking>,
}

/// Units of lines to cancel. Quantity and amount are always sent: Mollie takes a missing one, and an empty list, to mean "all".
#[derive(Clone, Debug)]
pub struct CancelLines {
    pub order: Remote,
    pub lines: Vec<ShipmentLine>,
}

/// The new tracking of a shipment, whole.
#[derive(Clone, Debug)]
pub struct TrackShipment {
    pub order: MollieOrderId,
    pub shipment: MollieShipmentId,
    pub tracking: Tracking,
}

/// A refund to make. Quantity and amount of a line are always sent: Mollie takes a missing one, or no line at all, to mean "all".
#[derive(Clone, Debug)]
pub struct MakeRefund {
    pub order: Remote,
    /// The payment to refund on; `None`: on the order, by its lines.
    pub on_payment: Option<MolliePaymentId>,
    /// Travels in the refund's metadata.
    pub refund_id: RefundId,
    pub amount: Money,
    pub lines: Vec<ShipmentLine>,
    pub description: Option<String>,
}

/// A further attempt to pay an order.
#[derive(Clone, Debug)]
pub struct OpenPayment {
    pub order: MollieOrderId,
    /// Empty: those of the order.
    pub methods: Vec<String>,
    pub payment: PaymentParameters,
}

/// Changes of an order's lines, all of them or none. Without any is never sent.
#[derive(Clone, Debug)]
pub struct ManageLines {
    pub order: Remote,
    pub changes: LineChanges,
}

/// New terms and addresses of an order. Only what changes is sent, and addresses whole.
#[derive(Clone, Debug)]
pub struct UpdateOrder {
    pub order: MollieOrderId,
    pub terms: NewTerms,
    pub addresses: NewAddresses,
}

/// The outcome of a command.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Mollie did it.
    Accepted(Acceptance),
    /// Mollie rejected it, and nothing changed.
    Rejected(Rejection),
    /// Certainly nothing was done: not reached, not let in, or put off. `pause`: how long Mollie asked us to wait.
    NotSent { problem: String, pause: Option<Duration> },
    /// Certainly nothing was done: Mollie does not accept the profile's API key. An operator must put the right one in place.
    KeyRefused { problem: String },
    /// It may have been done, or may still be. `stumbled`: Mollie itself answered 500. If that persists, Mollie probably cannot
    /// process this request (practice: an umlaut in an e-mail address).
    Unknown { problem: String, stumbled: bool },
}

/// Mollie's answer to an accepted command, by shape; also what shows its effect in a reading.
#[derive(Clone, Debug)]
pub enum Acceptance {
    Order(Box<Snapshot>),
    Shipment(ShipmentSnapshot),
    Refund(RefundSnapshot),
    Payment(Box<Payment>),
    /// It is done, and the answer had no content.
    Nothing,
}

/// Why Mollie could not be read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GatewayError {
    /// No answer, or one that asks us to retry later.
    #[error("Mollie cannot be read now: {0}")]
    Unavailable(String),
    /// Mollie is not to be called now: our calls are used up for the moment, or it asked for a pause. It was not asked, or put us off.
    #[error("Mollie is not called now: {problem}")]
    Later { problem: String, pause: Duration },
    /// Mollie does not know the id, or not under this profile's key.
    #[error("Mollie does not know the id under this profile's key")]
    NotFound,
    /// The key is not accepted.
    #[error("Mollie does not accept the profile's API key: {0}")]
    KeyRefused(String),
    /// This profile has no key, so Mollie was not asked: its orders rest until it is given one.
    #[error("{}", rests(.0))]
    NoKey(ProfileName),
    /// The answer cannot be understood, or leaves out a field that money depends on.
    #[error("Mollie's answer cannot be understood: {0}")]
    Unreadable(Misread),
}

impl GatewayError {
    /// Whether the same reading may succeed later without intervention.
    #[must_use]
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Later { .. } => true,
            Self::NotFound | Self::KeyRefused(_) | Self::NoKey(_) | Self::Unreadable(_) => false,
        }
    }

    /// The same of something that Mollie lists: it exists, even if reading it fails a moment later.
    #[must_use]
    pub fn of_listed(self) -> Self {
        match self {
            Self::NotFound => Self::Unavailable("what it lists could not be read".to_owned()),
            other @ (Self::Unavailable(_)
            | Self::Later { .. }
            | Self::KeyRefused(_)
            | Self::NoKey(_)
            | Self::Unreadable(_)) => other,
        }
    }

    /// How long not to ask again, if that is known.
    #[must_use]
    pub const fn pause(&self) -> Option<Duration> {
        match self {
            Self::Later { pause, .. } => Some(*pause),
            Self::Unavailable(_)
            | Self::NotFound
            | Self::KeyRefused(_)
            | Self::NoKey(_)
            | Self::Unreadable(_) => None,
        }
    }
}

/// Why nothing of a profile without a key goes on, and what to do: for operators and callers alike.
#[must_use]
pub fn rests(profile: &ProfileName) -> String {
    format!(
        "profile {profile} is retired and has no API key, so its orders rest; they go on once profiles.{profile}.api_key_file \
         names a file with its key"
    )
}

/// A page of Mollie's list of orders.
#[derive(Clone, Debug)]
pub struct Listing {
    /// Newest first. Paging may return an order twice.
    pub orders: Vec<Listed>,
    /// Where the next page begins; `None`: there is none, or all that it has is too old.
    pub next: Option<String>,
}

/// An order in a list.
#[derive(Clone, PartialEq, Eq)]
pub struct Listed {
    pub mollie_id: MollieOrderId,
    pub hook_address: String,
}

impl std::fmt::Debug for Listed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The hook address holds a token.
        write!(f, "Listed({})", self.mollie_id)
    }
}

/// Mollie's Orders API.
pub trait Gateway: Send + Sync {
    /// Whether there is a key for the profile, or [`GatewayError::NoKey`]. Without one nothing of its orders is begun, and what was under way
    /// rests.
    ///
    /// # Errors
    /// Only [`GatewayError::NoKey`].
    fn has_key(&self, profile: &ProfileName) -> Result<(), GatewayError>;

    /// Makes a change. Never fails: if the outcome is unknown, it returns [`Outcome::Unknown`].
    fn execute(
        &self,
        profile: &ProfileName,
        command: &Command,
        key: IdempotencyKey,
    ) -> impl Future<Output = Outcome> + Send;

    /// Reads an order with all its payments, shipments and refunds.
    fn observe(
        &self,
        rank: Rank,
        profile: &ProfileName,
        id: &MollieOrderId,
    ) -> impl Future<Output = Result<Snapshot, GatewayError>> + Send;

    /// Reads all refunds of a payment.
    fn refunds_of(
        &self,
        rank: Rank,
        profile: &ProfileName,
        payment: &MolliePaymentId,
    ) -> impl Future<Output = Result<Vec<RefundSnapshot>, GatewayError>> + Send;

    /// Reads all captures of a payment.
    fn captures_of(
        &self,
        rank: Rank,
        profile: &ProfileName,
        payment: &MolliePaymentId,
    ) -> impl Future<Output = Result<Vec<ListedCapture>, GatewayError>> + Send;

    /// Reads all chargebacks of a payment.
    fn chargebacks_of(
        &self,
        rank: Rank,
        profile: &ProfileName,
        payment: &MolliePaymentId,
    ) -> impl Future<Output = Result<Vec<Chargeback>, GatewayError>> + Send;

    /// Reads the methods that the profile may offer for such an order, unless Mollie does not take what is asked for.
    fn methods(
        &self,
        profile: &ProfileName,
        wanted: &MethodsWanted,
    ) -> impl Future<Output = Result<Result<Vec<PaymentMethod>, Box<Rejection>>, GatewayError>> + Send;

    /// Finds the orders with this hook address that were created since `since`, and reads them, oldest first. There should be at
    /// most one; with more, the shopper may pay twice.
    fn find_by_hook(
        &self,
        rank: Rank,
        profile: &ProfileName,
        hook_address: &str,
        since: Timestamp,
    ) -> impl Future<Output = Result<Vec<Snapshot>, GatewayError>> + Send;

    /// Lists the orders that were created since `since` and have a hook address, a page at a time. `from`: where the page begins.
    fn list_orders(
        &self,
        rank: Rank,
        profile: &ProfileName,
        since: Timestamp,
        from: Option<&str>,
    ) -> impl Future<Output = Result<Listing, GatewayError>> + Send;

    /// Reads an order as [`observe`](Self::observe) does, with what Mollie has of it that never changes.
    fn observe_whole(
        &self,
        rank: Rank,
        profile: &ProfileName,
        id: &MollieOrderId,
    ) -> impl Future<Output = Result<(Snapshot, Agreed), GatewayError>> + Send;
}
