//! What a real collector (rotel) says of what it got, at its most detailed.

use std::collections::BTreeSet;

use super::Seen;

/// The spans, in the order in which they came.
pub fn spans(said: &str) -> Vec<Seen> {
    let (mut spans, mut process, mut in_links) = (Vec::<Seen>::new(), String::new(), false);
    for line in said.lines() {
        if line.starts_with("Span #") {
            spans.push(Seen { process: process.clone(), ..Seen::default() });
            in_links = false;
        }
        in_links |= line == "Links:";
        if let Some(instance) = line.trim().strip_prefix("-> service.instance.id: ") {
            process = plain(instance);
        } else if let Some(span) = spans.last_mut() {
            read(span, line, in_links);
        }
    }
    spans
}

fn read(span: &mut Seen, line: &str, in_links: bool) {
    let Some((key, value)) = line.split_once(": ") else { return };
    let (key, value) = (key.trim(), value.trim());
    match key.strip_prefix("-> ") {
        Some("ID") if in_links => span.links.push(value.to_owned()),
        Some(_) if in_links => (),
        Some(key) => drop(span.attributes.insert(key.to_owned(), plain(value))),
        None => match key {
            "Trace ID" => value.clone_into(&mut span.trace),
            "Parent ID" => value.clone_into(&mut span.parent),
            "ID" => value.clone_into(&mut span.id),
            "Name" => value.clone_into(&mut span.name),
            "Kind" if value == "SPAN_KIND_CLIENT" => span.kind = 3,
            "Start time" => span.start = value.parse().unwrap_or_default(),
            "End time" => span.end = value.parse().unwrap_or_default(),
            "Status code" => span.failed = value == "STATUS_CODE_ERROR",
            _ => (),
        },
    }
}

/// The value in `Str(value)`.
fn plain(value: &str) -> String {
    let inner = value.split_once('(').and_then(|(_, inner)| inner.strip_suffix(')'));
    inner.unwrap_or(value).to_owned()
}

/// The names of all metrics.
pub fn metrics(said: &str) -> BTreeSet<String> {
    let names = said.lines().filter_map(|line| line.trim().strip_prefix("-> Name: "));
    names.map(|name| plain(name.trim())).collect()
}
