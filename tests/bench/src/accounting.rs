//! What the operating system says a process has used. PostgreSQL is many processes: the sum over all of them, the ended
//! ones too.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::{Pid, SysconfVar, sysconf};

/// CPU time in milliseconds, by process.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cpu {
    pub service: f64,
    pub postgres: f64,
    pub mollie: f64,
    pub generator: f64,
}

impl Cpu {
    /// What was used since.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            service: self.service - before.service,
            postgres: self.postgres - before.postgres,
            mollie: self.mollie - before.mollie,
            generator: self.generator - before.generator,
        }
    }

    /// For each of so many operations.
    #[must_use]
    pub fn per(self, operations: f64) -> Self {
        Self {
            service: self.service / operations,
            postgres: self.postgres / operations,
            mollie: self.mollie / operations,
            generator: self.generator / operations,
        }
    }
}

/// Whose CPU time is read. Who does not take part is `None` and costs nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watched {
    pub service: Option<u32>,
    /// The postmaster.
    pub postgres: Option<u32>,
    pub mollie: Option<u32>,
}

impl Watched {
    /// What all of them have used so far.
    ///
    /// # Errors
    /// One of them is gone.
    pub fn used(&self) -> Result<Cpu> {
        let of = |pid: Option<u32>| pid.map_or(Ok(0.0), process);
        Ok(Cpu {
            service: of(self.service)?,
            postgres: self.postgres.map_or(Ok(0.0), tree)?,
            mollie: of(self.mollie)?,
            generator: milliseconds(ClockId::CLOCK_PROCESS_CPUTIME_ID)?,
        })
    }
}

/// Milliseconds of CPU a process has used, to the nanosecond.
fn process(pid: u32) -> Result<f64> {
    let clock = clock_getcpuclockid(Pid::from_raw(pid.try_into()?));
    milliseconds(clock.with_context(|| format!("the CPU time of process {pid} cannot be read: is it gone?"))?)
}

fn milliseconds(clock: ClockId) -> Result<f64> {
    let time = std::time::Duration::from(clock_gettime(clock)?);
    Ok(time.as_secs_f64() * 1e3)
}

/// The same of a process and its children, living and ended.
fn tree(root: u32) -> Result<f64> {
    let mut sum = process(root)? + ended_children(root)?;
    for child in children(root)? {
        // One that has just ended counts among the ended.
        sum += process(child).unwrap_or(0.0);
    }
    Ok(sum)
}

fn ended_children(pid: u32) -> Result<f64> {
    let fields = stat(pid)?;
    let ticks = |n: usize| fields.get(n).and_then(|field| field.parse::<f64>().ok());
    // "cutime" and "cstime" are the 16th and 17th of all fields; id and name are cut off.
    let used = ticks(13).zip(ticks(14)).map(|(user, system)| user + system);
    let per_second = sysconf(SysconfVar::CLK_TCK)?.context("the system does not tell its clock ticks")?;
    Ok(used.context("/proc/PID/stat is not as it should be")? * 1e3 / f64::from(i32::try_from(per_second)?))
}

/// The fields of `/proc/PID/stat` from the third on: the name may hold spaces.
fn stat(pid: u32) -> Result<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))
        .with_context(|| format!("process {pid} is not on this machine, or cannot be seen"))?;
    let (_, rest) = text.rsplit_once(") ").context("/proc/PID/stat is not as it should be")?;
    Ok(rest.split_whitespace().map(str::to_owned).collect())
}

fn children(of: u32) -> Result<Vec<u32>> {
    let mut children = Vec::new();
    for entry in fs::read_dir("/proc").context("/proc cannot be read")? {
        let Ok(pid) = entry?.file_name().to_string_lossy().parse::<u32>() else { continue };
        // Processes come and go.
        let parent = stat(pid).ok().and_then(|fields| fields.get(1)?.parse::<u32>().ok());
        if parent == Some(of) {
            children.push(pid);
        }
    }
    Ok(children)
}

/// The process that started another.
///
/// # Errors
/// There is no such process.
pub fn parent(pid: u32) -> Result<u32> {
    stat(pid)?.get(1).and_then(|field| field.parse().ok()).context("/proc/PID/stat is not as it should be")
}

/// Memory that a process holds, in mebibytes.
///
/// # Errors
/// There is no such process.
pub fn resident(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let fields: BTreeMap<&str, &str> = status.lines().filter_map(|line| line.split_once(':')).collect();
    let kilobytes =
        fields.get("VmRSS").and_then(|value| value.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    Ok(kilobytes.context("/proc/PID/status does not tell VmRSS")? / 1024.0)
}

/// Cores, CPU model and memory of this machine.
///
/// # Errors
/// /proc cannot be read.
pub fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name);
    let memory = fs::read_to_string("/proc/meminfo")?;
    let total = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB"));
    let total: f64 = total.context("/proc/meminfo does not tell MemTotal")?.parse()?;
    Ok(format!("{cores} cores, {}, {:.0} GiB", model.unwrap_or("unknown CPU"), total / f64::from(1 << 20)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_process_uses_grows_and_can_be_read_from_outside() {
        let own = std::process::id();
        let watched = Watched { service: Some(own), postgres: Some(own), mollie: None };
        let before = watched.used().unwrap();
        let busy: u64 = (0..2_000_000_u64).map(std::hint::black_box).sum();
        let used = watched.used().unwrap().since(before);
        assert!(busy > 0 && used.service > 0.0 && used.generator > 0.0 && used.postgres > 0.0);
        assert_eq!(used.mollie, 0.0);
        assert!(resident(own).unwrap() > 0.5 && parent(own).unwrap() > 0);
    }
}
