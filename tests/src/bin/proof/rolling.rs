//! A hundred SIGTERMs of one of three replicas under load, then a rolling change from the build before this one to this one, and back.

use std::path::PathBuf;
use std::time::Duration;

use tests::{Dice, Engine, Rolled, Rolling};

/// Where `cargo xtask proof rolling` says that the program of the previous commit lies.
const BEFORE: &str = "ORDER_SERVICE_TEST_BEFORE";
/// How long a stop may take: calls of Mollie are answered at once here.
const PROMPT: Duration = Duration::from_secs(10);

/// `false` if a call failed or an event was missed.
pub async fn prove(stops: usize) -> bool {
    assert!(Engine::Postgres.is_available().await, "run this by `cargo xtask proof rolling`");
    let same = run(stops, None).await;
    println!("Three replicas of this build, stopped one after the other.\n{same}");
    let before = std::env::var_os(BEFORE).map(PathBuf::from);
    let before =
        before.unwrap_or_else(|| panic!("{BEFORE} names no program: run `cargo xtask proof rolling`"));
    let change = run(6, Some(before)).await;
    println!("\nThree replicas of the previous commit, each changed to this build, and back.\n{change}");
    let all = |holds: fn(&Rolled) -> bool| [&same, &change].into_iter().all(holds);
    let kept = [
        ("no call failed at a client that knows GOAWAY", all(|it| it.failed.is_empty())),
        ("every watcher went on without a gap", all(|it| it.missed.is_empty())),
        ("each stop of this build ended within 10 s", same.stops.iter().all(|took| *took <= PROMPT)),
    ];
    for text in same.failed.iter().chain(&change.failed).chain(&same.missed).chain(&change.missed).take(20) {
        println!("  {text}");
    }
    for (promise, kept) in kept {
        println!("{} {promise}", if kept { "kept  " } else { "BROKEN" });
    }
    kept.iter().all(|(_, kept)| *kept)
}

async fn run(stops: usize, before: Option<PathBuf>) -> Rolled {
    let rolling = Rolling { stops, callers: 12, watchers: 10, between: Duration::from_secs(2), before };
    Box::pin(rolling.run(Dice::new("rolling"))).await
}
