//! The target that FUZZ_TARGET names, as libFuzzer calls it. An input that costs too much ends the search like one that panics.
//! Before it begins, the target's seeds are written to the directory FUZZ_SEEDS, if that is set.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fuzz::{Target, cost, target};
use libfuzzer_sys::fuzz_target;

static CHOSEN: LazyLock<&'static Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    target(&name).unwrap_or_else(|| panic!("FUZZ_TARGET={name:?} is no target"))
});

/// In microseconds.
static SLOWEST: AtomicU64 = AtomicU64::new(0);

fuzz_target!(init: begin(), |input: &[u8]| {
    let (_, spent) = cost::least(&CHOSEN, input);
    assert!(spent <= cost::MOST, "an input costs {} ms", spent.as_millis());
    tell(spent);
});

fn begin() {
    // What is made once in a process is no input's cost.
    for (_, seed) in (CHOSEN.seeds)() {
        (CHOSEN.run)(&seed);
    }
    if let Some(directory) = std::env::var_os("FUZZ_SEEDS") {
        let planted = CHOSEN.plant(Path::new(&directory));
        assert!(planted.is_ok(), "the seeds cannot be written: {planted:?}");
    }
}

/// Says what the most expensive input so far has cost.
fn tell(spent: Duration) {
    let micros = u64::try_from(spent.as_micros()).unwrap_or(u64::MAX);
    if SLOWEST.fetch_max(micros, Ordering::Relaxed) < micros {
        eprintln!("slowest: {micros} us");
    }
}
