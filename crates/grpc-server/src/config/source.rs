//! Reading the file and the environment. A setting that cannot be read is a fault and keeps its default, so that all faults are
//! reported at once. It does not judge readable values.

use std::path::Path;

use figment::Figment;
use figment::error::{Actual, Error, Kind};
use figment::providers::{Env, Format, Toml};
use figment::value::{Dict, Tag, Value};
use serde::Deserialize;

use super::names::Names;
use super::{Config, PREFIX, bounds};

/// The configuration, and the settings that cannot be read.
pub(super) fn read(file: Option<&Path>) -> (Config, Vec<String>) {
    let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let (mut names, mut faults) = (Names::of_environment(variables), Vec::new());
    faults.extend(
        names.incomplete().map(|name| format!("{name}: a part of the name is left out between __ and __")),
    );
    let mut figment = Figment::new();
    if let Some(file) = file {
        match Figment::from(Toml::file_exact(file)).extract::<Dict>() {
            Ok(values) => {
                note(&mut names, file, "", &values);
                figment = figment.merge(Toml::file_exact(file));
            }
            Err(errors) => {
                let reported = |error: Error| format!("{}: {}", file.display(), error.kind);
                faults.extend(errors.into_iter().map(reported));
            }
        }
    }
    let figment = figment.merge(Env::prefixed(PREFIX).split("__"));
    let mut config = match figment.extract::<Dict>() {
        Ok(values) => readable(values, &mut names, &mut faults),
        Err(errors) => {
            faults.extend(errors.into_iter().map(|error| error.kind.to_string()));
            Config::default()
        }
    };
    config.names = names;
    (config, faults)
}

/// Notes every setting of the file by its path.
fn note(names: &mut Names, file: &Path, section: &str, values: &Dict) {
    for (key, value) in values {
        let path = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
        match value.as_dict() {
            Some(values) => note(names, file, &path, values),
            None => names.in_file(path, file),
        }
    }
}

/// The readable values. The reader stops at the first fault: that is noted and removed, and it starts again.
fn readable(mut values: Dict, names: &mut Names, faults: &mut Vec<String>) -> Config {
    loop {
        let error = match Config::deserialize(&Value::Dict(Tag::Default, values.clone())) {
            Ok(config) => return config,
            Err(error) => error,
        };
        let path = setting(&values, place(&error));
        faults.push(reported(&error, &path.join("."), names));
        names.unreadable(path.join("."));
        if !remove(&mut values, &path) {
            return Config::default();
        }
    }
}

/// The path of the fault, including an unknown setting itself.
fn place(error: &Error) -> Vec<String> {
    let mut path = error.path.clone();
    if let Kind::UnknownField(name, _) = &error.kind
        && path.last() != Some(name)
    {
        path.push(name.clone());
    }
    path
}

/// The setting that a path leads to: a part of a list has no name of its own.
fn setting(values: &Dict, mut path: Vec<String>) -> Vec<String> {
    let mut section = values;
    let is_section = |key: &&String| match section.get(key.as_str()) {
        Some(Value::Dict(_, inner)) => {
            section = inner;
            true
        }
        Some(_) | None => false,
    };
    let sections = path.iter().take_while(is_section).count();
    path.truncate(sections + 1);
    path
}

fn remove(values: &mut Dict, path: &[String]) -> bool {
    match path {
        [] => false,
        [key] => values.remove(key).is_some(),
        [section, rest @ ..] => match values.get_mut(section) {
            Some(Value::Dict(_, values)) => remove(values, rest),
            Some(_) | None => false,
        },
    }
}

/// A fault by the setting's name. A text in place of something else may be a misplaced secret.
fn reported(error: &Error, path: &str, names: &Names) -> String {
    let name = names.of(path);
    if let Kind::UnknownField(_, known) = &error.kind {
        return format!("{name}: no such setting; known here: {}", known.join(", "));
    }
    if let Kind::InvalidType(actual, expected) | Kind::InvalidValue(actual, expected) = &error.kind {
        let expected = bounds::expected(path).unwrap_or_else(|| expected.clone());
        return format!("{name}: {expected} is expected, not {}", came(actual, path));
    }
    format!("{name}: {}", error.kind)
}

fn came(actual: &Actual, path: &str) -> String {
    if let Actual::Str(text) = actual
        && !bounds::is_number(path)
    {
        return format!("a text of {} characters", text.chars().count());
    }
    actual.to_string()
}
