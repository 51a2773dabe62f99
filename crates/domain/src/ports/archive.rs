//! The archive: orders that are closed for good, apart from those in which something may still happen.
//!
//! An archived order is read like any other, by [`Store`](super::Store) and [`EventStream`](super::EventStream): by its id, by Mollie's
//! id, by its number; and so are its parts and its events. Lists over all orders do not have it. Whatever changes it, or notes
//! something of it, brings it back first, in the same transaction: so no caller has to know where an order is.

use std::future::Future;

use jiff::Timestamp;

use super::storage::{Page, PageKey, StoreError};
use crate::rules::access::Profiles;
use crate::rules::archival::Ended;
use crate::rules::ids::OrderId;

/// An order that is to be archived, as it was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub order_id: OrderId,
    pub version: u64,
}

type Answer<T> = Result<T, StoreError>;

/// The archive.
pub trait Archive: Send + Sync {
    /// Has only releases that know archived orders work on this store from now on. `true`: until now older ones might, and need a
    /// moment to notice.
    fn begin(&self) -> impl Future<Output = Answer<bool>> + Send;

    /// Orders that ended until some time and are not archived, with what belongs to them; those created first come first. If the orders
    /// are large there may be fewer than the limit, and then `next` says so.
    fn ended_orders(
        &self,
        profiles: &Profiles,
        ended_until: Timestamp,
        after: Option<PageKey>,
        limit: u32,
    ) -> impl Future<Output = Answer<Page<Ended, PageKey>>> + Send;

    /// Archives those of the orders that are still as they were judged, and of which nothing is awaited: all of them or, if this
    /// fails, none. Returns which. One that somebody else is at work on stays for the next time; nobody is waited for.
    fn archive(&self, orders: &[Move], now: Timestamp) -> impl Future<Output = Answer<Vec<OrderId>>> + Send;
}
