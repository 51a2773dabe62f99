//! The queue of one rank for one key: the first in it has the permits, and asks for more. Knows nothing of what is sent.

use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use domain::ports::{CallPermits, Clock};
use domain::rules::call_rate::{Rank, SLICE};
use futures_util::future::{Either, select};
use tokio::sync::Mutex;

use super::{Budget, Later, Paced};

/// A pause before the store is asked again that cannot be asked.
const UNASKED: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub struct Lane {
    /// Fair: who comes first is served first.
    pool: Mutex<Pool>,
    waiting: AtomicU32,
}

/// The permits at hand. Times are by a clock that only runs forward.
#[derive(Debug, Default)]
struct Pool {
    permits: u32,
    /// They are good until then.
    until: Duration,
    /// The store has none before.
    ask_at: Duration,
    asked_at: Duration,
    /// How many were wanted when it was asked last.
    wanted: u32,
}

impl Pool {
    /// Who asks again within a slice needs more than he thought: so a busy process asks once in a slice, and one with a single call
    /// takes no more than that.
    fn wants(&self, waiting: u32, now: Duration, most: u32) -> u32 {
        let is_busy = self.wanted > 0 && now < self.asked_at + SLICE;
        let again = if is_busy { self.wanted.saturating_mul(2) } else { 0 };
        let steady = if now < self.asked_at + 2 * SLICE && !is_busy { self.wanted } else { 0 };
        waiting.max(again).max(steady).clamp(1, most)
    }
}

/// One who waits.
struct Waiting<'a>(&'a AtomicU32);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Lane {
    /// Takes a permit; whether it had to wait.
    pub async fn permit<T, P: CallPermits, C: Clock>(
        &self,
        paced: &Paced<T, P, C>,
        budget: &Budget,
        rank: Rank,
        by: Duration,
    ) -> Result<bool, Later> {
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        let interval = Duration::from_micros(budget.rate.interval().unsigned_abs());
        let at_best = interval.saturating_mul(ahead);
        let started = paced.clock.elapsed();
        if started + at_best > by {
            return Err(used_up(at_best));
        }
        let Some(mut pool) = within(&paced.clock, by, self.pool.lock()).await else {
            return Err(used_up(at_best.max(interval)));
        };
        let (mut slept, mut has_asked) = (false, false);
        loop {
            let now = paced.clock.elapsed();
            if now > by {
                return Err(used_up(interval));
            }
            // Whoever has asked takes one also where the answer took longer than permits are good for: or else nobody would ever call.
            if pool.permits > 0 && (now < pool.until || has_asked) {
                pool.permits -= 1;
                // Who stood in the queue for a slice waited for somebody who slept; to ask the store is no waiting.
                return Ok(slept || now >= started + SLICE);
            }
            if now < pool.ask_at {
                if pool.ask_at > by {
                    return Err(used_up(pool.ask_at - now));
                }
                slept = true;
                paced.clock.sleep(pool.ask_at - now).await;
                has_asked = false;
                continue;
            }
            self.ask(&mut pool, paced, budget, rank, now).await?;
            has_asked = true;
        }
    }

    async fn ask<T, P: CallPermits, C: Clock>(
        &self,
        pool: &mut Pool,
        paced: &Paced<T, P, C>,
        budget: &Budget,
        rank: Rank,
        now: Duration,
    ) -> Result<(), Later> {
        let wanted = pool.wants(self.waiting.load(Ordering::Relaxed), now, budget.rate.burst());
        (pool.asked_at, pool.wanted) = (now, wanted);
        let reserved = paced.permits.reserve(&budget.name, budget.rate, rank, wanted).await;
        let reserved = reserved.map_err(|error| Later {
            problem: format!("the calls that are left cannot be counted: {error}"),
            pause: UNASKED,
        })?;
        // From before it was asked: so no clock needs to agree with the store's.
        (pool.permits, pool.until) = (reserved.permits, now + SLICE);
        let then = paced.clock.elapsed();
        if reserved.permits == 0 {
            pool.ask_at = then + reserved.again_in.max(Duration::from_millis(1));
        }
        let mut quotas = budget.quotas();
        for (name, pause) in &reserved.pauses {
            quotas.pause(name, *pause, then);
        }
        Ok(())
    }
}

fn used_up(pause: Duration) -> Later {
    Later { problem: "the calls that the profile's key may make are used up for now".to_owned(), pause }
}

/// What the work comes to, if that is in time.
async fn within<R>(clock: &impl Clock, by: Duration, work: impl Future<Output = R>) -> Option<R> {
    let left = by.saturating_sub(clock.elapsed());
    match select(pin!(work), pin!(clock.sleep(left))).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(((), _)) => None,
    }
}
