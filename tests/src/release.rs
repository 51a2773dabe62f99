//! The build of the service as it is deployed: optimised, and without the simulator. `cargo xtask bounds` makes it and says
//! where it lies; everything else leaves out what needs it, and says so.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Once;

/// Says that a service is to be of this build.
pub(crate) const VARIABLE: &str = "ORDER_SERVICE_TEST_AS_DEPLOYED";
/// Where `cargo xtask` says that the build lies.
const PROGRAM: &str = "ORDER_SERVICE_TEST_RELEASE";

/// Whether tests with the release build can run. Says so if they are left out.
pub fn release_is_available() -> bool {
    static TOLD: Once = Once::new();
    let reported = std::env::var_os(PROGRAM).is_some();
    if !reported {
        TOLD.call_once(|| {
            let text = "left out: all tests that need a release build, as ORDER_SERVICE_TEST_RELEASE names none; \
                        `cargo xtask bounds` makes one";
            // Past the capture of what tests print. Whoever has closed the output does not want to know.
            let _ = writeln!(std::io::stderr(), "{text}");
        });
    }
    reported
}

/// The release build.
pub(crate) fn program() -> PathBuf {
    let path = std::env::var_os(PROGRAM).map(PathBuf::from);
    let path = path.unwrap_or_else(|| panic!("{PROGRAM} names no release build: run `cargo xtask bounds`"));
    assert!(path.is_file(), "{} is missing: run `cargo xtask bounds`", path.display());
    path
}
