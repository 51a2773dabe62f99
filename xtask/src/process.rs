//! Running other programs: every command is shown before it runs, and a failure names the command.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// The workspace's directory.
pub fn root() -> Result<PathBuf> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("run this through `cargo xtask`")?;
    let parent = Path::new(&manifest).parent();
    Ok(parent.context("the task lies in no workspace")?.to_owned())
}

/// Where cargo puts what it builds.
pub fn target() -> Result<PathBuf> {
    let program = std::env::current_exe().context("the running program cannot be located")?;
    let target = program.ancestors().nth(2);
    Ok(target.context("the running program lies in no target directory")?.to_owned())
}

/// The service's program, as `cargo build` leaves it.
pub fn service() -> Result<PathBuf> {
    Ok(target()?.join("debug").join("order-service"))
}

/// Cargo, in the workspace's directory.
pub fn cargo<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Result<Command> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = command(program, arguments)?;
    // Cargo has told us about our own package. To a build script that reads the same of its own, that would be a change: ring,
    // and all that stands on it, would be built anew whenever somebody goes from `cargo` to `cargo xtask` or back.
    let about_us = |key: &OsString| {
        let key = key.to_string_lossy();
        key.starts_with("CARGO_PKG_") || key.starts_with("CARGO_MANIFEST_")
    };
    for key in std::env::vars_os().map(|(key, _)| key).filter(about_us) {
        command.env_remove(key);
    }
    Ok(command)
}

/// A program, in the workspace's directory.
pub fn command<I: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = I>,
) -> Result<Command> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()?);
    Ok(command)
}

/// Runs to the end, with our own output.
pub fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let status = command.status().with_context(|| shown(command))?;
    check(command, status)
}

/// Runs to the end and gives what it wrote to its standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| shown(command))?;
    check(command, output.status)?;
    String::from_utf8(output.stdout).with_context(|| format!("the output of {}", shown(command)))
}

/// Whether it can be started and succeeds; its output is of no interest.
pub fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Shows a command as a person would type it.
pub fn announce(command: &Command) {
    println!("$ {}", shown(command));
}

fn check(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` failed: {status}", shown(command));
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let parts = std::iter::once(name).chain(command.get_args());
    parts.map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Whether a program is on the search path.
pub fn is_installed(program: &str) -> bool {
    locate(program).is_some()
}

/// A program on the search path.
pub fn locate(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|directory| directory.join(program))
        .find(|candidate| candidate.is_file())
}

/// A directory for temporary files of one purpose, not shared with another running task.
pub fn scratch(purpose: &str) -> PathBuf {
    std::env::temp_dir().join(format!("order-service-{purpose}-{}", std::process::id()))
}

/// Ends a process and whatever it has started, by force, as far as the system tells what that is.
pub fn kill_tree(process: u32) {
    // Whoever stands still starts nothing more.
    succeeds(Command::new("sh").args(["-c", &format!("kill -STOP {process}")]));
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    let children: Vec<u32> =
        lists.flat_map(|list| list.split(' ').filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect();
    children.into_iter().for_each(kill_tree);
    succeeds(Command::new("sh").args(["-c", &format!("kill -KILL {process}")]));
}

/// Asks a child to end, waits, and ends it by force after `patience`. Gives whether it ended by itself, and well.
pub fn stop(mut child: Child, patience: Duration) -> Result<bool> {
    let id = child.id().to_string();
    let signal = |name: &str| succeeds(Command::new("sh").args(["-c", &format!("kill -{name} {id}")]));
    signal("TERM");
    let (sender, receiver) = mpsc::channel();
    let waiting = std::thread::spawn(move || sender.send(child.wait()));
    let ended = receiver.recv_timeout(patience).ok();
    if ended.is_none() {
        signal("KILL");
    }
    // The thread ends with the child.
    let _ = waiting.join();
    match ended {
        Some(status) => Ok(status.context("waiting for a child")?.success()),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_ends_with_what_it_has_started() {
        let mut parent = Command::new("sh")
            .args(["-c", "sleep 600 & echo $!; wait"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(parent.stdout.take().unwrap()), &mut line)
            .unwrap();
        let child = PathBuf::from(format!("/proc/{}/stat", line.trim()));
        assert!(child.exists());
        kill_tree(parent.id());
        assert!(!parent.wait().unwrap().success());
        // Whoever inherits it may take a moment to bury it.
        let is_gone = || std::fs::read_to_string(&child).map_or(true, |stat| stat.contains(") Z "));
        let waited = || !succeeds(Command::new("sleep").arg("0.05"));
        assert!((0..200).any(|_| is_gone() || waited()));
    }
}
