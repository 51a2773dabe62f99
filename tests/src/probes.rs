//! The build of the service that has crash points. `cargo xtask test` makes it and says where it lies; plain `cargo test`
//! leaves out what needs it, and says so.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Once;

/// What arms a point in such a build.
pub(crate) const VARIABLE: &str = "ORDER_SERVICE_PROBE";
/// Where `cargo xtask` says that the build lies.
const PROGRAM: &str = "ORDER_SERVICE_TEST_PROBES";

/// Whether tests with crash points can run. Says so if they are left out.
pub fn probes_are_available() -> bool {
    static TOLD: Once = Once::new();
    let reported = std::env::var_os(PROGRAM).is_some();
    if !reported {
        TOLD.call_once(|| {
            let text = "left out: all tests that need a build with crash points, as ORDER_SERVICE_TEST_PROBES names none; \
                        `cargo xtask test` makes one";
            // Past the capture of what tests print. Whoever has closed the output does not want to know.
            let _ = writeln!(std::io::stderr(), "{text}");
        });
    }
    reported
}

/// The build with crash points.
pub(crate) fn program() -> PathBuf {
    let path = std::env::var_os(PROGRAM).map(PathBuf::from);
    let path = path.unwrap_or_else(|| panic!("{PROGRAM} names no build with crash points; {HOW}"));
    assert!(path.is_file(), "{} is missing; {HOW}", path.display());
    path
}

const HOW: &str = "run `cargo xtask test`, or `cargo build -p grpc-server --features probes`, copy the program aside and \
                   name the copy there";

/// Every point that the build has.
pub fn points() -> Vec<String> {
    let output = Command::new(program()).arg("probes").output().expect("the build with crash points starts");
    assert!(output.status.success(), "`order-service probes` failed");
    String::from_utf8(output.stdout).expect("names are text").lines().map(str::to_owned).collect()
}

/// Points by what they are about.
pub trait Places {
    /// Those whose name begins with a stem.
    fn of(&self, stem: &str) -> Vec<String>;
}

impl Places for [String] {
    fn of(&self, stem: &str) -> Vec<String> {
        let is_of = |name: &&String| name.split('.').next() == Some(stem);
        self.iter().filter(is_of).cloned().collect()
    }
}
