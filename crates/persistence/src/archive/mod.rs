//! Orders that are closed for good, each in one row with everything that it had in other tables. It may not decide which orders are.
//!
//! [`put`] moves orders there, [`bring_back`] moves one back before anything of it changes, and [`find`] reads what is there. What is kept
//! of an order is its rows as they were ([`body`], [`rows`]), not what they mean: so it comes back byte for byte, and what it says is
//! read by the code that reads every other row.
//!
//! Requests stay where they are. They are found by their own key, cost the service nothing while nobody repeats one, and a repeated
//! request must find its first whatever becomes of the order. Places in the stream stay, too: a reader finds each event where it was.

mod body;
mod bring_back;
mod ended;
mod find;
mod gather;
mod put;
mod rows;
mod take;

use domain::ports::{Archive, Move, Page, PageKey, StoreError};
use domain::rules::access::Profiles;
use domain::rules::archival::Ended;
use domain::rules::ids::OrderId;
use jiff::Timestamp;

pub(crate) use bring_back::bring_back;
pub(crate) use find::{
    by_id, by_ids, by_key, by_part, by_parts, mollie_id_of_newest, next_profile, rows_or_body,
};

use crate::database::Database;
use crate::error::store_error;
use crate::migration;
use crate::tx::{Ended as Finished, run_tx};

/// The first level that knows archived orders: the steps up to `m0014`.
const LEVEL: i64 = 14;

impl Archive for Database {
    async fn begin(&self) -> Result<bool, StoreError> {
        migration::require(&self.write(), LEVEL).await.map_err(store_error)
    }

    async fn ended_orders(
        &self,
        profiles: &Profiles,
        ended_until: Timestamp,
        after: Option<PageKey>,
        limit: u32,
    ) -> Result<Page<Ended, PageKey>, StoreError> {
        ended::list(&self.read(), profiles, ended_until, after, limit).await
    }

    async fn archive(&self, orders: &[Move], now: Timestamp) -> Result<Vec<OrderId>, StoreError> {
        let orders = orders.to_vec();
        let moved = run_tx("orders.archive", self, move |tx| {
            Box::pin(async move { put::put(tx, &orders, now).await })
        });
        // If the COMMIT's answer was lost, they are archived or not: the next batch sees which.
        self.noted(moved.await.and_then(Finished::written))
    }
}
