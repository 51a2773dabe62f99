//! What a path means: found through the imports of its file, and through whatever hands it on.

use super::{Crate, Import, Module, Source};

impl Crate {
    /// A path from the root of the crate; `None` if it leads out of it.
    pub fn absolute(&self, module: &Module, source: &Source, path: &[String]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => module.clone(),
            "super" => module[..module.len().checked_sub(1)?].to_vec(),
            name => {
                let child = [&module[..], &[name.to_owned()]].concat();
                let named = |list: &[Import]| list.iter().find(|import| import.name == name).cloned();
                match named(&source.imports).or_else(|| named(&source.exports)) {
                    _ if self.0.contains_key(&child) => child,
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

    /// The same path by way of the file that defines what it names, if others hand that on.
    pub fn defined(&self, path: Vec<String>) -> Vec<String> {
        let Some((module, source)) = self.file(&path) else { return path };
        let (length, name) = (module.len(), path.get(module.len()));
        let export = source.exports.iter().find(|export| Some(&export.name) == name);
        match export.and_then(|export| self.absolute(module, source, &export.path)) {
            Some(further) if further[..] != path[..=length] => {
                self.defined([&further[..], &path[length + 1..]].concat())
            }
            Some(_) | None => path,
        }
    }

    /// The file that defines what a path names, and the name there. A module by itself is nobody's.
    pub fn home(&self, path: Vec<String>) -> Option<(&Module, String)> {
        let path = self.defined(path);
        let (module, _) = self.file(&path)?;
        path.get(module.len()).map(|name| (module, name.clone()))
    }

    fn file(&self, path: &[String]) -> Option<(&Module, &Source)> {
        (0..=path.len()).rev().find_map(|length| self.0.get_key_value(&path[..length]))
    }
}
