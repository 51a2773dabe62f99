//! A small file system that can be filled up. It needs to be mounted, which only root may do.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted file system, gone with this.
pub struct Tmpfs(PathBuf);

impl Tmpfs {
    /// Mounts one of so many megabytes; `None` where that is not allowed.
    #[must_use]
    pub fn mount(at: &Path, megabytes: u32) -> Option<Self> {
        fs::create_dir_all(at).ok()?;
        let size = format!("size={megabytes}m,mode=0755");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).output().ok()?;
        mounted.status.success().then(|| Self(at.to_owned()))
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A directory in it that belongs to the server's user.
    #[must_use]
    pub fn for_postgres(&self) -> PathBuf {
        let place = self.0.join("space");
        fs::create_dir_all(&place).expect("a directory can be made");
        let given = Command::new("chown").arg("-R").arg("postgres").arg(&self.0).status();
        assert!(given.is_ok_and(|status| status.success()), "the server's user is not postgres");
        place
    }

    /// Takes all that is left, to the last page.
    pub fn fill(&self) {
        let ballast = self.0.join("ballast");
        let mut file =
            fs::File::options().create(true).append(true).open(ballast).expect("a file can be made");
        for piece in [vec![7; 1 << 16], vec![7; 1 << 9]] {
            while file.write_all(&piece).is_ok() {}
        }
    }

    /// Gives it back.
    pub fn free(&self) {
        let _ = fs::remove_file(self.0.join("ballast"));
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
