//! The table at the end of a run: every figure beside its floor and its promise, for a terminal.

use std::fmt::Write as _;

use crate::figures::{Figure, Run};
use crate::render::wording;

/// No line is longer, in characters.
pub const WIDTH: usize = 140;

const HEAD: [&str; COLUMNS] = ["figure", "value", "floor", "", "ratio", "promise"];
const COLUMNS: usize = 6;
const GAP: usize = 2;
/// The columns of words, which break into lines where they must; the rest are numbers.
const FIGURE: usize = 0;
const FLOOR: usize = 2;
const PROMISE: usize = 5;

type Row = [String; COLUMNS];

/// The whole table, with what was set and what the run came to.
#[must_use]
pub fn text(run: &Run) -> String {
    let mut text = head(run);
    let groups: Vec<(&str, Vec<Row>)> = wording::groups(run)
        .into_iter()
        .map(|(name, figures)| (name, figures.into_iter().map(row).collect()))
        .collect();
    let titles = HEAD.map(str::to_owned);
    let rows = || std::iter::once(&titles).chain(groups.iter().flat_map(|(_, rows)| rows));
    let widths = widths(rows());
    push(&mut text, &titles, &widths);
    for (name, rows) in &groups {
        let _ = writeln!(text, "\n{name}");
        for row in rows {
            push(&mut text, row, &widths);
        }
    }
    let _ = writeln!(text, "\n{}", wording::summary(run));
    text
}

fn head(run: &Run) -> String {
    let extent = if run.quick { "the short run" } else { "the full run" };
    let facts = [("commit", run.commit.as_str()), ("date", &run.date), ("machine", &run.machine)];
    let facts = facts.into_iter().chain([("extent", extent)]);
    let facts: Vec<_> =
        facts.chain(run.settings.iter().map(|(name, value)| (name.as_str(), value.as_str()))).collect();
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (name, value) in facts {
        for (number, line) in wrapped(value, WIDTH.saturating_sub(width + GAP)).into_iter().enumerate() {
            let _ = writeln!(text, "{:<width$}  {line}", if number == 0 { name } else { "" });
        }
    }
    text.push('\n');
    text
}

fn row(figure: &Figure) -> Row {
    let floor = figure.floor.as_ref();
    let nothing = || wording::NOTHING.to_owned();
    let promise = figure.promise.map(|promise| wording::promise(promise, figure.unit));
    let promise =
        promise.zip(wording::verdict(figure)).map(|(promise, verdict)| format!("{promise}: {verdict}"));
    [
        figure.what.clone(),
        wording::amount(figure.value, figure.unit),
        floor.map_or_else(nothing, |floor| floor.what.clone()),
        floor.map_or_else(String::new, |floor| wording::amount(floor.value, figure.unit)),
        floor.map_or_else(String::new, |floor| wording::digits(floor.ratio)),
        promise.unwrap_or_default(),
    ]
}

/// As wide as its widest cell, each; where that is too wide for a line, figure and floor share what is left.
fn widths<'a>(rows: impl Iterator<Item = &'a Row>) -> [usize; COLUMNS] {
    let mut widths = [0; COLUMNS];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let taken: usize = widths.iter().sum::<usize>() - widths[FIGURE] - widths[FLOOR];
    let left = WIDTH.saturating_sub(taken + GAP * (COLUMNS - 1));
    widths[FIGURE] = widths[FIGURE].min((left / 2).max(left.saturating_sub(widths[FLOOR])));
    widths[FLOOR] = widths[FLOOR].min(left.saturating_sub(widths[FIGURE]));
    widths
}

/// Writes a row, in as many lines as its longest words need.
fn push(text: &mut String, row: &Row, widths: &[usize; COLUMNS]) {
    let cells: Vec<Vec<String>> =
        row.iter().zip(widths).map(|(cell, width)| wrapped(cell, (*width).max(1))).collect();
    for number in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
        let mut line = String::new();
        for (column, (lines, width)) in cells.iter().zip(widths).enumerate() {
            let cell = lines.get(number).map_or("", String::as_str);
            let gap = if column == 0 { 0 } else { GAP };
            let _ = match column {
                FIGURE | FLOOR | PROMISE => write!(line, "{:gap$}{cell:<width$}", ""),
                _ => write!(line, "{:gap$}{cell:>width$}", ""),
            };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// Breaks words into lines of at most `width` characters; a word that is longer itself is cut.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let characters: Vec<char> = word.chars().collect();
        for piece in characters.chunks(width.max(1)) {
            let fits = |line: &String| line.is_empty() || line.chars().count() + 1 + piece.len() <= width;
            match lines.last_mut().filter(|line| fits(line)) {
                Some(line) if line.is_empty() => line.extend(piece),
                Some(line) => {
                    line.push(' ');
                    line.extend(piece);
                }
                None => lines.push(piece.iter().collect()),
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn a_figure_stands_beside_its_floor_and_its_promise() {
        let text = text(&sample::run());
        let table: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("figure")).collect();
        let wanted = [
            "figure                                value  floor                                   ratio  promise",
            "",
            "create",
            "create, PostgreSQL, 32 callers       412 /s  pgbench, the same statements  1,000 /s  0.412  ratio ≥ 0.35: kept",
            "create, CPU of the service      1.65 ms CPU  –                                              ≤ 1.5 ms CPU: NOT KEPT",
            "",
            "get",
            "get, SQLite | one order            0.375 ms  –",
            "",
            "3 figures, 1 of them beside a floor; 2 promises, 1 NOT KEPT; 38 minutes",
        ];
        assert_eq!(table, wanted, "\n{text}");
    }

    #[test]
    fn what_was_set_stands_above() {
        let text = text(&sample::run());
        assert!(text.starts_with("commit      0123456789abcdef0123456789abcdef01234567\n"), "{text}");
        assert!(text.contains("\ndurability  fsync = on\n"), "{text}");
    }

    #[test]
    fn long_words_break_and_no_line_is_too_long() {
        let mut run = sample::run();
        run.figures[0].what = "one word after the other ".repeat(9);
        run.settings[0].1 = "x".repeat(300);
        if let Some(floor) = run.figures[0].floor.as_mut() {
            floor.what = "another floor of another kind ".repeat(7);
        }
        let text = text(&run);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert_eq!(text.matches("word").count(), 9, "{text}");
    }
}
