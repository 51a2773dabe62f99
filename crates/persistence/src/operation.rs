//! Operations in their table: every write except the claims is guarded by the lease or by the state it was decided on. It may not
//! decide an operation's outcome.

use std::time::Duration;

use domain::operations::operation::Operation;
use domain::ports::{OperationFilter, OperationPageKey, OperationWrite, Page, StoreError, TraceParent};
use domain::rules::ids::{GroupId, LeaseToken, OperationId, OrderId, ProfileName};
use domain::rules::operation::OperationState;
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Query};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, FromQueryResult,
    IntoActiveModel, Iterable, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Statement,
    UpdateMany,
};
use uuid::Uuid;

use crate::archive;
use crate::entity::operation::{ActiveModel, Column, Entity, Model};
use crate::entity::order;
use crate::error::store_error;
use crate::part::{Miss, Part};
use crate::profile;
use crate::{lease, moment, page};

const TABLE: &str = "operations";

/// Writes one operation of a change. `trace`: where it is made.
pub(crate) fn write(
    backend: DbBackend,
    write: &OperationWrite,
    trace: Option<&TraceParent>,
) -> Result<Part, StoreError> {
    let update = match write {
        OperationWrite::Insert { operation, claim } => {
            return Ok(Part::free(TABLE, insert(backend, operation, *claim, trace)?));
        }
        OperationWrite::Release { operation, token } => release(operation, *token)?,
        OperationWrite::Decide { operation } => decide(backend, operation)?,
        OperationWrite::Withdraw { operation } => withdraw(backend, operation)?,
    };
    Ok(Part::guarded(TABLE, update.build(backend), Miss::Lease))
}

/// How much this write changes the number of the order's unsettled operations. A new operation always comes with a change of the
/// order, and a settled one stays settled.
pub(crate) fn opened(write: &OperationWrite) -> i64 {
    match write {
        OperationWrite::Insert { operation, .. } => i64::from(!operation.state.is_settled()),
        OperationWrite::Release { operation, .. }
        | OperationWrite::Decide { operation }
        | OperationWrite::Withdraw { operation } => -i64::from(operation.state.is_settled()),
    }
}

fn insert(
    backend: DbBackend,
    operation: &Operation,
    claim: Option<(LeaseToken, Duration)>,
    trace: Option<&TraceParent>,
) -> Result<Statement, StoreError> {
    let mut row = Model::try_from(operation)?.into_active_model();
    row.lease_token = ActiveValue::Set(claim.map(|(token, _)| token.uuid()));
    row.trace = ActiveValue::Set(trace.map(|trace| trace.0.clone()));
    let until = claim.map(|(_, length)| lease_end(backend, length));
    let values = Column::iter().map(|column| match (column, &until) {
        (Column::LeaseUntil, Some(until)) => until.clone(),
        (column, _) => row.get(column).into_value().map_or(Expr::null(), Expr::val),
    });
    let insert = Query::insert().into_table(Entity).columns(Column::iter()).values_panic(values).take();
    Ok(backend.build(&insert))
}

/// The end of a lease that starts now, by the database's clock.
fn lease_end(backend: DbBackend, length: Duration) -> Expr {
    Expr::cust(lease::clock(backend)).add(lease::micros(length))
}

/// Writes the operation and releases its lease, if the token holds one.
fn release(operation: &Operation, token: LeaseToken) -> Result<UpdateMany<Entity>, StoreError> {
    Ok(replace(operation)?.filter(Column::LeaseToken.eq(token.uuid())))
}

/// Releases an operation that is not settled; a settled one changes its order's count. `false` if the token holds none.
pub(crate) async fn put_back(
    session: &impl ConnectionTrait,
    operation: &Operation,
    token: LeaseToken,
) -> Result<bool, StoreError> {
    if operation.state.is_settled() {
        let text = format!("operation {} is settled without a change of its order", operation.id);
        return Err(StoreError::Inconsistent(text));
    }
    hits_one(session, release(operation, token)?).await
}

/// Writes the operation if it still needs attention and no worker holds it.
fn decide(backend: DbBackend, operation: &Operation) -> Result<UpdateMany<Entity>, StoreError> {
    let is_open = Column::State.eq(OperationState::NeedsAttention.as_str());
    Ok(replace(operation)?.filter(is_open).filter(free(backend)))
}

/// No valid lease is held.
fn free(backend: DbBackend) -> Expr {
    let now = Expr::cust(lease::clock(backend));
    Column::LeaseToken.is_null().or(Expr::col(Column::LeaseUntil).lte(now))
}

/// Writes the operation if it is still pending, was never sent, and no worker holds it.
fn withdraw(backend: DbBackend, operation: &Operation) -> Result<UpdateMany<Entity>, StoreError> {
    Ok(replace(operation)?
        .filter(Column::State.eq(OperationState::Pending.as_str()))
        .filter(Column::FirstSentTime.is_null())
        .filter(free(backend)))
}

/// The whole row, with no lease. Where it was recorded stays.
fn replace(operation: &Operation) -> Result<UpdateMany<Entity>, StoreError> {
    let mut row: ActiveModel = Model::try_from(operation)?.into_active_model().reset_all();
    (row.id, row.trace) = (ActiveValue::NotSet, ActiveValue::NotSet);
    Ok(Entity::update_many().set(row).filter(Column::Id.eq(operation.id.uuid())))
}

/// Extends a valid lease; `false` if it ran out or the claim was lost.
pub(crate) async fn renew(
    session: &impl ConnectionTrait,
    id: OperationId,
    token: LeaseToken,
    length: Duration,
) -> Result<bool, StoreError> {
    let now = Expr::cust(lease::clock(session.get_database_backend()));
    let update = Entity::update_many()
        .col_expr(Column::LeaseUntil, lease_end(session.get_database_backend(), length))
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
    let find = || Entity::find_by_id(id.uuid()).one(session);
    let mut row = find().await.map_err(store_error)?;
    if row.is_none() {
        row = match archive::by_part(session, id.uuid()).await? {
            Some(body) => body.operations()?.into_iter().find(|row| row.id == id.uuid()),
            // It may have been brought back meanwhile.
            None => find().await.map_err(store_error)?,
        };
    }
    row.map(Operation::try_from).transpose()
}

pub(crate) async fn load_many(
    session: &impl ConnectionTrait,
    ids: &[OperationId],
) -> Result<Vec<Operation>, StoreError> {
    let find = |ids: Vec<Uuid>| Entity::find().filter(Column::Id.is_in(ids)).all(session);
    let mut rows = find(ids.iter().map(|id| id.uuid()).collect()).await.map_err(store_error)?;
    let missing = |rows: &[Model]| {
        let ids = ids.iter().map(|id| id.uuid());
        ids.filter(|id| rows.iter().all(|row| row.id != *id)).collect::<Vec<_>>()
    };
    let wanted = missing(&rows);
    for body in archive::by_parts(session, wanted.clone()).await? {
        rows.extend(body.operations()?.into_iter().filter(|row| wanted.contains(&row.id)));
    }
    let missing = missing(&rows);
    if !missing.is_empty() {
        // They may have been brought back meanwhile.
        rows.extend(find(missing).await.map_err(store_error)?);
    }
    rows.into_iter().map(Operation::try_from).collect()
}

/// The operations of one group of an order, by turn.
pub(crate) async fn group(
    session: &impl ConnectionTrait,
    order: OrderId,
    group: GroupId,
) -> Result<Vec<Operation>, StoreError> {
    let of_order = || Entity::find().filter(Column::OrderId.eq(order.uuid()));
    let read = || by_turn(session, of_order().filter(Column::GroupId.eq(group.uuid())));
    let found = read().await?;
    if !found.is_empty() {
        return Ok(found);
    }
    match archive::by_id(session, order).await? {
        Some(body) => {
            let of_group = body.operations()?.into_iter().filter(|row| row.group_id == group.uuid());
            of_group.map(Operation::try_from).collect()
        }
        // It may have been brought back meanwhile.
        None => read().await,
    }
}

/// The unsettled operations of these orders, each order's by turn.
pub(crate) async fn unsettled(
    session: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<Operation>, StoreError> {
    let of_orders = Entity::find().filter(Column::OrderId.is_in(orders.iter().map(|order| order.uuid())));
    by_turn(session, of_orders.filter(Expr::cust(NOT_SETTLED))).await
}

/// An operation with the version of its order at that moment.
#[derive(FromQueryResult)]
struct AtVersion {
    order_version: i64,
    #[sea_orm(nested)]
    operation: Model,
}

/// The same, each with the version of its order at that moment.
pub(crate) async fn unsettled_at(
    session: &impl ConnectionTrait,
    orders: &[OrderId],
) -> Result<Vec<(Operation, i64)>, StoreError> {
    let version = Expr::col((order::Entity, order::Column::Version));
    let mut select = Entity::find()
        .expr_as(version, "order_version")
        .filter(Column::OrderId.is_in(orders.iter().map(|order| order.uuid())))
        .filter(Expr::cust(NOT_SETTLED))
        .order_by_asc(Column::Turn)
        .order_by_asc(Column::Id);
    QueryTrait::query(&mut select).join(
        JoinType::InnerJoin,
        order::Entity,
        Expr::cust("orders.id = operations.order_id"),
    );
    let rows = select.into_model::<AtVersion>().all(session).await.map_err(store_error)?;
    let read = |row: AtVersion| Ok((Operation::try_from(row.operation)?, row.order_version));
    rows.into_iter().map(read).collect()
}

async fn by_turn(
    session: &impl ConnectionTrait,
    select: Select<Entity>,
) -> Result<Vec<Operation>, StoreError> {
    let rows = select.order_by_asc(Column::Turn).order_by_asc(Column::Id).all(session).await;
    rows.map_err(store_error)?.into_iter().map(Operation::try_from).collect()
}

pub(crate) async fn list(
    session: &impl ConnectionTrait,
    filter: &OperationFilter,
    after: Option<OperationPageKey>,
    limit: u32,
) -> Result<Page<Operation, OperationPageKey>, StoreError> {
    let mut select = filtered(filter).order_by_asc(Column::CreatedTime).order_by_asc(Column::Id);
    if let Some(OperationPageKey { created_time, id }) = after {
        let place = Expr::tuple([Expr::col(Column::CreatedTime), Expr::col(Column::Id)]);
        let last = Expr::tuple([Expr::val(moment::column(created_time)), Expr::val(id.uuid())]);
        select = select.filter(place.gt(last));
    }
    let mut rows = select.limit(page::fetched(limit)).all(session).await.map_err(store_error)?;
    if rows.is_empty() {
        rows = archived(session, filter, after).await?;
    }
    let operations = rows.into_iter().map(Operation::try_from);
    Ok(page::cut(operations.collect::<Result<_, _>>()?, limit, |operation| OperationPageKey {
        created_time: operation.created_time,
        id: operation.id,
    }))
}

/// The same of an archived order, if it is asked for; all of its operations are settled.
async fn archived(
    session: &impl ConnectionTrait,
    filter: &OperationFilter,
    after: Option<OperationPageKey>,
) -> Result<Vec<Model>, StoreError> {
    let Some(order) = filter.order_id.filter(|_| filter.states.iter().any(|state| state.is_settled())) else {
        return Ok(Vec::new());
    };
    let Some(body) = archive::by_id(session, order).await? else { return Ok(Vec::new()) };
    let after = after.map(|key| (moment::column(key.created_time), key.id.uuid()));
    let mut rows = body.operations()?;
    rows.retain(|row| {
        filter.profiles.contains(&ProfileName::new(row.profile.as_str()))
            && filter.states.iter().any(|state| state.as_str() == row.state)
            && (filter.kinds.is_empty() || filter.kinds.iter().any(|kind| kind.as_str() == row.kind))
            && after.is_none_or(|after| (row.created_time, row.id) > after)
    });
    rows.sort_by_key(|row| (row.created_time, row.id));
    Ok(rows)
}

/// The same as [`UNSETTLED`], worded so that the planner does not use the partial index: it would read all of it for one order,
/// and during an outage at Mollie it is not small.
const NOT_SETTLED: &str = "operations.state NOT IN ('succeeded', 'rejected', 'withdrawn')";

/// Exactly the condition of the partial index: with bound values it would not be used.
const UNSETTLED: &str = "state IN ('pending', 'in_flight', 'resolving', 'needs_attention')";

fn filtered(filter: &OperationFilter) -> Select<Entity> {
    let mut select = if filter.states.is_empty() {
        Entity::find().filter(Expr::cust(UNSETTLED))
    } else {
        Entity::find().filter(Column::State.is_in(filter.states.iter().map(|state| state.as_str())))
    };
    if let Some(within) = profile::within(Column::Profile, &filter.profiles) {
        select = select.filter(within);
    }
    if let Some(order) = filter.order_id {
        select = select.filter(Column::OrderId.eq(order.uuid()));
    }
    if !filter.kinds.is_empty() {
        select = select.filter(Column::Kind.is_in(filter.kinds.iter().map(|kind| kind.as_str())));
    }
    select
}
