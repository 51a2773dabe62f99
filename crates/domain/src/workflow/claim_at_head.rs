//! Saving new operations. Whoever decided one carries it to Mollie at once: it is claimed as it is saved, and need not be
//! read back.

use std::time::Duration;

use crate::operations::claim::Claim;
use crate::operations::operation::Operation;
use crate::operations::{NewOperation, Written};
use crate::ports::{Change, Clock, Ids, OperationWrite, Ports, Vault};
use crate::rules::ids::LeaseToken;

/// The writes of the new operations, their secrets sealed; the first is claimed if nothing is before it, together with
/// [`Clock::elapsed`] just before it was.
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
        claim = Some((Claim { operation: operation.clone(), token, known }, ports.clock().elapsed()));
        OperationWrite::Insert { operation, claim: Some((token, ports.settings().lease)) }
    });
    let writes = writes.collect();
    (writes, claim)
}

/// The change where nobody works on the new operations yet: they wait for whoever takes them up.
pub(super) fn unclaimed<P: Ports>(ports: &P, mut written: Written) -> Change {
    let new = std::mem::take(&mut written.operations).into_iter();
    written.change(new.map(|new| OperationWrite::Insert { operation: sealed(ports, new), claim: None }))
}

/// The new operation as it is saved: what of it is secret lies sealed beside it.
fn sealed<P: Ports>(ports: &P, new: NewOperation) -> Operation {
    let NewOperation { operation, secret } = new;
    Operation { sealed: secret.map(|secret| ports.vault().seal(&secret)), ..operation }
}
