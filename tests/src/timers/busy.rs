//! What processes and the machine did for a while, by the operating system's accounting.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::service::Service;

/// Who used the processors for how long.
#[derive(Debug)]
pub struct Busy {
    pub took: Duration,
    /// Time of each replica on a processor.
    pub replicas: Vec<Duration>,
    /// In how many in a hundred of all processors' time they did anything, for whomever.
    machine: u64,
    /// How many were running or waiting to, by the system's own average over the last minute.
    load: String,
}

impl Busy {
    pub async fn during<T>(replicas: &[&Service], work: impl Future<Output = T>) -> (T, Self) {
        let used = || replicas.iter().map(|replica| replica.uses().cpu).collect::<Vec<_>>();
        let (began, before, machine) = (Instant::now(), used(), ticks());
        let done = work.await;
        let (took, after, now) = (began.elapsed(), used(), ticks());
        let replicas = after.iter().zip(&before).map(|(after, before)| *after - *before).collect();
        let (busy, all) = (now.0 - machine.0, now.1 - machine.1);
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().unwrap_or_default().to_owned();
        (done, Self { took, replicas, machine: 100 * busy / all.max(1), load })
    }

    /// The part of one processor's time that the busiest replica used, in hundredths of a percent.
    pub fn most(&self) -> u128 {
        self.shares().max().unwrap_or_default()
    }

    fn shares(&self) -> impl Iterator<Item = u128> {
        self.replicas.iter().map(|used| 10_000 * used.as_nanos() / self.took.as_nanos().max(1))
    }
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shares: Vec<_> =
            self.shares().map(|share| format!("{}.{:02} %", share / 100, share % 100)).collect();
        let Self { machine, load, .. } = self;
        write!(f, "{} of a core; the machine busy to {machine} %, load average {load}", shares.join(", "))
    }
}

/// Of all processors together: when they did something, and all there was.
fn ticks() -> (u64, u64) {
    let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let first = text.lines().next().unwrap_or_default();
    // User, nice, system, idle, waiting for the disk, interrupts, soft interrupts, stolen.
    let times: Vec<u64> = first.split_whitespace().skip(1).take(8).filter_map(|it| it.parse().ok()).collect();
    let all = times.iter().sum();
    let idle: u64 = times.iter().skip(3).take(2).sum();
    (all - idle, all)
}
