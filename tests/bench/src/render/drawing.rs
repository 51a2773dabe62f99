//! A picture as SVG on white. Each line has its name at its end, the range of the rounds as a band, and what was promised as
//! a dashed line; where every line has two points, bars. No font of the system is asked.

use std::ops::Range;

use anyhow::{Context, Result};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::figures::{Curve, Point, Scale, Series};
use crate::render::wording;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

const SIZE: (u32, u32) = (860, 440);
const MARGIN: u32 = 12;
/// Above the axes, for the title and the unit.
const HEAD: u32 = 72;
/// Right of the axes, for the names of the lines.
const NAMES: u32 = 150;
/// Below the axes, for numbers and what they are.
const FOOT: u32 = 76;
const LINE: i32 = 17;
const FONT: &str = "sans-serif";

const INK: RGBColor = RGBColor(0x33, 0x33, 0x33);
const GRID: RGBColor = RGBColor(0xdd, 0xdd, 0xdd);
const TONES: [RGBColor; 3] =
    [RGBColor(0x1d, 0x4e, 0xd8), RGBColor(0xb4, 0x53, 0x09), RGBColor(0x15, 0x80, 0x3d)];

/// A name at the end of a line: its words, and where the line ends.
type Name = (String, i32, RGBColor);

pub fn svg(curve: &Curve) -> Result<String> {
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
    let is_bars = curve.series.iter().all(|series| series.points.len() == 2);
    let drawn = head(&area, curve)
        .and_then(|()| if is_bars { bars(&area, curve) } else { lines(&area, curve) })
        .and_then(|names| write_names(&area, names))
        .and_then(|()| Ok(area.present()?));
    drop(area);
    drawn.with_context(|| format!("drawing {:?}", curve.id)).map(|()| text)
}

fn head(area: &Area<'_>, curve: &Curve) -> Result<()> {
    area.fill(&WHITE)?;
    let left = MARGIN.cast_signed();
    let title = (FONT, 20).into_font().style(FontStyle::Bold).color(&INK);
    area.draw(&Text::new(curve.title.as_str(), (left, 12), title))?;
    area.draw(&Text::new(curve.y.as_str(), (left, 42), font(INK)))?;
    Ok(())
}

/// Both axes, numbered: heights at round numbers, places at the ticks.
fn axes<'a>(
    area: &Area<'a>,
    curve: &Curve,
    places: Range<f64>,
    ticks: &[(f64, String)],
) -> Result<Chart<'a>> {
    let mut chart = ChartBuilder::on(area)
        .margin(MARGIN)
        .margin_top(HEAD)
        .margin_right(NAMES)
        .x_label_area_size(FOOT)
        .y_label_area_size(56)
        .build_cartesian_2d(places, 0.0..top(curve))?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .axis_style(INK)
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .label_style(font(INK))
        .y_label_formatter(&|height| wording::tick(*height))
        .draw()?;
    for (at, number) in ticks {
        words(area, number, chart.backend_coord(&(*at, 0.0)), 8)?;
    }
    Ok(chart)
}

fn lines(area: &Area<'_>, curve: &Curve) -> Result<Vec<Name>> {
    let places = |series: &Series, height: fn(&Point) -> f64| -> Vec<(f64, f64)> {
        series.points.iter().map(|point| (place(curve.scale, point.x), height(point))).collect()
    };
    let ticks = ticks(curve);
    let range = ticks.first().map_or(0.0, |tick| tick.0)..ticks.last().map_or(1.0, |tick| tick.0);
    let mut chart = axes(area, curve, range.clone(), &ticks)?;
    words(area, &curve.x, chart.backend_coord(&(f64::midpoint(range.start, range.end), 0.0)), 32)?;
    let mut names = Vec::new();
    for (series, tone) in curve.series.iter().zip(TONES.iter().cycle()) {
        let mut band = places(series, |point| point.range().0);
        band.extend(places(series, |point| point.range().1).into_iter().rev());
        chart.draw_series([Polygon::new(band, tone.mix(0.15))])?;
        let line = places(series, Point::height);
        chart.draw_series(LineSeries::new(line.iter().copied(), tone.stroke_width(2)))?;
        if series.points.len() < 5 {
            chart.draw_series(line.iter().map(|at| Circle::new(*at, 3, tone.filled())))?;
        }
        let end = |at: Option<&(f64, f64)>| at.map(|at| chart.backend_coord(at).1);
        names.extend(end(line.last()).map(|end| (series.name.clone(), end, *tone)));
        if let Some(goal) = &series.goal {
            let dashed: Vec<_> = line.iter().zip(&goal.heights).map(|(at, height)| (at.0, *height)).collect();
            names.extend(end(dashed.last()).map(|end| (goal.label.clone(), end, *tone)));
            chart.draw_series(DashedLineSeries::new(dashed, 7, 5, tone.stroke_width(2)))?;
        }
    }
    Ok(names)
}

/// Two bars for each line, each with its value above.
fn bars(area: &Area<'_>, curve: &Curve) -> Result<Vec<Name>> {
    let middles = (0_u8..).map(|group| f64::from(group) * 5.0 + 2.0);
    let groups: Vec<_> = middles.zip(&curve.series).zip(TONES.iter().cycle()).collect();
    let bars =
        |middle: f64, series: &Series| [middle - 1.0, middle + 1.0].into_iter().zip(series.points.clone());
    let ticks: Vec<_> = groups.iter().flat_map(|((middle, series), _)| bars(*middle, series)).collect();
    let ticks: Vec<_> = ticks.into_iter().map(|(at, point)| (at, wording::exact(point.x))).collect();
    let end = groups.last().map_or(1.0, |((middle, _), _)| middle + 2.5);
    let mut chart = axes(area, curve, -0.5..end, &ticks)?;
    words(area, &curve.x, chart.backend_coord(&(end / 2.0, 0.0)), 50)?;
    let mut names = Vec::new();
    for ((middle, series), tone) in groups {
        for ((at, point), depth) in bars(middle, series).zip([0.5, 0.9]) {
            let corners = [(at - 0.8, 0.0), (at + 0.8, point.height())];
            chart.draw_series([Rectangle::new(corners, tone.mix(depth).filled())])?;
            let (least, greatest) = point.range();
            chart.draw_series([PathElement::new(vec![(at, least), (at, greatest)], INK.stroke_width(2))])?;
            words(area, &wording::digits(point.height()), chart.backend_coord(&(at, greatest)), -20)?;
        }
        words(area, &series.name, chart.backend_coord(&(middle, 0.0)), 28)?;
        if let Some((goal, height)) =
            series.goal.as_ref().and_then(|goal| Some((goal, *goal.heights.last()?)))
        {
            let dashed = [(middle - 1.8, height), (middle + 2.5, height)];
            chart.draw_series(DashedLineSeries::new(dashed, 7, 5, tone.stroke_width(2)))?;
            names.push((goal.label.clone(), chart.backend_coord(&dashed[1]).1, *tone));
        }
    }
    Ok(names)
}

/// Words in the middle below a place, or above it.
fn words(area: &Area<'_>, words: &str, (x, y): (i32, i32), below: i32) -> Result<()> {
    let style = font(INK).pos(Pos::new(HPos::Center, VPos::Top));
    Ok(area.draw(&Text::new(words.to_owned(), (x, y + below), style))?)
}

fn font(tone: RGBColor) -> TextStyle<'static> {
    (FONT, 15).into_font().color(&tone)
}

/// Writes the names beside the ends of their lines, and where two would touch, one below the other.
fn write_names(area: &Area<'_>, mut names: Vec<Name>) -> Result<()> {
    names.sort_by_key(|(_, end, _)| *end);
    let left = (SIZE.0 - NAMES + 10).cast_signed();
    let mut free = 0;
    for (name, end, tone) in names {
        let rows: Vec<&str> = name.lines().collect();
        let height = LINE * i32::try_from(rows.len())?;
        let mut top = (end - height / 2).max(free);
        for row in rows {
            area.draw(&Text::new(row.to_owned(), (left, top), (FONT, 15).into_font().color(&tone)))?;
            top += LINE;
        }
        free = top + 4;
    }
    Ok(())
}

fn top(curve: &Curve) -> f64 {
    let points = curve.series.iter().flat_map(|series| &series.points).map(|point| point.range().1);
    let goals =
        curve.series.iter().filter_map(|series| series.goal.as_ref()).flat_map(|goal| goal.heights.clone());
    points.chain(goals).filter(|height| height.is_finite()).fold(f64::MIN_POSITIVE, f64::max) * 1.08
}

/// The place of a value on the horizontal axis.
fn place(scale: Scale, value: f64) -> f64 {
    match scale {
        Scale::Linear => value,
        Scale::Logarithm => value.ln(),
        Scale::Percentile => -(1.0 - value / 100.0).log10(),
    }
}

/// The places that are numbered, and their numbers: the usual percentiles, or where was measured.
fn ticks(curve: &Curve) -> Vec<(f64, String)> {
    let values = match (curve.scale, curve.series.first()) {
        (Scale::Percentile, _) => vec![50.0, 90.0, 99.0, 99.9],
        (Scale::Linear | Scale::Logarithm, Some(series)) => {
            series.points.iter().map(|point| point.x).collect()
        }
        (Scale::Linear | Scale::Logarithm, None) => Vec::new(),
    };
    values.into_iter().map(|value| (place(curve.scale, value), wording::exact(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    #[test]
    fn a_picture_names_what_it_shows_at_the_ends_of_its_lines() {
        for curve in sample::run().curves {
            let svg = svg(&curve).unwrap();
            let escaped = |words: &str| words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            for words in
                [&curve.title, &curve.x, &curve.y].into_iter().chain(curve.series.iter().map(|s| &s.name))
            {
                assert!(svg.contains(&escaped(words)), "no {words:?} in {svg}");
            }
            for goal in curve.series.iter().filter_map(|series| series.goal.as_ref()) {
                assert!(goal.label.lines().all(|row| svg.contains(&escaped(row))), "no {goal:?} in {svg}");
            }
            assert_eq!(svg, super::svg(&curve).unwrap(), "the same picture twice");
        }
    }

    #[test]
    fn percentiles_are_as_far_apart_as_what_is_above_them() {
        let places = [90.0, 99.0, 99.9].map(|value| place(Scale::Percentile, value));
        assert!(places.iter().zip([1.0, 2.0, 3.0]).all(|(place, whole)| (place - whole).abs() < 1e-9));
    }

    #[test]
    fn names_that_would_touch_are_written_one_below_the_other() {
        let mut curve = sample::run().curves.remove(0);
        curve.series[1].points = curve.series[0].points.clone();
        let svg = svg(&curve).unwrap();
        let row = |name: &str| {
            let before = &svg[..svg.find(name).unwrap()];
            before.rsplit_once(" y=\"").unwrap().1.split('"').next().unwrap().parse::<i32>().unwrap()
        };
        assert!(row("pgbench &amp; SQLite").abs_diff(row("PostgreSQL")) >= LINE.unsigned_abs());
    }

    #[test]
    fn a_curve_without_points_is_drawn_too() {
        let mut curve = sample::run().curves.remove(0);
        curve.series.iter_mut().for_each(|series| series.points.clear());
        svg(&curve).unwrap();
    }
}
