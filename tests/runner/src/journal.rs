//! What callers wanted and were told, and what others did behind the service's back. The checker believes this, never the
//! service.

use domain::operations::task::OperationKind;
use domain::rules::ids::{OperationId, OrderId, ShipmentId};
use mollie_simulator::rules::EffectKind;

use crate::replica::Wish;
use crate::story;

/// What an answer said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The intent is kept; what has become of it by then.
    Accepted { order: OrderId, shipment: Option<ShipmentId>, operation: Option<OperationId>, said: Said },
    /// It is refused, and nothing was done.
    Refused(String),
    /// Come again.
    Unavailable,
}

/// What an accepted intent was said to have become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Done,
    UnderWay,
    /// Mollie refused it, or it was given up.
    NotDone,
}

/// One wish of a caller, under one request id.
#[derive(Clone, Debug)]
pub struct Intent {
    pub kind: OperationKind,
    /// The order's number within the history.
    pub order: u64,
    pub request_id: String,
    /// What was asked for.
    pub wish: Wish,
    pub replies: Vec<Reply>,
}

/// What somebody did in the dashboard, with success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Shipped {
        mollie_order: String,
        shipment: String,
        tracked: bool,
    },
    Canceled {
        mollie_order: String,
    },
    /// Canceled a unit of a line.
    LineCanceled {
        mollie_order: String,
        line: String,
    },
    /// Changed how a shipment is followed.
    Tracked {
        mollie_order: String,
        shipment: String,
        code: String,
    },
    /// Gave money back, or stopped it; or the shopper's bank took it.
    Money {
        mollie_order: String,
        moved: Moved,
    },
    /// A caller was refused what was kept already, or what Mollie would have let it do.
    RequestError(String),
    /// A step of the service says that what is stored is wrong.
    Broken(String),
}

/// What somebody did with money behind the service's back, by Mollie's ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// A refund was made.
    Refunded(String),
    /// A refund was canceled, or has failed at the bank.
    Stopped(String),
    /// Money of a payment was charged back, or came back.
    ChargedBack(String),
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pub intents: Vec<Intent>,
    pub acts: Vec<Act>,
}

impl Journal {
    /// Begins an intent, or finds it again.
    pub fn intent(&mut self, kind: OperationKind, order: u64, request_id: &str, wish: &Wish) -> &mut Intent {
        let known = self.intents.iter().position(|intent| intent.request_id == request_id);
        let n = known.unwrap_or_else(|| {
            let request_id = request_id.to_owned();
            self.intents.push(Intent { kind, order, request_id, wish: wish.clone(), replies: Vec::new() });
            self.intents.len() - 1
        });
        &mut self.intents[n]
    }

    /// The order that a number of the history stands for, if its shop was told.
    #[must_use]
    pub fn order(&self, number: u64) -> Option<OrderId> {
        let placed = self
            .intents
            .iter()
            .filter(|intent| story::causes(intent.kind, EffectKind::OrderCreated) && intent.order == number);
        placed.flat_map(|intent| &intent.replies).find_map(|reply| match reply {
            Reply::Accepted { order, .. } => Some(*order),
            Reply::Refused(_) | Reply::Unavailable => None,
        })
    }
}
