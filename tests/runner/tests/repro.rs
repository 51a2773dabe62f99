//! Histories that once broke a promise, made as small as they go: each stays, as a document in `histories`.

use std::fs;
use std::path::Path;

use runner::{Kept, play};

#[test]
fn each_history_that_is_kept_holds() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("histories");
    let mut count = 0;
    for entry in fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        let kept = Kept::parse(&fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let played = play(&kept.history(), false);
        assert!(played.violations.is_empty(), "{}: {}: {:#?}", path.display(), kept.about, played.violations);
        count += 1;
    }
    assert!(count >= 3, "{count} histories are kept");
}
