//! More load than a service can carry, and a Mollie that hangs, against the build that is deployed: what callers get, what it costs in
//! memory, and how soon it is over. Ratios within one run are judged, as no machine is like another.

mod hanging;
mod overload;

use std::time::Duration;

use tests::{Engine, Environment, Silent};

use hanging::Hanging;
use overload::Overload;

const MIB: u64 = 1024 * 1024;
/// All memory that the service may take.
const MEMORY: u64 = 256 * MIB;

/// The build that is deployed.
fn deployed() -> Environment {
    vec![("ORDER_SERVICE_TEST_AS_DEPLOYED", "1".into())]
}

/// `false` if overload costs more than was promised.
pub async fn overload(seconds: u64) -> bool {
    assert!(Engine::Postgres.is_available().await, "run this by `cargo xtask proof overload`");
    let overload = Overload { phase: Duration::from_secs(seconds), times: 20, settings: deployed() };
    let it = Box::pin(overload.run()).await;
    println!(
        "64 places, Mollie takes 50 ms; then there are 1,280 callers, and then 64 again. {seconds} s each:\n{it}"
    );
    let silent = Silent { connections: 9_000, streams: 500, settings: deployed() };
    let silent = Box::pin(silent.run(Engine::Postgres)).await;
    println!("9,000 silent connections and 500 streams are open, and the service is told to stop:\n{silent}");
    it.failed.iter().take(5).for_each(|text| println!("  {text}"));
    let (before, during, after) = (&it.before, &it.during, &it.after);
    told(&[
        (
            "under 20 times the load at least 80 % of the peak get done",
            during.per_second * 100 >= before.per_second * 80,
        ),
        ("within 256 MiB", it.peak_bytes <= MEMORY),
        (
            "nothing fails or is put off but what is refused for load",
            it.failed.is_empty() && during.put_off == 0,
        ),
        (
            "10 s later it is as before: p99 within 1.5 times, 90 % of the peak, one in a thousand refused at most",
            {
                after.refused * 1_000 <= after.served
                    && after.p99 <= before.p99 * 3 / 2
                    && after.per_second * 100 >= before.per_second * 90
            },
        ),
        ("beside 9,000 silent connections a stop takes 10 s at most", silent.took <= Duration::from_secs(10)),
        (
            "each stream ends with its token",
            silent
                .ends
                .iter()
                .all(|end| end.reason == "SERVICE_STOPPING" && end.metadata.contains_key("resume_token")),
        ),
    ])
}

/// `false` if reads notice that Mollie hangs.
pub async fn hanging(seconds: u64) -> bool {
    assert!(Engine::Postgres.is_available().await, "run this by `cargo xtask proof hanging`");
    let hangs = Duration::from_secs(seconds);
    let it = Box::pin(Hanging { quiet: hangs / 5, hangs, settings: deployed() }.run()).await;
    println!(
        "50 orders are asked for each second; after {} s Mollie hangs for {seconds} s.\n{it}",
        seconds / 5
    );
    it.failed.iter().take(5).for_each(|text| println!("  {text}"));
    told(&[
        ("p99 of GetOrder within 1.5 times", it.hanging[0] <= it.quiet[0] * 3 / 2),
        ("p99 of ListOrders within 1.5 times", it.hanging[1] <= it.quiet[1] * 3 / 2),
        ("no read fails", it.failed.is_empty()),
        ("within 256 MiB", it.peak <= MEMORY),
    ])
}

fn told(promises: &[(&str, bool)]) -> bool {
    for (promise, kept) in promises {
        println!("{} {promise}", if *kept { "kept  " } else { "BROKEN" });
    }
    promises.iter().all(|(_, kept)| *kept)
}

/// The latency that so many of a hundred calls stay below.
fn percentile(mut latencies: Vec<Duration>, percent: usize) -> Duration {
    latencies.sort_unstable();
    let last = latencies.len().saturating_sub(1);
    latencies.get((latencies.len() * percent / 100).min(last)).copied().unwrap_or_default()
}
