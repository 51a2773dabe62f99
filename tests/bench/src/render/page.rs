//! docs/performance.md, as the command writes it: what a reader asks first, then promises, pictures and what people wrote
//! about what was tried, and all of a run last.

use std::fmt::Write as _;

use crate::figures::{Figure, Run};
use crate::render::{opening, wording};

const READING: &str = "
A figure is the median of its samples. A floor is the best that the same machine does at the same task without the service,
measured in turn with the figure; the ratio is the figure divided by its floor. The promises are older than the first
measurement. A promise that is not kept says so.
";
const ORIGIN: &str = "
`cargo xtask bench` writes this page from [performance/figures.json](performance/figures.json) and
[performance/tried.md](performance/tried.md); do not edit it.
";

/// What stands beside the service: a run of `cargo xtask bench --peers`, and what people wrote of it.
pub struct Beside {
    pub run: Run,
    pub text: String,
}

/// The whole document. `tried` is the hand-written part.
pub fn text(run: &Run, tried: &str, beside: Option<&Beside>) -> String {
    let mut text = format!("# Performance\n\n{}{READING}{ORIGIN}", opening::sentences(run));
    promises(&mut text, run);
    pictures(&mut text, run);
    if let Some(explained) = opening::two_latencies(run) {
        let _ = write!(text, "\n{explained}");
    }
    beside.into_iter().for_each(|beside| peers(&mut text, beside));
    let _ = write!(text, "\n{}\n", tried.trim());
    conditions(&mut text, run);
    text.push_str("\n## All figures\n");
    for (name, figures) in wording::groups(run) {
        group(&mut text, name, &figures);
    }
    text
}

/// A table by its head, such as `| figure | value |` and `|---|--:|`.
fn table(text: &mut String, head: &str, rows: impl Iterator<Item = Vec<String>>) {
    let _ = writeln!(text, "\n{head}");
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
}

fn conditions(text: &mut String, run: &Run) {
    text.push_str("\n## Conditions\n");
    let conditions = wording::conditions(run);
    table(text, "| | |\n|---|---|", conditions.iter().map(|(name, value)| vec![cell(name), cell(value)]));
}

fn promises(text: &mut String, run: &Run) {
    let row = |figure: &Figure| {
        let (promise, verdict) = (wording::promise(figure.promise?, figure.unit), wording::verdict(figure)?);
        let [value, _, floor, ratio] = numbers(figure);
        let verdict = verdict.replace(wording::NOT_KEPT, "**NOT KEPT**");
        Some(vec![cell(&figure.what), promise, value, floor, ratio, verdict])
    };
    text.push_str("\n## Promises\n");
    let head = "| figure | promised | value | floor | ratio | |\n|---|---|--:|--:|--:|---|";
    table(text, head, run.figures.iter().filter_map(row));
    let _ = writeln!(text, "\n{}.", wording::summary(run));
}

fn peers(text: &mut String, Beside { run, text: written }: &Beside) {
    let _ = writeln!(text, "\n{}", written.trim());
    let row = |figure: &Figure| {
        let [value, _, floor, ratio] = numbers(figure);
        let promise =
            figure.promise.map_or_else(String::new, |promise| wording::promise(promise, figure.unit));
        let verdict = wording::verdict(figure).unwrap_or_default();
        let verdict = verdict.replace(wording::NOT_KEPT, "**NOT KEPT**");
        vec![cell(&figure.what), value, floor, ratio, promise, verdict.to_owned()]
    };
    table(
        text,
        "| | the service | the peer | ratio | promised | |\n|---|--:|--:|--:|---|---|",
        run.figures.iter().map(row),
    );
    let conditions = wording::conditions(run);
    let of = |wanted: &str| {
        conditions.iter().find(|(name, _)| *name == wanted).map_or("", |(_, value)| value.as_str())
    };
    let _ = writeln!(text, "\nMeasured at {} on {}, {}.", of("commit"), of("date"), of("machine"));
}

fn group(text: &mut String, name: &str, figures: &[&Figure]) {
    let _ = writeln!(text, "\n### {name}");
    let head = "| figure | value | samples | floor | | ratio |\n|---|--:|--:|---|--:|--:|";
    let rows = figures.iter().map(|figure| {
        let [value, samples, floor, ratio] = numbers(figure);
        let what = figure.floor.as_ref().map_or_else(String::new, |floor| cell(&floor.what));
        vec![cell(&figure.what), value, samples, what, floor, ratio]
    });
    table(text, head, rows);
}

/// Value, samples, floor and ratio, as cells.
fn numbers(figure: &Figure) -> [String; 4] {
    let floor = figure.floor.as_ref();
    let nothing = || wording::NOTHING.to_owned();
    [
        wording::amount(figure.value, figure.unit),
        samples(&figure.samples),
        floor.map_or_else(nothing, |floor| wording::amount(floor.value, figure.unit)),
        floor.map_or_else(nothing, |floor| wording::digits(floor.ratio)),
    ]
}

/// How many there are and how far they lie apart: `5, 402 to 431`.
fn samples(samples: &[f64]) -> String {
    let least = samples.iter().copied().min_by(f64::total_cmp);
    let greatest = samples.iter().copied().max_by(f64::total_cmp);
    match least.zip(greatest).filter(|_| samples.len() > 1) {
        Some((least, greatest)) => {
            format!("{}, {} to {}", samples.len(), wording::digits(least), wording::digits(greatest))
        }
        None => samples.len().to_string(),
    }
}

fn pictures(text: &mut String, run: &Run) {
    if run.curves.is_empty() {
        return;
    }
    text.push_str(
        "\n## Pictures\n\nA band reaches from the lowest to the highest of the rounds; at a bar, a stroke does. A dashed line is a promise.\n",
    );
    for curve in &run.curves {
        let title = curve.title.replace(['[', ']'], "").replace('<', "&lt;");
        let _ = writeln!(text, "\n![{title}](performance/{}.svg)", curve.id);
    }
}

/// Text within a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    const TRIED: &str = "## What we tried\n\nNothing yet.\n";

    #[test]
    fn the_document_has_all_that_the_run_has() {
        let run = sample::whole();
        let text = text(&run, TRIED, None);
        for figure in &run.figures {
            assert!(text.contains(&cell(&figure.what)), "no {:?} in\n{text}", figure.what);
        }
        for (name, value) in &run.settings {
            assert!(text.contains(&format!("| {name} | {value} |\n")), "no {name} in\n{text}");
        }
        for curve in &run.curves {
            assert!(text.contains(&format!("(performance/{}.svg)", curve.id)), "no {} in\n{text}", curve.id);
        }
        for fact in [&run.commit, &run.date, &run.machine, "the full run, 38 minutes", "`cargo xtask bench`"]
        {
            assert!(text.contains(fact), "no {fact} in\n{text}");
        }
        assert_eq!(text, super::text(&run, TRIED, None), "the same run gives the same document");
    }

    #[test]
    fn the_sentences_come_first_and_the_long_tables_last() {
        let text = text(&sample::whole(), TRIED, None);
        let heads: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
        let why = "## Why a create takes 3.70 ms in one table and 19.5 ms in another";
        let wanted = [
            "# Performance",
            "## Promises",
            "## Pictures",
            why,
            "## What we tried",
            "## Conditions",
            "## All figures",
        ];
        assert_eq!(heads[..7], wanted);
        assert!(text.starts_with("# Performance\n\n- On 2 cores,"), "\n{text}");
    }

    #[test]
    fn what_stands_beside_the_service_has_a_part_of_its_own() {
        let beside =
            Beside { run: sample::run(), text: "## Beside a workflow\n\nWhat each promises.\n".to_owned() };
        let text = text(&sample::run(), TRIED, Some(&beside));
        let (_, part) = text.split_once("\n## Beside a workflow\n\nWhat each promises.\n").unwrap();
        let row = "| create, PostgreSQL, 32 callers | 412 /s | 1,000 /s | 0.412 | ratio ≥ 0.35 | kept |";
        assert!(part.contains(row) && part.contains(&format!("Measured at {}", beside.run.commit)), "{part}");
    }

    #[test]
    fn a_broken_promise_is_in_bold() {
        let text = text(&sample::run(), TRIED, None);
        let (promises, figures) = text.split_once("\n## All figures\n").unwrap();
        let kept = "| create, PostgreSQL, 32 callers | ratio ≥ 0.35 | 412 /s | 1,000 /s | 0.412 | kept |";
        let broken = "| create, CPU of the service | ≤ 1.5 ms CPU | 1.65 ms CPU | – | – | **NOT KEPT** |";
        assert!(promises.contains(kept) && promises.contains(broken), "\n{promises}");
        assert!(
            figures.contains("| get, SQLite \\| one order | 0.375 ms | 2, 0.250 to 0.500 |  | – | – |"),
            "\n{figures}"
        );
    }
}
