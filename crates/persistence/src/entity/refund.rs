//! Table `refunds`: what goes back to shoppers.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refunds")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub order_id: Uuid,
    pub state: String,
    /// Mollie's word.
    pub status: Option<String>,
    pub mollie_id: Option<String>,
    pub currency: String,
    /// In the currency's smallest unit.
    pub amount: i64,
    /// The whole refund, JSON.
    pub document: String,
    pub created_time: TimeDateTimeWithTimeZone,
    pub registered_time: Option<TimeDateTimeWithTimeZone>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
