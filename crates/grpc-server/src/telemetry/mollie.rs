//! What is told of Mollie's calls: how each ended, and one line when Mollie is down and one when it answers again, however many operations
//! wait for it.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mollie_adapter::Heard;
use tracing::{info, warn};

use super::metrics::{label, meters};

/// How long Mollie may answer nothing but errors before somebody is told.
const PATIENCE: Duration = Duration::from_secs(10);

static OUTAGE: Mutex<Outage> = Mutex::new(Outage { since: None, is_told: false });

/// Hears how a call has ended.
pub fn heard(call: &Heard<'_>) {
    let outcome = match call.outcome {
        Ok(status) => label("outcome", status.to_string()),
        Err(why) => label("outcome", why),
    };
    let method = label("http.request.method", call.endpoint.method().to_string());
    let labels = [method, label("url.template", call.endpoint.template()), outcome];
    meters().mollie.record(call.took.as_secs_f64(), &labels);
    for left in call.left {
        meters().rate_left.record(left.left, &[label("quota", left.name.clone())]);
    }
    let answers = call.outcome.is_ok_and(|status| status < 500);
    match outage().note(answers, Instant::now()) {
        Some(Change::Down(lasted)) => warn!(
            since_ms = milliseconds(lasted),
            "Mollie is down: calls are recorded and wait, and are carried out once it answers; look at its status page, and at the way \
             there from here"
        ),
        Some(Change::Up(lasted)) => info!(down_ms = milliseconds(lasted), "Mollie answers again"),
        None => (),
    }
}

/// For how long Mollie has answered nothing but errors.
pub fn down_for() -> Duration {
    outage().since.map_or(Duration::ZERO, |since| since.elapsed())
}

fn outage() -> MutexGuard<'static, Outage> {
    OUTAGE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Since when Mollie answers nothing but errors, and whether that was told.
struct Outage {
    since: Option<Instant>,
    is_told: bool,
}

/// What is to be told, with how long it has lasted.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Down(Duration),
    Up(Duration),
}

impl Outage {
    fn note(&mut self, answers: bool, now: Instant) -> Option<Change> {
        if answers {
            let lasted = now.duration_since(self.since.take()?);
            return std::mem::take(&mut self.is_told).then_some(Change::Up(lasted));
        }
        let lasted = now.duration_since(*self.since.get_or_insert(now));
        let is_new = lasted >= PATIENCE && !std::mem::replace(&mut self.is_told, lasted >= PATIENCE);
        is_new.then_some(Change::Down(lasted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_once_when_it_has_lasted_and_once_when_it_ends() {
        let (mut outage, begun) = (Outage { since: None, is_told: false }, Instant::now());
        let at = |seconds| begun + Duration::from_secs(seconds);
        assert_eq!(outage.note(false, at(0)), None);
        assert_eq!(outage.note(true, at(9)), None, "it was short");
        assert_eq!((outage.note(false, at(10)), outage.note(false, at(19))), (None, None));
        assert_eq!(outage.note(false, at(20)), Some(Change::Down(Duration::from_secs(10))));
        assert_eq!(outage.note(false, at(90)), None, "it was told");
        assert_eq!(outage.note(true, at(100)), Some(Change::Up(Duration::from_secs(90))));
        assert_eq!(outage.note(true, at(101)), None);
    }
}
