//! Table `runs`: what profiles' policies did unasked, counted so that a bound holds for all processes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "runs")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile: String,
    /// What its fuse bounds.
    #[sea_orm(primary_key, auto_increment = false)]
    pub fused: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub dry_run: bool,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub time: TimeDateTimeWithTimeZone,
    pub order_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
