//! Operations in their table: every write but the claims is guarded by the lease or by the state it was decided on. It
//! may not decide what becomes of an operation.

use std::time::Duration;

use domain::ports::{CommitError, OperationWrite, StoreError};
use domain::rules::ids::{LeaseToken, OperationId, OrderId};
use domain::rules::operation::{Operation, OperationState};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable,
    QueryFilter, QueryOrder, UpdateMany,
};

use crate::entity::operation::{ActiveModel, Column, Entity, Model};
use crate::error::store_error;
use crate::lease;

/// Writes one operation of a change.
pub(crate) async fn write(session: &impl ConnectionTrait, write: &OperationWrite) -> Result<(), CommitError> {
    match write {
        OperationWrite::Insert { operation, claim } => Ok(insert(session, operation, *claim).await?),
        OperationWrite::Release { operation, token } => held(release(session, operation, *token).await?),
        OperationWrite::Withdraw { operation } => held(withdraw(session, operation).await?),
    }
}

fn held(one: bool) -> Result<(), CommitError> {
    if one { Ok(()) } else { Err(CommitError::LeaseLost) }
}

async fn insert(
    session: &impl ConnectionTrait,
    operation: &Operation,
    claim: Option<(LeaseToken, Duration)>,
) -> Result<(), StoreError> {
    let mut row = Model::try_from(operation)?.into_active_model();
    row.lease_token = ActiveValue::Set(claim.map(|(token, _)| token.uuid()));
    let until = claim.map(|(_, length)| lease_end(session, length));
    let values = Column::iter().map(|column| match (column, &until) {
        (Column::LeaseUntil, Some(until)) => until.clone(),
        (column, _) => row.get(column).into_value().map_or(Expr::null(), Expr::val),
    });
    let statement = Query::insert().into_table(Entity).columns(Column::iter()).values_panic(values).take();
    session.execute(&statement).await.map(drop).map_err(store_error)
}

/// When a lease beginning now ends, by the database's clock.
fn lease_end(session: &impl ConnectionTrait, length: Duration) -> Expr {
    Expr::cust(lease::clock(session.get_database_backend())).add(lease::micros(length))
}

/// Writes the operation and gives up its lease; `false` if the token holds none.
pub(crate) async fn release(
    session: &impl ConnectionTrait,
    operation: &Operation,
    token: LeaseToken,
) -> Result<bool, StoreError> {
    let update = replace(operation)?.filter(Column::LeaseToken.eq(token.uuid()));
    hits_one(session, update).await
}

/// Writes the operation if it is still pending, was never sent, and nobody is about to; `false` otherwise.
async fn withdraw(session: &impl ConnectionTrait, operation: &Operation) -> Result<bool, StoreError> {
    let now = Expr::cust(lease::clock(session.get_database_backend()));
    let free = Column::LeaseToken.is_null().or(Expr::col(Column::LeaseUntil).lte(now));
    let update = replace(operation)?
        .filter(Column::State.eq(OperationState::Pending.as_str()))
        .filter(Column::FirstSentTime.is_null())
        .filter(free);
    hits_one(session, update).await
}

/// The whole row, with no lease.
fn replace(operation: &Operation) -> Result<UpdateMany<Entity>, StoreError> {
    let mut row: ActiveModel = Model::try_from(operation)?.into_active_model().reset_all();
    row.id = ActiveValue::NotSet;
    Ok(Entity::update_many().set(row).filter(Column::Id.eq(operation.id.uuid())))
}

/// Extends a lease that stands; `false` if it ran out or is in other hands.
pub(crate) async fn renew(
    session: &impl ConnectionTrait,
    id: OperationId,
    token: LeaseToken,
    length: Duration,
) -> Result<bool, StoreError> {
    let now = Expr::cust(lease::clock(session.get_database_backend()));
    let update = Entity::update_many()
        .col_expr(Column::LeaseUntil, lease_end(session, length))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::LeaseToken.eq(token.uuid()))
        .filter(Expr::col(Column::LeaseUntil).gt(now));
    hits_one(session, update).await
}

async fn hits_one(session: &impl ConnectionTrait, update: UpdateMany<Entity>) -> Result<bool, StoreError> {
    let done = update.exec(session).await.map_err(store_error)?;
    Ok(done.rows_affected == 1)
}

pub(crate) async fn load(
    session: &impl ConnectionTrait,
    id: OperationId,
) -> Result<Option<Operation>, StoreError> {
    let row = Entity::find_by_id(id.uuid()).one(session).await;
    row.map_err(store_error)?.map(Operation::try_from).transpose()
}

pub(crate) async fn unsettled(
    session: &impl ConnectionTrait,
    order: OrderId,
) -> Result<Vec<Operation>, StoreError> {
    let states = OperationState::ALL.iter().filter(|state| !state.is_settled());
    let rows = Entity::find()
        .filter(Column::OrderId.eq(order.uuid()))
        .filter(Column::State.is_in(states.map(|state| state.as_str())))
        .order_by_asc(Column::Turn)
        .order_by_asc(Column::Id)
        .all(session)
        .await
        .map_err(store_error)?;
    rows.into_iter().map(Operation::try_from).collect()
}
