//! Making calls and timing them. It knows neither what is called nor what that should take.

mod closed;
mod open;

pub use closed::{Until, closed};
pub use open::{Timetable, open};

use anyhow::Result;
use hdrhistogram::Histogram;

use crate::accounting::Cpu;

/// Which call of a load it is.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Who makes it, from 0.
    pub caller: usize,
    /// The how manieth of all, from 0.
    pub number: usize,
}

/// What a load came to.
#[derive(Clone, Debug)]
pub struct Load {
    pub done: u64,
    pub seconds: f64,
    /// In microseconds.
    pub latencies: Histogram<u64>,
    pub cpu: Cpu,
}

impl Load {
    /// Calls a second.
    pub fn rate(&self) -> f64 {
        self.calls() / self.seconds
    }

    /// How many calls it was.
    pub fn calls(&self) -> f64 {
        u32::try_from(self.done).map_or(f64::INFINITY, f64::from)
    }

    /// The latency that this share of all calls kept, in milliseconds.
    pub fn latency(&self, share: f64) -> f64 {
        quantile(&self.latencies, share)
    }
}

/// The value that this share of all keeps, in milliseconds.
pub fn quantile(latencies: &Histogram<u64>, share: f64) -> f64 {
    u32::try_from(latencies.value_at_quantile(share)).map_or(f64::INFINITY, f64::from) / 1e3
}

/// For latencies up to two minutes, in microseconds, to three digits.
pub fn histogram() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 120_000_000, 3)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_all_calls_keeps_a_latency() {
        let mut latencies = histogram().unwrap();
        for millisecond in 1..=100 {
            latencies.record(millisecond * 1000).unwrap();
        }
        let load = Load { done: 100, seconds: 4.0, latencies, cpu: Cpu::default() };
        assert!((load.latency(0.5) - 50.0).abs() < 0.1 && (load.latency(0.99) - 99.0).abs() < 0.1);
        assert_eq!(load.rate(), 25.0);
    }
}
