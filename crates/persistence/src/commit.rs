//! Writing a change, all or nothing. It may not decide anything: what does not fit its guards is refused.

use domain::ports::{Change, CommitError};

use crate::database::Database;
use crate::tx::{Tx, run_tx};
use crate::{event, lookup, operation, order, request, shipment};

pub(crate) async fn commit(database: &Database, change: Change) -> Result<(), CommitError> {
    run_tx("order.save", database, move |tx| Box::pin(write(tx, change))).await
}

/// The order of the statements is part of the contract.
///
/// The request comes first: the same request made twice at once waits here for the other and is told so, rather than
/// that its order number is held. Then the order, whose row every change of it locks: what follows meets no other
/// change of the same order. The look-up comes last, as hooks lock it alone and for a moment.
async fn write(tx: &Tx, change: Change) -> Result<(), CommitError> {
    if let Some(request) = &change.request {
        request::record(tx, request).await?;
    }
    let opened = change.operations.iter().map(operation::opened).sum();
    order::save(tx, &change.order, change.expected_version, opened).await?;
    event::append(tx, &change.events).await?;
    for write in &change.operations {
        operation::write(tx, write).await?;
    }
    shipment::save(tx, &change.shipments).await?;
    if let Some(time) = change.lookup {
        lookup::schedule(tx, change.order.id, time).await?;
    }
    Ok(())
}
