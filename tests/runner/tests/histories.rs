//! Seeded histories, judged as a whole: no promise broken, and enough done for that to mean something.

use runner::{History, campaign, new_seed, play};

/// So many in every run; a proof plays a million.
const COUNT: u64 = 3_000;

fn seed() -> u64 {
    std::env::var("ORDER_SERVICE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(new_seed)
}

#[test]
fn no_history_breaks_a_promise() {
    let seed = seed();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let campaign = campaign(seed, COUNT, threads, || ());
    println!("histories: seed {seed}\n{}", campaign.tally);
    let failed: Vec<_> = campaign
        .failures
        .iter()
        .map(|failure| format!("runner shrink {}: {:#?}", failure.seed, failure.violations))
        .collect();
    assert!(failed.is_empty(), "seed {seed}\n{}", failed.join("\n"));
    assert_eq!(campaign.shortfalls(), Vec::<String>::new(), "seed {seed}");
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let seed = seed();
    for number in 0..20 {
        let history = History::of(runner::seed_of(seed, number));
        let (one, other) = (play(&history, true), play(&history, true));
        assert_eq!(one.told, other.told, "seed {}", history.seed);
        assert_eq!(one.fingerprint, other.fingerprint, "seed {}", history.seed);
    }
}
