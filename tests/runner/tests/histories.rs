//! Seeded histories, judged as a whole: no promise broken, and enough done for that to mean something.

use runner::{History, campaign, new_seed, play};

/// So many whenever tests are run; CI plays 3,000, and a proof a million.
const COUNT: u64 = 300;

fn seed() -> u64 {
    std::env::var("ORDER_SERVICE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(new_seed)
}

#[test]
fn no_history_breaks_a_promise() {
    let seed = seed();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let campaign = campaign(seed, COUNT, threads, || ());
    println!("seed histories={seed}");
    let failed: Vec<_> = campaign
        .failures
        .iter()
        .map(|failure| format!("runner shrink {}: {:#?}", failure.seed, failure.violations))
        .collect();
    assert!(failed.is_empty(), "seed {seed}\n{}", failed.join("\n"));
    // Rare ways of the operation table are seldom seen in so few.
    let shortfalls: Vec<_> = campaign.shortfalls().into_iter().filter(|text| text.contains("1000")).collect();
    assert!(shortfalls.is_empty(), "seed {seed}: {shortfalls:?}");
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let seed = seed();
    for number in 0..20 {
        let history = History::of(runner::seed_of(seed, number));
        let (one, other) = (play(&history, true), play(&history, true));
        assert_eq!(one.reported, other.reported, "seed {}", history.seed);
        assert_eq!(one.fingerprint, other.fingerprint, "seed {}", history.seed);
    }
}
