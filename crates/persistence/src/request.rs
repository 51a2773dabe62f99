//! Requests in their table: the outcome of a caller's id. It may not compare fingerprints.

use domain::ports::{CommitError, RequestRecord, StoreError};
use domain::rules::ids::{Caller, RequestId};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryTrait};

use crate::entity::request::{Entity, Model};
use crate::error::{broken_unique_rule, store_error};
use crate::part::Part;

/// Records a request. If the same one is being recorded elsewhere, this waits for its outcome.
pub(crate) fn record(backend: DbBackend, request: &RequestRecord) -> Part {
    let insert = Entity::insert(Model::from(request).into_active_model()).build(backend);
    let refused = |error| match broken_unique_rule(&error) {
        Some(_) => CommitError::RequestTaken,
        None => store_error(error).into(),
    };
    Part { refused, ..Part::free("requests", insert) }
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
