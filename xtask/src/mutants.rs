//! The proofs `mutants-…`: cargo-mutants changes each rule of the domain in small ways, and the domain's own tests must notice.
//! One proof per shard of the rules, so that each page is renewed by itself. A survivor needs its reason in `survivors.txt`.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::process;
use crate::supply::git;

/// Of a hundred changes, so many must be noticed.
const NOTICED: usize = 95;

/// Why a change may survive, a line each: `rules/amount.rs: replace …: reason`.
const REASONS: &str = include_str!("survivors.txt");

/// What is changed: the files of one shard, and directories of files.
pub type Shard = [&'static str];

/// What judges a draft.
pub const CREATE: &Shard = &[
    "crates/domain/src/rules/draft.rs",
    "crates/domain/src/rules/draft",
    "crates/domain/src/rules/line.rs",
    "crates/domain/src/rules/line",
    "crates/domain/src/rules/address.rs",
    "crates/domain/src/rules/agreements.rs",
    "crates/domain/src/rules/amount_input.rs",
    "crates/domain/src/rules/date.rs",
    "crates/domain/src/rules/email.rs",
    "crates/domain/src/rules/money.rs",
    "crates/domain/src/rules/payment.rs",
    "crates/domain/src/rules/payment",
    "crates/domain/src/rules/phone.rs",
    "crates/domain/src/rules/refused_field.rs",
    "crates/domain/src/rules/refused_field",
    "crates/domain/src/rules/text.rs",
    "crates/domain/src/rules/vat.rs",
    "crates/domain/src/rules/violation.rs",
    "crates/domain/src/rules/web_address.rs",
];

/// What decides where units and money go.
pub const MONEY: &Shard = &[
    "crates/domain/src/rules/amount.rs",
    "crates/domain/src/rules/beside.rs",
    "crates/domain/src/rules/cancellation.rs",
    "crates/domain/src/rules/capture.rs",
    "crates/domain/src/rules/companion.rs",
    "crates/domain/src/rules/deduction.rs",
    "crates/domain/src/rules/ledger.rs",
    "crates/domain/src/rules/line_cancellation.rs",
    "crates/domain/src/rules/order.rs",
    "crates/domain/src/rules/order_payment.rs",
    "crates/domain/src/rules/part.rs",
    "crates/domain/src/rules/precondition.rs",
    "crates/domain/src/rules/refund.rs",
    "crates/domain/src/rules/refund",
    "crates/domain/src/rules/shipment.rs",
    "crates/domain/src/rules/shipment",
    "crates/domain/src/rules/status.rs",
    "crates/domain/src/rules/surplus.rs",
];

/// What is made of Mollie's answers.
pub const READ: &Shard = &[
    "crates/domain/src/rules/adoption.rs",
    "crates/domain/src/rules/concern.rs",
    "crates/domain/src/rules/concern",
    "crates/domain/src/rules/contradiction.rs",
    "crates/domain/src/rules/contradiction",
    "crates/domain/src/rules/event.rs",
    "crates/domain/src/rules/event",
    "crates/domain/src/rules/field.rs",
    "crates/domain/src/rules/item.rs",
    "crates/domain/src/rules/lookup.rs",
    "crates/domain/src/rules/misread.rs",
    "crates/domain/src/rules/rejection.rs",
    "crates/domain/src/rules/snapshot.rs",
    "crates/domain/src/rules/snapshot",
    "crates/domain/src/rules/stranded.rs",
    "crates/domain/src/rules/unread.rs",
    "crates/domain/src/rules/webhook_hint.rs",
];

/// Changes what one shard holds. `more` goes to cargo-mutants. What is known of a file that has not changed since is not tried
/// again, so that a page is renewed at the cost of what changed.
pub fn proven(shard: &Shard, more: &[String]) -> Result<String> {
    let version = process::output(&mut process::cargo(["mutants", "--version"])?)
        .context("cargo-mutants is missing: cargo install --locked cargo-mutants")?;
    let files = files(shard)?;
    let untried: Vec<_> = files.iter().filter(|file| !file.is_tried()).collect();
    if !untried.is_empty() {
        try_changes(&untried, &[], more)?;
    }
    // A survivor without a reason may have its test by now, which can stand in another file.
    let (mut again, mut changes) = (Vec::new(), Vec::new());
    for file in files.iter().filter(|file| file.is_tried()) {
        let unexplained = file.unexplained()?;
        if !unexplained.is_empty() {
            again.push(file);
            changes.extend(unexplained);
        }
    }
    if !again.is_empty() {
        try_changes(&again, &changes, more)?;
    }
    let mut found = Found::default();
    for file in files.iter().filter(|file| file.is_tried()) {
        found.add(&file.read()?)?;
    }
    let text = format!(
        "{}{} files, {} of them tried in this run, and {} survivors of others once more\n{found}",
        version.trim_start(),
        files.len(),
        untried.len(),
        changes.len()
    );
    found.judge(REASONS).with_context(|| text.clone())?;
    Ok(text)
}

/// Has cargo-mutants change these files, and keeps what became of it. `changes`: only these, if there are any.
fn try_changes(files: &[&Source], changes: &[String], more: &[String]) -> Result<()> {
    let directory = process::target()?.join("mutants");
    let output = directory.join("mutants.out");
    if output.exists() {
        fs::remove_dir_all(&output).with_context(|| format!("removing {}", output.display()))?;
    }
    fs::create_dir_all(directory.join(KEPT)).with_context(|| format!("making {}", directory.display()))?;
    let mut command = process::cargo(["mutants", "--package", "domain", "--features", "examples"])?;
    command.args(["--no-shuffle", "--colors=never", "--minimum-test-timeout=30"]);
    // Each change is a build. Two copies of the workspace with one target directory would take each other's for their own.
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env_remove("CARGO_TARGET_DIR");
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    command.arg(format!("--jobs={jobs}")).arg("--output").arg(&directory);
    for file in files {
        command.arg("--file").arg(&file.path);
    }
    for change in changes {
        command.arg(format!("--re=^{}$", regex::escape(change)));
    }
    command.args(more).args(["--", "--lib"]);
    process::announce(&command);
    let status = command.status().context("starting cargo-mutants")?;
    // A change that survives, or a test without end, is a result as well.
    ensure!(matches!(status.code(), Some(0 | 2 | 3)), "cargo-mutants gave up: {status}");
    if !more.is_empty() {
        return Ok(());
    }
    files.iter().try_for_each(|file| file.keep(&output))
}

/// Where results are kept, below the directory of cargo-mutants.
const KEPT: &str = "kept";

/// The results, as cargo-mutants names their files.
const RESULTS: [&str; 4] = ["caught", "timeout", "unviable", "missed"];

/// A file of a shard, and where the results for this content of it are kept.
struct Source {
    path: String,
    kept: PathBuf,
}

/// The files of a shard.
fn files(shard: &Shard) -> Result<Vec<Source>> {
    let listed = process::output(git(&["ls-files", "--"])?.args(shard))?;
    let directory = process::target()?.join("mutants").join(KEPT);
    let source = |path: &str| -> Result<Source> {
        let content = process::output(&mut git(&["hash-object", path])?)?;
        Ok(Source { path: path.to_owned(), kept: directory.join(content.trim()) })
    };
    listed.lines().map(source).collect()
}

impl Source {
    fn is_tried(&self) -> bool {
        self.kept.exists()
    }

    /// The changes that survived and have no reason, as cargo-mutants names them.
    fn unexplained(&self) -> Result<Vec<String>> {
        let kept = self.read()?;
        let survivors = kept.lines().filter_map(|line| line.strip_prefix("missed "));
        let is_explained = |change: &str| REASONS.lines().any(|line| explains(line, &without_place(change)));
        Ok(survivors.filter(|change| !is_explained(change)).map(str::to_owned).collect())
    }

    fn read(&self) -> Result<String> {
        fs::read_to_string(&self.kept).with_context(|| format!("reading {}", self.kept.display()))
    }

    /// Keeps what cargo-mutants found in this file, beside what it found before of other changes.
    fn keep(&self, output: &Path) -> Result<()> {
        let start = format!("{}:", self.path);
        let mut new = String::new();
        for result in RESULTS {
            let path = output.join(format!("{result}.txt"));
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            for line in text.lines().filter(|line| line.starts_with(&start)) {
                writeln!(new, "{result} {line}")?;
            }
        }
        let before = if self.is_tried() { self.read()? } else { String::new() };
        fs::write(&self.kept, renewed(&before, &new))
            .with_context(|| format!("writing {}", self.kept.display()))
    }
}

/// The results of before, but for the changes that have a new one.
fn renewed(before: &str, new: &str) -> String {
    let change = |line: &str| line.split_once(' ').map(|(_, change)| change.to_owned());
    let tried: HashSet<_> = new.lines().filter_map(change).collect();
    let is_old = |line: &&str| change(line).is_some_and(|change| !tried.contains(&change));
    before.lines().filter(is_old).chain(new.lines()).map(|line| format!("{line}\n")).collect()
}

/// What became of the changes.
#[derive(Default)]
struct Found {
    caught: usize,
    endless: usize,
    unviable: usize,
    survivors: Vec<String>,
}

impl Found {
    /// What is kept of one file: `result change` in each line.
    fn add(&mut self, kept: &str) -> Result<()> {
        for line in kept.lines() {
            match line.split_once(' ') {
                Some(("caught", _)) => self.caught += 1,
                Some(("timeout", _)) => self.endless += 1,
                Some(("unviable", _)) => self.unviable += 1,
                Some(("missed", change)) => self.survivors.push(without_place(change)),
                _ => bail!("{line:?} is no result"),
            }
        }
        Ok(())
    }

    fn unexplained(&self, reasons: &str) -> Vec<&String> {
        let is_explained = |survivor: &&String| reasons.lines().any(|line| explains(line, survivor));
        self.survivors.iter().filter(|it| !is_explained(it)).collect()
    }

    /// Enough are noticed, and each survivor has its reason.
    fn judge(&self, reasons: &str) -> Result<()> {
        let noticed = self.caught + self.endless;
        let all = noticed + self.survivors.len();
        ensure!(all > 0, "nothing was changed");
        ensure!(noticed * 100 >= all * NOTICED, "fewer than {NOTICED} % of the changes were noticed");
        let unexplained = self.unexplained(reasons);
        if unexplained.is_empty() {
            return Ok(());
        }
        bail!("these survive, and xtask/src/survivors.txt does not say why: {unexplained:#?}")
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { caught, endless, unviable, survivors } = self;
        let all = caught + endless + survivors.len();
        writeln!(f, "{all} changes: {caught} noticed by a test, {endless} by a test that no longer ended")?;
        writeln!(f, "{} survived; {unviable} more did not compile", survivors.len())?;
        survivors.iter().try_for_each(|survivor| writeln!(f, "  {survivor}"))
    }
}

/// Whether a line of the list, `survivor: reason`, is about this one.
fn explains(line: &str, survivor: &str) -> bool {
    line.strip_prefix(survivor).and_then(|rest| rest.strip_prefix(": ")).is_some_and(|it| !it.is_empty())
}

/// `rules/amount.rs: replace …`, without line and column, which change with every edit.
fn without_place(line: &str) -> String {
    let line = line.strip_prefix("crates/domain/src/").unwrap_or(line);
    let mut parts = line.splitn(4, ':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(file), Some(_line), Some(_column), Some(what)) => format!("{file}:{what}"),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(caught: usize, survivors: &[&str]) -> Found {
        let survivors = survivors.iter().map(|line| without_place(line)).collect();
        Found { caught, survivors, ..Found::default() }
    }

    #[test]
    fn results_that_are_kept_are_read_back() {
        let mut read = Found::default();
        read.add(&format!("caught a\ncaught b\ntimeout c\nunviable d\nmissed {ONE}\n")).unwrap();
        assert_eq!((read.caught, read.endless, read.unviable), (2, 1, 1));
        assert_eq!(read.survivors, ["rules/amount.rs: replace > with >= in Remainder::bounds"]);
        assert!(read.add("lost e").is_err());
    }

    const ONE: &str = "crates/domain/src/rules/amount.rs:47:9: replace > with >= in Remainder::bounds";

    #[test]
    fn what_is_tried_once_more_replaces_what_was_found_before() {
        let renewed = renewed("caught a\nmissed b\nmissed c\n", "caught b\n");
        assert_eq!(renewed, "caught a\nmissed c\ncaught b\n");
    }

    #[test]
    fn a_survivor_needs_a_reason() {
        let reason = "rules/amount.rs: replace > with >= in Remainder::bounds: the next line gives the same";
        assert!(found(99, &[ONE]).judge(reason).is_ok());
        assert!(found(99, &[ONE]).judge("").is_err());
        assert!(
            found(99, &[ONE]).judge("rules/amount.rs: replace > with >= in Remainder::bounds: ").is_err()
        );
    }

    #[test]
    fn fewer_than_nineteen_of_twenty_are_too_few() {
        let reason = "rules/amount.rs: replace > with >= in Remainder::bounds: the next line gives the same";
        assert!(found(19, &[ONE]).judge(reason).is_ok());
        assert!(found(18, &[ONE]).judge(reason).is_err());
        assert!(found(0, &[]).judge(reason).is_err());
    }
}
