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

/// What was read.
pub(super) struct Reading {
    pub config: Config,
    /// The settings that cannot be read.
    pub faults: Vec<String>,
    /// Whether the file is part of it: if not, it is unknown what is missing.
    pub is_whole: bool,
}

/// Reads the file, if given, and the environment.
pub(super) fn read(file: Option<&Path>) -> Reading {
    let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let variables: Vec<_> = variables.collect();
    let mut faults: Vec<_> = Names::misspelt(&variables)
        .map(|name| format!("{name}: no such setting; the names of settings begin with {PREFIX}"))
        .collect();
    let mut names = Names::of_environment(variables.into_iter());
    faults.extend(
        names.incomplete().map(|name| format!("{name}: a part of the name is left out between __ and __")),
    );
    let (mut figment, mut is_whole) = (Figment::new(), true);
    if let Some(file) = file {
        match Figment::from(Toml::file_exact(file)).extract::<Dict>() {
            Ok(values) => {
                note(&mut names, file, "", &values);
                figment = figment.merge(Toml::file_exact(file));
            }
            Err(errors) => {
                let reported = |error: Error| format!("{}: {}", file.display(), error.kind);
                faults.extend(errors.into_iter().map(reported));
                is_whole = false;
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
    Reading { config, faults, is_whole }
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
    if let Kind::UnknownVariant(text, known) = &error.kind {
        return format!("{name}: one of {} is expected, not {text:?}", known.join(", "));
    }
    if let Kind::InvalidType(actual, expected) | Kind::InvalidValue(actual, expected) = &error.kind {
        let expected = bounds::expected(path).unwrap_or_else(|| in_words(expected));
        return format!(
            "{name}: {expected} is expected, not {}{}",
            came(actual, path),
            hint(actual, &expected)
        );
    }
    let hint = if path.ends_with(".listen") {
        "; an address with a port is expected, such as 127.0.0.1:50051"
    } else {
        ""
    };
    format!("{name}: {}{hint}", error.kind)
}

/// What was expected, in the words of whoever writes a configuration.
fn in_words(expected: &str) -> String {
    match expected {
        "a string" => TEXT.to_owned(),
        "a sequence" => "a list, as [\"one\", \"other\"],".to_owned(),
        _ if expected.starts_with("struct ") || expected == "a map" => {
            "a section with settings of its own".to_owned()
        }
        other => other.to_owned(),
    }
}

const TEXT: &str = "a text";

/// The environment takes what looks like a number, a flag or a list for one.
fn hint(actual: &Actual, expected: &str) -> &'static str {
    let is_bare = matches!(
        actual,
        Actual::Bool(_)
            | Actual::Unsigned(_)
            | Actual::Signed(_)
            | Actual::Float(_)
            | Actual::Seq
            | Actual::Map
    );
    if is_bare && expected == TEXT { "; in quotes it is one: '\"…\"'" } else { "" }
}

fn came(actual: &Actual, path: &str) -> String {
    if let Actual::Str(text) = actual
        && !bounds::is_number(path)
    {
        return format!("a text of {} characters", text.chars().count());
    }
    actual.to_string()
}
