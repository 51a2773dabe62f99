//! Table `archived_orders`: orders that are closed for good, each whole in one row.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "archived_orders")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub profile: String,
    pub mode: String,
    pub order_number: String,
    pub held_number: Option<String>,
    pub mollie_id: Option<String>,
    pub created_time: TimeDateTimeWithTimeZone,
    pub archived_time: TimeDateTimeWithTimeZone,
    /// How the body is written.
    pub format: i64,
    /// The rows that the order had in other tables.
    pub body: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
