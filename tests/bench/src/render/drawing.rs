//! A curve as an SVG drawing, in tones that are readable on a light and on a dark page. No font of the system is asked.

use anyhow::{Context, Result};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::figures::{Curve, Series};
use crate::render::axis::Axis;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const WIDTH: u32 = 860;
/// Of the axes and what is between them.
const HEIGHT: u32 = 400;
/// Of the title, and of each line of the legend.
const LINE: u32 = 24;
const MARGIN: u32 = 12;
const FONT: &str = "sans-serif";

/// Of words and axes: 4.5 to 1 on white, 4 to 1 on the darkest page in use.
const INK: RGBColor = RGBColor(0x76, 0x76, 0x76);
/// Of the lines: 3 to 1 on white and on black.
const TONES: [RGBColor; 7] = [
    RGBColor(0x3b, 0x82, 0xf6),
    RGBColor(0xd9, 0x77, 0x06),
    RGBColor(0x16, 0xa3, 0x4a),
    RGBColor(0xdb, 0x27, 0x77),
    RGBColor(0x8b, 0x5c, 0xf6),
    RGBColor(0x0e, 0x94, 0xa4),
    RGBColor(0xa1, 0x6b, 0x4a),
];
/// From so many points on, a line is shown without its points.
const DENSE: usize = 40;

/// Draws a curve: title, legend, axes, and a line for each series.
pub fn svg(curve: &Curve) -> Result<String> {
    let mut text = String::new();
    let legend = LINE * u32::try_from(1 + curve.series.len()).context("more lines than anybody can read")?;
    let area = SVGBackend::with_string(&mut text, (WIDTH, MARGIN + legend + HEIGHT)).into_drawing_area();
    let (above, below) = area.split_vertically(MARGIN + legend);
    let drawn = words(&above, curve).and_then(|()| lines(&below, curve));
    drawn.and_then(|()| Ok(area.present()?)).with_context(|| format!("drawing {:?}", curve.id))?;
    drop((area, above, below));
    Ok(text)
}

fn words(area: &Area<'_>, curve: &Curve) -> Result<()> {
    let left = i32::try_from(MARGIN)?;
    let title = (FONT, 20).into_font().style(FontStyle::Bold).color(&INK);
    area.draw(&Text::new(curve.title.as_str(), (left, left), title))?;
    for (number, series) in (0_u8..).zip(&curve.series) {
        let top = left + i32::try_from(LINE)? * (1 + i32::from(number));
        let middle = top + 8;
        let stroke =
            PathElement::new(vec![(left, middle), (left + 28, middle)], tone(number).stroke_width(3));
        area.draw(&stroke)?;
        let style = (FONT, 16).into_font().color(&INK);
        area.draw(&Text::new(series.name.as_str(), (left + 38, top), style))?;
    }
    Ok(())
}

fn tone(number: u8) -> RGBColor {
    TONES[usize::from(number) % TONES.len()]
}

fn lines(area: &Area<'_>, curve: &Curve) -> Result<()> {
    let measured = || curve.series.iter().flat_map(|series| &series.points);
    let (x, y) = (
        Axis::measured(measured().map(|(x, _)| *x), curve.log_x),
        Axis::from_zero(measured().map(|(_, y)| *y)),
    );
    let mut chart = ChartBuilder::on(area)
        .margin(MARGIN)
        .margin_right(MARGIN * 3)
        .x_label_area_size(48)
        .y_label_area_size(80)
        .build_cartesian_2d(x.clone(), y.clone())?;
    chart
        .configure_mesh()
        .axis_style(INK)
        .bold_line_style(INK.mix(0.3))
        .light_line_style(TRANSPARENT)
        .label_style((FONT, 16).into_font().color(&INK))
        .x_desc(curve.x.as_str())
        .y_desc(curve.y.as_str())
        .x_label_formatter(&|place| x.number(*place))
        .y_label_formatter(&|place| y.number(*place))
        .draw()?;
    for (number, series) in (0_u8..).zip(&curve.series) {
        let points = points(series, &x);
        chart.draw_series(LineSeries::new(points.iter().copied(), tone(number).stroke_width(2)))?;
        if points.len() < DENSE {
            let dot = |point: &(f64, f64)| Circle::new(*point, 3, tone(number).filled());
            chart.draw_series(points.iter().map(dot))?;
        }
    }
    Ok(())
}

/// Where the points of a series lie. What is no number has no place, nor has 0 on a logarithmic axis.
fn points(series: &Series, x: &Axis) -> Vec<(f64, f64)> {
    let placed = series.points.iter().map(|(value, height)| (x.place(*value), *height));
    placed.filter(|(place, height)| place.is_finite() && height.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    /// Whether every tag that is opened is closed, in order, and text has no bare `<` or `&`.
    fn is_well_formed(svg: &str) -> bool {
        let mut open = Vec::new();
        for piece in svg.split('<').skip(1) {
            let Some((tag, text)) = piece.split_once('>') else { return false };
            let name = tag.split_whitespace().next().unwrap_or_default();
            match name.strip_prefix('/') {
                Some(closed) if open.pop() != Some(closed) => return false,
                None if !tag.ends_with('/') => open.push(name),
                _ => {}
            }
            let is_entity = |rest: &str| rest.split_once(';').is_some_and(|(name, _)| name.len() <= 5);
            if !text.split('&').skip(1).all(is_entity) {
                return false;
            }
        }
        open.is_empty()
    }

    #[test]
    fn a_drawing_names_what_it_shows() {
        for curve in sample::run().curves {
            let svg = svg(&curve).unwrap();
            assert!(is_well_formed(&svg), "{svg}");
            for series in &curve.series {
                assert!(svg.contains(&series.name.replace('&', "&amp;")), "{svg}");
            }
            for words in [curve.title.replace('<', "&lt;").replace('>', "&gt;"), curve.x, curve.y] {
                assert!(svg.contains(&words), "no {words:?} in {svg}");
            }
        }
    }

    #[test]
    fn the_same_curve_gives_the_same_drawing() {
        for curve in sample::run().curves {
            assert_eq!(svg(&curve).unwrap(), svg(&curve).unwrap());
        }
    }

    #[test]
    fn a_curve_without_points_is_drawn_too() {
        let mut curve = sample::run().curves.remove(0);
        curve.series[0].points = vec![(0.0, 1.0), (f64::NAN, 1.0)];
        curve.series[1].points.clear();
        assert!(is_well_formed(&svg(&curve).unwrap()));
    }
}
