//! What the service adds to Mollie's own delay.

use anyhow::Result;

use crate::bed::Bed;
use crate::figures::{Figure, Scale, Series, Unit};
use crate::findings::Findings;
use crate::load::Until;

/// So many callers at once, each with its next call as soon as its last is answered: they keep both cores busy.
const CALLERS: usize = 8;

pub async fn measure(bed: &Bed<'_>, findings: &mut Findings) -> Result<()> {
    let delays = [0_u32, 50, 250];
    let mut samples = [const { Vec::new() }; 3];
    for _ in 0..bed.site.plan.rounds {
        for (delay, samples) in delays.iter().zip(&mut samples) {
            bed.site.mollie.delay(u64::from(*delay)).await?;
            let load = bed.service.create(CALLERS, Until::Calls(bed.site.plan.delayed)).await?;
            samples.push(load.latency(0.5) - f64::from(*delay));
        }
    }
    bed.site.mollie.delay(0).await?;
    let without = samples[0].clone();
    let mut points = Vec::new();
    for (delay, samples) in delays.into_iter().zip(samples) {
        points.push((f64::from(delay), samples.clone()));
        let what = format!("create, 8 callers, latency p50 added to Mollie's {delay} ms");
        let figure = Figure::new(&format!("delay.{delay}"), &what, Unit::Milliseconds, samples);
        findings.note(if delay == 0 { figure } else { figure.over("at 0 ms", without.clone()) });
    }
    let lines = vec![Series::new("the service,\n8 callers", points)];
    let (title, axes) =
        ("Latency that the service adds to Mollie's", ("Mollie's delay in milliseconds", "milliseconds"));
    findings.draw("delay", title, axes, Scale::Linear, lines);
    Ok(())
}
