//! A real PostgreSQL for tests and measuring: the one that DATABASE_URL names, else a throw-away cluster of the newest installed
//! release, else of one installed through apt. Never none: without PostgreSQL there is no test run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::cluster::{Cluster, Purpose};
use crate::{debian, process};

/// Where tests may create databases.
pub enum Postgres {
    /// Somebody else's server.
    Given(String),
    /// Ours, gone when this is dropped.
    Own(Cluster),
}

impl Postgres {
    /// Finds or makes a server.
    pub fn provide(purpose: Purpose) -> Result<Self> {
        if let Some(url) = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()) {
            if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
                bail!(
                    "DATABASE_URL must name a PostgreSQL server, postgres://…, where tests may create databases"
                );
            }
            println!("PostgreSQL: the server that DATABASE_URL names");
            return Ok(Self::Given(url));
        }
        let programs = match installed() {
            Some(programs) => programs,
            None => {
                println!("PostgreSQL: not installed");
                debian::install(&["postgresql"]).context(
                    "every test runs on PostgreSQL too: set DATABASE_URL, or install PostgreSQL's server",
                )?;
                installed().context("PostgreSQL's server was installed, but initdb is not to be found")?
            }
        };
        let cluster = Cluster::start(&programs, purpose)?;
        println!("PostgreSQL: a throw-away cluster of {}, at {}", cluster.version(), cluster.url());
        Ok(Self::Own(cluster))
    }

    pub fn url(&self) -> String {
        match self {
            Self::Given(url) => url.clone(),
            Self::Own(cluster) => cluster.url(),
        }
    }

    /// The release, where it is known without asking the server.
    pub fn version(&self) -> Option<&str> {
        match self {
            Self::Given(_) => None,
            Self::Own(cluster) => Some(cluster.version()),
        }
    }
}

/// The directory of the server's programs: of the newest release that Debian's layout holds, else on the search path.
fn installed() -> Option<PathBuf> {
    let releases = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = releases
        .map(|release| release.path().join("bin"))
        .filter(|directory| is_complete(directory))
        .max_by_key(|directory| major(directory));
    newest.or_else(|| {
        let initdb = process::locate("initdb")?.canonicalize().ok()?;
        initdb.parent().filter(|directory| is_complete(directory)).map(Path::to_owned)
    })
}

/// PostgreSQL's own benchmark: beside the newest server's programs, else on the search path, where Debian's wrapper will do.
pub fn pgbench() -> Result<PathBuf> {
    let beside = installed().map(|programs| programs.join("pgbench"));
    let candidates = [beside, process::locate("pgbench")];
    let answers = |program: &PathBuf| process::succeeds(Command::new(program).arg("--version"));
    candidates.into_iter().flatten().find(answers).context(
        "pgbench is missing, against which the service is measured; install the package postgresql (on Debian and \
         Ubuntu) or postgresql-contrib (elsewhere)",
    )
}

fn is_complete(programs: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"].iter().all(|program| programs.join(program).is_file())
}

fn major(programs: &Path) -> u32 {
    let release = programs.parent().and_then(Path::file_name);
    release.and_then(|release| release.to_str()?.parse().ok()).unwrap_or_default()
}

/// What the server's programs call themselves: "PostgreSQL 15.18".
pub fn version_of(programs: &Path) -> Result<String> {
    let text = process::output(Command::new(programs.join("postgres")).arg("--version"))?;
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    Ok(format!("PostgreSQL {}", number.context("the server does not tell its version")?))
}
