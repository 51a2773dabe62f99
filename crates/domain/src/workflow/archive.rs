//! Archiving orders that are closed for good, a batch at a time. A batch is whole or did not happen, and remembers nothing: whoever begins
//! anew goes past what is archived already, and two who archive at once only take turns.

use jiff::Timestamp;

use crate::ports::{Archive, Move, Page, PageKey, StoreError};
use crate::rules::access::Profiles;
use crate::rules::archival::{self, Ended, Obstacle};

/// Which orders are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub profiles: Profiles,
    /// They ended until then.
    pub ended_until: Timestamp,
    /// Only say what would be archived.
    pub dry_run: bool,
}

/// What one batch came to.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Archived; in a dry run, those that would be.
    pub archived: u64,
    /// Kept for a reason.
    pub kept: Vec<(Obstacle, u64)>,
    /// Changed since they were judged, or at work: they are found by the next run.
    pub moved: u64,
    /// When the last order that was looked at was created.
    pub reached: Option<Timestamp>,
    /// Where the next batch begins; `None`: this was the last.
    pub next: Option<PageKey>,
}

/// Archives what is closed for good among the next orders.
///
/// # Errors
/// The store failed: of this batch nothing is archived, or all. The same batch may be asked for again.
pub async fn batch(
    archive: &impl Archive,
    wanted: &Wanted,
    after: Option<PageKey>,
    limit: u32,
    now: Timestamp,
) -> Result<Batch, StoreError> {
    let Page { items, next } =
        archive.ended_orders(&wanted.profiles, wanted.ended_until, after, limit).await?;
    let reached = items.last().map(|ended| ended.order.created_time);
    let mut batch = Batch { reached, next, ..Batch::default() };
    let moves = batch.judged(&items);
    let count = |some: usize| u64::try_from(some).unwrap_or(u64::MAX);
    batch.archived = count(moves.len());
    if !wanted.dry_run && !moves.is_empty() {
        batch.archived = count(archive.archive(&moves, now).await?.len());
        batch.moved = count(moves.len()).saturating_sub(batch.archived);
    }
    Ok(batch)
}

impl Batch {
    /// Those that are closed for good. The others are counted.
    fn judged(&mut self, items: &[Ended]) -> Vec<Move> {
        let mut moves = Vec::new();
        for ended in items {
            match archival::obstacle(ended) {
                None => moves.push(Move { order_id: ended.order.id, version: ended.order.version }),
                Some(obstacle) => self.keep(obstacle),
            }
        }
        moves
    }

    fn keep(&mut self, obstacle: Obstacle) {
        match self.kept.iter_mut().find(|(other, _)| *other == obstacle) {
            Some((_, count)) => *count += 1,
            None => self.kept.push((obstacle, 1)),
        }
    }
}
