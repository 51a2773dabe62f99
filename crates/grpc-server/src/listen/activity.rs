//! What is under way on a connection: calls, which end by themselves, and streams, which do not. Counted without locks, as it happens
//! with every call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// How often it is looked whether the last call has ended.
const LOOK: Duration = Duration::from_millis(50);
/// How often within the idle time it is looked whether there were calls.
const LOOKS: u32 = 4;

/// The activity of one connection.
#[derive(Clone, Debug, Default)]
pub struct Activity(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicUsize,
    streams: AtomicUsize,
    /// Grows with each begin and each end.
    changes: AtomicU64,
}

impl Activity {
    /// Something is under way until this is dropped.
    pub fn begin(&self, is_stream: bool) -> Underway {
        self.0.of(is_stream).fetch_add(1, Ordering::Relaxed);
        self.0.changes.fetch_add(1, Ordering::Relaxed);
        Underway { counts: Arc::clone(&self.0), is_stream }
    }

    /// Waits until nothing has been under way for a time.
    pub async fn idle_for(&self, time: Duration) {
        let mut quiet = Quiet { looks: 0, seen: 0 };
        while !quiet.is_enough(&self.0) {
            tokio::time::sleep(time / LOOKS).await;
        }
    }

    /// Waits until every call has ended, and none was under way a while later.
    pub async fn calls_over(&self, later: Duration) {
        loop {
            while self.0.calls.load(Ordering::Relaxed) > 0 {
                tokio::time::sleep(LOOK).await;
            }
            tokio::time::sleep(later).await;
            if self.0.calls.load(Ordering::Relaxed) == 0 {
                return;
            }
        }
    }
}

impl Counts {
    const fn of(&self, is_stream: bool) -> &AtomicUsize {
        if is_stream { &self.streams } else { &self.calls }
    }

    fn is_quiet(&self) -> bool {
        self.calls.load(Ordering::Relaxed) + self.streams.load(Ordering::Relaxed) == 0
    }
}

/// How often in a row nothing was under way, and nothing had been since the look before.
struct Quiet {
    looks: u32,
    seen: u64,
}

impl Quiet {
    /// Looks, and tells whether it has been quiet for the whole time. The first look begins the time.
    fn is_enough(&mut self, counts: &Counts) -> bool {
        let now = counts.changes.load(Ordering::Relaxed);
        let is_as_before = now == self.seen && counts.is_quiet();
        self.looks = if is_as_before { self.looks + 1 } else { 0 };
        self.seen = now;
        self.looks > LOOKS
    }
}

/// A call or a stream under way.
#[derive(Debug)]
pub struct Underway {
    counts: Arc<Counts>,
    is_stream: bool,
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.counts.changes.fetch_add(1, Ordering::Relaxed);
        self.counts.of(self.is_stream).fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks_until_idle(quiet: &mut Quiet, activity: &Activity) -> Option<u32> {
        (1..100).find(|_| quiet.is_enough(&activity.0))
    }

    fn unseen() -> (Activity, Quiet) {
        (Activity::default(), Quiet { looks: 0, seen: 0 })
    }

    #[test]
    fn a_connection_without_a_call_is_idle_after_the_time_and_not_before() {
        let (activity, mut quiet) = unseen();
        // Between so many looks lie four quarters.
        assert_eq!(looks_until_idle(&mut quiet, &activity), Some(5));
    }

    #[test]
    fn a_stream_that_is_open_keeps_its_connection_however_quiet_it_is() {
        let (activity, mut quiet) = unseen();
        let stream = activity.begin(true);
        assert_eq!(looks_until_idle(&mut quiet, &activity), None);
        drop(stream);
        // The first of these sees that it has ended.
        assert_eq!(looks_until_idle(&mut quiet, &activity), Some(6));
    }

    #[test]
    fn a_call_that_came_and_went_between_two_looks_begins_the_time_anew() {
        let (activity, mut quiet) = unseen();
        for _ in 0..10 {
            assert!((0..4).all(|_| !quiet.is_enough(&activity.0)));
            drop(activity.begin(false));
        }
    }

    #[tokio::test]
    async fn calls_are_over_once_the_last_has_ended_and_streams_do_not_count() {
        let (activity, _) = unseen();
        let _stream = activity.begin(true);
        let call = activity.begin(false);
        let mut over = std::pin::pin!(activity.calls_over(Duration::ZERO));
        assert!(futures_util::poll!(&mut over).is_pending());
        drop(call);
        over.await;
    }
}
