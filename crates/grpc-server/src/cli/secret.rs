//! `order-service secret`: makes the file with the service's secret, and adds a generation to it. It talks to no service.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::clock::SystemClock;
use crate::config::secret_in;
use crate::generations::Generations;
use crate::vault::fresh_secret;

/// In minutes. Until a generation has begun, no other can be added.
const WEEK: i64 = 7 * 24 * 60;

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a new file with one generation of random bytes.
    Create { file: PathBuf },
    /// Add a generation to a file. What was made under the others is recognised for ever.
    Rotate {
        file: PathBuf,
        /// After how many minutes it comes into use: until then every replica must have the file.
        #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=WEEK))]
        minutes: u32,
        /// Take over a file of bytes that nobody has made by `create`, as its first generation.
        #[arg(long)]
        raw: bool,
    },
}

pub fn run(arguments: Arguments) -> Result<()> {
    let now = SystemClock::wall();
    match arguments.action {
        Action::Create { file } => {
            let generations = Generations::only(fresh_secret()?.to_vec())?;
            ensure!(
                !file.exists(),
                "{}: it is there already; `rotate` adds a generation to it",
                file.display()
            );
            write(&file, &generations)?;
            println!(
                "{}: made. Set ORDER_SERVICE__SECURITY__SECRET_FILE to it for every replica.",
                file.display()
            );
        }
        Action::Rotate { file, minutes, raw } => {
            ensure!(
                raw || is_made(&file),
                "{}: it was not made by `order-service secret create`, and may be another file; if it is a secret of random bytes, add --raw",
                file.display()
            );
            let from = rotate(&file, now, minutes)?;
            println!(
                "{}: a generation was added. Give the file to every replica before {from}: then it comes into use.",
                file.display()
            );
        }
    }
    Ok(())
}

/// Whether it names generations. What cannot be read is told when it is read.
fn is_made(file: &Path) -> bool {
    fs::read(file).map_or(true, |content| Generations::are_named(&content))
}

/// Adds a generation; when it comes into use.
fn rotate(file: &Path, now: Timestamp, minutes: u32) -> Result<Timestamp> {
    let known = secret_in(file).map_err(|faults| anyhow::Error::msg(faults.join("\n")))?;
    let waits = known.next_from(now);
    ensure!(
        waits.is_none(),
        "{}: its last generation is not in use yet; add another one once it is",
        file.display()
    );
    // Whole seconds read better, and two generations may not begin at once.
    let from = now.as_second() + 1 + i64::from(minutes) * 60;
    let from = Timestamp::from_second(from).context("no such time")?;
    write(file, &known.and(from, fresh_secret()?.to_vec()))?;
    Ok(from)
}

/// Writes it beside the file first, so that nobody ever reads half of it.
fn write(file: &Path, generations: &Generations) -> Result<()> {
    let beside = file.with_added_extension("new");
    let write = || -> std::io::Result<()> {
        let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        if let Ok(before) = fs::metadata(file) {
            new.set_permissions(before.permissions())?;
        }
        new.write_all(generations.text().as_bytes())?;
        new.sync_all()?;
        fs::rename(&beside, file)
    };
    write().with_context(|| format!("{}: it cannot be written", beside.display()))
}
