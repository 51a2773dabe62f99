//! What the searches have kept, replayed: nothing panics, nothing takes long, and the inputs still come as far as they did.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fuzz::{TARGETS, Target, cost, target};

/// What is kept of a target must stay small: it is read in every test.
const MOST_INPUTS: usize = 200;
const MOST_BYTES: usize = 16 * 1024;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Gives all inputs to the target; what was taken.
fn replay(target: &Target) -> BTreeSet<&'static str> {
    let mut taken = BTreeSet::new();
    let kept = files(&corpus().join(target.name));
    assert!(kept.len() <= MOST_INPUTS, "{}: {} inputs", target.name, kept.len());
    let inputs = kept.into_iter().map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()));
    for (name, input) in inputs.chain((target.seeds)()) {
        assert!(input.len() <= MOST_BYTES, "{name}: {} bytes", input.len());
        // The test's own output names an input that panics.
        print!("{name} ");
        let (reached, spent) = cost::least(target, &input);
        println!("{reached:?} {spent:?}");
        assert!(spent <= cost::MOST, "{name} costs {spent:?}");
        taken.extend(reached.filter(|it| it.is_taken).map(|it| it.about));
    }
    taken
}

/// Of each subject something is taken, or the search has nothing to begin with.
fn check(name: &str) {
    let target = target(name).unwrap();
    let (taken, subjects) = (replay(target), (target.subjects)());
    let missing: Vec<_> = subjects.into_iter().filter(|subject| !taken.contains(subject)).collect();
    assert!(missing.is_empty(), "nothing is taken of {missing:?}");
}

#[test]
fn every_target_has_a_corpus_and_every_corpus_a_target() {
    let directories = files(&corpus());
    let directories: Vec<_> = directories.iter().filter_map(|path| path.file_name()?.to_str()).collect();
    assert_eq!(directories, TARGETS.map(|target| target.name));
}

#[test]
fn credentials_harm_nothing() {
    check("credential");
}

#[test]
fn mollies_answers_harm_nothing() {
    check("mollie");
}

#[test]
fn page_tokens_harm_nothing() {
    check("page_token");
}

#[test]
fn requests_harm_nothing() {
    check("request");
}

#[test]
fn resume_tokens_harm_nothing() {
    check("resume_token");
}

#[test]
fn webhooks_harm_nothing() {
    check("webhook");
}
