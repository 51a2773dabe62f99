//! Secrets that every process of the service shares. They may not be logged.

use domain::ports::StoreError;
use sea_orm::{
    ActiveValue, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, TryInsertResult,
};

use crate::database::Database;
use crate::entity::secret::{ActiveModel, Column, Entity};
use crate::error::store_error;

impl Database {
    /// The secret kept under `name`; `fresh` is stored if there is none yet. Every process gets the same bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn service_secret(&self, name: &str, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
        if let Some(kept) = kept(&self.read(), name).await? {
            return Ok(kept);
        }
        let row = ActiveModel {
            name: ActiveValue::Set(name.to_owned()),
            value: ActiveValue::Set(fresh.to_owned()),
        };
        let inserted = Entity::insert(row)
            .on_conflict_do_nothing_on([Column::Name])
            .exec_without_returning(&self.write())
            .await
            .map_err(store_error)?;
        match inserted {
            TryInsertResult::Inserted(1) => Ok(fresh.to_owned()),
            TryInsertResult::Empty | TryInsertResult::Conflicted | TryInsertResult::Inserted(_) => {
                let gone = || StoreError::Inconsistent(format!("service_secrets.value of row {name}: gone"));
                kept(&self.write(), name).await?.ok_or_else(gone)
            }
        }
    }

    /// The secret kept under `name`, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn kept_secret(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        kept(&self.write(), name).await
    }

    /// The names from `first` up to and without `end` under which secrets are kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn secret_names(&self, first: &str, end: &str) -> Result<Vec<String>, StoreError> {
        let named = Entity::find().select_only().column(Column::Name);
        let named = named.filter(Column::Name.gte(first)).filter(Column::Name.lt(end));
        named.into_tuple().all(&self.write()).await.map_err(store_error)
    }
}

async fn kept(session: &impl ConnectionTrait, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row = Entity::find_by_id(name.to_owned()).one(session).await;
    Ok(row.map_err(store_error)?.map(|row| row.value))
}
