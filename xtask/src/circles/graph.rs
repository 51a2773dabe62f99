//! Which file takes what from which, found through whatever hands it on; and the circles in that.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Crate, Module, Source};

/// What each file takes from each other file.
pub struct Graph<'a> {
    files: &'a Crate,
    edges: BTreeMap<(&'a Module, &'a Module), BTreeSet<String>>,
}

impl<'a> Graph<'a> {
    pub fn of(files: &'a Crate) -> Self {
        let mut graph = Self { files, edges: BTreeMap::new() };
        for (module, source) in &files.0 {
            graph.add(module, source);
        }
        graph
    }

    pub fn len(&self) -> usize {
        self.edges.len()
    }

    fn add(&mut self, module: &'a Module, source: &'a Source) {
        for import in source.imports.iter().chain(&source.exports) {
            let is_handed_on = source.exports.iter().any(|export| export.path == import.path);
            if let Some(path) = self.files.absolute(module, source, &import.path) {
                let path = if import.name == "*" { [&path[..], &["*".to_owned()]].concat() } else { path };
                let is_child = path.len() > module.len() + 1 && path.starts_with(module);
                if !(is_handed_on && is_child) {
                    self.take(module, path);
                }
            }
        }
        for mention in &source.paths {
            if let Some(path) = self.files.absolute(module, source, &mention.path) {
                self.take(module, path);
            }
        }
        // What it hands on it may use itself.
        for export in &source.exports {
            if source.words.contains(&export.name)
                && let Some(path) = self.files.absolute(module, source, &export.path)
            {
                self.take(module, path);
            }
        }
    }

    fn take(&mut self, module: &'a Module, path: Vec<String>) {
        if let Some((from, name)) = self.files.home(path)
            && from != module
        {
            self.edges.entry((module, from)).or_default().insert(name);
        }
    }

    /// The circles, each as lines that say what its files take from each other.
    pub fn circles(&self) -> Vec<String> {
        let reach: BTreeMap<_, _> =
            self.files.0.keys().map(|module| (module, self.reached(module))).collect();
        let mut circles = BTreeSet::new();
        for module in self.files.0.keys() {
            let members: BTreeSet<_> =
                reach[module].iter().copied().filter(|other| reach[other].contains(module)).collect();
            if members.len() > 1 {
                circles.insert(members);
            }
        }
        circles.iter().map(|members| self.reported(members)).collect()
    }

    fn reached(&self, module: &'a Module) -> BTreeSet<&'a Module> {
        let (mut reached, mut open) = (BTreeSet::new(), vec![module]);
        while let Some(next) = open.pop() {
            for (_, to) in self.edges.keys().filter(|(from, _)| *from == next) {
                if reached.insert(*to) {
                    open.push(to);
                }
            }
        }
        reached
    }

    fn reported(&self, members: &BTreeSet<&Module>) -> String {
        let inside = |(from, to): &(&Module, &Module)| members.contains(from) && members.contains(to);
        let mut text = String::new();
        for ((from, to), names) in self.edges.iter().filter(|(edge, _)| inside(edge)) {
            let names = names.iter().cloned().collect::<Vec<_>>().join(", ");
            let file = |module| self.files.0[module].file.display().to_string();
            text.push_str(&format!("{} takes {names} from {}\n", file(*from), file(*to)));
        }
        text
    }
}
