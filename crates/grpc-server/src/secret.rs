//! The service's secret at work: where its generations come from, and that none is ever missing. It may not make anything under them.

use std::path::PathBuf;

use anyhow::{Context, Result};
use jiff::Timestamp;
use persistence::Database;

use crate::config::{Config, secret_in};
use crate::generations::Generations;
use crate::vault::{fresh_secret, names};

/// Under which names the database keeps those of generations: with letters and digits alone, every collation sorts them alike.
const GENERATION: &str = "generation";
/// What comes behind all of them.
const END: &str = "generatioo";
/// The secret that is used where no file is configured.
const ROOT: &str = "root";

/// Where the secret is read, again and again.
pub struct Source {
    file: Option<PathBuf>,
    /// The name of the setting.
    setting: String,
    /// The secret that the database keeps. It stays a generation once a file is configured.
    kept: Option<Vec<u8>>,
}

impl Source {
    /// Without a file, all processes on this database share a secret that it keeps.
    pub async fn new(config: &Config, store: &Database) -> Result<Self> {
        let (file, setting) = (config.security.secret_file.clone(), config.names.of("security.secret_file"));
        let kept = match &file {
            Some(_) => store.kept_secret(ROOT).await,
            None => store.service_secret(ROOT, &fresh_secret()?).await.map(Some),
        };
        Ok(Self { file, setting, kept: kept.context("the service's secret cannot be kept")? })
    }

    /// The name of the setting that names a file, if one does.
    pub fn setting(&self) -> Option<&str> {
        self.file.as_ref().map(|_| self.setting.as_str())
    }

    /// Every generation, as it is now.
    ///
    /// # Errors
    /// Every fault, each naming the setting.
    pub fn read(&self) -> Result<Generations, Vec<String>> {
        let named = |fault| format!("{}: {fault}", self.setting);
        match (&self.file, &self.kept) {
            (Some(file), kept) => {
                let read =
                    secret_in(file).map_err(|faults| faults.into_iter().map(named).collect::<Vec<_>>())?;
                Ok(kept.iter().cloned().fold(read, Generations::after))
            }
            (None, kept) => Generations::only(kept.clone().unwrap_or_default())
                .map_err(|short| vec![format!("the service's secret in the database: {short}")]),
        }
    }

    /// Makes sure that no generation is missing under which anything was made, and notes that of which anything will be from now on.
    ///
    /// # Errors
    /// What is missing, and what to do; or the database does not answer.
    pub async fn admit(&self, generations: &Generations, now: Timestamp, store: &Database) -> Result<()> {
        let known =
            store.secret_names(GENERATION, END).await.context("the generations in use cannot be read")?;
        let ours: Vec<_> =
            names(generations, now).into_iter().map(|name| format!("{GENERATION}{name}")).collect();
        let missing = known.iter().filter(|name| !ours.contains(name)).count();
        anyhow::ensure!(
            missing == 0,
            "{}: {missing} of the generations of the service's secret under which orders of this database were made {} not in it: \
             their hooks and repeated requests would not be recognised; put back what was there before, and add to it with \
             `order-service secret rotate`",
            self.setting,
            if missing == 1 { "is" } else { "are" }
        );
        if let Some(first) = ours.first().filter(|first| !known.contains(first)) {
            store.service_secret(first, &[]).await.context("the generation in use cannot be noted")?;
        }
        Ok(())
    }
}
