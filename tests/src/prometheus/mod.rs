//! A real Prometheus and its promtool, and what deploy/ has for them. `cargo xtask alerts` installs both and says so; everything else leaves
//! out what needs them, and says so.

mod expression;
mod scrape;
mod server;
mod story;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Once;

pub use expression::metrics_of;
pub use scrape::Scrape;
pub use server::{Prometheus, Rule};
pub use story::{Story, play};

/// Says that both programs are installed.
const VARIABLE: &str = "ORDER_SERVICE_TEST_PROMETHEUS";
/// What both are kept in.
const COMPONENT: &str = "deploy/components/monitoring";
/// The name of the Service that is scraped, by which Prometheus calls the job.
const JOB: &str = "order-service-monitoring";

/// Whether tests with Prometheus can run. Says so if they are left out.
pub fn prometheus_is_available() -> bool {
    static TOLD: Once = Once::new();
    let reported = std::env::var_os(VARIABLE).is_some();
    if !reported {
        TOLD.call_once(|| {
            let text = "left out: all tests that need Prometheus, as ORDER_SERVICE_TEST_PROMETHEUS is not set; `cargo xtask \
                        alerts` installs it";
            // Past the capture of what tests print. Whoever has closed the output does not want to know.
            let _ = writeln!(std::io::stderr(), "{text}");
        });
    }
    reported
}

/// A file of the repository.
pub fn kept(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The resource for the Prometheus operator, as it is kept.
pub fn resource() -> String {
    kept(&format!("{COMPONENT}/rules.yaml"))
}

/// The dashboard, as it is kept.
pub fn dashboard() -> serde_json::Value {
    serde_json::from_str(&kept(&format!("{COMPONENT}/dashboard.json"))).expect("the dashboard is JSON")
}

/// Writes the rules as Prometheus itself reads them: what stands under the resource's `spec`, word for word.
fn write_rules(directory: &Path) -> PathBuf {
    let resource = resource();
    let (_, spec) = resource.split_once("\nspec:\n").expect("the resource has a spec");
    let rules: String = spec
        .lines()
        .map(|line| {
            format!(
                "{}\n",
                line.strip_prefix("  ").unwrap_or_else(|| panic!("{line:?} is no part of the spec"))
            )
        })
        .collect();
    let file = directory.join("rules.yaml");
    std::fs::write(&file, rules).expect("the rules can be written");
    file
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
