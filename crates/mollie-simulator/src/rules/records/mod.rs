//! What the journal keeps: orders with all that is theirs, hooks, waiting requests, remembered answers, the ledger.
//!
//! Plain data, with what follows from it alone. Nothing here knows `World` or a call on it.

mod balance;
mod capture;
mod changes;
mod chargeback;
mod deadlines;
mod funds;
mod hook;
mod late;
mod ledger;
mod line;
mod offers;
mod order;
mod payment;
mod refund;
mod remembered;
mod shipment;

pub use capture::{Capture, CaptureStatus};
pub use changes::Changes;
pub(super) use changes::Touched;
pub use chargeback::{Chargeback, ChargebackReason};
pub use funds::Balance;
pub(super) use funds::Funds;
pub use hook::{Hook, Tampered};
pub use late::Late;
pub(super) use late::Postponed;
pub use ledger::{Draft, Effect, EffectKind};
pub use line::{Line, LineStatus, LineType, LineVat, Share};
pub use order::{Milestones, Order, OrderStatus, Particulars};
pub use payment::{Payment, PaymentStatus, Terms, Voucher};
pub use refund::{Refund, RefundStatus, RefundStep, RefundedLine};
pub use remembered::Remembered;
pub use shipment::{Shipment, ShippedLine, Tracking};
