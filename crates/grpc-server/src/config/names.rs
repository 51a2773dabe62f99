//! The name of a setting: as typed in the environment or in the file, and if it was left out, as it would be typed in the
//! environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::PREFIX;

/// The names of the settings that were given.
#[derive(Debug, Default)]
pub struct Names {
    /// By path, such as `database.url`.
    typed: BTreeMap<String, String>,
    /// Settings that could not be read and keep their defaults.
    unreadable: BTreeSet<String>,
}

impl Names {
    /// Notes the settings in the environment. The case of its keys does not matter.
    pub(super) fn of_environment(variables: impl Iterator<Item = String>) -> Self {
        let key =
            |name: &str| name.get(PREFIX.len()..).map(|key| key.to_ascii_lowercase().replace("__", "."));
        let is_ours =
            |name: &String| name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
        let ours = variables.filter(is_ours);
        Self { typed: ours.filter_map(|name| Some((key(&name)?, name))).collect(), ..Self::default() }
    }

    /// Keys in the environment with an empty path segment: readers silently ignore them.
    pub(super) fn incomplete(&self) -> impl Iterator<Item = &str> {
        let typed = self.typed.iter().filter(|(path, _)| path.split('.').any(str::is_empty));
        typed.map(|(_, name)| name.as_str())
    }

    /// Notes that a setting could not be read.
    pub(super) fn unreadable(&mut self, path: String) {
        self.unreadable.insert(path);
    }

    /// Whether a setting was given but could not be read: that is reported already.
    pub fn is_unreadable(&self, path: &str) -> bool {
        self.unreadable.contains(path)
    }

    /// Notes a setting in the file, unless the environment sets it too.
    pub(super) fn in_file(&mut self, path: String, file: &Path) {
        let name = format!("{path} (in {})", file.display());
        self.typed.entry(path).or_insert(name);
    }

    /// The name of the setting at a path.
    pub fn of(&self, path: &str) -> String {
        let variable = || format!("{PREFIX}{}", path.to_ascii_uppercase().replace('.', "__"));
        self.typed.get(path).cloned().unwrap_or_else(variable)
    }

    /// Where the setting at a path was set; `None` if it was left out.
    pub(super) fn origin(&self, path: &str) -> Option<&str> {
        self.typed.get(path).map(String::as_str)
    }
}
