//! The service's program, running: started with nothing of our environment's configuration, ended with its owner.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::wait::until;
use crate::{probes, release};

/// What a command of the service is started with.
pub type Environment = Vec<(&'static str, OsString)>;

/// The program itself, if it is not one of the builds at hand.
pub(crate) const PROGRAM: &str = "ORDER_SERVICE_TEST_PROGRAM";
/// How many files it may open, if that is bounded.
const OPEN_FILES: &str = "ORDER_SERVICE_TEST_OPEN_FILES";

/// The number of SIGKILL.
const KILL: i32 = 9;

/// A running command of the service. It is killed when this is dropped.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `order-service <command>` in `directory`; what it says goes to a file there.
    pub fn start(command: &str, directory: &Path, environment: &Environment) -> Self {
        Self::start_with(command, &[], directory, environment)
    }

    /// Starts `order-service <command> <arguments>`.
    pub fn start_with(
        command: &str,
        arguments: &[&str],
        directory: &Path,
        environment: &Environment,
    ) -> Self {
        let log = unused(directory, command);
        let file = File::create(&log).expect("the log can be made");
        let mut program = program_of(environment);
        for (key, _) in std::env::vars_os().filter(|(key, _)| is_ours(key)) {
            program.env_remove(key);
        }
        let child = program
            .arg(command)
            .args(arguments)
            .current_dir(directory)
            .envs(environment.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("the log can be shared"))
            .stderr(file)
            .spawn()
            .expect("the service's program starts");
        Self { name: command.to_owned(), child, log }
    }

    /// Ends it as a power cut would, and waits until it is gone.
    pub fn kill(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        self.child.wait().expect("a child can be waited for");
    }

    /// Asks it to stop, as a system does before it shuts down.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal by its name.
    pub fn signal(&self, name: &str) {
        let command = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &command]).status();
        assert!(status.is_ok_and(|status| status.success()), "{command}");
    }

    /// How it ended. Panics if it goes on for longer than `limit`.
    pub async fn ended(&mut self, limit: Duration) -> ExitStatus {
        let what = format!("`order-service {}` ends", self.name);
        until(&what, limit, async || self.child.try_wait().expect("a child can be asked")).await
    }

    /// Whether it is there no more, ended by SIGKILL. Panics if it ended in any other way.
    pub fn is_killed(&mut self) -> bool {
        match self.child.try_wait().expect("a child can be asked") {
            Some(status) if status.signal() == Some(KILL) => true,
            Some(status) => panic!("`order-service {}` ended with {status}:\n{}", self.name, self.said()),
            None => false,
        }
    }

    /// How many files it has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("the process runs").count()
    }

    /// Bounds from now on how many files it may open.
    pub fn limit_files(&self, most: usize) {
        let (pid, limit) = (self.child.id().to_string(), format!("--nofile={most}:"));
        let status = Command::new("prlimit").args(["--pid", &pid, &limit]).status();
        assert!(status.is_ok_and(|status| status.success()), "prlimit {limit}");
    }

    /// What it has used so far.
    pub fn uses(&self) -> Use {
        Use::of(self.child.id())
    }

    /// Has the most memory it used counted anew from here.
    pub fn forget_peak(&self) {
        let file = format!("/proc/{}/clear_refs", self.child.id());
        std::fs::write(file, "5").expect("a child's peak can be reset");
    }

    /// Whether it is stopped by SIGSTOP.
    pub fn is_stopped(&self) -> bool {
        let status = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        // The state comes after the name, which stands in parentheses.
        status.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
    }

    /// Panics with its last words if it has ended by itself.
    pub fn must_run(&mut self) {
        if let Some(status) = self.child.try_wait().expect("a child can be asked") {
            panic!("`order-service {}` ended with {status}:\n{}", self.name, self.said());
        }
    }

    /// Everything it has said so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

/// What a process has used, by the operating system's accounting.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// Time on a processor, of all its threads that still live.
    pub cpu: Duration,
    /// The part of it on threads that serve callers, rather than SQLite's own.
    pub serving: Duration,
    /// Bytes it holds now.
    pub held: u64,
    /// Bytes it has held at most.
    pub peak: u64,
}

impl Use {
    fn of(process: u32) -> Self {
        let tasks = std::fs::read_dir(format!("/proc/{process}/task")).expect("the process runs");
        let times = tasks.filter_map(|task| {
            // A thread may end meanwhile.
            let read = |path: PathBuf, name: &str| std::fs::read_to_string(path.join(name)).ok();
            let path = task.ok()?.path();
            let nanoseconds = read(path.clone(), "schedstat")?.split(' ').next()?.parse::<u64>().ok()?;
            let is_serving = !read(path, "comm")?.starts_with("sqlx-sqlite");
            Some((Duration::from_nanos(nanoseconds), is_serving))
        });
        let times: Vec<_> = times.collect();
        let serving = times.iter().filter(|(_, is_serving)| *is_serving);
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("the system tells");
            line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
        };
        let (cpu, serving) =
            (times.iter().map(|(time, _)| *time).sum(), serving.map(|(time, _)| *time).sum());
        Self { cpu, serving, held: bytes("VmRSS:"), peak: bytes("VmHWM:") }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            let said = self.said();
            let lines: Vec<&str> = said.lines().collect();
            let last = lines[lines.len().saturating_sub(60)..].join("\n");
            println!("---- order-service {} ----\n{last}", self.name);
        }
    }
}

/// The program, under the limits that are asked for.
fn program_of(environment: &Environment) -> Command {
    let build = build(environment);
    let Some((_, most)) = environment.iter().find(|(key, _)| *key == OPEN_FILES) else {
        return Command::new(build);
    };
    let mut program = Command::new("prlimit");
    program.arg(format!("--nofile={}", most.display())).arg(build);
    program
}

/// The build that is asked for: with crash points, as it is deployed, or the one at hand.
fn build(environment: &Environment) -> PathBuf {
    if let Some((_, given)) = environment.iter().rev().find(|(key, _)| *key == PROGRAM) {
        return PathBuf::from(given);
    }
    let asks = |variable: &str| environment.iter().any(|(key, _)| *key == variable);
    match (asks(probes::VARIABLE), asks(release::VARIABLE)) {
        (true, _) => probes::program(),
        (false, true) => release::program(),
        (false, false) => program(),
    }
}

/// The program lies beside the directory of the test programs, or beside our own; cargo builds it before tests of the whole
/// workspace.
fn program() -> PathBuf {
    let own = std::env::current_exe().expect("the test program can be located");
    let directories = own.ancestors().skip(1).take(2);
    let found = directories.map(|directory| directory.join("order-service")).find(|path| path.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "there is no order-service beside {}: run `cargo test --workspace`, or `cargo build` before the tests of \
             this package alone",
            own.display()
        )
    })
}

fn is_ours(key: &std::ffi::OsStr) -> bool {
    key.to_str()
        .is_some_and(|key| key.starts_with("ORDER_SERVICE_") || key == "DATABASE_URL" || key == "RUST_LOG")
}

fn unused(directory: &Path, command: &str) -> PathBuf {
    let names = (1..).map(|n| directory.join(format!("{command}-{n}.log")));
    names.into_iter().find(|path| !path.exists()).expect("numbers do not run out")
}
