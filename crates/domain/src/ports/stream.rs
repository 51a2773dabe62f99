//! The events of all orders as one stream.
//!
//! An event's sequence counts within its order; its *position* counts among the events of all orders. A position given when
//! the event is written would be seen out of turn: the transaction with the lower one may commit last, and who has read past
//! it would miss it. So positions are given afterwards, to events that are committed, by one giver at a time: who asks for
//! everything after a position never misses anything.

use std::future::Future;

use super::storage::{Page, StoreError};
use crate::rules::event::Event;

/// An event in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Positioned {
    /// From 1, without gaps.
    pub position: u64,
    pub event: Event,
}

type Answer<T> = Result<T, StoreError>;

/// The stream.
pub trait EventStream: Send + Sync {
    /// Gives the next positions to at most `limit` events that have none, about in the order they were written in, and always
    /// so within an order; tells how many. None while somebody else is giving some.
    fn position_events(&self, limit: u32) -> impl Future<Output = Answer<u32>> + Send;

    /// The events behind a position, by position. One that has no position yet is not among them.
    fn read_stream(
        &self,
        after: u64,
        limit: u32,
    ) -> impl Future<Output = Answer<Page<Positioned, u64>>> + Send;
}
