//! Making calls and timing them. It knows neither what is called nor what that should take.

mod closed;
mod open;

pub use closed::{Until, closed};
pub use open::{Timetable, open};

use anyhow::Result;
use hdrhistogram::Histogram;

use crate::accounting::Cpu;

#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Who makes it, from 0.
    pub caller: usize,
    /// Its number among all, from 0.
    pub number: usize,
}

#[derive(Clone, Debug)]
pub struct Load {
    pub done: f64,
    pub seconds: f64,
    /// In microseconds.
    pub latencies: Histogram<u64>,
    /// In milliseconds, of all calls.
    pub cpu: Cpu,
}

impl Load {
    pub fn new(latencies: Histogram<u64>, seconds: f64, cpu: Cpu) -> Self {
        let done = u32::try_from(latencies.len()).map_or(f64::INFINITY, f64::from);
        Self { done, seconds, latencies, cpu }
    }

    pub fn rate(&self) -> f64 {
        self.done / self.seconds
    }

    /// CPU time of each process for one call.
    pub fn cpu(&self) -> Cpu {
        self.cpu.map(|used| used / self.done)
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
        let load = Load::new(latencies, 4.0, Cpu::default());
        assert!((load.latency(0.5) - 50.0).abs() < 0.1 && (load.latency(0.99) - 99.0).abs() < 0.1);
        assert_eq!(load.rate(), 25.0);
    }
}
