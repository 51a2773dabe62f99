//! The commands of the renderings: `bench table`, and `bench render`, which writes them or compares them with what is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::figures::Run;
use crate::render::page::Beside;
use crate::render::{drawing, page, table};

/// Write docs/performance.md and its drawings.
#[derive(Debug, clap::Args)]
pub struct Render {
    /// What a run wrote down.
    #[arg(long, default_value = "docs/performance/figures.json")]
    pub figures: PathBuf,
    /// Where performance.md is, and performance/tried.md, which becomes a part of it.
    #[arg(long, default_value = "docs")]
    pub docs: PathBuf,
    /// Write nothing; fail if what is there is not what the figures give.
    #[arg(long)]
    pub check: bool,
}

/// Print the table of a run.
#[derive(Debug, clap::Args)]
pub struct Table {
    /// What a run wrote down.
    #[arg(long, default_value = "docs/performance/figures.json")]
    pub figures: PathBuf,
    /// Only what the run came to, in one line.
    #[arg(long)]
    pub summary: bool,
}

/// Writes all renderings into `docs`, or compares them with what is there.
pub fn run(command: &Render) -> Result<()> {
    let drawings = command.docs.join("performance");
    let tried = drawings.join("tried.md");
    let tried = fs::read_to_string(&tried).with_context(|| format!("reading {}", tried.display()))?;
    let files = rendered(&read(&command.figures)?, &tried, beside(&drawings)?.as_ref(), &command.docs)?;
    let old: Vec<PathBuf> =
        drawings_in(&drawings)?.into_iter().filter(|path| !files.contains_key(path)).collect();
    if command.check { check(&files, &old) } else { write(&files, &old) }
}

/// The run beside the peer, where one was kept.
fn beside(directory: &Path) -> Result<Option<Beside>> {
    let (figures, text) = (directory.join("peers.json"), directory.join("peers.md"));
    if !figures.is_file() {
        return Ok(None);
    }
    let text = fs::read_to_string(&text).with_context(|| format!("reading {}", text.display()))?;
    Ok(Some(Beside { run: read(&figures)?, text }))
}

pub fn print(command: &Table) -> Result<()> {
    let run = read(&command.figures)?;
    if command.summary {
        println!("{}", crate::render::wording::summary(&run));
    } else {
        print!("{}", table::text(&run));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Run> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not what a run writes", path.display()))
}

/// Every file that a run gives, with its text.
fn rendered(
    run: &Run,
    tried: &str,
    beside: Option<&Beside>,
    docs: &Path,
) -> Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::from([(docs.join("performance.md"), page::text(run, tried, beside))]);
    for curve in &run.curves {
        files.insert(docs.join("performance").join(format!("{}.svg", curve.id)), drawing::svg(curve)?);
    }
    Ok(files)
}

fn drawings_in(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).with_context(|| format!("reading {}", directory.display()))?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "svg"));
    paths.sort();
    Ok(paths)
}

fn write(files: &BTreeMap<PathBuf, String>, old: &[PathBuf]) -> Result<()> {
    for (path, text) in files {
        fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
        println!("wrote {}", path.display());
    }
    for path in old {
        fs::remove_file(path).with_context(|| format!("removing {}", path.display()))?;
        println!("removed {}", path.display());
    }
    Ok(())
}

fn check(files: &BTreeMap<PathBuf, String>, old: &[PathBuf]) -> Result<()> {
    let differs = |(path, text): &(&PathBuf, &String)| fs::read_to_string(path).ok().as_ref() != Some(*text);
    let wrong = files.iter().filter(differs).map(|(path, _)| path).chain(old);
    let wrong: Vec<String> = wrong.map(|path| path.display().to_string()).collect();
    if !wrong.is_empty() {
        bail!(
            "not what the figures and tried.md give: {}; run `cargo xtask bench`, or `cargo run --package bench -- render`",
            wrong.join(", ")
        );
    }
    println!("{} files are what the figures and tried.md give", files.len());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn prepared() -> (tempfile::TempDir, Render) {
        let directory = tempfile::tempdir().unwrap();
        let docs = directory.path().to_owned();
        fs::create_dir(docs.join("performance")).unwrap();
        fs::write(docs.join("performance/tried.md"), "## What was tried\n").unwrap();
        let figures = docs.join("figures.json");
        fs::write(&figures, serde_json::to_string(&sample::run()).unwrap()).unwrap();
        (directory, Render { figures, docs, check: false })
    }

    #[test]
    fn what_is_written_passes_the_check_and_a_change_by_hand_does_not() {
        let (_directory, mut command) = prepared();
        run(&command).unwrap();
        command.check = true;
        run(&command).unwrap();
        for name in ["performance.md", "performance/create.callers.svg", "performance/tried.md"] {
            let path = command.docs.join(name);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("{text}By hand.\n")).unwrap();
            assert!(run(&command).is_err(), "{name}");
            fs::write(&path, text).unwrap();
        }
        run(&command).unwrap();
    }

    #[test]
    fn a_drawing_of_an_earlier_run_does_not_stay() {
        let (_directory, mut command) = prepared();
        run(&command).unwrap();
        let old = command.docs.join("performance/old.svg");
        fs::write(&old, "<svg/>").unwrap();
        command.check = true;
        assert!(run(&command).is_err());
        command.check = false;
        run(&command).unwrap();
        assert!(!old.exists());
    }
}
