//! What policies did unasked, and which profiles are paused. It may not decide whether a policy acts.

use domain::ports::{CommitError, Pause, Run, Series, StoreError};
use domain::rules::ids::{OrderId, ProfileName};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait,
};

use crate::entity::{pause, run};
use crate::error::{broken_unique_rule, store_error};
use crate::moment;
use crate::part::Part;
use crate::row::bigint;

/// Counts a run. If another one has its number, it must be decided again.
pub(crate) fn count(backend: DbBackend, counted: &Run) -> Part {
    let Series { profile, of, dry_run } = &counted.series;
    let row = run::Model {
        profile: profile.to_string(),
        fused: of.as_str().to_owned(),
        dry_run: *dry_run,
        number: bigint(counted.number),
        time: moment::column(counted.time),
        order_id: counted.order_id.uuid(),
    };
    let insert = run::Entity::insert(row.into_active_model()).build(backend);
    let refused = |error| match broken_unique_rule(&error) {
        Some(_) => CommitError::VersionMoved,
        None => store_error(error).into(),
    };
    Part { refused, ..Part::free("runs", insert) }
}

/// The newest first.
pub(crate) async fn last(
    session: &impl ConnectionTrait,
    series: &Series,
    limit: u32,
) -> Result<Vec<Run>, StoreError> {
    let rows = run::Entity::find()
        .filter(run::Column::Profile.eq(series.profile.as_str()))
        .filter(run::Column::Fused.eq(series.of.as_str()))
        .filter(run::Column::DryRun.eq(series.dry_run))
        .order_by_desc(run::Column::Number)
        .limit(u64::from(limit))
        .all(session)
        .await
        .map_err(store_error)?;
    rows.into_iter().map(|row| read_run(row, series)).collect()
}

fn read_run(row: run::Model, series: &Series) -> Result<Run, StoreError> {
    let unreadable = || StoreError::Inconsistent(format!("runs of profile {}: {}", row.profile, row.number));
    let time = moment::timestamp(row.time).zip(u64::try_from(row.number).ok());
    let (time, number) = time.ok_or_else(unreadable)?;
    let order_id = OrderId::new(row.order_id);
    Ok(Run { series: series.clone(), number, time, order_id })
}

/// Pauses a profile; the pause that it has stays. Returns the one that holds.
pub(crate) async fn pause(session: &impl ConnectionTrait, wanted: &Pause) -> Result<Pause, StoreError> {
    let row = pause::ActiveModel {
        profile: ActiveValue::Set(wanted.profile.to_string()),
        time: ActiveValue::Set(moment::column(wanted.time)),
        paused_by: ActiveValue::Set(wanted.by.clone()),
        reason: ActiveValue::Set(wanted.reason.clone()),
    };
    let mut stays = OnConflict::column(pause::Column::Profile);
    stays.do_nothing();
    let inserted = pause::Entity::insert(row).on_conflict(stays).exec_without_returning(session).await;
    inserted.map_err(store_error)?;
    let found = find_pause(session, &wanted.profile).await?;
    found.ok_or_else(|| StoreError::Unavailable(format!("profile {} was resumed meanwhile", wanted.profile)))
}

/// Ends a profile's pause, and returns it.
pub(crate) async fn resume(
    session: &impl ConnectionTrait,
    profile: &ProfileName,
) -> Result<Option<Pause>, StoreError> {
    let ended = pause::Entity::delete_by_id(profile.as_str()).exec_with_returning(session).await;
    ended.map_err(store_error)?.map(read_pause).transpose()
}

pub(crate) async fn find_pause(
    session: &impl ConnectionTrait,
    profile: &ProfileName,
) -> Result<Option<Pause>, StoreError> {
    let row = pause::Entity::find_by_id(profile.as_str()).one(session).await;
    row.map_err(store_error)?.map(read_pause).transpose()
}

pub(crate) async fn list_pauses(session: &impl ConnectionTrait) -> Result<Vec<Pause>, StoreError> {
    let rows = pause::Entity::find().order_by_asc(pause::Column::Profile).all(session).await;
    rows.map_err(store_error)?.into_iter().map(read_pause).collect()
}

fn read_pause(row: pause::Model) -> Result<Pause, StoreError> {
    let time = moment::timestamp(row.time);
    let time =
        time.ok_or_else(|| StoreError::Inconsistent(format!("pauses.time of profile {}", row.profile)))?;
    Ok(Pause { profile: ProfileName::new(row.profile), time, by: row.paused_by, reason: row.reason })
}
