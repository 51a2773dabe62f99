//! The words and digits of a figure, the same in every rendering.

use crate::figures::{Figure, Promise, Run, Unit};

/// Shown where there is nothing to say: no floor, no promise, not a number.
pub const NOTHING: &str = "–";

/// How a broken promise is shown.
pub const NOT_KEPT: &str = "NOT KEPT";

/// A number with three significant digits, and separated thousands: `12,300`, `1.50`, `0.0421`.
pub fn digits(value: f64) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    // Twice, as rounding may carry into one digit more: 9.996 is 10.0.
    let rounded = to_three_digits(value);
    let decimals = usize::try_from(2 - magnitude(rounded)).unwrap_or(0);
    separated(&format!("{rounded:.decimals$}"))
}

fn to_three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// The power of ten of the first digit; that of 0 is 0.
fn magnitude(value: f64) -> i32 {
    let scientific = format!("{value:e}");
    let power = scientific.split_once('e').and_then(|(_, power)| power.parse().ok());
    power.unwrap_or(0)
}

/// A number as it was written down, with separated thousands: `1.5`, `1,000,000`.
pub fn exact(value: f64) -> String {
    if value.is_finite() { separated(&value.to_string()) } else { NOTHING.to_owned() }
}

/// A round number at an axis, without what calculating with fractions left behind.
pub fn tick(value: f64) -> String {
    exact(format!("{value:.5e}").parse().unwrap_or(value))
}

fn separated(number: &str) -> String {
    let (sign, number) = number.strip_prefix('-').map_or(("", number), |number| ("-", number));
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut text = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// A value with its unit: `12,300 /s`. What is counted one by one keeps its digits.
pub fn amount(value: f64, unit: Unit) -> String {
    let is_whole = matches!(unit, Unit::Count | Unit::Buffers) && value.fract() == 0.0;
    let number = if is_whole { exact(value) } else { digits(value) };
    with_unit(number, unit)
}

fn with_unit(number: String, unit: Unit) -> String {
    let name = match unit {
        Unit::PerSecond => "/s",
        Unit::Milliseconds => "ms",
        Unit::CpuMilliseconds => "ms CPU",
        Unit::Mebibytes => "MiB",
        Unit::Buffers => "buffers",
        Unit::Count => return number,
    };
    format!("{number} {name}")
}

/// What was promised of a figure: `≤ 1.5 ms CPU`, `ratio ≥ 0.3`. Nothing is rounded.
pub fn promise(promise: Promise, unit: Unit) -> String {
    match promise {
        Promise::AtMost(most) => format!("≤ {}", with_unit(exact(most), unit)),
        Promise::RatioAtMost(most) => format!("ratio ≤ {}", exact(most)),
        Promise::RatioAtLeast(least) => format!("ratio ≥ {}", exact(least)),
    }
}

/// Whether the promise is kept, in words; `None` without one.
pub fn verdict(figure: &Figure) -> Option<&'static str> {
    figure.is_kept().map(|is_kept| if is_kept { "kept" } else { NOT_KEPT })
}

/// A figure with its floor and its promise, on one line.
pub fn line(figure: &Figure) -> String {
    let amount = |value| amount(value, figure.unit);
    let floor = figure
        .floor
        .as_ref()
        .map(|floor| format!(" · {} of {} ({})", digits(floor.ratio), amount(floor.value), floor.what));
    let promise = verdict(figure)
        .zip(figure.promise)
        .map(|(verdict, promised)| format!(" · promised {}: {verdict}", promise(promised, figure.unit)));
    let value = amount(figure.value);
    format!("{}: {value}{}{}", figure.what, floor.unwrap_or_default(), promise.unwrap_or_default())
}

/// What the run came to, in one line.
pub fn summary(run: &Run) -> String {
    let floors = run.figures.iter().filter(|figure| figure.floor.is_some()).count();
    let promises = run.figures.iter().filter(|figure| figure.promise.is_some()).count();
    let broken = run.figures.iter().filter(|figure| figure.is_kept() == Some(false)).count();
    let broken = if broken == 0 { String::new() } else { format!(", {broken} {NOT_KEPT}") };
    format!(
        "{} figures, {floors} of them beside a floor; {promises} promises{broken}; {} minutes",
        run.figures.len(),
        run.minutes
    )
}

/// Under what the run was measured.
pub fn conditions(run: &Run) -> Vec<(&str, String)> {
    let is_all = |group: &str| run.figures.iter().all(|figure| figure.group == group);
    let extent = match run.quick {
        _ if is_all("peers") => "the peer alone",
        true => "the short run",
        false if is_all("growth") => "growth alone",
        false => "the full run",
    };
    let facts = [
        ("commit", run.commit.clone()),
        ("date", run.date.clone()),
        ("machine", run.machine.clone()),
        ("run", format!("{extent}, {} minutes", run.minutes)),
    ];
    let settings = run.settings.iter().map(|(name, value)| (name.as_str(), value.clone()));
    facts.into_iter().chain(settings).collect()
}

/// The groups in the order of their first figure, each with its figures.
pub fn groups(run: &Run) -> Vec<(&str, Vec<&Figure>)> {
    let mut groups: Vec<(&str, Vec<&Figure>)> = Vec::new();
    for figure in &run.figures {
        match groups.iter_mut().find(|(name, _)| *name == figure.group) {
            Some((_, figures)) => figures.push(figure),
            None => groups.push((&figure.group, vec![figure])),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_three_significant_digits() {
        let shown = [0.0, 0.04214, 0.5, 1.5049, 9.996, 42.14, 999.6, 12_345.6, 1_234_567.0].map(digits);
        let wanted = ["0.00", "0.0421", "0.500", "1.50", "10.0", "42.1", "1,000", "12,300", "1,230,000"];
        assert_eq!(shown, wanted);
        assert_eq!(digits(f64::NAN), NOTHING);
        assert_eq!(digits(-1234.0), "-1,230");
    }

    #[test]
    fn what_is_counted_one_by_one_is_not_rounded() {
        assert_eq!(amount(1_234_567.0, Unit::Count), "1,234,567");
        assert_eq!(amount(2.5, Unit::Count), "2.50");
        assert_eq!(amount(1_234.0, Unit::Buffers), "1,234 buffers");
        assert_eq!(amount(1_234.0, Unit::PerSecond), "1,230 /s");
    }

    #[test]
    fn a_promise_is_shown_as_it_was_given() {
        assert_eq!(promise(Promise::AtMost(1.5), Unit::CpuMilliseconds), "≤ 1.5 ms CPU");
        assert_eq!(promise(Promise::AtMost(1_200.0), Unit::PerSecond), "≤ 1,200 /s");
        assert_eq!(promise(Promise::RatioAtLeast(0.333), Unit::PerSecond), "ratio ≥ 0.333");
    }

    #[test]
    fn a_figure_is_printed_with_its_floor_and_its_promise() {
        let figure = Figure::new("get.postgres.8", "get, 8 callers", Unit::PerSecond, vec![4000.0]);
        let figure = figure.over("echo", vec![8000.0]).promised(Promise::RatioAtLeast(0.35));
        assert_eq!(
            line(&figure),
            "get, 8 callers: 4,000 /s · 0.500 of 8,000 /s (echo) · promised ratio ≥ 0.35: kept"
        );
    }
}
