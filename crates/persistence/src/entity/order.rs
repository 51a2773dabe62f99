//! Table `orders`: the order as it is now.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub profile: String,
    pub mode: String,
    pub caller: String,
    pub request_id: String,
    pub order_number: String,
    /// The number while the order reserves it.
    pub held_number: Option<String>,
    pub mollie_id: Option<String>,
    pub placement: String,
    pub status: Option<String>,
    pub currency: String,
    pub amount_minor: i64,
    pub version: i64,
    pub created_time: TimeDateTimeWithTimeZone,
    pub expires_time: Option<TimeDateTimeWithTimeZone>,
    pub observed_time: Option<TimeDateTimeWithTimeZone>,
    pub closed_time: Option<TimeDateTimeWithTimeZone>,
    /// Personal, JSON.
    pub billing_address: Option<String>,
    /// Personal, JSON.
    pub shipping_address: Option<String>,
    /// Personal, `YYYY-MM-DD`.
    pub consumer_date_of_birth: Option<String>,
    /// How many review items are open.
    pub open_items: i64,
    /// How many of its shipments are held.
    pub held_shipments: i64,
    /// How many of its operations are unsettled, so that most reads need not search for them.
    pub open_operations: i64,
    /// Until when it must be shipped, and what sets that.
    pub ship_by: Option<TimeDateTimeWithTimeZone>,
    pub ship_by_cause: Option<String>,
    /// What its shipments may still capture.
    pub to_capture_minor: i64,
    /// What its row among the timers was last set to by a change.
    pub timer_time: Option<TimeDateTimeWithTimeZone>,
    /// Everything else, JSON.
    pub document: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
