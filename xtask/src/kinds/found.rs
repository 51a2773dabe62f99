//! What stands outside the rooms and should not.

use std::fmt;
use std::path::PathBuf;

use super::asked::Asked;
use super::rooms::{ENUMS, Rooms};
use crate::source::{Crate, Module, Source};

/// Files of the workflow that may enter a room, and why.
const DOORS: [(&str, &str); 2] = [
    ("place", "there is no order yet that could have a task, so the request is made here"),
    ("policy", "what nobody asked for is canceled on our own behalf, so this must know that it cancels"),
];

/// What is sent to Mollie has a variant for each kind too. Rooms make it; beyond the port, only the adapter reads it.
const SENT: &str = "Command";

/// One place, as file, line, what is wrong and what stands there.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    file: PathBuf,
    line: usize,
    what: &'static str,
    text: String,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} {}: {}", self.file.display(), self.line, self.what, self.text)
    }
}

/// Every such place, by file and line.
pub fn all(files: &Crate, rooms: &Rooms) -> Vec<Found> {
    let outside = files.0.iter().filter(|(module, _)| !rooms.may_name(module));
    let mut found: Vec<_> = outside.flat_map(|file| in_file(files, rooms, file)).collect();
    found.sort();
    found.dedup();
    found
}

fn in_file(files: &Crate, rooms: &Rooms, (module, source): (&Module, &Source)) -> Vec<Found> {
    let mut lines = Vec::new();
    for (path, line) in mentions(source) {
        // A path is looked at as it stands, and as what it means.
        let meant = files.absolute(module, source, &path).map(|path| files.defined(path));
        for path in [Some(&path), meant.as_ref()].into_iter().flatten() {
            lines.extend(named(rooms, module, path).map(|what| (line, what)));
        }
    }
    lines.extend(Asked::of(&source.parsed).into_iter().map(|line| (line, "asks which kind it is")));
    let found =
        |(line, what)| Found { file: source.file.clone(), line, what, text: source.line(line).to_owned() };
    lines.into_iter().map(found).collect()
}

/// Every path of a file, imports too.
fn mentions(source: &Source) -> Vec<(Vec<String>, usize)> {
    let used = source.paths.iter().map(|mention| (mention.path.clone(), mention.line));
    let imports = source.imports.iter().chain(&source.exports).map(|import| {
        let path = import.path.iter().cloned();
        let all = (import.name == "*").then(|| import.name.clone());
        (path.chain(all).collect(), import.line)
    });
    used.chain(imports).collect()
}

/// What is wrong with a path, if anything is.
fn named(rooms: &Rooms, module: &Module, path: &[String]) -> Option<&'static str> {
    let is_port = module.first().is_some_and(|first| first == "ports");
    let is_variant = |pair: &[String]| {
        let is_enum = ENUMS.contains(&pair[0].as_str()) || (pair[0] == SENT && !is_port);
        is_enum && (rooms.is_kind(&pair[1]) || pair[1] == "*")
    };
    if path.windows(2).any(is_variant) {
        return Some("names a kind");
    }
    let is_door = |(file, _): &(&str, &str)| *module == ["workflow", *file];
    let is_workflow = module.first().is_some_and(|first| first == "workflow");
    (is_workflow && !DOORS.iter().any(is_door) && rooms.entered(path).is_some()).then_some("enters a room")
}
