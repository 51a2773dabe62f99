//! What Prometheus would have read over the hours around a cause, and which alerts fire then. promtool evaluates the rules as they are kept, on
//! values that the service has told: so a rule's minutes and hours pass at once.

#![expect(clippy::float_arithmetic, reason = "figures, not money")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::{Scrape, write_rules};

/// How long all was well, in minutes.
const BEFORE: usize = 30;

/// A cause with the looks at it, and every alert that fires because of it.
pub struct Story {
    pub cause: &'static str,
    pub fires: &'static [&'static str],
    /// While all was well.
    pub before: Scrape,
    /// One look a minute from the cause on. Then it lasts: what counts goes on as between the last two looks, and anything else stays as it was.
    pub during: Vec<Scrape>,
    /// But these tell how long it has lasted, so they go on as time does.
    pub ages: &'static [&'static str],
    /// How many minutes it lasts.
    pub lasts: usize,
}

/// Plays them all.
///
/// # Panics
/// If an alert does not fire in its story, or one that is not named there does.
pub fn play(stories: &[Story], directory: &Path) {
    let rules = write_rules(directory);
    let tests: Vec<_> = stories.iter().map(test).collect();
    let file = directory.join("stories.yaml");
    let text = json!({ "rule_files": [rules], "evaluation_interval": "1m", "tests": tests }).to_string();
    std::fs::write(&file, text).expect("the stories can be written");
    for arguments in [["check", "rules"], ["test", "rules"]] {
        let of = if arguments[0] == "check" { &rules } else { &file };
        let output = Command::new("promtool").args(arguments).arg(of).output().expect("promtool starts");
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
        assert!(output.status.success(), "promtool {arguments:?}: {}", said.concat());
    }
}

fn test(story: &Story) -> Value {
    let end = BEFORE + story.during.len() + story.lasts;
    let looks = std::iter::once(&story.before).chain(&story.during);
    let series: BTreeSet<_> = looks.flat_map(Scrape::all).collect();
    let input: Vec<_> = series
        .into_iter()
        .map(|series| json!({ "series": series, "values": story.values(series) }))
        .collect();
    let fired = story.fires.iter();
    let fired: Vec<_> =
        fired.map(|alert| json!({ "labels": format!("{{alertname=\"{alert}\"}}"), "value": 1 })).collect();
    let asked = json!({
        "expr": "max by (alertname) (max_over_time(ALERTS{alertstate=\"firing\"}[1d]))",
        "eval_time": format!("{end}m"),
        "exp_samples": fired,
    });
    json!({ "name": story.cause, "interval": "1m", "input_series": input, "promql_expr_test": [asked] })
}

impl Story {
    /// The values of a series, minute by minute, as promtool reads them.
    fn values(&self, series: &str) -> String {
        let before = self.before.value(series);
        let mut values = vec![before.map_or_else(|| "_".to_owned(), number); BEFORE];
        let mut last = before;
        for look in &self.during {
            let now = look.value(series);
            values.push(match (now, last) {
                (Some(now), _) => number(now),
                (None, Some(_)) => "stale".to_owned(),
                (None, None) => "_".to_owned(),
            });
            last = now;
        }
        if let Some(last) = last {
            values.push(format!(
                "{}{:+}x{}",
                number(last + self.step(series)),
                self.step(series),
                self.lasts
            ));
        }
        values.join(" ")
    }

    /// By how much it grows in a minute while the cause lasts.
    fn step(&self, series: &str) -> f64 {
        let [.., before, last] = self.during.as_slice() else { return 0.0 };
        let rose = last.value(series).unwrap_or_default() - before.value(series).unwrap_or_default();
        if self.ages.iter().any(|age| series.starts_with(&format!("{age}{{"))) {
            assert!(rose > 0.0, "{}: {series} does not grow", self.cause);
            return 60.0;
        }
        if last.grows(series) { rose.max(0.0) } else { 0.0 }
    }
}

/// Without an exponent, which promtool does not read in a series.
fn number(value: f64) -> String {
    format!("{value}")
}
