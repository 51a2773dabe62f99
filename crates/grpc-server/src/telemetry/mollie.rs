//! What is told of Mollie's calls: how each ended, and one line when Mollie is down and one when it answers again, however many operations
//! wait for it.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mollie_adapter::Heard;
use tracing::{info, warn};

use super::metrics::{label, meters};

/// How long Mollie may answer nothing but errors before somebody is told.
const PATIENCE: Duration = Duration::from_secs(10);

/// So few calls without an answer may be chance, however far they are apart.
const FEW: u32 = 2;

/// Each name of a quota is a series for as long as the process runs. Mollie has a few.
const MOST_QUOTAS: usize = 64;
static QUOTAS: Names = Names(Mutex::new(BTreeSet::new()));

static OUTAGE: Mutex<Outage> = Mutex::new(Outage::NONE);

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
        meters().rate_left.record(left.left, &[label("quota", QUOTAS.shown(&left.name))]);
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

/// For how long Mollie had answered nothing but errors when it was called last.
pub fn down_for() -> Duration {
    outage().lasted()
}

fn outage() -> MutexGuard<'static, Outage> {
    OUTAGE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// The names that have been told.
struct Names(Mutex<BTreeSet<String>>);

impl Names {
    /// The name, or `_OTHER` where there are too many.
    fn shown(&self, name: &str) -> String {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_room = names.len() < MOST_QUOTAS || names.contains(name);
        if has_room {
            names.insert(name.to_owned());
        }
        if has_room { name.to_owned() } else { "_OTHER".to_owned() }
    }
}

/// Since when Mollie answers nothing but errors, and whether that was told.
struct Outage {
    /// The first and the last call that it did not answer.
    between: Option<(Instant, Instant)>,
    calls: u32,
    is_told: bool,
}

/// What is to be told, with how long it has lasted.
#[derive(Debug, PartialEq, Eq)]
enum Change {
    Down(Duration),
    Up(Duration),
}

impl Outage {
    const NONE: Self = Self { between: None, calls: 0, is_told: false };

    fn lasted(&self) -> Duration {
        let between = self.between.filter(|_| self.calls > FEW);
        between.map_or(Duration::ZERO, |(since, last)| last.duration_since(since))
    }

    fn note(&mut self, answers: bool, now: Instant) -> Option<Change> {
        if answers {
            let ended = std::mem::replace(self, Self::NONE);
            let (since, _) = ended.between.filter(|_| ended.is_told)?;
            return Some(Change::Up(now.duration_since(since)));
        }
        let (since, _) = self.between.unwrap_or((now, now));
        (self.between, self.calls) = (Some((since, now)), self.calls.saturating_add(1));
        let is_down = self.lasted() >= PATIENCE;
        let is_new = is_down && !std::mem::replace(&mut self.is_told, is_down);
        is_new.then(|| Change::Down(self.lasted()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_once_when_it_has_lasted_and_once_when_it_ends() {
        let (mut outage, begun) = (Outage::NONE, Instant::now());
        let at = |seconds| begun + Duration::from_secs(seconds);
        assert_eq!(outage.note(false, at(0)), None);
        assert_eq!(outage.note(true, at(9)), None, "it was short");
        assert_eq!([10, 12, 19].map(|second| outage.note(false, at(second))), [None, None, None]);
        assert_eq!(outage.note(false, at(20)), Some(Change::Down(Duration::from_secs(10))));
        assert_eq!(outage.note(false, at(90)), None, "it was told");
        assert_eq!(outage.lasted(), Duration::from_secs(80), "silence since then says nothing");
        assert_eq!(outage.note(true, at(100)), Some(Change::Up(Duration::from_secs(90))));
        assert_eq!((outage.note(true, at(101)), outage.lasted()), (None, Duration::ZERO));
    }

    #[test]
    fn two_calls_without_an_answer_on_a_quiet_night_are_no_outage() {
        let (mut outage, begun) = (Outage::NONE, Instant::now());
        let at = |seconds| begun + Duration::from_secs(seconds);
        assert_eq!([0, 900].map(|second| outage.note(false, at(second))), [None, None]);
        assert_eq!(outage.lasted(), Duration::ZERO);
        assert_eq!(outage.note(false, at(960)), Some(Change::Down(Duration::from_secs(960))));
    }

    #[test]
    fn names_of_quotas_have_a_bound() {
        let names = Names(Mutex::new(BTreeSet::new()));
        let shown: BTreeSet<_> = (0..1000).map(|n| names.shown(&format!("get-{n}"))).collect();
        assert_eq!((shown.len(), shown.contains("_OTHER")), (MOST_QUOTAS + 1, true));
        assert_eq!([names.shown("get-0"), names.shown("get-999")], ["get-0", "_OTHER"]);
    }
}
