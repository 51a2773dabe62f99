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

    /// Variables that look like settings and are read by nobody, as one underscore is missing. Without the second separator they may
    /// be somebody else's: Kubernetes makes ORDER_SERVICE_PORT of a service of that name.
    pub(super) fn misspelt(variables: &[String]) -> impl Iterator<Item = &String> {
        let is_meant = |name: &&String| {
            let name = name.to_ascii_uppercase();
            let rest =
                name.strip_prefix(PREFIX.trim_end_matches('_')).and_then(|rest| rest.strip_prefix('_'));
            rest.is_some_and(|rest| !rest.starts_with('_') && rest.contains("__"))
        };
        variables.iter().filter(is_meant)
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

    /// The name of the setting at a path; of a section, that of what was first typed of it.
    pub fn of(&self, path: &str) -> String {
        let variable = || format!("{PREFIX}{}", path.to_ascii_uppercase().replace('.', "__"));
        self.typed_at(path).map_or_else(variable, str::to_owned)
    }

    /// The same for what belongs to a caller: those are written in the file, mostly.
    pub fn of_caller(&self, path: &str) -> String {
        self.typed_at(path).unwrap_or(path).to_owned()
    }

    fn typed_at(&self, path: &str) -> Option<&str> {
        let section = format!("{path}.");
        let within =
            || self.typed.range(section.clone()..).next().filter(|(key, _)| key.starts_with(&section));
        self.typed.get(path).or_else(|| within().map(|(_, name)| name)).map(String::as_str)
    }

    /// Where the setting at a path was set; `None` if it was left out.
    pub(super) fn origin(&self, path: &str) -> Option<&str> {
        self.typed.get(path).map(String::as_str)
    }
}
