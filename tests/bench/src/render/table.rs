//! The table at the end of a run: every figure beside its floor and its promise, for a terminal.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::figures::{Figure, Run};
use crate::render::wording;

/// No line is longer, in characters.
const WIDTH: u16 = 140;
const HEAD: [&str; 6] = ["figure", "value", "floor", "", "ratio", "promise"];
/// The columns of numbers.
const NUMBERS: [usize; 3] = [1, 3, 4];

/// The whole table, below the conditions, and what the run came to.
pub fn text(run: &Run) -> String {
    let extent = if run.quick { "the short run" } else { "the full run" };
    let facts = [("commit", run.commit.as_str()), ("date", &run.date), ("machine", &run.machine)];
    let settings = run.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut conditions = table();
    conditions.add_rows(facts.into_iter().chain([("extent", extent)]).chain(settings).map(|(a, b)| [a, b]));
    let mut figures = table();
    figures.add_row(HEAD);
    for (name, group) in wording::groups(run) {
        figures.add_row([""]).add_row([name]);
        figures.add_rows(group.into_iter().map(row));
    }
    for column in NUMBERS {
        if let Some(column) = figures.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{}\n\n{}\n\n{}\n", lines(&conditions), lines(&figures), wording::summary(run))
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table
}

fn lines(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn row(figure: &Figure) -> [String; 6] {
    let floor = figure.floor.as_ref();
    let promise = figure.promise.map(|promise| wording::promise(promise, figure.unit));
    let promise =
        promise.zip(wording::verdict(figure)).map(|(promise, verdict)| format!("{promise}: {verdict}"));
    [
        figure.what.clone(),
        wording::amount(figure.value, figure.unit),
        floor.map_or_else(|| wording::NOTHING.to_owned(), |floor| floor.what.clone()),
        floor.map_or_else(String::new, |floor| wording::amount(floor.value, figure.unit)),
        floor.map_or_else(String::new, |floor| wording::digits(floor.ratio)),
        promise.unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn a_figure_is_beside_its_floor_and_its_promise() {
        let text = text(&sample::run());
        let words = |start: &str| {
            let line = text.lines().find(|line| line.trim().starts_with(start)).unwrap();
            line.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            words("create, PostgreSQL, 32"),
            "create, PostgreSQL, 32 callers 412 /s pgbench, the same statements 1,000 /s 0.412 ratio ≥ 0.35: kept"
        );
        assert_eq!(words("create, CPU"), "create, CPU of the service 1.65 ms CPU – ≤ 1.5 ms CPU: NOT KEPT");
        assert_eq!(words("durability"), "durability fsync = on");
        assert!(text.ends_with("3 figures, 1 of them beside a floor; 2 promises, 1 NOT KEPT; 38 minutes\n"));
    }

    #[test]
    fn long_words_break_and_no_line_is_too_long() {
        let mut run = sample::run();
        run.figures[0].what = "one word after the other ".repeat(9);
        run.settings[0].1 = "x".repeat(300);
        let text = text(&run);
        assert!(text.lines().all(|line| line.chars().count() <= usize::from(WIDTH)), "{text}");
        assert_eq!(text.matches("word").count(), 9, "{text}");
    }
}
