//! Which file takes what from which, found through whatever hands it on; and the circles in that.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Crate, Module, Source};

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
            if let Some(path) = self.absolute(module, source, &import.path) {
                let path = if import.name == "*" { [&path[..], &["*".to_owned()]].concat() } else { path };
                let is_child = path.len() > module.len() + 1 && path.starts_with(module);
                if !(is_handed_on && is_child) {
                    self.take(module, &path);
                }
            }
        }
        for path in &source.paths {
            if let Some(path) = self.absolute(module, source, path) {
                self.take(module, &path);
            }
        }
        // What it hands on it may use itself.
        for export in &source.exports {
            if source.words.contains(&export.name)
                && let Some(path) = self.absolute(module, source, &export.path)
            {
                self.take(module, &path);
            }
        }
    }

    fn take(&mut self, module: &'a Module, path: &[String]) {
        if let Some((from, name)) = self.home(path)
            && from != module
        {
            self.edges.entry((module, from)).or_default().insert(name);
        }
    }

    /// A path from the root of the crate; `None` if it leads out of it.
    fn absolute(&self, module: &Module, source: &Source, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => module.clone(),
            "super" => module[..module.len().checked_sub(1)?].to_vec(),
            name => {
                let child = [&module[..], &[name.to_owned()]].concat();
                let named =
                    |list: &[super::source::Import]| list.iter().find(|import| import.name == name).cloned();
                match named(&source.imports).or_else(|| named(&source.exports)) {
                    _ if self.files.0.contains_key(&child) => child,
                    Some(import) if import.path != path => self.absolute(module, source, &import.path)?,
                    Some(_) | None => return None,
                }
            }
        };
        for part in rest {
            if part == "super" {
                base.pop()?;
            } else {
                base.push(part.clone());
            }
        }
        Some(base)
    }

    /// The file that defines what a path names, and the name there. A module by itself is nobody's.
    fn home(&self, path: &[String]) -> Option<(&'a Module, String)> {
        let length = (0..=path.len()).rev().find(|length| self.files.0.contains_key(&path[..*length]))?;
        let (module, source) = self.files.0.get_key_value(&path[..length])?;
        let name = path.get(length)?;
        let export = source.exports.iter().find(|export| export.name == *name);
        match export.and_then(|export| self.absolute(module, source, &export.path)) {
            Some(further) if further != path => self.home(&further),
            Some(_) | None => Some((module, name.clone())),
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
        circles.iter().map(|members| self.told(members)).collect()
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

    fn told(&self, members: &BTreeSet<&Module>) -> String {
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
