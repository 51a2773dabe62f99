//! What is refused because as much is under way as may be, or because nothing may be yet. Nothing of it was begun.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tonic::{Code, Status};

use super::{Failure, SOON};
use crate::admission::Full;
use crate::proto::ErrorReason;

/// The bound that was met.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    pub full: Full,
    /// The setting it comes from.
    pub setting: &'static str,
}

/// Those who are refused at once are told to come again one after the other, within this many steps.
const STEPS: u32 = 16;
static STEP: AtomicU32 = AtomicU32::new(0);

fn pause() -> Duration {
    SOON + SOON / STEPS * (STEP.fetch_add(1, Ordering::Relaxed) % STEPS)
}

/// As many calls of its kind are under way as may be.
pub fn too_many_calls(bound: Bound) -> Status {
    refused(ErrorReason::TooManyCalls, "calls of this kind", bound)
}

/// As many streams are open as may be.
pub fn too_many_streams(full: Full) -> Status {
    refused(ErrorReason::TooManyStreams, "streams", Bound { full, setting: "events.max_streams" })
}

fn refused(reason: ErrorReason, what: &str, Bound { full, setting }: Bound) -> Status {
    let (text, most) = match full {
        Full::All(most) => (
            format!(
                "This process serves {most} {what} already, which is its bound ({setting}); nothing was begun. Try another \
                 replica, or again after the pause given."
            ),
            most,
        ),
        Full::OfCaller(most) => (
            format!(
                "You have {most} {what} under way here already, which is one caller's share of {setting} \
                 (grpc.caller_share_percent); nothing was begun. Wait for their answers, or try again after the pause given."
            ),
            most,
        ),
    };
    Failure::new(Code::ResourceExhausted, reason, text)
        .with("setting", setting)
        .with("most", most)
        .retry(pause())
        .status()
}

/// How long a restored database may still be compared with Mollie at the least.
const RESTORING: Duration = Duration::from_secs(5);

/// The database was restored, and Mollie is read first.
pub fn restoring() -> Status {
    let text = "The database was restored from a backup, and Mollie is read before calls are taken; nothing was begun. Repeat with the same request_id.";
    Failure::new(Code::Unavailable, ErrorReason::Restoring, text).retry(RESTORING).status()
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::*;

    #[test]
    fn who_is_refused_is_told_the_bound_and_when_to_come_again() {
        for full in [Full::All(64), Full::OfCaller(48)] {
            let status = too_many_calls(Bound { full, setting: "grpc.max_changes" });
            assert_eq!(status.code(), Code::ResourceExhausted);
            let details = status.get_error_details();
            assert_eq!(details.error_info().unwrap().reason, "TOO_MANY_CALLS");
            assert_eq!(details.error_info().unwrap().metadata["setting"], "grpc.max_changes");
            let pause = details.retry_info().unwrap().retry_delay.unwrap();
            assert!((SOON..SOON * 2).contains(&pause), "{pause:?}");
            let pushback = status.metadata().get("grpc-retry-pushback-ms").unwrap().to_str().unwrap();
            assert_eq!(pushback, pause.as_millis().to_string());
        }
    }

    #[test]
    fn those_who_are_refused_at_once_do_not_come_again_at_once() {
        let pauses: std::collections::BTreeSet<_> = (0..STEPS * 4).map(|_| pause()).collect();
        assert!(pauses.len() >= STEPS as usize, "{pauses:?}");
    }
}
