//! All figures of a run for a terminal, each with its floor and its promise.

use std::fmt::Write as _;

use crate::figures::Run;
use crate::render::wording;

/// The figures below the conditions, and what the run came to.
pub fn text(run: &Run) -> String {
    let mut text = String::new();
    for (name, value) in wording::conditions(run) {
        let _ = writeln!(text, "{name}: {value}");
    }
    for (name, figures) in wording::groups(run) {
        let _ = writeln!(text, "\n{name}");
        for figure in figures {
            let _ = writeln!(text, "  {}", wording::line(figure));
        }
    }
    let _ = writeln!(text, "\n{}", wording::summary(run));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn every_figure_is_below_its_group_with_its_floor_and_its_promise() {
        let wanted = "\n\ncreate\n  create, PostgreSQL, 32 callers: 412 /s · 0.412 of 1,000 /s (pgbench, the same statements) · \
            promised ratio ≥ 0.35: kept\n  create, CPU of the service: 1.65 ms CPU · promised ≤ 1.5 ms CPU: NOT KEPT\n\n\
            get\n  get, SQLite | one order: 0.375 ms\n\n\
            3 figures, 1 of them beside a floor; 2 promises, 1 NOT KEPT; 38 minutes\n";
        let text = text(&sample::run());
        assert!(text.ends_with(wanted) && text.contains("\ndurability: fsync = on\n"), "{text}");
    }
}
