//! Proofs as they are kept: a file each, written by the run and read by CI, which says whether it still is about what is here.

use std::fmt;
use std::fs;

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

/// Says of each kept proof whether what it covers has changed since. Fails only where a file is malformed, or is about a
/// commit that a whole clone does not know.
pub fn report() -> Result<()> {
    let directory = process::root()?.join(DIRECTORY);
    let mut files: Vec<_> = match fs::read_dir(&directory) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?,
        Err(_) => Vec::new(),
    };
    files.sort();
    if files.is_empty() {
        println!("no proof is kept in {DIRECTORY}");
    }
    let mut broken = Vec::new();
    for path in files {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        match Kept::parse(&name, &text).and_then(|(commit, covers)| verdict(&commit, &covers)) {
            Ok(verdict) => println!("{name:<10} {verdict}"),
            Err(problem) => broken.push(format!("{name}: {problem:#}")),
        }
    }
    if !broken.is_empty() {
        bail!("kept proofs that cannot be judged: {}", broken.join("; "));
    }
    Ok(())
}

fn verdict(commit: &str, covers: &[String]) -> Result<String> {
    let short = &commit[..12];
    if !process::succeeds(&mut git(&["cat-file", "-e", &format!("{commit}^{{commit}}")])?) {
        let shallow = process::output(&mut git(&["rev-parse", "--is-shallow-repository"])?)?;
        ensure!(shallow.trim() == "true", "nobody knows the commit {commit}");
        return Ok(format!("{short} is not in this shallow clone: whether it is old cannot be told"));
    }
    let mut changed = Vec::new();
    for path in covers {
        if !process::succeeds(&mut git(&["diff", "--quiet", commit, "--", path])?) {
            changed.push(path.as_str());
        }
    }
    Ok(match changed.as_slice() {
        [] => format!("{short} holds: nothing that it covers has changed since"),
        changed => format!("{short} is old: changed since are {}", changed.join(", ")),
    })
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
    fn a_malformed_file_is_a_failure() {
        let text = kept().to_string();
        assert!(Kept::parse("replicas", &text).is_err(), "another name");
        for part in ["# Proof", "| commit", "| covers", "0123"] {
            assert!(Kept::parse("crashes", &text.replacen(part, "", 1)).is_err(), "without {part}");
        }
    }
}
