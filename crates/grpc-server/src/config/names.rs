//! How the operator calls a setting: as it was typed in the environment or in the file, and where it was left out, as it would
//! be typed in the environment.

use std::collections::BTreeMap;
use std::path::Path;

use super::PREFIX;

/// The names of the settings that were given.
#[derive(Debug, Default)]
pub struct Names {
    /// By path, such as `database.url`.
    typed: BTreeMap<String, String>,
}

impl Names {
    /// Notes what the environment gives. Its keys' case does not matter.
    pub(super) fn of_environment(variables: impl Iterator<Item = String>) -> Self {
        let key =
            |name: &str| name.get(PREFIX.len()..).map(|key| key.to_ascii_lowercase().replace("__", "."));
        let is_ours =
            |name: &String| name.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
        let ours = variables.filter(is_ours);
        Self { typed: ours.filter_map(|name| Some((key(&name)?, name))).collect() }
    }

    /// Notes a setting of the file, unless the environment gives it too.
    pub(super) fn in_file(&mut self, path: String, file: &Path) {
        let name = format!("{path} (in {})", file.display());
        self.typed.entry(path).or_insert(name);
    }

    /// The name of the setting at a path.
    pub fn of(&self, path: &str) -> String {
        let variable = || format!("{PREFIX}{}", path.to_ascii_uppercase().replace('.', "__"));
        self.typed.get(path).cloned().unwrap_or_else(variable)
    }
}
