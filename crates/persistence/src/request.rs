//! Requests in their table: the outcome of a caller's id. It may not compare fingerprints.

use domain::ports::{CommitError, RequestRecord, StoreError};
use domain::rules::ids::{Caller, RequestId};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use crate::entity::request::{Entity, Model};
use crate::error::{broken_unique_rule, store_error};

/// Records a request. If the same one is being recorded elsewhere, this waits for its outcome.
pub(crate) async fn record(
    session: &impl ConnectionTrait,
    request: &RequestRecord,
) -> Result<(), CommitError> {
    let row = Model::from(request).into_active_model();
    match Entity::insert(row).exec_without_returning(session).await {
        Ok(_) => Ok(()),
        Err(error) if broken_unique_rule(&error).is_some() => Err(CommitError::RequestTaken),
        Err(error) => Err(store_error(error).into()),
    }
}

pub(crate) async fn find(
    session: &impl ConnectionTrait,
    caller: &Caller,
    id: &RequestId,
) -> Result<Option<RequestRecord>, StoreError> {
    let key = (caller.to_string(), id.to_string());
    let row = Entity::find_by_id(key).one(session).await;
    row.map_err(store_error)?.map(RequestRecord::try_from).transpose()
}
