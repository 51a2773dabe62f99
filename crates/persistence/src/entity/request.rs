//! Table `requests`: the outcome of a caller's request id.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "requests")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub caller: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: String,
    pub method: String,
    pub fingerprint: String,
    pub order_id: Uuid,
    /// The shipment that the answer is about, if any.
    pub shipment_id: Option<Uuid>,
    /// The refund that the answer is about, if any.
    pub refund_id: Option<Uuid>,
    /// The return that the answer is about, if any.
    pub return_id: Option<Uuid>,
    pub group_id: Option<Uuid>,
    pub created_time: TimeDateTimeWithTimeZone,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
