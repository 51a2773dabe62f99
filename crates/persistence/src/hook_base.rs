//! Under which public addresses Mollie calls open orders. It may not read an order.

use domain::ports::StoreError;
use jiff::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect};
use time::OffsetDateTime;

use crate::database::Database;
use crate::entity::order::{Column, Entity};
use crate::error::store_error;
use crate::moment;

/// The orders that Mollie calls under one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    pub address: String,
    pub open_orders: u64,
    /// When the last of them expires that is not paid for; `None`: none is known to.
    pub last_expiry: Option<Timestamp>,
}

impl Database {
    /// What Mollie was told with the orders that are not over yet. It reads all of them: not for every day.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn addresses_of_open_orders(&self) -> Result<Vec<Called>, StoreError> {
        let session = self.read();
        let address = if session.get_database_backend() == DbBackend::Sqlite {
            "json_extract(document, '$.hook_base')"
        } else {
            "document::json ->> 'hook_base'"
        };
        let rows: Vec<(String, i64, Option<OffsetDateTime>)> = Entity::find()
            .select_only()
            .expr(Expr::cust(address))
            .expr(Expr::cust("COUNT(*)"))
            .expr(Column::ExpiresTime.max())
            .filter(Column::ClosedTime.is_null())
            .group_by(Expr::cust(address))
            .into_tuple()
            .all(&session)
            .await
            .map_err(store_error)?;
        let called = |(address, open_orders, last_expiry): (String, i64, Option<OffsetDateTime>)| Called {
            address,
            open_orders: open_orders.try_into().unwrap_or_default(),
            last_expiry: last_expiry.and_then(moment::timestamp),
        };
        Ok(rows.into_iter().map(called).collect())
    }
}
