//! What is told of the files that the process holds: since when each is in use, whether it could be used as it is now, and when the
//! certificates in it end. They go by the names of their settings. It never sees what a file holds.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustls::pki_types::UnixTime;

static FILES: Mutex<BTreeMap<String, Held>> = Mutex::new(BTreeMap::new());

/// What is known of one file.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    since: Instant,
    ends: Option<UnixTime>,
    /// What it holds now cannot be used; what it held before stays in use.
    pub is_refused: bool,
}

impl Held {
    /// How long ago it was taken into use.
    pub fn age(&self) -> Duration {
        self.since.elapsed()
    }

    /// In how many seconds the first certificate in it ends; less than zero if that has ended.
    pub fn left(&self, now: UnixTime) -> Option<i64> {
        let seconds = |time: UnixTime| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        self.ends.map(|ends| seconds(ends) - seconds(now))
    }
}

/// From now on it is in use as it is; `ends`: the first of its certificates.
pub fn used(setting: &str, ends: Option<UnixTime>) {
    files().insert(setting.to_owned(), Held { since: Instant::now(), ends, is_refused: false });
}

/// Whether what it holds now could not be used.
pub fn refused(setting: &str, is_refused: bool) {
    if let Some(held) = files().get_mut(setting) {
        held.is_refused = is_refused;
    }
}

/// Every file, by its setting.
pub fn held() -> Vec<(String, Held)> {
    files().iter().map(|(setting, held)| (setting.clone(), *held)).collect()
}

fn files() -> MutexGuard<'static, BTreeMap<String, Held>> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(setting: &str) -> Option<Held> {
        held().into_iter().find_map(|(name, held)| (name == setting).then_some(held))
    }

    #[test]
    fn a_file_is_refused_until_it_can_be_used_and_tells_when_it_ends() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        refused("held.unknown", true);
        assert!(of("held.unknown").is_none(), "nothing of it is in use");
        used("held.file", Some(at(100)));
        assert!(of("held.file").is_some_and(|it| !it.is_refused && it.left(at(40)) == Some(60)));
        refused("held.file", true);
        assert!(of("held.file").is_some_and(|it| it.is_refused && it.left(at(130)) == Some(-30)));
        used("held.file", None);
        assert!(of("held.file").is_some_and(|it| !it.is_refused && it.left(at(40)).is_none()));
    }
}
