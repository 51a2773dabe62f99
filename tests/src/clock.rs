//! The wall clock of one machine: it steps and stands still while the service's program runs there. The program is the one that is
//! deployed; what it asks the C library for the time is answered by `wall.c`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use tempfile::TempDir;

use crate::service::Service;

const SOURCE: &str = include_str!("clock/wall.c");

/// A machine's wall clock; right until it is told to be wrong. It must live as long as what runs by it.
pub struct WallClock {
    directory: TempDir,
}

impl WallClock {
    /// Gives the service's machine a clock of its own, from the next start on.
    pub fn of(service: &mut Service) -> Self {
        let directory = tempfile::Builder::new().prefix("order-service-clock-").tempdir();
        let clock = Self { directory: directory.expect("a directory") };
        let library = build(clock.directory.path());
        for (name, path) in [("LD_PRELOAD", library), ("ORDER_SERVICE_TEST_CLOCK", clock.file())] {
            service.set(name, path.to_str().expect("a path is text"));
        }
        clock
    }

    /// Steps to so many seconds after the right time, or before it.
    pub fn is_off_by(&self, seconds: i64) {
        self.tell(&format!("{seconds:+}"));
    }

    /// Stands still, at so many seconds after the right time, or before it.
    pub fn stands(&self, seconds: i64) {
        self.tell(&format!("={}", now() + seconds));
    }

    /// Steps to the right time, and goes on.
    pub fn is_right(&self) {
        self.is_off_by(0);
    }

    /// At once, or a reader would find half of it.
    fn tell(&self, text: &str) {
        let next = self.directory.path().join("next");
        std::fs::write(&next, text).expect("the clock can be set");
        std::fs::rename(next, self.file()).expect("the clock can be set");
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("clock")
    }
}

/// The right time, in seconds since 1970.
pub fn now() -> i64 {
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("it is after 1970");
    i64::try_from(now.as_secs()).expect("seconds fit")
}

/// What builds the program has a C compiler.
fn build(directory: &Path) -> PathBuf {
    let (source, library) = (directory.join("wall.c"), directory.join("wall.so"));
    std::fs::write(&source, SOURCE).expect("the source can be written");
    let mut compiler = Command::new("cc");
    let output = compiler.args(["-O1", "-shared", "-fPIC", "-o"]).args([&library, &source]).output();
    let output = output.expect("there is a C compiler: the programs are linked by it");
    assert!(output.status.success(), "wall.c: {}", String::from_utf8_lossy(&output.stderr));
    library
}
