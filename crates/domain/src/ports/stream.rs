//! The events of all orders as one stream.
//!
//! An event's sequence counts within its order; its *position* counts among the events of all orders. A position assigned on
//! writing could appear out of order: the transaction with the lower one may commit last, and a reader already past it would miss
//! it. So positions are assigned afterwards, to committed events, by one worker at a time: a reader of everything after a
//! position never misses an event.

use std::future::Future;

use jiff::Timestamp;

use super::storage::{OrderFilter, OrderWithOperations, Page, PageKey, StoreError};
use crate::rules::event::Event;
use crate::rules::ids::{OrderId, ProfileName};

/// An event with its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Positioned {
    /// From 1, without gaps.
    pub position: u64,
    /// The profile of its order.
    pub profile: ProfileName,
    pub event: Event,
}

/// Which event has a position. Another database, or one that was restored from a backup, has another event there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub position: u64,
    pub order_id: OrderId,
    pub sequence: u64,
}

/// An order, and when it changed last.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The time of its last event.
    pub time: Timestamp,
    pub found: OrderWithOperations,
}

impl Positioned {
    /// Its place.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place { position: self.position, order_id: self.event.order_id, sequence: self.event.sequence }
    }
}

type Answer<T> = Result<T, StoreError>;

/// The stream.
pub trait EventStream: Send + Sync {
    /// Assigns the next positions to at most `limit` events without one, roughly in the order they were written, and strictly in
    /// order within an order. Returns how many; none while another worker is assigning.
    fn position_events(&self, limit: u32) -> impl Future<Output = Answer<u32>> + Send;

    /// The events after a position, in order. Events without a position are not among them.
    fn read_stream(
        &self,
        after: u64,
        limit: u32,
    ) -> impl Future<Output = Answer<Page<Positioned, u64>>> + Send;

    /// The place at a position, or at the last one that was given; `None` if no event has it.
    fn place(&self, position: Option<u64>) -> impl Future<Output = Answer<Option<Place>>> + Send;

    /// The orders whose last event is later than `since`, the one that changed first before the others. An event of a transaction under way
    /// is not seen yet, whatever its time. If the orders are large there may be fewer than the limit, and then `next` says so.
    fn list_changed(
        &self,
        filter: &OrderFilter,
        since: Timestamp,
        after: Option<PageKey>,
        limit: u32,
    ) -> impl Future<Output = Answer<Page<Changed, PageKey>>> + Send;
}
