//! The proofs `mutants-…`: cargo-mutants changes each rule of the domain in small ways, and the domain's own tests must notice.
//! One proof per shard of the rules, so that each page is renewed by itself. A survivor needs its reason in `survivors.txt`. What became
//! of each file is kept beside the pages, so that only what has changed is tried again.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::kept::DIRECTORY;
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
    "crates/domain/src/rules/continuation.rs",
    "crates/domain/src/rules/continuation",
    "crates/domain/src/rules/agreements.rs",
    "crates/domain/src/rules/amount_input.rs",
    "crates/domain/src/rules/date.rs",
    "crates/domain/src/rules/email.rs",
    "crates/domain/src/rules/method_limits.rs",
    "crates/domain/src/rules/money.rs",
    "crates/domain/src/rules/number_refusal.rs",
    "crates/domain/src/rules/order_update.rs",
    "crates/domain/src/rules/order_update",
    "crates/domain/src/rules/payment.rs",
    "crates/domain/src/rules/payment",
    "crates/domain/src/rules/payment_method.rs",
    "crates/domain/src/rules/phone.rs",
    "crates/domain/src/rules/refused_field.rs",
    "crates/domain/src/rules/refused_field",
    "crates/domain/src/rules/text.rs",
    "crates/domain/src/rules/same_draft.rs",
    "crates/domain/src/rules/vat.rs",
    "crates/domain/src/rules/violation.rs",
    "crates/domain/src/rules/web_address.rs",
];

/// What decides where units and money go.
pub const MONEY: &Shard = &[
    "crates/domain/src/rules/amount.rs",
    "crates/domain/src/rules/at_risk.rs",
    "crates/domain/src/rules/at_risk",
    "crates/domain/src/rules/beside.rs",
    "crates/domain/src/rules/cancellation.rs",
    "crates/domain/src/rules/capture.rs",
    "crates/domain/src/rules/cause.rs",
    "crates/domain/src/rules/companion.rs",
    "crates/domain/src/rules/agenda.rs",
    "crates/domain/src/rules/archival.rs",
    "crates/domain/src/rules/auto_ship.rs",
    "crates/domain/src/rules/followed.rs",
    "crates/domain/src/rules/payment_window.rs",
    "crates/domain/src/rules/policy_notice.rs",
    "crates/domain/src/rules/quiet_hours.rs",
    "crates/domain/src/rules/second_chance.rs",
    "crates/domain/src/rules/unpaid.rs",
    "crates/domain/src/rules/risk.rs",
    "crates/domain/src/rules/ship_by.rs",
    "crates/domain/src/rules/deadline.rs",
    "crates/domain/src/rules/deadline",
    "crates/domain/src/rules/deadline_notice.rs",
    "crates/domain/src/rules/deadline_policy.rs",
    "crates/domain/src/rules/deduction.rs",
    "crates/domain/src/rules/ledger.rs",
    "crates/domain/src/rules/line_cancellation.rs",
    "crates/domain/src/rules/line_change.rs",
    "crates/domain/src/rules/line_change",
    "crates/domain/src/rules/line_return.rs",
    "crates/domain/src/rules/line_return",
    "crates/domain/src/rules/order.rs",
    "crates/domain/src/rules/order",
    "crates/domain/src/rules/order_payment.rs",
    "crates/domain/src/rules/part.rs",
    "crates/domain/src/rules/precondition.rs",
    "crates/domain/src/rules/refund.rs",
    "crates/domain/src/rules/refund",
    "crates/domain/src/rules/returned.rs",
    "crates/domain/src/rules/shipment.rs",
    "crates/domain/src/rules/shipment",
    "crates/domain/src/rules/status.rs",
    "crates/domain/src/rules/surplus.rs",
    "crates/domain/src/rules/superseded.rs",
    "crates/domain/src/rules/supersession.rs",
    "crates/domain/src/rules/supersession",
];

/// What is made of Mollie's answers, what names all of it, and who may see it.
pub const READ: &Shard = &[
    "crates/domain/src/rules/access.rs",
    "crates/domain/src/rules/adoption.rs",
    "crates/domain/src/rules/call_rate.rs",
    "crates/domain/src/rules/chargeback.rs",
    "crates/domain/src/rules/concern",
    "crates/domain/src/rules/concern.rs",
    "crates/domain/src/rules/contradiction",
    "crates/domain/src/rules/contradiction.rs",
    "crates/domain/src/rules/decision.rs",
    "crates/domain/src/rules/event",
    "crates/domain/src/rules/event.rs",
    "crates/domain/src/rules/field.rs",
    "crates/domain/src/rules/ids.rs",
    "crates/domain/src/rules/item.rs",
    "crates/domain/src/rules/listed_chargebacks.rs",
    "crates/domain/src/rules/lookup.rs",
    "crates/domain/src/rules/misread.rs",
    "crates/domain/src/rules/operation.rs",
    "crates/domain/src/rules/payment_particulars.rs",
    "crates/domain/src/rules/placement.rs",
    "crates/domain/src/rules/policy.rs",
    "crates/domain/src/rules/quote.rs",
    "crates/domain/src/rules/rejection.rs",
    "crates/domain/src/rules/remote.rs",
    "crates/domain/src/rules/request_error.rs",
    "crates/domain/src/rules/shown_payment.rs",
    "crates/domain/src/rules/snapshot",
    "crates/domain/src/rules/snapshot.rs",
    "crates/domain/src/rules/stranded.rs",
    "crates/domain/src/rules/unseen_line.rs",
    "crates/domain/src/rules/found_line.rs",
    "crates/domain/src/rules/found_after_restore.rs",
    "crates/domain/src/rules/restored.rs",
    "crates/domain/src/rules/subject.rs",
    "crates/domain/src/rules/unread.rs",
    "crates/domain/src/rules/webhook_hint.rs",
];

/// Changes what one shard holds. `more` goes to cargo-mutants. What is known of a file that has not changed since is not tried
/// again, so that a page is renewed at the cost of what changed.
pub fn proven(name: &str, shard: &Shard, more: &[String]) -> Result<String> {
    let version = process::output(&mut process::cargo(["mutants", "--version"])?)
        .context("cargo-mutants is missing: cargo install --locked cargo-mutants")?;
    let list = process::root()?.join(DIRECTORY).join(format!("mutants/{name}.txt"));
    let (files, mut known) = (files(shard)?, Known::read(&list)?);
    let untried: Vec<_> = files.iter().filter(|(path, content)| !known.has(path, content)).collect();
    if !untried.is_empty() {
        let output = try_changes(untried.iter().map(|(path, _)| *path), &[], more)?;
        for (path, content) in untried.iter().filter(|_| more.is_empty()) {
            known.0.insert((*path).clone(), Tried::new(content, path, &output)?);
        }
    }
    // A survivor without a reason may have its test by now, which can stand in another file.
    let again: Vec<_> = files.keys().filter(|path| !known.unexplained(path, REASONS).is_empty()).collect();
    let changes: Vec<_> = again.iter().flat_map(|path| known.unexplained(path, REASONS)).collect();
    if !again.is_empty() {
        let output = try_changes(again.iter().copied(), &changes, more)?;
        for path in again.iter().filter(|_| more.is_empty()) {
            let anew = Tried::new("", path, &output)?;
            known.0.entry((*path).clone()).and_modify(|tried| tried.renew(&changes, anew));
        }
    }
    known.0.retain(|path, _| files.contains_key(path));
    known.write(&list)?;
    let mut found = Found::default();
    for tried in
        files.iter().filter_map(|(path, content)| known.0.get(path).filter(|it| it.content == *content))
    {
        found.add(tried);
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

/// Has cargo-mutants change these files, and gives where it writes what became of them. `changes`: only these, if there are any.
fn try_changes<'a>(
    files: impl IntoIterator<Item = &'a String>,
    changes: &[String],
    more: &[String],
) -> Result<PathBuf> {
    let directory = process::target()?.join("mutants");
    let output = directory.join("mutants.out");
    if output.exists() {
        fs::remove_dir_all(&output).with_context(|| format!("removing {}", output.display()))?;
    }
    fs::create_dir_all(&directory).with_context(|| format!("making {}", directory.display()))?;
    let mut command = process::cargo(["mutants", "--package", "domain", "--features", "examples"])?;
    command.args(["--no-shuffle", "--colors=never", "--minimum-test-timeout=30"]);
    // Each change is a build. Two copies of the workspace with one target directory would take each other's for their own.
    command.env("CARGO_PROFILE_DEV_DEBUG", "0").env_remove("CARGO_TARGET_DIR");
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    command.arg(format!("--jobs={jobs}")).arg("--output").arg(&directory);
    for file in files {
        command.arg("--file").arg(file);
    }
    for change in changes {
        command.arg(format!("--re=^{}$", regex::escape(change)));
    }
    command.args(more).args(["--", "--lib"]);
    process::announce(&command);
    let status = command.status().context("starting cargo-mutants")?;
    // A change that survives, or a test without end, is a result as well.
    ensure!(matches!(status.code(), Some(0 | 2 | 3)), "cargo-mutants gave up: {status}");
    Ok(output)
}

/// The files of a shard but for those of tests, each with its content's name in git.
fn files(shard: &Shard) -> Result<BTreeMap<String, String>> {
    let listed = process::output(git(&["ls-files", "--"])?.args(shard))?;
    let file = |path: &str| -> Result<(String, String)> {
        let content = process::output(&mut git(&["hash-object", path])?)?;
        Ok((path.to_owned(), content.trim().to_owned()))
    };
    listed.lines().filter(|path| !path.contains("/tests")).map(file).collect()
}

/// What became of the changes of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Tried {
    content: String,
    caught: usize,
    endless: usize,
    unviable: usize,
    /// As cargo-mutants names them.
    survivors: Vec<String>,
}

impl Tried {
    /// Reads what cargo-mutants wrote of a file.
    fn new(content: &str, path: &str, output: &Path) -> Result<Self> {
        let start = format!("{path}:");
        let lines = |result: &str| -> Result<Vec<String>> {
            let path = output.join(format!("{result}.txt"));
            let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            Ok(text.lines().filter(|line| line.starts_with(&start)).map(str::to_owned).collect())
        };
        Ok(Self {
            content: content.to_owned(),
            caught: lines("caught")?.len(),
            endless: lines("timeout")?.len(),
            unviable: lines("unviable")?.len(),
            survivors: lines("missed")?,
        })
    }

    /// The same, once these of its survivors were tried again.
    fn renew(&mut self, changes: &[String], anew: Self) {
        self.survivors.retain(|survivor| !changes.contains(survivor));
        self.survivors.extend(anew.survivors);
        self.caught += anew.caught;
        self.endless += anew.endless;
        self.unviable += anew.unviable;
    }
}

/// What is known of the files of a shard, as it is kept beside its page: a line for each file, and one for each survivor.
#[derive(Debug, Default, PartialEq, Eq)]
struct Known(BTreeMap<String, Tried>);

impl Known {
    fn read(list: &Path) -> Result<Self> {
        match list.exists() {
            true => {
                let text = fs::read_to_string(list).with_context(|| format!("reading {}", list.display()))?;
                text.parse()
            }
            false => Ok(Self::default()),
        }
    }

    fn write(&self, list: &Path) -> Result<()> {
        if let Some(directory) = list.parent() {
            fs::create_dir_all(directory).with_context(|| format!("making {}", directory.display()))?;
        }
        fs::write(list, self.to_string()).with_context(|| format!("writing {}", list.display()))
    }

    fn has(&self, path: &str, content: &str) -> bool {
        self.0.get(path).is_some_and(|tried| tried.content == content)
    }

    /// The changes of a file that survived and have no reason.
    fn unexplained(&self, path: &str, reasons: &str) -> Vec<String> {
        let is_explained =
            |change: &&String| reasons.lines().any(|line| explains(line, &without_place(change)));
        let survivors = self.0.get(path).into_iter().flat_map(|tried| &tried.survivors);
        survivors.filter(|change| !is_explained(change)).cloned().collect()
    }
}

impl std::str::FromStr for Known {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut known = BTreeMap::<String, Tried>::new();
        let mut last = None;
        for line in text.lines() {
            if let Some(survivor) = line.strip_prefix("  ") {
                let tried = last.as_ref().and_then(|path| known.get_mut(path));
                tried
                    .with_context(|| format!("{survivor:?} is of no file"))?
                    .survivors
                    .push(survivor.to_owned());
                continue;
            }
            let [path, content, caught, endless, unviable] = line.split(' ').collect::<Vec<_>>()[..] else {
                bail!("{line:?} is no file");
            };
            let (content, survivors) = (content.to_owned(), Vec::new());
            let (caught, endless, unviable) = (caught.parse()?, endless.parse()?, unviable.parse()?);
            known.insert(path.to_owned(), Tried { content, caught, endless, unviable, survivors });
            last = Some(path.to_owned());
        }
        Ok(Self(known))
    }
}

impl std::fmt::Display for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (path, Tried { content, caught, endless, unviable, survivors }) in &self.0 {
            writeln!(f, "{path} {content} {caught} {endless} {unviable}")?;
            survivors.iter().try_for_each(|survivor| writeln!(f, "  {survivor}"))?;
        }
        Ok(())
    }
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
    fn add(&mut self, tried: &Tried) {
        self.caught += tried.caught;
        self.endless += tried.endless;
        self.unviable += tried.unviable;
        self.survivors.extend(tried.survivors.iter().map(|survivor| without_place(survivor)));
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

    fn tried(caught: usize, survivors: &[&str]) -> Tried {
        let survivors = survivors.iter().map(|line| (*line).to_owned()).collect();
        Tried { content: "3f2a".to_owned(), caught, endless: 1, unviable: 2, survivors }
    }

    /// What decides nothing, or is there for tests and documents only.
    const IN_NO_SHARD: [&str; 6] =
        ["mod.rs", "fixtures.rs", "rule.rs", "catalog.rs", "catalog", "comparison.rs"];

    #[test]
    fn every_file_of_the_rules_is_in_one_shard() {
        let rules = process::root().unwrap().join("crates/domain/src/rules");
        for entry in fs::read_dir(rules).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = format!("crates/domain/src/rules/{name}");
            let shards = [CREATE, MONEY, READ].iter().filter(|shard| shard.contains(&path.as_str())).count();
            let tests_only = name.rsplit_once('.').is_none() && is_tests_only(&path);
            let expected = usize::from(!IN_NO_SHARD.contains(&name.as_str()) && !tests_only);
            assert_eq!(shards, expected, "{path}");
        }
    }

    /// Whether a directory holds tests and what they plant, and nothing else.
    fn is_tests_only(path: &str) -> bool {
        let entries = fs::read_dir(process::root().unwrap().join(path)).unwrap();
        entries.into_iter().all(|entry| {
            let name = entry.unwrap().file_name();
            ["tests.rs", "tests", "planted.rs"].into_iter().any(|beside| name == beside)
        })
    }

    #[test]
    fn what_is_kept_is_read_back() {
        let known = Known(
            [("rules/a.rs".to_owned(), tried(34, &[ONE])), ("rules/b.rs".to_owned(), tried(0, &[]))].into(),
        );
        assert_eq!(known.to_string().parse::<Known>().unwrap(), known);
        assert!(
            known.has("rules/a.rs", "3f2a")
                && !known.has("rules/a.rs", "3f2b")
                && !known.has("rules/c.rs", "3f2a")
        );
        assert!("  lost".parse::<Known>().is_err() && "rules/a.rs 3f2a".parse::<Known>().is_err());
    }

    #[test]
    fn the_results_of_all_files_add_up() {
        let mut found = Found::default();
        found.add(&tried(2, &[ONE]));
        found.add(&tried(3, &[]));
        assert_eq!((found.caught, found.endless, found.unviable), (5, 2, 4));
        assert_eq!(found.survivors, ["rules/amount.rs: replace > with >= in Remainder::bounds"]);
    }

    const ONE: &str = "crates/domain/src/rules/amount.rs:47:9: replace > with >= in Remainder::bounds";

    #[test]
    fn what_is_tried_once_more_replaces_what_was_found_before() {
        let mut before = tried(5, &["b", "c"]);
        before.renew(&["b".to_owned()], Tried { caught: 1, ..Tried::default() });
        assert_eq!((before.caught, &before.survivors[..]), (6, &["c".to_owned()][..]));
        before.renew(&["c".to_owned()], Tried { survivors: vec!["c".to_owned()], ..Tried::default() });
        assert_eq!((before.caught, before.survivors), (6, vec!["c".to_owned()]));
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
