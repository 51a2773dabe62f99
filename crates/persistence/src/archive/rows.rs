//! Rows of any table as JSON, and back: by the names of their columns, without those that are null. It may not know any table.
//!
//! A column that came later is missing in older rows, and is null then, or what the database gives it by default. One that is gone is
//! ignored.

use domain::ports::StoreError;
use sea_orm::sea_query::{ColumnType, Value};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable,
    TryIntoModel,
};
use serde_json::{Map, Value as Json};

use crate::moment;

/// A row, by the names of its columns.
pub(super) type Fields = Map<String, Json>;

pub(super) fn write<E>(row: E::Model) -> Result<Fields, StoreError>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let row = row.into_active_model();
    let mut fields = Fields::new();
    for column in E::Column::iter() {
        if let ActiveValue::Set(value) | ActiveValue::Unchanged(value) = row.get(column) {
            let name = column.as_str();
            let json = json(value).ok_or_else(|| unknown::<E>(name))?;
            if !json.is_null() {
                fields.insert(name.to_owned(), json);
            }
        }
    }
    Ok(fields)
}

/// The row as it would be read from its table.
pub(super) fn read<E>(fields: &Fields) -> Result<E::Model, StoreError>
where
    E: EntityTrait,
    E::ActiveModel: TryIntoModel<E::Model>,
{
    let row = set::<E>(fields, true)?;
    row.try_into_model().map_err(|error| misfit::<E>(error))
}

/// The row as it is written into its table. What it does not have is the database's to fill in.
pub(super) fn insertable<E: EntityTrait>(fields: &Fields) -> Result<E::ActiveModel, StoreError> {
    set::<E>(fields, false)
}

fn set<E: EntityTrait>(fields: &Fields, with_nulls: bool) -> Result<E::ActiveModel, StoreError> {
    let mut row = <E::ActiveModel as ActiveModelTrait>::default();
    for column in E::Column::iter() {
        let name = column.as_str();
        let field = fields.get(name);
        if field.is_none() && !with_nulls {
            continue;
        }
        let definition = column.def();
        let value = value(definition.get_column_type(), field).ok_or_else(|| unknown::<E>(name))?;
        row.try_set(column, value).map_err(|error| misfit::<E>(error))?;
    }
    Ok(row)
}

/// `None`: no column of ours has such a type.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library's set, of which our columns have few")]
fn json(value: Value) -> Option<Json> {
    Some(match value {
        Value::Bool(it) => it.into(),
        Value::BigInt(it) => it.into(),
        Value::String(it) => it.into(),
        Value::Bytes(it) => it.into(),
        Value::Uuid(it) => it.map(|it| it.to_string()).into(),
        Value::TimeDateTimeWithTimeZone(None) => Json::Null,
        Value::TimeDateTimeWithTimeZone(Some(it)) => moment::timestamp(it)?.as_microsecond().into(),
        _ => return None,
    })
}

/// `None`: the column has another type than what is there.
#[expect(clippy::wildcard_enum_match_arm, reason = "the library's set, of which our columns have few")]
fn value(kind: &ColumnType, json: Option<&Json>) -> Option<Value> {
    let parsed = |json: &Json| -> Option<Value> {
        Some(match kind {
            ColumnType::Boolean => json.as_bool()?.into(),
            ColumnType::BigInteger => json.as_i64()?.into(),
            ColumnType::String(_) | ColumnType::Text => json.as_str()?.into(),
            ColumnType::VarBinary(_) | ColumnType::Blob => {
                serde_json::from_value::<Vec<u8>>(json.clone()).ok()?.into()
            }
            ColumnType::Uuid => json.as_str()?.parse::<uuid::Uuid>().ok()?.into(),
            ColumnType::TimestampWithTimeZone => {
                let time = jiff::Timestamp::from_microsecond(json.as_i64()?).ok()?;
                moment::column(time).into()
            }
            _ => return None,
        })
    };
    match json {
        Some(json) => parsed(json),
        None => Some(match kind {
            ColumnType::Boolean => Value::Bool(None),
            ColumnType::BigInteger => Value::BigInt(None),
            ColumnType::String(_) | ColumnType::Text => Value::String(None),
            ColumnType::VarBinary(_) | ColumnType::Blob => Value::Bytes(None),
            ColumnType::Uuid => Value::Uuid(None),
            ColumnType::TimestampWithTimeZone => Value::TimeDateTimeWithTimeZone(None),
            _ => return None,
        }),
    }
}

fn unknown<E: EntityTrait>(column: &str) -> StoreError {
    let table = E::default();
    StoreError::Inconsistent(format!("{}.{column} of an archived row is of another type", table.table_name()))
}

/// The library's text names a column, and no value.
fn misfit<E: EntityTrait>(error: impl std::fmt::Display) -> StoreError {
    StoreError::Inconsistent(format!("an archived row of {}: {error}", E::default().table_name()))
}
