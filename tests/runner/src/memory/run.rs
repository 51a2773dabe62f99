//! What policies did unasked, and which profiles are paused.

use std::collections::BTreeMap;

use domain::ports::{CommitError, Pause, Run};
use domain::rules::ids::ProfileName;

#[derive(Default)]
pub(super) struct Runs {
    rows: BTreeMap<(ProfileName, bool, u64), Run>,
    pauses: BTreeMap<ProfileName, Pause>,
}

impl Runs {
    /// Whether its number is free.
    pub fn check(&self, run: &Run) -> Result<(), CommitError> {
        let key = (run.profile.clone(), run.dry_run, run.number);
        if self.rows.contains_key(&key) { Err(CommitError::VersionMoved) } else { Ok(()) }
    }

    pub fn count(&mut self, run: Run) {
        self.rows.insert((run.profile.clone(), run.dry_run, run.number), run);
    }

    /// The newest first.
    pub fn last(&self, profile: &ProfileName, dry_run: bool, limit: u32) -> Vec<Run> {
        let of_profile = self.rows.values().rev();
        let of_profile = of_profile.filter(|run| run.profile == *profile && run.dry_run == dry_run);
        of_profile.take(usize::try_from(limit).unwrap_or(usize::MAX)).cloned().collect()
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
