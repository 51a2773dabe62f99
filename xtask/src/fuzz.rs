//! The proof `fuzz`, and `cargo xtask fuzz TARGET SECONDS`: libFuzzer searches each target of `tests/fuzz` for an input that panics,
//! costs too much or breaks what always holds. Built on stable Rust with the flags of cargo-fuzz for no sanitizer, in a target
//! directory of its own, so that no other build is thrown away.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::process;

/// What counts where the code comes by, and what it compares.
const COVERAGE: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    // The product's own build wraps silently: here it is a finding.
    "-Cdebug-assertions",
    "-Coverflow-checks",
];

const CORPUS: &str = "tests/fuzz/corpus";
/// Words that a target's inputs are made of, where there are some.
const DICTIONARIES: &str = "tests/fuzz/dictionaries";

/// How long each target is searched for the proof.
const SECONDS: u32 = 600;
/// The longest input of a search: larger ones are measured by `cargo xtask bounds`.
const LONGEST: u32 = 32 * 1024;
/// The longest input that is kept, how many are, and their bytes: all are read in every test.
const KEPT_LONGEST: u32 = 16 * 1024;
const KEPT: usize = 180;
const KEPT_BYTES: u64 = 512 * 1024;

/// Searches every target, so many seconds each. Gives what the searches came to.
pub fn proven(more: &[String]) -> Result<String> {
    let seconds = match more {
        [] => SECONDS,
        [seconds] => seconds.parse().context("the seconds for each target")?,
        _ => bail!("at most the seconds for each target"),
    };
    let program = built()?;
    let mut text = format!("{seconds} s of each target, inputs of up to {LONGEST} bytes\n\n");
    for target in targets()? {
        let found = Search { program: &program, target: &target, longest: LONGEST }.run(seconds)?;
        text.push_str(&found.told(&target));
    }
    text.push_str(
        "\nNo input panicked, broke what always holds, or cost more than 50 ms of processor time.\n",
    );
    Ok(text)
}

/// Searches one target, and keeps in its corpus what covers as much with few inputs.
pub fn grow(target: &str, seconds: &str) -> Result<()> {
    let known = targets()?;
    ensure!(
        known.iter().any(|name| name == target),
        "there is no target {target:?}: one of {}",
        known.join(", ")
    );
    let program = built()?;
    let search = Search { program: &program, target, longest: KEPT_LONGEST };
    let found = search.run(seconds.parse().context("the seconds to search")?)?;
    print!("{}", found.told(target));
    search.keep()
}

/// A directory of the corpus each.
fn targets() -> Result<Vec<String>> {
    let directories = files(&process::root()?.join(CORPUS))?;
    Ok(directories.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
}

fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).with_context(|| format!("reading {}", directory.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// What was chosen, as it was written: first what covers most.
fn as_chosen(directory: &Path) -> Result<Vec<PathBuf>> {
    let dated = files(directory)?.into_iter().map(|path| Ok((fs::metadata(&path)?.modified()?, path)));
    let mut dated = dated.collect::<Result<Vec<_>>>()?;
    dated.sort();
    Ok(dated.into_iter().map(|(_, path)| path).collect())
}

/// Where searches are built and leave what they find.
fn scratch() -> Result<PathBuf> {
    Ok(process::target()?.join("fuzz"))
}

/// Builds the loop. A named target keeps the flags away from build scripts.
fn built() -> Result<PathBuf> {
    let version = process::output(process::command("rustc", ["--version"])?.arg("--verbose"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let (host, directory) = (host.context("rustc names no host")?, scratch()?.join("build"));
    let mut build = process::cargo(["build", "--release", "--package", "fuzz", "--bin", "fuzz-loop"])?;
    build.args(["--features", "libfuzzer", "--config", "profile.release.lto=\"off\""]);
    build.args(["--config", "profile.release.strip=\"none\"", "--target", host]);
    build.arg("--target-dir").arg(&directory).env("RUSTFLAGS", COVERAGE.join(" "));
    process::run(&mut build)?;
    Ok(directory.join(host).join("release").join("fuzz-loop"))
}

/// A search of one target.
struct Search<'a> {
    program: &'a Path,
    target: &'a str,
    longest: u32,
}

impl Search<'_> {
    fn corpus(&self) -> Result<PathBuf> {
        Ok(process::root()?.join(CORPUS).join(self.target))
    }

    /// An empty directory for what one search leaves.
    fn fresh(&self, purpose: &str) -> Result<PathBuf> {
        let directory = scratch()?.join(self.target).join(purpose);
        if directory.exists() {
            fs::remove_dir_all(&directory).with_context(|| format!("emptying {}", directory.display()))?;
        }
        fs::create_dir_all(&directory).with_context(|| format!("creating {}", directory.display()))?;
        Ok(directory)
    }

    fn command(&self) -> Result<Command> {
        let mut command = process::command(self.program, [format!("-max_len={}", self.longest)])?;
        command.env("FUZZ_TARGET", self.target).args(["-rss_limit_mb=2048", "-timeout=60"]);
        Ok(command)
    }

    /// Searches, and fails with the input if one is found.
    fn run(&self, seconds: u32) -> Result<Found> {
        let (new, findings) = (self.fresh("new")?, self.fresh("findings")?);
        let mut command = self.command()?;
        command.env("FUZZ_SEEDS", &new).arg(format!("-max_total_time={seconds}"));
        command.arg("-print_final_stats=1");
        let words = process::root()?.join(DICTIONARIES).join(format!("{}.dict", self.target));
        command.args(words.exists().then(|| format!("-dict={}", words.display())));
        command.arg(format!("-artifact_prefix={}/", findings.display()));
        command.arg(&new).arg(self.corpus()?);
        process::announce(&command);
        let mut running = command.stderr(Stdio::piped()).spawn().context("starting the search")?;
        let output = running.stderr.take().context("the search says nothing")?;
        let mut found = Found::default();
        for line in BufReader::new(output).lines() {
            let line = line.context("reading what the search says")?;
            eprintln!("{line}");
            found.hear(&line);
        }
        let status = running.wait().context("waiting for the search")?;
        if !status.success() {
            let input = files(&findings)?.first().map(|path| path.display().to_string()).unwrap_or_default();
            bail!(
                "{}: the search ended with {status}. Its input: {input}; `cargo run -p fuzz --bin fuzz -- {} {input}` shows what is wrong",
                self.target,
                self.target
            );
        }
        Ok(found)
    }

    /// Puts into the corpus what covers all that was covered, and of that not too much.
    fn keep(&self) -> Result<()> {
        let (new, chosen, corpus) =
            (scratch()?.join(self.target).join("new"), self.fresh("chosen")?, self.corpus()?);
        let mut merge = self.command()?;
        process::run(merge.arg("-set_cover_merge=1").arg(&chosen).arg(&corpus).arg(&new))?;
        for old in files(&corpus)? {
            fs::remove_file(&old).with_context(|| format!("removing {}", old.display()))?;
        }
        let (mut count, mut bytes) = (0, 0);
        for input in as_chosen(&chosen)? {
            let size = fs::metadata(&input).with_context(|| format!("reading {}", input.display()))?.len();
            if count < KEPT && bytes + size <= KEPT_BYTES {
                let name = input.file_name().context("an input is a file")?;
                fs::copy(&input, corpus.join(name))
                    .with_context(|| format!("copying {}", input.display()))?;
                (count, bytes) = (count + 1, bytes + size);
            }
        }
        println!("{count} inputs of {bytes} bytes are kept in {}", corpus.display());
        Ok(())
    }
}

/// What a search says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    /// By libFuzzer's names.
    statistics: BTreeMap<String, u64>,
    /// Edges that were reached.
    covered: u64,
    slowest_micros: u64,
}

impl Found {
    fn hear(&mut self, line: &str) {
        let number = |text: &str| text.split_whitespace().next().and_then(|word| word.parse::<u64>().ok());
        if let Some((name, value)) = line.strip_prefix("stat::").and_then(|rest| rest.split_once(':')) {
            self.statistics.extend(number(value).map(|value| (name.to_owned(), value)));
        } else if let Some(micros) = line.strip_prefix("slowest: ") {
            self.slowest_micros = number(micros).unwrap_or(0).max(self.slowest_micros);
        } else if let Some((_, covered)) = line.split_once(" cov: ") {
            self.covered = number(covered).unwrap_or(0).max(self.covered);
        }
    }

    fn told(&self, target: &str) -> String {
        let of = |name: &str| self.statistics.get(name).copied().unwrap_or(0);
        let tenths = self.slowest_micros.div_ceil(100);
        format!(
            "{target:<12}  {:>9} inputs, {:>6} a second, {:>6} edges, the slowest {}.{} ms, {} MiB\n",
            of("number_of_executed_units"),
            of("average_exec_per_sec"),
            self.covered,
            tenths / 10,
            tenths % 10,
            of("peak_rss_mb"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_search_says_is_understood() {
        let mut found = Found::default();
        for line in [
            "#2048\tpulse  cov: 1200 ft: 3000 corp: 50/2Kb lim: 17 exec/s: 1024 rss: 80Mb",
            "slowest: 1234 us",
            "slowest: 12301 us",
            "#9000\tDONE   cov: 1300 ft: 3100 corp: 60/3Kb lim: 17 exec/s: 900 rss: 81Mb",
            "stat::number_of_executed_units: 9000",
            "stat::average_exec_per_sec:     900",
            "stat::peak_rss_mb:              81",
            "Done 9000 runs in 10 second(s)",
        ] {
            found.hear(line);
        }
        let told =
            "webhook            9000 inputs,    900 a second,   1300 edges, the slowest 12.4 ms, 81 MiB\n";
        assert_eq!(found.told("webhook"), told);
    }
}
