//! Orders in their table: writing under the version guard, and reading. It may not decide how an order changes.

use domain::operations::operation::Operation;
use domain::ports::{CommitError, OrderFilter, OrderKey, OrderWithOperations, Page, PageKey, StoreError};
use domain::rules::ids::{OrderId, ProfileName};
use domain::rules::order::Order;
use domain::rules::placement::Placement;
use jiff::Timestamp;
use sea_orm::prelude::TimeDateTimeWithTimeZone;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use crate::archive;
use crate::entity::order::{Column, Entity, Model};
use crate::error::{broken_unique_rule, store_error};
use crate::moment;
use crate::operation;
use crate::page;
use crate::part::{Miss, Part};
use crate::profile;
use crate::row::{Row, bigint};

const TABLE: &str = "orders";

/// Writes the order after a change: new, or in place of the version that was decided on. `opened`: how many more of its
/// operations are unsettled after the change.
pub(crate) fn save(
    backend: DbBackend,
    order: &Order,
    expected: Option<u64>,
    opened: i64,
) -> Result<Part, StoreError> {
    let mut row = Model::try_from(order)?.into_active_model().reset_all();
    let Some(version) = expected else {
        row.open_operations = ActiveValue::Set(opened);
        let insert = Entity::insert(row).build(backend);
        return Ok(Part { refused: |error| refused(error, true), ..Part::free(TABLE, insert) });
    };
    (row.id, row.open_operations) = (ActiveValue::NotSet, ActiveValue::NotSet);
    let update = Entity::update_many()
        .set(row)
        .col_expr(Column::OpenOperations, Expr::col(Column::OpenOperations).add(opened))
        .filter(Column::Id.eq(order.id.uuid()))
        .filter(Column::Version.eq(bigint(version)))
        .build(backend);
    let guarded = Part::guarded(TABLE, update, Miss::Version);
    Ok(Part { refused: |error| refused(error, false), ..guarded })
}

/// Tells a held number, and a new order's own id, from the unexpected: one Mollie order held by two of ours.
fn refused(error: DbErr, new: bool) -> CommitError {
    match broken_unique_rule(&error) {
        Some(rule) if rule.contains("held_number") => CommitError::NumberHeld,
        Some(rule) if new && !rule.contains("mollie_id") => CommitError::VersionMoved,
        Some(_) | None => store_error(error).into(),
    }
}

/// Notes a reading without news; `false` if the order has changed.
pub(crate) async fn note_observed(
    session: &impl ConnectionTrait,
    order: OrderId,
    version: u64,
    time: Timestamp,
) -> Result<bool, StoreError> {
    Entity::update_many()
        .col_expr(Column::ObservedTime, Expr::val(moment::column(time)))
        .filter(Column::Id.eq(order.uuid()))
        .filter(Column::Version.eq(bigint(version)))
        .exec(session)
        .await
        .map(|updated| updated.rows_affected == 1)
        .map_err(store_error)
}

pub(crate) async fn load(
    session: &impl ConnectionTrait,
    key: &OrderKey,
) -> Result<Option<Order>, StoreError> {
    find(session, key).await?.map(Order::try_from).transpose()
}

pub(crate) async fn load_with_operations(
    session: &impl ConnectionTrait,
    key: &OrderKey,
) -> Result<Option<OrderWithOperations>, StoreError> {
    let row = find(session, key).await?;
    Ok(with_operations(session, row.into_iter().collect()).await?.pop())
}

/// The order, wherever it lies.
async fn find(session: &impl ConnectionTrait, key: &OrderKey) -> Result<Option<Model>, StoreError> {
    let found = found_by(key).one(session).await.map_err(store_error)?;
    or_archived(session, key, found).await
}

/// What was found, unless the archive has what the key means. An order may be brought back between two statements, so what neither has
/// is looked for once more.
async fn or_archived(
    session: &impl ConnectionTrait,
    key: &OrderKey,
    found: Option<Model>,
) -> Result<Option<Model>, StoreError> {
    if found.as_ref().is_some_and(|row| is_certain(row, key)) {
        return Ok(found);
    }
    let archived = archive::by_key(session, key).await?;
    match found.into_iter().chain(archived).max_by_key(|row| rank(row, key)) {
        None => found_by(key).one(session).await.map_err(store_error),
        best => Ok(best),
    }
}

/// The orders of several keys, by one statement: each key's id is looked up within it. Only what it does not find costs more.
pub(crate) async fn load_many_with_operations(
    session: &impl ConnectionTrait,
    keys: &[OrderKey],
) -> Result<Vec<Option<OrderWithOperations>>, StoreError> {
    let any = keys.iter().fold(Condition::any(), |any, key| any.add(is_found_by(key)));
    let mut rows = Entity::find().filter(any).all(session).await.map_err(store_error)?;
    let mut ids = Vec::with_capacity(keys.len());
    for key in keys {
        let found = or_archived(session, key, first_named(&rows, key)).await?;
        ids.push(found.as_ref().map(|row| row.id));
        rows.extend(found.filter(|found| rows.iter().all(|row| row.id != found.id)));
    }
    let found = with_operations(session, rows).await?;
    let of = |id: Option<Uuid>| found.iter().find(|one| Some(one.order.id.uuid()) == id).cloned();
    Ok(ids.into_iter().map(of).collect())
}

fn is_found_by(key: &OrderKey) -> Expr {
    match key {
        OrderKey::Id(id) => Column::Id.eq(id.uuid()),
        OrderKey::MollieId(_) | OrderKey::Number { .. } => {
            let first = found_by(key).select_only().column(Column::Id).limit(1).into_query();
            Expr::col(Column::Id).eq(Expr::SubQuery(None, Box::new(first.into())))
        }
    }
}

/// As a single key finds it: the order that holds the number, or else the newest.
fn first_named(rows: &[Model], key: &OrderKey) -> Option<Model> {
    let named = rows.iter().filter(|row| is_named(row, key));
    named.max_by_key(|row| rank(row, key)).cloned()
}

/// Of several orders that a key names, the highest is meant.
fn rank(row: &Model, key: &OrderKey) -> (bool, TimeDateTimeWithTimeZone, Uuid) {
    let holds = match key {
        OrderKey::Id(_) | OrderKey::MollieId(_) => false,
        OrderKey::Number { order_number, .. } => row.held_number.as_ref() == Some(order_number),
    };
    (holds, row.created_time, row.id)
}

/// Whether no other order can be meant: one order holds a number, and none has another's id.
fn is_certain(row: &Model, key: &OrderKey) -> bool {
    match key {
        OrderKey::Id(_) | OrderKey::MollieId(_) => true,
        OrderKey::Number { .. } => rank(row, key).0,
    }
}

fn is_named(row: &Model, key: &OrderKey) -> bool {
    match key {
        OrderKey::Id(id) => row.id == id.uuid(),
        OrderKey::MollieId(id) => row.mollie_id.as_ref() == Some(id),
        OrderKey::Number { profile, order_number } => {
            row.profile == profile.as_str()
                && (row.order_number == *order_number || row.held_number.as_ref() == Some(order_number))
        }
    }
}

/// How often orders are read again because they changed before their operations were read.
const TRIES: usize = 10;

/// The orders with their unsettled operations, which are queried only for orders that have any. Both are of one moment: an order that
/// has changed in between is read again.
pub(crate) async fn with_operations(
    session: &impl ConnectionTrait,
    mut rows: Vec<Model>,
) -> Result<Vec<OrderWithOperations>, StoreError> {
    let mut unsettled: Vec<(Operation, i64)> = Vec::new();
    let mut unread = busy(&rows, |_| true);
    for _ in 0..TRIES {
        if unread.is_empty() {
            return rows.into_iter().map(|row| whole(row, &mut unsettled)).collect();
        }
        unsettled.extend(operation::unsettled_at(session, &unread).await?);
        let moved: Vec<_> = busy(&rows, |row| has_moved(row, &unsettled));
        unsettled.retain(|(operation, _)| !moved.contains(&operation.order_id));
        for now in reread(session, &moved).await? {
            rows.iter_mut().filter(|row| row.id == now.id).for_each(|row| *row = now.clone());
        }
        unread = busy(&rows, |row| moved.contains(&OrderId::new(row.id)));
    }
    Err(StoreError::Unavailable("an order changes too fast to be read".to_owned()))
}

/// Those that have unsettled operations.
fn busy(rows: &[Model], which: impl Fn(&Model) -> bool) -> Vec<OrderId> {
    let busy = rows.iter().filter(|row| row.open_operations > 0 && which(row));
    busy.map(|row| OrderId::new(row.id)).collect()
}

/// Whether the operations were read at another version than the order, or are all settled by now.
fn has_moved(row: &Model, unsettled: &[(Operation, i64)]) -> bool {
    let mut own = unsettled.iter().filter(|(operation, _)| operation.order_id.uuid() == row.id).peekable();
    own.peek().is_none() || own.any(|(_, version)| *version != row.version)
}

async fn reread(session: &impl ConnectionTrait, ids: &[OrderId]) -> Result<Vec<Model>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let named = Entity::find().filter(Column::Id.is_in(ids.iter().map(|id| id.uuid())));
    named.all(session).await.map_err(store_error)
}

fn whole(row: Model, unsettled: &mut Vec<(Operation, i64)>) -> Result<OrderWithOperations, StoreError> {
    let order = Order::try_from(row)?;
    let own = unsettled.extract_if(.., |(operation, _)| operation.order_id == order.id);
    Ok(OrderWithOperations { unsettled: own.map(|(operation, _)| operation).collect(), order })
}

fn found_by(key: &OrderKey) -> Select<Entity> {
    match key {
        OrderKey::Id(id) => Entity::find_by_id(id.uuid()),
        OrderKey::MollieId(id) => newest_first(Entity::find().filter(Column::MollieId.eq(id))),
        OrderKey::Number { profile, order_number } => {
            let holds_none_or_another = Column::HeldNumber.is_null().or(Column::HeldNumber.ne(order_number));
            let numbered = Entity::find()
                .filter(Column::Id.in_subquery(numbered(profile, order_number)))
                .order_by_asc(holds_none_or_another);
            newest_first(numbered)
        }
    }
}

/// The orders that have the number, or hold it: one that it is to have is held in place of the one it has. Each part has its own index.
fn numbered(profile: &ProfileName, order_number: &str) -> SelectStatement {
    let by = |column: Column| {
        let mut one = Query::select();
        one.column(Column::Id).from(Entity);
        one.and_where(Column::Profile.eq(profile.as_str())).and_where(column.eq(order_number));
        one
    };
    by(Column::OrderNumber).union(UnionType::All, by(Column::HeldNumber)).take()
}

fn newest_first(select: Select<Entity>) -> Select<Entity> {
    select.order_by_desc(Column::CreatedTime).order_by_desc(Column::Id)
}

pub(crate) async fn list(
    session: &impl ConnectionTrait,
    filter: &OrderFilter,
    after: Option<PageKey>,
    limit: u32,
) -> Result<Page<OrderWithOperations, PageKey>, StoreError> {
    let mut select = newest_first(filtered(filter));
    if let Some(PageKey { time, id }) = after {
        let place = Expr::tuple([Expr::col(Column::CreatedTime), Expr::col(Column::Id)]);
        let last = Expr::tuple([Expr::val(moment::column(time)), Expr::val(id.uuid())]);
        select = select.filter(place.lt(last));
    }
    let rows = select.limit(page::fetched(limit)).all(session).await.map_err(store_error)?;
    page_of(session, rows, limit, |row| {
        let place = Row::new("orders", row.id);
        Ok(PageKey { time: place.time("created_time", row.created_time)?, id: OrderId::new(row.id) })
    })
    .await
}

/// A page of these rows, as far as they are affordable. The next one begins where this one ended when it was listed, whatever became of
/// its orders since.
pub(crate) async fn page_of<K>(
    session: &impl ConnectionTrait,
    rows: Vec<Model>,
    limit: u32,
    key: impl Fn(&Model) -> Result<K, StoreError>,
) -> Result<Page<OrderWithOperations, K>, StoreError> {
    let limit = page::affordable(&rows, limit, |row| row.document.len());
    let Page { items, next } = page::cut(rows, limit, key);
    Ok(Page { items: with_operations(session, items).await?, next: next.transpose()? })
}

pub(crate) fn filtered(filter: &OrderFilter) -> Select<Entity> {
    let usual =
        if filter.with_open_items { Placement::ALL } else { &[Placement::Placing, Placement::Placed] };
    let placements = if filter.placements.is_empty() { usual } else { &filter.placements };
    let mut select = Entity::find().filter(Column::Placement.is_in(placements.iter().map(|p| p.as_str())));
    if let Some(within) = profile::within(Column::Profile, &filter.profiles) {
        select = select.filter(within);
    }
    if !filter.statuses.is_empty() {
        select = select.filter(Column::Status.is_in(filter.statuses.iter().map(|status| status.as_str())));
    }
    if let Some(number) = &filter.order_number {
        select = select.filter(Column::OrderNumber.eq(number));
    }
    if let Some(from) = filter.created_from {
        select = select.filter(Column::CreatedTime.gte(moment::column(from)));
    }
    if let Some(before) = filter.created_before {
        select = select.filter(Column::CreatedTime.lt(moment::column(before)));
    }
    // Exactly the conditions of the partial indexes: with a bound value they would not be used.
    if filter.with_open_items {
        select = select.filter(Expr::cust("open_items > 0"));
    }
    if filter.with_held_shipments {
        select = select.filter(Expr::cust("held_shipments > 0"));
    }
    select
}
