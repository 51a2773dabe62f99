//! The shim in C that fails writes and syncs of a write-ahead log: how it is built, and how it is armed. A process has it
//! only if it was started with it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cell::{Fault, Lasting};

/// Where the shim looks for its orders.
pub const CONTROL: &str = "STORE_FAULTS_CONTROL";

const SOURCE: &str = include_str!("shim.c");
const EIO: u8 = 5;
const ENOSPC: u8 = 28;

/// Builds the shim in a directory.
///
/// # Panics
/// Without a C compiler, which building the service needs too.
#[must_use]
pub fn build(directory: &Path) -> PathBuf {
    let (source, library) = (directory.join("shim.c"), directory.join("shim.so"));
    std::fs::write(&source, SOURCE).expect("the shim's source can be written");
    let mut make = Command::new("cc");
    make.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).arg("-ldl");
    let status = make.status().expect("a C compiler is needed: install cc");
    assert!(status.success(), "the shim does not compile: {status}");
    library
}

/// Makes an empty control file.
///
/// # Panics
/// If the directory cannot be written.
pub fn control(path: &Path) {
    std::fs::write(path, [0; 16]).expect("the control file can be written");
}

/// The shim of this process.
pub struct Shim(File);

impl Shim {
    /// `None` if this process was started without one.
    #[must_use]
    pub fn own() -> Option<Self> {
        let path = std::env::var_os(CONTROL)?;
        File::options().read(true).write(true).open(path).ok().map(Self)
    }

    /// Strikes from now on.
    pub fn arm(&self, fault: Fault, lasting: Lasting) {
        let (what, error) = match fault {
            Fault::FullDisk => (1, ENOSPC),
            Fault::IoStatement | Fault::IoWriteBefore => (1, EIO),
            Fault::IoWriteAfter => (2, EIO),
            Fault::IoSyncBefore => (3, EIO),
            Fault::IoSyncAfter => (4, EIO),
            Fault::Full
            | Fault::FullTmpfs
            | Fault::NoMemory
            | Fault::ReadOnly
            | Fault::Busy
            | Fault::CutBefore
            | Fault::CutWithin
            | Fault::CutAfter
            | Fault::RolledBack => unreachable!("{fault} needs no shim"),
        };
        self.0.write_all_at(&[what, error, u8::from(lasting == Lasting::Once)], 0).expect("control");
    }

    /// Strikes no more.
    pub fn disarm(&self) {
        self.0.write_all_at(&[0, 0, 0], 0).expect("control");
    }
}
