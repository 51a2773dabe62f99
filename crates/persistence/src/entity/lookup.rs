//! Table `lookups`: when to read an order at Mollie, and who holds the claim.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lookups")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    pub due_time: Option<TimeDateTimeWithTimeZone>,
    pub hooks: i64,
    pub failures: i64,
    /// The ids that webhooks named, each between commas; a single comma: none.
    pub hints: String,
    /// Since when one is due that could not read the order.
    pub owed_time: Option<TimeDateTimeWithTimeZone>,
    pub lease_token: Option<Uuid>,
    /// Microseconds since 1970 by the database's clock.
    pub lease_until: Option<i64>,
    /// Where a request or operation last changed the order.
    pub trace: Option<String>,
    /// Where the last webhook arrived that is not answered.
    pub hook_trace: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
