//! A disk that can be full for the service alone: the shim of the store's tests, preloaded into its process, refuses every
//! write to the database's log. Nothing else of the machine notices.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::Environment;

const SHIM: &str = include_str!("../store/src/shim.c");
/// Refuse every write, with ENOSPC.
const FULL: [u8; 16] = [1, 28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

/// The disk of one service.
pub struct Disk {
    shim: PathBuf,
    control: PathBuf,
}

impl Disk {
    /// A disk with room. Its files lie in a directory that outlives the service.
    pub fn make(directory: &Path) -> Self {
        let (source, shim) = (directory.join("shim.c"), directory.join("shim.so"));
        std::fs::write(&source, SHIM).expect("the shim can be written");
        let mut compiler = Command::new("cc");
        let status =
            compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&shim).arg(&source).arg("-ldl").status();
        assert!(status.is_ok_and(|status| status.success()), "the shim compiles");
        let disk = Self { shim, control: directory.join("shim.control") };
        std::fs::write(&disk.control, [0; 16]).expect("the control can be written");
        disk
    }

    /// What the service is started with.
    pub fn environment(&self) -> Environment {
        vec![("LD_PRELOAD", self.shim.clone().into()), ("STORE_FAULTS_CONTROL", self.control.clone().into())]
    }

    /// There is no space.
    pub fn fill(&self) {
        self.write(&FULL);
    }

    /// There is space again.
    pub fn free(&self) {
        self.write(&[0; 16]);
    }

    /// In place: the service has the file mapped.
    fn write(&self, bytes: &[u8]) {
        use std::os::unix::fs::FileExt;
        let file = std::fs::File::options().write(true).open(&self.control).expect("the control is there");
        file.write_all_at(bytes, 0).expect("the control can be written");
    }
}
