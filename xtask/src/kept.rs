//! Proofs as they are kept: a file each, written by the run and read by CI, which says whether it still is about what is here.

use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::supply::git;
use crate::{process, proof};

/// Where they lie.
pub const DIRECTORY: &str = "docs/proofs";

/// What a proof came to, and when.
#[derive(Debug, PartialEq, Eq)]
pub struct Kept {
    pub name: String,
    pub commit: String,
    /// Whether there were changes on top of the commit.
    pub is_dirty: bool,
    pub date: String,
    pub machine: String,
    pub command: String,
    pub minutes: u64,
    pub covers: Vec<String>,
    pub printed: String,
}

const DIRTY: &str = ", with uncommitted changes";

/// What a page says below its title while what it covers has changed since.
const OLD: &str = "**Older than what it covers: that has changed since.**\n\n";

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, commit, date, machine, command, minutes, printed, .. } = self;
        let dirty = if self.is_dirty { DIRTY } else { "" };
        let covers: Vec<_> = self.covers.iter().map(|path| format!("`{path}`")).collect();
        writeln!(
            f,
            "# Proof: {name}\n\nWritten by `{command}`; not to be changed by hand.\n\n| | |\n|---|---|"
        )?;
        writeln!(f, "| commit | `{commit}`{dirty} |\n| date | {date} |\n| machine | {machine} |")?;
        writeln!(f, "| minutes | {minutes} |\n| covers | {} |\n\n```text\n{printed}```", covers.join(" "))
    }
}

impl Kept {
    /// Reads what CI needs of a file: the rest is for people.
    fn parse(name: &str, text: &str) -> Result<(String, Vec<String>)> {
        let row = |key: &str| {
            let begin = format!("| {key} | ");
            let row = text.lines().find_map(|line| line.strip_prefix(&begin)?.strip_suffix(" |"));
            row.with_context(|| format!("it has no row {key:?}"))
        };
        ensure!(text.starts_with(&format!("# Proof: {name}\n")), "it is not about {name}");
        ensure!(proof::is_known(name), "there is no proof of that name");
        let commit = row("commit")?.trim_end_matches(DIRTY).trim_matches('`');
        ensure!(is_hash(commit), "{commit:?} is no commit");
        let covers: Vec<String> =
            row("covers")?.split_whitespace().map(|path| path.trim_matches('`').to_owned()).collect();
        ensure!(!covers.is_empty(), "it covers nothing");
        Ok((commit.to_owned(), covers))
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether what a page covers is still as it was.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Holds,
    /// These have changed since.
    Old(Vec<String>),
    /// The clone is too shallow to tell.
    Untold,
}

/// Says of each kept proof whether what it covers has changed since. Fails where a file is malformed, is about a commit that a
/// whole clone does not know, or does not say itself that it is old.
pub fn report() -> Result<()> {
    each(|_, text, verdict| {
        let expected = match verdict {
            Verdict::Holds => marked(text, false),
            Verdict::Old(_) => marked(text, true),
            Verdict::Untold => return Ok(()),
        };
        ensure!(expected == text, "it does not say truly whether it is old: cargo xtask proof");
        Ok(())
    })
}

/// Has each page say by itself whether it is old.
pub fn mark() -> Result<()> {
    each(|path, text, verdict| {
        let is_old = matches!(verdict, Verdict::Old(_));
        fs::write(path, marked(text, is_old)).with_context(|| format!("writing {}", path.display()))
    })
}

/// The page with or without the mark.
fn marked(text: &str, is_old: bool) -> String {
    let plain = text.replacen(OLD, "", 1);
    match plain.split_once("\n\n") {
        Some((title, rest)) if is_old => format!("{title}\n\n{OLD}{rest}"),
        Some(_) | None => plain,
    }
}

fn each(act: impl Fn(&Path, &str, &Verdict) -> Result<()>) -> Result<()> {
    let directory = process::root()?.join(DIRECTORY);
    let mut files: Vec<_> = match fs::read_dir(&directory) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?,
        Err(_) => Vec::new(),
    };
    // Beside the pages lies what a run may build on.
    files.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    if files.is_empty() {
        println!("no proof is kept in {DIRECTORY}");
    }
    let mut broken = Vec::new();
    for path in files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let judged = Kept::parse(&name, &text).and_then(|(commit, covers)| {
            let verdict = verdict(&commit, &covers)?;
            println!("{name:<10} {}", reported(&commit, &verdict));
            act(&path, &text, &verdict)
        });
        broken.extend(judged.err().map(|problem| format!("{name}: {problem:#}")));
    }
    if !broken.is_empty() {
        bail!("kept proofs that are not as they must be: {}", broken.join("; "));
    }
    Ok(())
}

fn reported(commit: &str, verdict: &Verdict) -> String {
    let short = &commit[..12];
    match verdict {
        Verdict::Holds => format!("{short} holds: nothing that it covers has changed since"),
        Verdict::Old(changed) => format!("{short} is old: changed since are {}", changed.join(", ")),
        Verdict::Untold => format!("{short} is not in this shallow clone: whether it is old cannot be told"),
    }
}

fn verdict(commit: &str, covers: &[String]) -> Result<Verdict> {
    if !process::succeeds(&mut git(&["cat-file", "-e", &format!("{commit}^{{commit}}")])?) {
        let shallow = process::output(&mut git(&["rev-parse", "--is-shallow-repository"])?)?;
        ensure!(shallow.trim() == "true", "nobody knows the commit {commit}");
        return Ok(Verdict::Untold);
    }
    let mut changed = Vec::new();
    for path in covers {
        if !process::succeeds(&mut git(&["diff", "--quiet", commit, "--", path])?) {
            changed.push(path.clone());
        }
    }
    Ok(if changed.is_empty() { Verdict::Holds } else { Verdict::Old(changed) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Kept {
        Kept {
            name: "crashes".to_owned(),
            commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
            is_dirty: true,
            date: "2026-11-22".to_owned(),
            machine: "2 cores".to_owned(),
            command: "cargo xtask proof crashes".to_owned(),
            minutes: 18,
            covers: vec!["crates/domain".to_owned(), "proto".to_owned()],
            printed: "1 of 1\n".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (commit, covers) = Kept::parse("crashes", &kept().to_string()).unwrap();
        assert_eq!((commit, covers), (kept().commit, kept().covers));
    }

    #[test]
    fn an_old_page_says_so_below_its_title_and_is_read_all_the_same() {
        let text = kept().to_string();
        let old = marked(&text, true);
        assert!(old.starts_with("# Proof: crashes\n\n**Older than what it covers"), "{old}");
        assert_eq!((marked(&old, true), marked(&old, false)), (old.clone(), text.clone()));
        assert_eq!(Kept::parse("crashes", &old).unwrap(), Kept::parse("crashes", &text).unwrap());
    }

    #[test]
    fn a_malformed_file_is_a_failure() {
        let text = kept().to_string();
        assert!(Kept::parse("replicas", &text).is_err(), "another name");
        for part in ["# Proof", "| commit", "| covers", "0123"] {
            assert!(Kept::parse("crashes", &text.replacen(part, "", 1)).is_err(), "without {part}");
        }
    }
}
