//! Table `pauses`: the profiles whose policies do nothing for now.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pauses")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub profile: String,
    pub time: TimeDateTimeWithTimeZone,
    pub paused_by: String,
    pub reason: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
