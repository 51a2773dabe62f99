//! docs/operating.md: what people read of spans and metrics, and that it says what the tables do. What stands outside the marks is
//! written by hand.

use std::collections::BTreeSet;
use std::fmt::Write;

use opentelemetry::trace::SpanKind;

use super::metrics::{METRICS, MetricKind, MetricSpec};
use super::spans::{Part, SPANS, SpanSpec};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operating.md");
const UPDATE: &str = "UPDATE_DOCS=1 cargo test -p grpc-server telemetry::document";

fn spans() -> String {
    let mut text = String::from("| span | kind | first of a trace | what it is |\n|---|---|---|---|\n");
    for SpanSpec { kind, named, begins, meaning, .. } in SPANS {
        let name: String = named.iter().map(part).collect();
        let kind = match kind {
            SpanKind::Client => "client",
            SpanKind::Server => "server",
            SpanKind::Internal | SpanKind::Producer | SpanKind::Consumer => "internal",
        };
        let begins = if *begins { "may be" } else { "" };
        let _ = writeln!(text, "| `{name}` | {kind} | {begins} | {meaning} |");
    }
    text
}

fn part(part: &Part) -> String {
    match part {
        Part::Text(text) => (*text).to_owned(),
        Part::Of(attribute) => format!("{{{attribute}}}"),
    }
}

fn metrics() -> String {
    let mut text = String::from("| metric | in Prometheus | labels | what it is |\n|---|---|---|---|\n");
    for MetricSpec { name, kind, unit, labels, meaning } in METRICS {
        let labels = labels
            .iter()
            .map(|label| format!("`{}`", label.replace('.', "_")))
            .collect::<Vec<_>>()
            .join(", ");
        let shared = if *kind == MetricKind::Shared { " The same at every replica." } else { "" };
        let _ = writeln!(
            text,
            "| `{name}` | `{}` | {labels} | {meaning}{shared} |",
            in_prometheus(name, *kind, unit)
        );
    }
    text
}

/// Its name in a scrape.
fn in_prometheus(name: &str, kind: MetricKind, unit: &str) -> String {
    let unit = if unit == "s" { "_seconds" } else { "" };
    let end = if kind == MetricKind::Counter { "_total" } else { "" };
    format!("{}{unit}{end}", name.replace('.', "_"))
}

/// The page with what stands between the marks written anew.
fn written(page: &str, of: &str, table: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {of}: {UPDATE} -->\n"), format!("<!-- end of {of} -->"));
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{table}{end}{after}"))
}

#[test]
fn the_document_is_what_the_tables_say() {
    let kept = std::fs::read_to_string(PATH).unwrap();
    let spans = written(&kept, "spans", &spans()).expect("the marks of the spans");
    let page = written(&spans, "metrics", &metrics()).expect("the marks of the metrics");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(PATH, &page).unwrap();
    }
    let kept = std::fs::read_to_string(PATH).unwrap();
    assert!(kept == page, "docs/operating.md is old: {UPDATE}");
}

/// Every metric that has a value at once, under the name that the page gives it.
#[test]
fn a_scrape_has_the_names_of_the_document() {
    let meters = super::meters();
    meters.shed.add(1, &[]);
    meters.calls.record(1.0, &[]);
    meters.rate_left.record(1, &[]);
    let scraped = super::scrape();
    for spec in
        METRICS.iter().filter(|spec| ["orders.calls.shed", "orders.mollie.rate_left"].contains(&spec.name))
    {
        let name = in_prometheus(spec.name, spec.kind, spec.unit);
        assert!(scraped.contains(&format!("# HELP {name} {}", spec.meaning)), "{name}:\n{scraped}");
    }
    assert!(scraped.contains("rpc_server_call_duration_seconds_bucket"), "{scraped}");
}

/// The crates of the service, whose lines the page explains.
const CRATES: [&str; 4] = ["domain", "grpc-server", "mollie-adapter", "persistence"];

/// The lines that the page explains, as they begin.
fn explained() -> Vec<String> {
    let page = std::fs::read_to_string(PATH).unwrap();
    let (_, table) = page.split_once("| line | level |").unwrap();
    let cells =
        table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next().map(str::to_owned));
    let lines: Vec<_> = cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        .map(|line| line.trim_end_matches(" …").to_owned())
        .collect();
    assert!(lines.len() > 50, "{lines:?}");
    lines
}

#[test]
fn the_lines_of_the_document_are_told() {
    let source: String = sources().concat();
    for line in explained() {
        assert!(source.contains(&format!("\"{line}")), "nothing tells {line:?}");
    }
}

/// Whatever may wake somebody is explained.
#[test]
fn the_document_has_every_warning_and_error() {
    let explained = explained();
    let sources = sources();
    let told: BTreeSet<_> = sources.iter().flat_map(|source| warnings(source)).collect();
    assert!(told.len() > 50, "{told:?}");
    let explains = |told: &str| explained.iter().any(|line| told.starts_with(line.as_str()));
    let missing: Vec<_> = told.into_iter().filter(|told| !explains(told)).collect();
    assert!(missing.is_empty(), "docs/operating.md, \"Log lines\", leaves out {missing:#?}");
}

/// The messages of a source's warnings and errors: the last text within the brackets of each.
fn warnings(source: &str) -> Vec<String> {
    let calls = source.match_indices("warn!(").chain(source.match_indices("error!("));
    let own = calls.filter(|(at, _)| !source[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    own.filter_map(|(at, name)| message(&source[at + name.len()..])).collect()
}

fn message(rest: &str) -> Option<String> {
    let (mut last, mut depth, mut text) = (None, 1, None::<String>);
    let mut chars = rest.chars();
    while depth > 0 {
        match (chars.next()?, &mut text) {
            ('"', None) => text = Some(String::new()),
            ('"', Some(_)) => last = text.take(),
            ('\\', Some(text)) => text.extend(chars.next().filter(|c| *c != '\n')),
            (c, Some(text)) => text.push(c),
            ('(', None) => depth += 1,
            (')', None) => depth -= 1,
            (_, None) => (),
        }
    }
    last
}

/// The crates' files, without their tests, and without what only tests are built with.
fn sources() -> Vec<String> {
    let crates = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    CRATES.iter().flat_map(|name| source(&crates.join(name).join("src"))).collect()
}

fn source(directory: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| match path.is_dir() {
        // What only tests are built with, what writes this page, and what people see at a terminal.
        true if ["probes", "demo"].iter().any(|other| path.ends_with(other)) => Vec::new(),
        false if path.ends_with("document.rs") => Vec::new(),
        true => source(&path),
        false => {
            let text = std::fs::read_to_string(path).unwrap();
            text.split("#[cfg(test)]\nmod tests").next().map(str::to_owned).into_iter().collect()
        }
    };
    entries.flat_map(read).collect()
}
