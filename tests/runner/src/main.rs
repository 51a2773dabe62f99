//! Plays seeded histories and says what came of them.

use runner::{History, Tally, play};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let seed: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let count: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(100);
    let told = arguments.next().is_some();
    let mut tally = Tally::default();
    let mut failed = 0;
    let started = std::time::Instant::now();
    for n in 0..count {
        let played = play(&History::of(seed + n), told);
        tally.add(&played.tally);
        if told {
            for line in &played.told {
                println!("{line}");
            }
        }
        if !played.violations.is_empty() {
            failed += 1;
            println!("seed {}:", seed + n);
            for violation in &played.violations {
                println!("  {violation}");
            }
        }
    }
    if count > 1 {
        println!("{tally}");
    }
    println!("unseen: {:?}", tally.unseen());
    println!("{failed} failed, {:?}", started.elapsed());
}
