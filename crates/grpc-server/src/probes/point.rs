//! The points and their names, over every kind of operation and every step that it takes: a new kind adds its points, or this
//! does not compile.

use std::fmt;

use domain::operations::task::OperationKind;

/// A place that the process passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    Operation(OperationKind, Step, Side),
    /// A change of an order without an operation: from a reading, or a request with nothing left to do.
    Noted(Side),
    /// A change of two orders at once, one of which replaces the other.
    Paired(Side),
    /// A batch of orders is archived.
    Archived(Side),
}

/// The steps of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Written together with the plan it belongs to.
    Saved,
    /// Claimed by the worker.
    Claimed,
    /// Mollie is called.
    Sent,
    /// Put back, to be claimed again.
    Deferred,
    /// Its resolution is written.
    Settled,
    /// Given up before Mollie had it.
    Withdrawn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
}

impl Point {
    /// Every point.
    pub fn all() -> Vec<Self> {
        let of_kind = |kind: &OperationKind| {
            let kind = *kind;
            steps(kind).iter().flat_map(move |step| {
                sides(*step).iter().map(move |side| Self::Operation(kind, *step, *side))
            })
        };
        let operations = OperationKind::ALL.iter().flat_map(of_kind);
        let of_orders = [Self::Noted, Self::Paired, Self::Archived];
        let of_orders = of_orders.iter().flat_map(|point| [point(Side::Before), point(Side::After)]);
        operations.chain(of_orders).collect()
    }
}

/// Only placements and refunds are withdrawn, by a request that holds no claim on them.
const fn steps(kind: OperationKind) -> &'static [Step] {
    match kind {
        OperationKind::PlaceOrder | OperationKind::CreateRefund => {
            &[Step::Saved, Step::Sent, Step::Deferred, Step::Claimed, Step::Settled, Step::Withdrawn]
        }
        OperationKind::CreateShipment
        | OperationKind::UpdateShipment
        | OperationKind::CancelOrder
        | OperationKind::CancelLines
        | OperationKind::CancelRefund
        | OperationKind::CreatePayment
        | OperationKind::UpdateOrder
        | OperationKind::ManageLines => {
            &[Step::Saved, Step::Sent, Step::Deferred, Step::Claimed, Step::Settled]
        }
    }
}

/// Which operation will be claimed is unknown before the claim: that side coincides with the step that made it due.
const fn sides(step: Step) -> &'static [Side] {
    match step {
        Step::Claimed => &[Side::After],
        Step::Saved | Step::Sent | Step::Deferred | Step::Settled | Step::Withdrawn => {
            &[Side::Before, Side::After]
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation(kind, step, side) => write!(f, "{}.{step}.{side}", kind.as_str()),
            Self::Noted(side) => write!(f, "order.noted.{side}"),
            Self::Paired(side) => write!(f, "orders.paired.{side}"),
            Self::Archived(side) => write!(f, "archive.batch.{side}"),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Saved => "saved",
            Self::Claimed => "claimed",
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Settled => "settled",
            Self::Withdrawn => "withdrawn",
        })
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before",
            Self::After => "after",
        })
    }
}
