//! Table `operations`: intended changes at Mollie, with their leases.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "operations")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub order_id: Uuid,
    pub turn: i64,
    pub profile: String,
    pub group_id: Uuid,
    /// The operation that this one follows.
    pub after_id: Option<Uuid>,
    pub kind: String,
    pub lane: String,
    /// JSON.
    pub task: String,
    pub state: String,
    /// If pending: whether those behind it may go first until its time.
    pub yields: bool,
    pub key: Uuid,
    pub attempts: i64,
    pub deferrals: i64,
    pub unreadable: i64,
    pub created_time: TimeDateTimeWithTimeZone,
    pub first_sent_time: Option<TimeDateTimeWithTimeZone>,
    pub last_sent_time: Option<TimeDateTimeWithTimeZone>,
    pub not_before: TimeDateTimeWithTimeZone,
    pub settled_time: Option<TimeDateTimeWithTimeZone>,
    /// JSON.
    pub rejection: Option<String>,
    pub last_problem: Option<String>,
    pub key_refused: bool,
    pub sealed: Option<Vec<u8>>,
    pub actor: Option<String>,
    pub caller: String,
    pub lease_token: Option<Uuid>,
    /// Microseconds since 1970 by the database's clock.
    pub lease_until: Option<i64>,
    /// Where it was recorded.
    pub trace: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
