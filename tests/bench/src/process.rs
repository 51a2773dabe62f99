//! The programs that take part: started with nothing of our environment's configuration, ended with their owner.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

/// How long a program may take to stop or to listen.
const LIMIT: Duration = Duration::from_secs(20);

/// A running program. It is killed when this is dropped.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program; what it says goes to a file in `directory`.
    pub fn start(
        name: &str,
        program: &Path,
        arguments: &[&OsStr],
        environment: &[(String, String)],
        directory: &Path,
    ) -> Result<Self> {
        let log = unused(directory, name);
        let file = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(directory).env_clear().envs(environment.iter().cloned());
        let child = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn();
        let child = child.with_context(|| format!("starting {}", program.display()))?;
        Ok(Self { name: name.to_owned(), child, log })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Waits for its end, which must be a good one.
    pub fn ended(mut self) -> Result<()> {
        let status = self.child.wait()?;
        self.judge(Some(status)).map(drop)
    }

    /// Whether it has ended. Fails with its last words if that was no good end.
    fn judge(&self, status: Option<ExitStatus>) -> Result<bool> {
        let Some(status) = status else { return Ok(false) };
        ensure!(status.success(), "{} ended with {status}:\n{}", self.name, self.last_words());
        Ok(true)
    }

    /// Asks it to stop and waits until it is gone.
    pub async fn stop(mut self) -> Result<()> {
        kill(Pid::from_raw(self.child.id().try_into()?), Signal::SIGTERM)?;
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            let status = self.child.try_wait()?;
            if self.judge(status)? {
                return Ok(());
            }
            sleep(Duration::from_millis(5)).await;
        }
        bail!("{} does not stop:\n{}", self.name, self.last_words())
    }

    /// Waits until somebody listens at an address.
    pub async fn listens(&mut self, address: std::net::SocketAddr) -> Result<()> {
        let end = Instant::now() + LIMIT;
        while tokio::net::TcpStream::connect(address).await.is_err() {
            let has_ended = self.child.try_wait()?.is_some();
            let says = || format!("{} does not listen on {address}:\n{}", self.name, self.last_words());
            ensure!(!has_ended && Instant::now() < end, says());
            sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    fn last_words(&self) -> String {
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn unused(directory: &Path, name: &str) -> PathBuf {
    let paths = (1..).map(|n| directory.join(format!("{name}-{n}.log")));
    paths.into_iter().find(|path| !path.exists()).unwrap_or_default()
}
