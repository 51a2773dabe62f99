//! Which profiles have orders, so that a starting service can check its configuration, and how a query is restricted to some of them.
//! It may not read an order.

use domain::ports::StoreError;
use domain::rules::access::Profiles;
use domain::rules::ids::{MollieOrderId, ProfileName};
use domain::rules::placement::Mode;
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::archive;
use crate::database::Database;
use crate::entity::order::{Column, Entity};
use crate::error::store_error;

/// The condition that a row is of one of these profiles; none, if that restricts nothing.
pub(crate) fn within(column: impl ColumnTrait, profiles: &Profiles) -> Option<SimpleExpr> {
    match profiles {
        Profiles::All => None,
        Profiles::These(names) => Some(match names.first() {
            Some(only) if names.len() == 1 => column.eq(only.as_str()),
            Some(_) | None => column.is_in(names.iter().map(ProfileName::as_str)),
        }),
    }
}

impl Database {
    /// The profiles that have orders, each with the mode of its newest order: all orders of a profile have the same. Each step
    /// finds the next profile in the index, however many orders there are.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn profiles_with_orders(&self) -> Result<Vec<(ProfileName, Mode)>, StoreError> {
        let (session, mut found) = (self.read(), Vec::<(ProfileName, Mode)>::new());
        loop {
            let behind = found.last().map_or(String::new(), |(profile, _)| profile.as_str().to_owned());
            let next = Entity::find()
                .select_only()
                .columns([Column::Profile, Column::Mode])
                .filter(Column::Profile.gt(behind.as_str()))
                .order_by_asc(Column::Profile)
                .order_by_desc(Column::CreatedTime)
                .limit(1);
            let next: Option<(String, String)> =
                next.into_tuple().one(&session).await.map_err(store_error)?;
            let archived = archive::next_profile(&session, &behind).await?;
            // Of a profile that has both, the order that is not archived counts.
            let first = next.into_iter().chain(archived).min_by(|one, other| one.0.cmp(&other.0));
            let Some((profile, mode)) = first else { return Ok(found) };
            let unknown = || StoreError::Inconsistent(format!("orders.mode of profile {profile}: {mode}"));
            let mode = Mode::parse(&mode).ok_or_else(unknown)?;
            found.push((ProfileName::new(profile), mode));
        }
    }

    /// Mollie's id of the profile's newest order that it has.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn newest_at_mollie(&self, profile: &ProfileName) -> Result<Option<MollieOrderId>, StoreError> {
        let newest = Entity::find()
            .select_only()
            .column(Column::MollieId)
            .filter(Column::Profile.eq(profile.as_str()))
            .filter(Column::MollieId.is_not_null())
            .order_by_desc(Column::CreatedTime)
            .limit(1);
        let session = self.read();
        let found: Option<String> = newest.into_tuple().one(&session).await.map_err(store_error)?;
        let found = match found {
            None => archive::mollie_id_of_newest(&session, profile).await?,
            found => found,
        };
        Ok(found.map(MollieOrderId::new))
    }

    /// How many orders of the profile are not over yet, or have an operation that has not settled.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_orders(&self, profile: &ProfileName) -> Result<u64, StoreError> {
        let session = self.read();
        let open = Entity::find()
            .filter(Column::Profile.eq(profile.as_str()))
            .filter(Condition::any().add(Column::ClosedTime.is_null()).add(Column::OpenOperations.gt(0)))
            .count(&session);
        open.await.map_err(store_error)
    }
}
