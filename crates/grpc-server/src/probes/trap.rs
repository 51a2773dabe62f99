//! The trap: counts how often its point is passed, and ends or stops the process there.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::{Signal, getpid, kill_process};

use super::point::Point;

/// `POINT`, `POINT:N` for the Nth time it is passed, or `POINT:N:stop` to stop the process there rather than kill it.
const VARIABLE: &str = "ORDER_SERVICE_PROBE";

/// At most one point is armed, for the life of the process.
pub struct Trap(Option<Armed>);

#[derive(Debug)]
struct Armed {
    point: Point,
    /// How often it may still be passed.
    left: AtomicU32,
    signal: Signal,
}

impl Trap {
    pub fn from_environment() -> Result<Self, String> {
        let Ok(text) = std::env::var(VARIABLE) else { return Ok(Self(None)) };
        let armed = parse(&text).ok_or_else(|| {
            format!(
                "{VARIABLE} is {text:?}; POINT[:N[:stop]] is expected, with a point of `order-service probes`"
            )
        })?;
        tracing::warn!(point = %armed.point, "a crash point is armed");
        Ok(Self(Some(armed)))
    }

    /// Passes a point, or stops there.
    pub fn pass(&self, point: Point) {
        let Some(armed) = self.0.as_ref().filter(|armed| armed.point == point) else { return };
        if armed.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            strike(armed.signal);
        }
    }
}

/// Does not return before the signal has taken effect on the whole process.
#[expect(clippy::disallowed_methods, reason = "this thread must not run on until the signal has stopped it")]
fn strike(signal: Signal) {
    if let Err(error) = kill_process(getpid(), signal) {
        tracing::error!(%error, "the process cannot send itself a signal");
        std::process::abort();
    }
    std::thread::sleep(Duration::from_millis(100));
}

fn parse(text: &str) -> Option<Armed> {
    let mut parts = text.split(':');
    let name = parts.next()?;
    let point = Point::all().into_iter().find(|point| point.to_string() == name)?;
    let nth = parts.next().map_or(Some(1), |nth| nth.parse().ok().filter(|nth| *nth > 0))?;
    let signal = match parts.next() {
        None => Signal::KILL,
        Some("stop") => Signal::STOP,
        Some(_) => return None,
    };
    parts.next().is_none().then(|| Armed { point, left: AtomicU32::new(nth), signal })
}
