//! Three replicas under load with the settings of production, killed a hundred times at random: who did what, how long what
//! a death left behind lay until another claimed it, and until it was settled.

use std::time::Duration;

use tests::{Dice, Engine, Load, Report, keyed_kinds, unkeyed_kinds};

/// The defaults of `mollie.call_timeout_seconds` and `mollie.settle_window_seconds`: what a cancellation of unknown outcome
/// waits for, once its lease is over.
const WINDOW: Duration = Duration::from_secs(20 + 60);
/// How long what is left to do may take.
const PROMPT: Duration = Duration::from_secs(10);

/// `false` if a promise was not kept.
pub async fn prove(deaths: usize) -> bool {
    assert!(Engine::Postgres.is_available().await, "run this by `cargo xtask proof replicas`");
    let load = Load {
        // As many as there is time for between the deaths.
        orders: 0,
        deaths,
        callers: 12,
        between_deaths: 3_000..7_000,
        settings: Vec::new(),
        quiet: Duration::from_secs(300),
    };
    let report = Box::pin(load.run(Dice::new("replicas"))).await;
    println!("{report}");
    println!(
        "In the end every intent had exactly one effect, the database said what Mollie said, and events had no gaps."
    );
    let kept = promises(&report, deaths);
    for (promise, kept) in &kept {
        println!("{} {promise}", if *kept { "kept  " } else { "BROKEN" });
    }
    let is_kept = kept.iter().all(|(_, kept)| *kept);
    if !is_kept {
        for kinds in [keyed_kinds(), unkeyed_kinds()] {
            println!("The slowest of {}, by the logs:", kinds.join(", "));
            report.slowest(&kinds).iter().for_each(|line| println!("  {line}"));
        }
    }
    is_kept
}

fn promises(report: &Report, deaths: usize) -> Vec<(String, bool)> {
    let keyed = report.settled_within(&keyed_kinds(), 99);
    let unkeyed = report.settled_within(&unkeyed_kinds(), 99);
    vec![
        (format!("at least {deaths} deaths"), report.deaths >= deaths),
        ("each replica settled at least 20 % of the operations".to_owned(), report.least_share() >= 20),
        ("what a death left behind was claimed by another within 10 s (p99)".to_owned(), {
            report.forgotten == 0 && report.claimed_within(99) <= PROMPT
        }),
        ("what may be repeated under its key was settled within 10 s more (p99)".to_owned(), keyed <= PROMPT),
        (
            "cancellations were settled after lease, time-out and settle window, and 10 s more, for each call lost (p99)"
                .to_owned(),
            unkeyed <= WINDOW + PROMPT,
        ),
    ]
}
