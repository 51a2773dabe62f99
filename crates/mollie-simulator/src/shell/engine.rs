//! The running simulator: one world behind one lock, with its journal, clock, hold, faults and counters.
//!
//! Every access goes through `run`, which lets time pass first and journals what has changed before it returns.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use tokio::sync::Notify;

use super::clock::{SharedOffset, milliseconds};
use super::counters::Counters;
use super::fault_layer::FaultLayer;
use super::hold::Hold;
use super::journal::{Journal, OpenError};
use super::quota_layer::QuotaLayer;
use super::revoked::Revoked;
use crate::rules::World;

/// The journal cannot be written any more, or the simulator has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the simulator is stopped")]
pub struct Stopped;

/// Why the clock was not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdvanceError {
    #[error("the clock can only be moved forward, and not out of its range")]
    NotForward,
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

#[derive(Debug)]
pub struct Engine {
    state: Mutex<Option<State>>,
    offset: SharedOffset,
    changed: Notify,
    pub hold: Hold,
    pub faults: FaultLayer,
    pub counters: Counters,
    pub quotas: QuotaLayer,
    pub revoked: Revoked,
}

#[derive(Debug)]
struct State {
    world: World,
    journal: Journal,
}

impl Engine {
    pub fn open(directory: &Path, base_url: &str) -> Result<Self, OpenError> {
        let offset = SharedOffset::default();
        let (journal, world) = Journal::open(directory, base_url, &offset)?;
        Ok(Self {
            state: Mutex::new(Some(State { world, journal })),
            offset,
            changed: Notify::new(),
            hold: Hold::default(),
            faults: FaultLayer::default(),
            counters: Counters::default(),
            quotas: QuotaLayer::default(),
            revoked: Revoked::default(),
        })
    }

    pub fn offset(&self) -> &SharedOffset {
        &self.offset
    }

    /// What links start with. A stopped engine makes none.
    pub fn set_base(&self, base_url: &str) {
        let mut slot = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(State { world, .. }) = slot.as_mut() {
            world.set_base(base_url);
        }
    }

    pub fn now(&self) -> Timestamp {
        self.offset.now()
    }

    /// Gives the world to `act`, and journals what has changed before anybody learns of it.
    pub fn run<T>(&self, act: impl FnOnce(&mut World, Timestamp) -> T) -> Result<T, Stopped> {
        let mut slot = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { world, .. } = slot.as_mut().ok_or(Stopped)?;
        let now = self.offset.now();
        world.tick(now);
        let outcome = act(world, now);
        self.commit(&mut slot, None)?;
        Ok(outcome)
    }

    /// Moves the clock. Months and years are those of the calendar at the simulated time.
    pub fn advance(&self, span: Span) -> Result<(), AdvanceError> {
        let mut slot = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.offset.now();
        let then =
            now.to_zoned(TimeZone::UTC).checked_add(span).map_err(|_| AdvanceError::NotForward)?.timestamp();
        let step = then.duration_since(now);
        if step.is_negative() {
            return Err(AdvanceError::NotForward);
        }
        let offset = self.offset.get().checked_add(step).ok_or(AdvanceError::NotForward)?;
        // The same rounding as after a restart.
        let offset = SignedDuration::from_millis(milliseconds(offset));
        let State { world, .. } = slot.as_mut().ok_or(Stopped)?;
        world.tick(then);
        self.commit(&mut slot, Some(offset))?;
        self.offset.set(offset);
        Ok(())
    }

    /// A world whose journal has failed must not go on: what it would answer would be forgotten.
    fn commit(&self, slot: &mut Option<State>, offset: Option<SignedDuration>) -> Result<(), Stopped> {
        let State { world, journal } = slot.as_mut().ok_or(Stopped)?;
        let changes = world.take_changes();
        if changes.is_none() && offset.is_none() {
            return Ok(());
        }
        if let Err(error) = journal.append(changes.unwrap_or_default(), offset) {
            tracing::error!(%error, "the simulator's journal cannot be written; the simulator stops");
            *slot = None;
            return Err(Stopped);
        }
        self.changed.notify_one();
        Ok(())
    }

    /// Returns after the next change, or at once if there was one since the last call.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Lets go of the data directory, even while connections still hold on to the engine.
    pub fn close(&self) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
