//! An open loop: calls begin by a timetable, whatever is outstanding, and a call's latency counts from when it was to
//! begin. So a server that stalls is charged for every call that would have come meanwhile.

use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::sync::mpsc;

use super::{Call, Load, histogram};
use crate::accounting::Watched;

#[derive(Clone, Copy, Debug)]
pub struct Timetable {
    pub rate: f64,
    pub calls: u32,
}

impl Timetable {
    /// As many calls as this rate gives in this time.
    pub fn new(rate: f64, length: Duration) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and small")]
        let calls = (rate * length.as_secs_f64()).ceil() as u32;
        Self { rate, calls }
    }

    pub fn planned(&self, number: u32) -> Duration {
        Duration::from_secs_f64(f64::from(number) / self.rate)
    }
}

/// Makes calls by a timetable. The first that fails ends it.
pub async fn open<F, R>(timetable: Timetable, watched: &Watched, call: F) -> Result<Load>
where
    F: Fn(Call) -> R + Send + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    let before = watched.used()?;
    let (send, mut answers) = mpsc::unbounded_channel();
    let runtime = tokio::runtime::Handle::current();
    let began = Instant::now();
    // Timers of the runtime are a millisecond coarse, which would be part of every latency.
    let pacer = std::thread::spawn(move || {
        // Calls may set timers as soon as they are made.
        let _inside = runtime.enter();
        for number in 0..timetable.calls {
            let planned = began + timetable.planned(number);
            wait_until(planned);
            let (send, answer) =
                (send.clone(), call(Call { caller: number as usize, number: number as usize }));
            runtime.spawn(async move {
                let answer = answer.await;
                // Nobody listens any more once a call has failed.
                let _ = send.send(answer.map(|()| planned.elapsed()));
            });
        }
    });
    let mut latencies = histogram()?;
    while let Some(latency) = answers.recv().await {
        latencies.record(u64::try_from(latency?.as_micros())?.max(1))?;
    }
    let seconds = began.elapsed().as_secs_f64();
    pacer.join().map_err(|_| anyhow::anyhow!("the timetable was not kept: its thread panicked"))?;
    Ok(Load::new(latencies, seconds, watched.since(before)?))
}

#[expect(clippy::disallowed_methods, reason = "a separate thread without a runtime")]
fn wait_until(planned: Instant) {
    std::thread::sleep(planned.saturating_duration_since(Instant::now()));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Mutex;

    use super::*;

    #[test]
    fn calls_are_spread_evenly() {
        let timetable = Timetable::new(500.0, Duration::from_secs(2));
        assert_eq!(timetable.calls, 1000);
        assert_eq!(timetable.planned(0), Duration::ZERO);
        assert_eq!(timetable.planned(250), Duration::from_millis(500));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn calls_that_would_have_come_during_a_stall_count_with_it() {
        let door = Arc::new(Mutex::new(()));
        // The first caller holds the door until the last one has knocked.
        let last = Arc::new(tokio::sync::Notify::new());
        let timetable = Timetable { rate: 200.0, calls: 20 };
        let call = move |call: Call| {
            let (door, last) = (Arc::clone(&door), Arc::clone(&last));
            async move {
                if call.number == 19 {
                    last.notify_one();
                }
                let _inside = door.lock().await;
                if call.number == 0 {
                    last.notified().await;
                }
                Ok(())
            }
        };
        let load = open(timetable, &Watched::default(), call).await.unwrap();
        assert_eq!(load.done, 20.0);
        // The last was planned 95 ms after the first; half of all came in the first half of that.
        assert!(load.latency(0.5) >= 40.0, "{}", load.latency(0.5));
    }
}
