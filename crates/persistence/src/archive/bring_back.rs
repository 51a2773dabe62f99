//! Moving an archived order back, before anything of it changes. It may not change it.

use domain::ports::StoreError;
use domain::rules::ids::OrderId;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::body::Body;
use super::find;
use super::rows::{self, Fields};
use crate::database::Database;
use crate::entity::{archived_order, archived_part, event, lookup, operation, order, refund, shipment};
use crate::error::store_error;
use crate::tx::{Ended, run_tx};

/// Moves the order back; `false` if it is not archived.
pub(crate) async fn bring_back(database: &Database, order: OrderId) -> Result<bool, StoreError> {
    if !find::is_there(&database.read(), order).await? {
        return Ok(false);
    }
    let back = run_tx("orders.bring_back", database, move |tx| {
        Box::pin(async move { bring_back_in(tx, order).await })
    });
    // If the COMMIT's answer was lost, whoever asked comes again and finds out.
    back.await.and_then(Ended::written)
}

/// The same within a transaction. Whoever does it at the same time waits here, and then finds that it is done.
async fn bring_back_in(session: &impl ConnectionTrait, order: OrderId) -> Result<bool, StoreError> {
    let taken = archived_order::Entity::delete_by_id(order.uuid()).exec_with_returning(session).await;
    let Some(row) = taken.map_err(store_error)? else { return Ok(false) };
    let body = Body::unpack(&row)?;
    let parts: Vec<_> = body.parts()?;
    let forgotten = archived_part::Entity::delete_many().filter(archived_part::Column::Id.is_in(parts));
    forgotten.exec(session).await.map_err(store_error)?;
    insert::<order::Entity>(session, std::slice::from_ref(&body.order)).await?;
    insert::<event::Entity>(session, &body.events).await?;
    insert::<operation::Entity>(session, &body.operations).await?;
    insert::<shipment::Entity>(session, &body.shipments).await?;
    insert::<refund::Entity>(session, &body.refunds).await?;
    if let Some(lookup) = body.lookup()? {
        // A webhook may have made a new one in the moment in which the order left.
        let mut stays = OnConflict::column(lookup::Column::OrderId);
        stays.do_nothing();
        let written = lookup::Entity::insert(lookup).on_conflict(stays).exec_without_returning(session).await;
        written.map_err(store_error)?;
    }
    tracing::info!(%order, "an archived order is brought back: something of it changes");
    Ok(true)
}

/// How many rows are written by one statement, so that no engine has too many values in it.
const AT_ONCE: usize = 500;

async fn insert<E: EntityTrait>(session: &impl ConnectionTrait, fields: &[Fields]) -> Result<(), StoreError> {
    for some in fields.chunks(AT_ONCE) {
        let rows: Vec<_> = some.iter().map(rows::insertable::<E>).collect::<Result<_, _>>()?;
        E::insert_many(rows).exec_without_returning(session).await.map_err(store_error)?;
    }
    Ok(())
}
