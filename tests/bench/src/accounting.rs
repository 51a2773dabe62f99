//! What the operating system says a process has used. PostgreSQL is many processes: the sum over all of them, the ended
//! ones too.

use anyhow::{Context, Result};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use procfs::process::{Process, Stat, all_processes};
use procfs::{CpuInfo, Current, Meminfo, ticks_per_second};

/// CPU time in milliseconds: of the service, of PostgreSQL, of the canned Mollie and of the load generator.
pub type Cpu = [f64; 4];

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
    pub fn used(&self) -> Result<Cpu> {
        let of = |pid: Option<u32>| pid.map_or(Ok(0.0), process);
        let postgres = self.postgres.map_or(Ok(0.0), tree)?;
        let own = milliseconds(ClockId::CLOCK_PROCESS_CPUTIME_ID)?;
        Ok([of(self.service)?, postgres, of(self.mollie)?, own])
    }

    /// What all of them have used since.
    pub fn since(&self, before: Cpu) -> Result<Cpu> {
        let now = self.used()?;
        Ok(std::array::from_fn(|n| now[n] - before[n]))
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
    let stat = stat(pid)?;
    let ticks = u32::try_from(stat.cutime + stat.cstime)?;
    Ok(f64::from(ticks) * 1e3 / f64::from(u32::try_from(ticks_per_second())?))
}

fn stat(pid: u32) -> Result<Stat> {
    let process = Process::new(pid.try_into()?).and_then(|process| process.stat());
    process.with_context(|| format!("process {pid} is not on this machine, or cannot be seen"))
}

fn children(of: u32) -> Result<Vec<u32>> {
    // Processes come and go.
    let stats = all_processes()?.filter_map(|process| process.ok()?.stat().ok());
    stats.filter(|stat| u32::try_from(stat.ppid) == Ok(of)).map(|stat| Ok(stat.pid.try_into()?)).collect()
}

/// The process that started another.
pub fn parent(pid: u32) -> Result<u32> {
    Ok(stat(pid)?.ppid.try_into()?)
}

/// Memory that a process holds, in mebibytes.
pub fn resident(pid: u32) -> Result<f64> {
    let kilobytes =
        Process::new(pid.try_into()?)?.status()?.vmrss.context("/proc/PID/status has no VmRSS")?;
    Ok(f64::from(u32::try_from(kilobytes)?) / 1024.0)
}

/// Cores, CPU model and memory of this machine.
pub fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu = CpuInfo::current()?;
    let gibibytes = (Meminfo::current()?.mem_total + (1 << 29)) >> 30;
    Ok(format!("{cores} cores, {}, {gibibytes} GiB", cpu.model_name(0).unwrap_or("unknown CPU")))
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
        let [service, postgres, mollie, generator] = watched.since(before).unwrap();
        assert!(busy > 0 && service > 0.0 && generator > 0.0 && postgres > 0.0);
        assert_eq!(mollie, 0.0);
        assert!(resident(own).unwrap() > 0.5 && parent(own).unwrap() > 0);
    }
}
