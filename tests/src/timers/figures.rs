//! What a run came to, in words.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::floor::Floor;
use super::{Busy, Lateness, Timers};

/// What was measured.
pub struct Figures {
    pub(super) timers: Timers,
    /// How long it took to make the copies.
    pub(super) filled: Duration,
    /// The floor, while nothing else was done.
    pub(super) alone: Floor,
    /// The floor, while deadlines came.
    pub(super) beside: Floor,
    /// While nothing was due.
    pub idle: Busy,
    /// While deadlines came.
    pub busy: Busy,
    pub lateness: Lateness,
    /// How many each replica told.
    pub shares: Vec<usize>,
    /// How long it takes to list the deadlines of a day.
    pub(super) list: Duration,
    /// How often each table was read from its beginning meanwhile; those that never were are left out.
    pub scans: BTreeMap<String, i64>,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { timers, lateness, .. } = self;
        let Lateness { due, missing, twice, early, stamped_early, p50, p99, longest, .. } = lateness;
        let ms = |time: Duration| format!("{}.{} ms", time.as_millis(), time.as_micros() % 1000 / 100);
        let floor =
            |floor: &Floor| format!("p50 {}, p99 {}", ms(floor.percentile(50)), ms(floor.percentile(99)));
        writeln!(
            f,
            "orders with two deadlines each  {}, copied within {} s",
            timers.orders,
            self.filled.as_secs()
        )?;
        writeln!(
            f,
            "deadlines that came             {due} within {} s, {} at the beginning of each",
            timers.seconds, timers.per_second
        )?;
        writeln!(f, "told by each replica            {:?}", self.shares)?;
        writeln!(
            f,
            "late, from due to COMMIT        p50 {}, p99 {}, p100 {}",
            ms(*p50),
            ms(*p99),
            ms(*longest)
        )?;
        writeln!(f, "missing, told twice, told early {missing}, {twice}, {early}")?;
        writeln!(f, "event_time before it was due    {stamped_early}")?;
        writeln!(f, "replicas while nothing was due  {}", self.idle)?;
        writeln!(f, "replicas while deadlines came   {}", self.busy)?;
        writeln!(
            f,
            "the floor, alone                {}: one UPDATE, one INSERT and COMMIT",
            floor(&self.alone)
        )?;
        writeln!(f, "the floor, beside the replicas  {}", floor(&self.beside))?;
        writeln!(f, "ListDeadlines of a day          {}", ms(self.list))?;
        write!(f, "tables read from the beginning  {:?}", self.scans)
    }
}
