//! The RPCs read the store in one place, which knows their caller: this reads their sources, and finds whoever goes past it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

/// Where the store is read for a caller; where a profile is paused, after its caller was asked for his role; and where orders are archived, of
/// the profiles that `Visit` leaves to their caller.
const MAY: [&str; 3] = ["visit.rs", "pause_profile.rs", "archive_orders.rs"];

#[test]
fn no_rpc_reads_the_store_past_the_visit_of_its_caller() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rpc");
    let (mut found, mut read) = (Vec::new(), 0);
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let goes_past = [".store.", ".store()", ".stream."].iter().any(|way| source.contains(way));
        read += usize::from(goes_past);
        found.extend((goes_past && !MAY.contains(&name.as_str())).then_some(name));
    }
    assert!(found.is_empty(), "these go past `Visit`: {found:?}");
    assert_eq!(read, MAY.len(), "what is looked for is written otherwise now");
}
