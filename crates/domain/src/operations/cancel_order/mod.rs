//! Canceling an order, wherever it stands: at Mollie, or by withdrawing it before Mollie has it. An order that is canceled
//! already stays as it is, and that is a success.

use super::pen::Pen;
use super::request::{Request, Subject};
use crate::rules::cancellation::{self, Cancellation};
use crate::rules::denied::Denied;
use crate::rules::event::EventData;
use crate::rules::ids::{LineId, OperationId};
use crate::rules::operation::{Operation, OperationKind, OperationState};

/// The order is to end.
#[derive(Clone, Debug)]
pub struct Cancel {
    /// The lines that are given up although they take money off goods that were shipped, as the caller wrote them.
    pub release: Vec<String>,
}

impl Request for Cancel {
    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, Denied> {
        let (cancellation, release) = cancellation::plan(pen.order(), &self.release)?;
        let id = match cancellation {
            // Only the request id is kept.
            Cancellation::Nothing => return Ok(Subject::default()),
            Cancellation::Withdraw => {
                pen.unblocked()?;
                match unsent_placement(pen.unsettled()).cloned() {
                    Some(placement) => withdraw(pen, placement),
                    None => cancel(pen, release),
                }
            }
            Cancellation::AtMollie => {
                pen.unblocked()?;
                cancel(pen, release)
            }
        };
        Ok(Subject { operation_id: Some(id), ..Subject::default() })
    }
}

/// A cancellation under way gives up what this request names as well.
fn cancel(pen: &mut Pen<'_>, mut release: Vec<LineId>) -> OperationId {
    let Some(operation_id) = under_way(pen.unsettled()) else {
        let operation_id = pen.set_to_work(OperationKind::CancelOrder, None);
        pen.record(EventData::CancellationRecorded { operation_id, release });
        return operation_id;
    };
    release.retain(|id| !pen.order().releases.contains(id));
    if !release.is_empty() {
        pen.record(EventData::CancellationRecorded { operation_id, release });
    }
    operation_id
}

fn withdraw(pen: &mut Pen<'_>, placement: Operation) -> OperationId {
    let id = placement.id;
    pen.record(EventData::PlacementAbandoned { reason: "withdrawn before it was sent".to_owned() });
    pen.withdraw(placement);
    id
}

fn unsent_placement(unsettled: &[Operation]) -> Option<&Operation> {
    unsettled.iter().find(|operation| {
        operation.kind == OperationKind::PlaceOrder
            && operation.state == OperationState::Pending
            && operation.first_sent_time.is_none()
    })
}

fn under_way(unsettled: &[Operation]) -> Option<OperationId> {
    let cancellation = unsettled.iter().find(|operation| operation.kind == OperationKind::CancelOrder);
    cancellation.map(|operation| operation.id)
}
