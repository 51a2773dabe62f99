//! What policies did unasked, and which profiles are paused.

use std::collections::BTreeMap;

use domain::ports::{CommitError, Pause, Run, Series};
use domain::rules::ids::ProfileName;

/// Profile, what its fuse bounds, whether it is a dry run, number.
type Key = (ProfileName, &'static str, bool, u64);

fn key(run: &Run) -> Key {
    let Series { profile, of, dry_run } = &run.series;
    (profile.clone(), of.as_str(), *dry_run, run.number)
}

#[derive(Default)]
pub(super) struct Runs {
    rows: BTreeMap<Key, Run>,
    pauses: BTreeMap<ProfileName, Pause>,
}

impl Runs {
    /// Whether its number is free.
    pub fn check(&self, run: &Run) -> Result<(), CommitError> {
        if self.rows.contains_key(&key(run)) { Err(CommitError::VersionMoved) } else { Ok(()) }
    }

    pub fn count(&mut self, run: Run) {
        self.rows.insert(key(&run), run);
    }

    /// The newest first.
    pub fn last(&self, series: &Series, limit: u32) -> Vec<Run> {
        let of_series = self.rows.values().rev().filter(|run| run.series == *series);
        of_series.take(usize::try_from(limit).unwrap_or(usize::MAX)).cloned().collect()
    }

    /// The pause that a profile has stays.
    pub fn pause(&mut self, pause: &Pause) -> Pause {
        self.pauses.entry(pause.profile.clone()).or_insert_with(|| pause.clone()).clone()
    }

    pub fn resume(&mut self, profile: &ProfileName) -> Option<Pause> {
        self.pauses.remove(profile)
    }

    pub fn find_pause(&self, profile: &ProfileName) -> Option<Pause> {
        self.pauses.get(profile).cloned()
    }

    pub fn pauses(&self) -> Vec<Pause> {
        self.pauses.values().cloned().collect()
    }
}
