//! A throw-away PostgreSQL cluster: own directory, own port on 127.0.0.1, no password. For tests it does not wait for the disk;
//! for measuring it keeps what it acknowledges, as in production.
//!
//! A watchdog removes it as soon as this process is gone, however it went: it waits for the end of a pipe that only
//! this process holds.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::postgres::version_of;
use crate::process;

/// PostgreSQL refuses to run as root; whoever of these exists runs it then.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];
const OPTIONS: &str = "-c listen_addresses=127.0.0.1 -c max_connections=300";
const FORGETFUL: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off";
const DURABLE: &str = "-c fsync=on -c synchronous_commit=on -c full_page_writes=on -c shared_buffers=256MB";
/// Which statements cost what; loaded only for measuring, where it is installed.
const STATEMENTS: &str = "pg_stat_statements";
const WATCHDOG: &str = "trap '' HUP INT TERM; cat >/dev/null; \
                        \"$1/pg_ctl\" stop -s -m immediate -D \"$2/data\" >/dev/null 2>&1; rm -rf \"$2\"";

/// What a server is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Forgetful and fast.
    Tests,
    /// Durable, on a disk, with memory enough.
    Measuring,
}

/// A running server.
pub struct Cluster {
    port: u16,
    version: String,
    watchdog: Child,
}

impl Cluster {
    /// Makes and starts a cluster with the programs in a directory.
    pub fn start(programs: &Path, purpose: Purpose) -> Result<Self> {
        let user = User::unprivileged()?;
        let directory = purpose.directory()?;
        std::fs::create_dir_all(&directory).with_context(|| format!("creating {}", directory.display()))?;
        user.own(&directory)?;
        let place = Place { programs: programs.to_owned(), directory, user };
        let watchdog = place.watch()?;
        let mut cluster = Self { port: 0, version: version_of(programs)?, watchdog };
        process::run(
            place
                .program("initdb")
                .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
                .arg(place.data())
                .stdout(Stdio::null()),
        )?;
        cluster.port = place.serve(&purpose.options(programs))?;
        Ok(cluster)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub fn version(&self) -> &str {
        &self.version
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The end of the pipe is what it waits for.
        drop(self.watchdog.stdin.take());
        // Nothing could be done about a failure here; the watchdog goes on without us.
        let _ = self.watchdog.wait();
    }
}

impl Purpose {
    /// What is measured must reach a disk, and `/tmp` is often none.
    fn directory(self) -> Result<PathBuf> {
        let (scratch, disk) = (process::scratch("postgres"), Path::new("/var/tmp"));
        match self {
            Self::Tests => Ok(scratch),
            Self::Measuring if disk.is_dir() => {
                ensure_disk(disk)?;
                Ok(disk.join(scratch.file_name().context("a directory has a name")?))
            }
            Self::Measuring => Ok(scratch),
        }
    }

    fn options(self, programs: &Path) -> String {
        match self {
            Self::Tests => format!("{OPTIONS} {FORGETFUL}"),
            Self::Measuring if has_statements(programs) => {
                format!("{OPTIONS} {DURABLE} -c shared_preload_libraries={STATEMENTS}")
            }
            Self::Measuring => {
                println!("PostgreSQL: without {STATEMENTS}, which is not installed");
                format!("{OPTIONS} {DURABLE}")
            }
        }
    }
}

/// A file system in memory makes every commit cheap, which is no figure to publish.
fn ensure_disk(directory: &Path) -> Result<()> {
    let mut ask = Command::new("stat");
    ask.args(["--file-system", "--format=%T"]).arg(directory);
    let kind = process::output(&mut ask)?;
    ensure!(
        !["tmpfs", "ramfs"].contains(&kind.trim()),
        "{} is in memory: no disk to measure",
        directory.display()
    );
    Ok(())
}

/// Whether the library is installed with the server: in Debian's layout beside the programs, else where `pg_config` says.
fn has_statements(programs: &Path) -> bool {
    let reported = Command::new(programs.join("pg_config")).arg("--pkglibdir").output();
    let reported = reported.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    let directories = [Some(programs.join("../lib")), reported.map(|directory| directory.trim().into())];
    directories.iter().flatten().any(|directory| directory.join(STATEMENTS).with_extension("so").is_file())
}

struct Place {
    programs: PathBuf,
    directory: PathBuf,
    user: User,
}

impl Place {
    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// In a process group of its own: Ctrl-C is for us, and the watchdog follows.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        self.user.run_as(command.current_dir(&self.directory).process_group(0));
        command
    }

    fn watch(&self) -> Result<Child> {
        let mut command = Command::new("sh");
        command.args(["-c", WATCHDOG, "watchdog"]).arg(&self.programs).arg(&self.directory);
        self.user.run_as(command.current_dir("/").process_group(0));
        let quiet = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        quiet.spawn().context("starting the cluster's watchdog")
    }

    /// Starts the server; `pg_ctl` asks it until it answers. Somebody may take the port in between, so not only once.
    fn serve(&self, options: &str) -> Result<u16> {
        for _ in 0..3 {
            let port = free_port()?;
            let options =
                format!("{options} -p {port} -c unix_socket_directories='{}'", self.directory.display());
            let mut start = self.program("pg_ctl");
            start.args(["start", "--silent", "--wait", "--timeout=60", "--options", &options, "--log"]);
            start.arg(self.directory.join("log")).arg("--pgdata").arg(self.data());
            if process::run(&mut start).is_ok() {
                return Ok(port);
            }
        }
        let log = std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
        bail!("PostgreSQL's server does not start:\n{log}")
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("finding a free port")?;
    Ok(listener.local_addr().context("finding a free port")?.port())
}

/// Who runs the server: ourselves, unless we are root.
#[derive(Clone, Copy)]
struct User(Option<(u32, u32)>);

impl User {
    fn unprivileged() -> Result<Self> {
        if id(&["-u"])? != 0 {
            return Ok(Self(None));
        }
        let exists = |name: &&&str| process::succeeds(Command::new("id").arg(name));
        let name = UNPRIVILEGED.iter().find(exists);
        let name =
            name.context("PostgreSQL does not run as root, and there is no user postgres or nobody")?;
        Ok(Self(Some((id(&["-u", name])?, id(&["-g", name])?))))
    }

    fn own(self, directory: &Path) -> Result<()> {
        let Some((user, group)) = self.0 else {
            return Ok(());
        };
        std::os::unix::fs::chown(directory, Some(user), Some(group))
            .with_context(|| format!("giving {} away", directory.display()))
    }

    fn run_as(self, command: &mut Command) {
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
    }
}

fn id(arguments: &[&str]) -> Result<u32> {
    let text = process::output(Command::new("id").args(arguments))?;
    text.trim().parse().context("`id` gives no number")
}
