//! Giving a placement up that Mollie certainly does not have.

use super::ROUNDS;
use crate::ports::{Change, Clock, CommitError, OperationWrite, OrderKey, Ports, Store, StoreError};
use crate::rules::event::{EventData, Recorder};
use crate::rules::operation::{Operation, OperationState};
use crate::workflow::step::Progress;

/// Withdraws a placement that is pending and was certainly never sent, or whose absence is proved.
pub(super) async fn withdraw<P: Ports>(ports: &P, placement: &Operation) -> Result<Progress, StoreError> {
    for _ in 0..ROUNDS {
        let Some(order) = ports.store().load_order(&OrderKey::Id(placement.order_id)).await? else {
            return Err(StoreError::Inconsistent(format!("order {} is gone", placement.order_id)));
        };
        let (now, expected_version) = (ports.clock().now(), order.version);
        let mut recorder = Recorder::new(order, now, None);
        recorder
            .record(EventData::PlacementAbandoned { reason: "not placed within its age limit".to_owned() });
        let (order, events) = recorder.finish();
        let mut operation = placement.clone();
        operation.settle(OperationState::Withdrawn, now);
        let change = Change {
            order,
            expected_version: Some(expected_version),
            events,
            request: None,
            operations: vec![OperationWrite::Withdraw { operation }],
            shipments: Vec::new(),
            lookup: None,
        };
        match ports.store().commit(change).await {
            Ok(()) => return Ok(Progress::Settled),
            Err(CommitError::VersionMoved) => (),
            // It was taken up once more: whoever holds it decides.
            Err(CommitError::LeaseLost) => return Ok(Progress::LeaseLost),
            Err(CommitError::Store(error)) => return Err(error),
            Err(error @ (CommitError::RequestTaken | CommitError::NumberHeld)) => {
                return Err(StoreError::Inconsistent(format!("operation {}: {error}", placement.id)));
            }
        }
    }
    Ok(Progress::Deferred)
}
