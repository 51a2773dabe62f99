//! A closed loop: so many callers, each making its next call when its last has been answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use super::{Call, Load, histogram};
use crate::accounting::Watched;

#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// No call begins after this.
    Time(Duration),
    /// So many calls are made.
    Calls(usize),
}

/// Makes calls in a closed loop. The first that fails ends it.
pub async fn closed<F, R>(callers: usize, until: Until, watched: &Watched, call: F) -> Result<Load>
where
    F: Fn(Call) -> R + Clone + Send + 'static,
    R: Future<Output = Result<()>> + Send + 'static,
{
    let next = Arc::new(AtomicUsize::new(0));
    let before = watched.used()?;
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for caller in 0..callers {
        let (next, call) = (Arc::clone(&next), call.clone());
        tasks.spawn(async move {
            let mut latencies = histogram()?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let over = match until {
                    Until::Time(length) => began.elapsed() >= length,
                    Until::Calls(calls) => number >= calls,
                };
                if over {
                    return anyhow::Ok(latencies);
                }
                let start = Instant::now();
                call(Call { caller, number }).await?;
                latencies.record(u64::try_from(start.elapsed().as_micros())?.max(1))?;
            }
        });
    }
    let mut latencies = histogram()?;
    while let Some(ended) = tasks.join_next().await {
        latencies.add(ended??)?;
    }
    let seconds = began.elapsed().as_secs_f64();
    Ok(Load::new(latencies, seconds, watched.since(before)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_loop_makes_as_many_calls_as_it_should_and_ends_with_the_first_failure() {
        let watched = Watched::default();
        let load = closed(3, Until::Calls(10), &watched, async |_| Ok(())).await.unwrap();
        assert_eq!(load.done, 10.0);
        let fails = async |call: Call| if call.number == 7 { Err(anyhow::anyhow!("no")) } else { Ok(()) };
        assert!(closed(3, Until::Calls(10), &watched, fails).await.is_err());
    }
}
