//! Saving new operations. The caller that decided on one sends it at once: it is claimed as it is saved, and need not be read
//! back.

use std::time::Duration;

use crate::operations::claim::Claim;
use crate::operations::operation::Operation;
use crate::operations::{NewOperation, Written};
use crate::ports::{Change, Clock, Ids, OperationWrite, Ports, Vault};
use crate::rules::ids::LeaseToken;

/// The writes of the new operations, with their secrets sealed. The first is claimed if nothing holds it up; then
/// [`Clock::elapsed`] just before the claim is returned too.
pub(super) fn claim<P: Ports>(
    ports: &P,
    written: &mut Written,
) -> (Vec<OperationWrite>, Option<(Claim, Duration)>) {
    let mut claim = None;
    let operations = std::mem::take(&mut written.operations).into_iter().enumerate();
    let writes = operations.map(|(n, new)| {
        let mut operation = sealed(ports, new);
        if n > 0 || !written.is_at_head {
            return OperationWrite::Insert { operation, claim: None };
        }
        operation.state = operation.state.claimed(operation.created_time);
        let token = LeaseToken::new(ports.ids().random());
        let known = Some(Box::new(written.order.clone()));
        claim = Some((
            Claim { operation: operation.clone(), token, known, trace: None },
            ports.clock().elapsed(),
        ));
        OperationWrite::Insert { operation, claim: Some((token, ports.settings().lease)) }
    });
    let writes = writes.collect();
    (writes, claim)
}

/// The change with its new operations unclaimed: they wait for a worker.
pub(super) fn unclaimed<P: Ports>(ports: &P, mut written: Written) -> Change {
    let new = std::mem::take(&mut written.operations).into_iter();
    written.change(new.map(|new| OperationWrite::Insert { operation: sealed(ports, new), claim: None }))
}

/// The new operation as saved, with its secret sealed.
fn sealed<P: Ports>(ports: &P, new: NewOperation) -> Operation {
    let NewOperation { operation, secret } = new;
    Operation { sealed: secret.map(|secret| ports.vault().seal(&secret)), ..operation }
}
