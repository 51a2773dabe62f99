//! The programs that take part: started with nothing of our environment's configuration, ended with their owner.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
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
        for (key, _) in std::env::vars_os().filter(|(key, _)| is_ours(key)) {
            command.env_remove(key);
        }
        command
            .args(arguments)
            .current_dir(directory)
            .envs(environment.iter().map(|(key, value)| (key, value)));
        let child = command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn();
        let child = child.with_context(|| format!("starting {}", program.display()))?;
        Ok(Self { name: name.to_owned(), child, log })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it writes what it says.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Waits for its end, which must be a good one.
    pub fn ended(mut self) -> Result<()> {
        let status = self.child.wait()?;
        ensure!(status.success(), "{} ended with {status}:\n{}", self.name, self.last_words());
        Ok(())
    }

    /// Fails with its last words if it has ended by itself.
    pub fn must_run(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("{} ended with {status}:\n{}", self.name, self.last_words()),
            None => Ok(()),
        }
    }

    /// Asks it to stop and waits until it is gone.
    pub async fn stop(mut self) -> Result<()> {
        kill(Pid::from_raw(self.child.id().try_into()?), Signal::SIGTERM)?;
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "{} ended with {status}:\n{}", self.name, self.last_words());
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
            self.must_run()?;
            ensure!(
                Instant::now() < end,
                "{} does not listen on {address}:\n{}",
                self.name,
                self.last_words()
            );
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

fn is_ours(key: &OsStr) -> bool {
    key.to_str()
        .is_some_and(|key| key.starts_with("ORDER_SERVICE_") || key == "DATABASE_URL" || key == "RUST_LOG")
}

fn unused(directory: &Path, name: &str) -> PathBuf {
    let mut n = 1;
    loop {
        let path = directory.join(format!("{name}-{n}.log"));
        if !path.exists() {
            return path;
        }
        n += 1;
    }
}
