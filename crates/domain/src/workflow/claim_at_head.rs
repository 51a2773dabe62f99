//! Claiming an operation as it is saved: whoever decided it carries it to Mollie at once, and need not read it back.

use std::time::Duration;

use crate::operations::Written;
use crate::ports::{Clock, Ids, OperationWrite, Ports};
use crate::rules::claim::{Claim, Known};
use crate::rules::ids::LeaseToken;
use crate::rules::operation::{Operation, OperationState};

/// The writes of the new operations; the first is claimed if nothing of its order is before it, together with
/// [`Clock::elapsed`] just before it was.
pub(super) fn claim<P: Ports>(
    ports: &P,
    written: &mut Written,
) -> (Vec<OperationWrite>, Option<(Claim, Duration)>) {
    let mut claim = None;
    let operations = std::mem::take(&mut written.operations).into_iter().enumerate();
    let writes = operations.map(|(n, operation)| {
        if n > 0 || !written.is_at_head {
            return OperationWrite::Insert { operation, claim: None };
        }
        let shipment = written.shipment(operation.shipment_id).cloned();
        let known = Known { order: written.order.clone(), shipment };
        let (write, claimed) = in_flight(ports, operation, known);
        claim = Some(claimed);
        write
    });
    let writes = writes.collect();
    (writes, claim)
}

/// A new operation, in flight from the moment it is saved.
pub(super) fn in_flight<P: Ports>(
    ports: &P,
    operation: Operation,
    known: Known,
) -> (OperationWrite, (Claim, Duration)) {
    let sent = Some(operation.created_time);
    let operation = Operation {
        state: OperationState::InFlight,
        first_sent_time: sent,
        last_sent_time: sent,
        ..operation
    };
    let token = LeaseToken::new(ports.ids().random());
    let claim = Claim { operation: operation.clone(), token, known: Some(Box::new(known)) };
    let write = OperationWrite::Insert { operation, claim: Some((token, ports.settings().lease)) };
    (write, (claim, ports.clock().elapsed()))
}
