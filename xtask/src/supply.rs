//! Checks by tools that are not part of the workspace: the API's shape by buf, licences and sources by cargo-deny.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{debian, process};

const BUF: &str = "@bufbuild/buf@1.75.0";
const CARGO_DENY: &str = "~0.20";

/// The API keeps buf's rules, and breaks no client of the last tag.
pub fn buf() -> Result<()> {
    debian::ensure("npx", &["nodejs", "npm"])?;
    let buf = |arguments: &[&str]| -> Result<Command> {
        let mut command = process::command("npx", ["--yes", BUF])?;
        command.args(arguments).current_dir(process::root()?.join("proto"));
        Ok(command)
    };
    process::run(&mut buf(&["lint"])?)?;
    match last_tag()? {
        Some(tag) => {
            let before = format!("../.git#tag={tag},subdir=proto");
            process::run(&mut buf(&["breaking", "--against", &before])?)
        }
        None => {
            println!("buf breaking: nothing to compare with, there is no tag yet");
            Ok(())
        }
    }
}

/// Where buf lies, for whom the network is closed.
pub fn buf_program() -> Result<String> {
    debian::ensure("npx", &["nodejs", "npm"])?;
    let package = format!("--package={BUF}");
    let found = process::output(&mut process::command("npx", ["--yes", &package, "-c", "command -v buf"])?)?;
    Ok(found.trim().to_owned())
}

fn last_tag() -> Result<Option<String>> {
    let tags = process::output(&mut git(&["tag", "--merged", "HEAD", "--sort=-creatordate"])?)?;
    Ok(tags.lines().next().map(str::to_owned))
}

/// Licences, sources and bans, where the lock file or the rules are others than when they were last checked here.
pub fn licences() -> Result<()> {
    let (lock, rules) = (process::root()?.join("Cargo.lock"), process::root()?.join("deny.toml"));
    let now = format!("{}\n{}", fs::read_to_string(lock)?, fs::read_to_string(rules)?);
    let checked = process::target()?.join("licences-checked");
    if fs::read_to_string(&checked).is_ok_and(|before| before == now) {
        println!("skipped: Cargo.lock and deny.toml are the same as when they were last checked here");
        return Ok(());
    }
    let tools = process::target()?.join("tools");
    let program = tools.join("bin").join("cargo-deny");
    if !program.is_file() {
        let mut install = process::cargo(["install", "cargo-deny", "--locked", "--version", CARGO_DENY])?;
        // Built in a directory that goes away: only the program is of use here.
        install.arg("--root").arg(&tools).env_remove("CARGO_TARGET_DIR");
        process::run(&mut install).context("installing cargo-deny")?;
    }
    // Advisories would have to be fetched from outside the package registries.
    process::run(&mut process::command(
        program,
        ["--all-features", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"],
    )?)?;
    Ok(fs::write(checked, now)?)
}

/// Git, in the workspace's directory.
pub fn git(arguments: &[&str]) -> Result<Command> {
    process::command("git", arguments)
}
