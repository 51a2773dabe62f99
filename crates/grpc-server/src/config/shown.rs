//! The settings in force, and where each was set. Keys and secrets lie in files, which are not read for this; a password in an address is
//! left out.

use std::collections::BTreeMap;

use figment::value::{Dict, Value};
use reqwest::Url;

use super::Config;

/// Where what was not set comes from.
const DEFAULT: &str = "the default";

/// In place of what lets somebody in.
const HIDDEN: &str = "***";

impl Config {
    /// A line of TOML per setting, with where it was set behind it.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut lines = Vec::new();
        // Every setting is plain data: a text, a number, or lists and tables of these.
        if let Ok(Value::Dict(_, settings)) = Value::serialize(self) {
            self.note_shown("", &settings, &mut lines);
        }
        lines.extend(standard_variables());
        lines.join("\n")
    }

    /// The settings that were set, in one line.
    #[must_use]
    pub fn given(&self) -> String {
        let shown = self.shown();
        let given =
            shown.lines().filter_map(|line| line.split_once("  # ")).filter(|(_, from)| *from != DEFAULT);
        given.map(|(setting, _)| setting.trim_start_matches("# ")).collect::<Vec<_>>().join("; ")
    }

    fn note_shown(&self, section: &str, settings: &Dict, lines: &mut Vec<String>) {
        for (key, value) in settings {
            let path = if section.is_empty() { key.clone() } else { format!("{section}.{key}") };
            if let Value::Dict(_, settings) = value {
                self.note_shown(&path, settings, lines);
            } else {
                lines.push(self.line(&path, value));
            }
        }
    }

    fn line(&self, path: &str, value: &Value) -> String {
        let value = toml(value);
        match (value.is_empty(), self.names.origin(path)) {
            (true, _) => format!("# {path} is not set"),
            (false, origin) => format!("{path} = {value}  # {}", origin.unwrap_or(DEFAULT)),
        }
    }
}

/// The value as TOML writes it; nothing for one that is not set.
fn toml(value: &Value) -> String {
    match value {
        Value::String(_, text) => literal(&without_password(text)),
        Value::Char(_, char) => literal(&char.to_string()),
        Value::Bool(_, flag) => flag.to_string(),
        Value::Num(_, number) => {
            let whole = number.to_u128().map(|number| number.to_string());
            let whole = whole.or_else(|| number.to_i128().map(|number| number.to_string()));
            whole.or_else(|| number.to_f64().map(|number| number.to_string())).unwrap_or_default()
        }
        Value::Array(_, values) => {
            format!("[{}]", values.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        Value::Empty(..) | Value::Dict(..) => String::new(),
    }
}

/// A text of JSON is one of TOML.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The standard variables of OpenTelemetry, which count where a setting does not say the same. They are no settings of this file.
fn standard_variables() -> Vec<String> {
    let ours = |name: &str| name.starts_with("OTEL_");
    let given = std::env::vars_os().filter_map(|(name, value)| {
        let (name, value) = (name.into_string().ok()?, value.to_string_lossy().into_owned());
        ours(&name).then_some((name, value)).filter(|(_, value)| !value.is_empty())
    });
    let shown = |(name, value): (String, String)| {
        // Headers let somebody in.
        let value = if name.ends_with("_HEADERS") { HIDDEN.to_owned() } else { without_password(&value) };
        format!("# {name} = {}  # the environment", literal(&value))
    };
    given.collect::<BTreeMap<_, _>>().into_iter().map(shown).collect()
}

/// An address without what lets somebody in; any other text as it is. Addresses of the web are ours to give or an issuer's, a collector's:
/// what stands in their query may be a key.
pub(super) fn without_password(text: &str) -> String {
    let Some(mut address) = text.contains("://").then(|| Url::parse(text).ok()).flatten() else {
        return text.to_owned();
    };
    let is_web = matches!(address.scheme(), "http" | "https");
    let is_secret = |key: &str| is_web || key.contains("password");
    let hides_query = address.query_pairs().any(|(key, _)| is_secret(&key));
    let hides_name = is_web && address.password().is_none() && !address.username().is_empty();
    if address.password().is_none() && !hides_query && !hides_name {
        return text.to_owned();
    }
    let is_hidden = (!hides_name || address.set_username(HIDDEN).is_ok())
        && (address.password().is_none() || address.set_password(Some(HIDDEN)).is_ok());
    if !is_hidden {
        return "an address with a password".to_owned();
    }
    if hides_query {
        let hidden = |(key, value): (String, String)| {
            let value = if is_secret(&key) { HIDDEN.to_owned() } else { value };
            (key, value)
        };
        let shown: Vec<_> = address.query_pairs().into_owned().map(hidden).collect();
        address.query_pairs_mut().clear().extend_pairs(shown);
    }
    address.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("postgres://me:secret@db.example:5432/orders", "postgres://me:***@db.example:5432/orders"),
            (
                "postgres://db.example/orders?password=secret&user=me&sslpassword=other",
                "postgres://db.example/orders?password=***&user=me&sslpassword=***",
            ),
            ("postgres://me@db.example/orders", "postgres://me@db.example/orders"),
            ("sqlite://data/orders.db", "sqlite://data/orders.db"),
            ("https://me:secret@collector.example:4317/", "https://me:***@collector.example:4317/"),
            ("https://token@collector.example/?key=secret", "https://***@collector.example/?key=***"),
            ("https://hooks.example", "https://hooks.example"),
            ("de_DE", "de_DE"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }

    #[test]
    fn what_is_shown_is_read_as_the_same_settings() {
        use figment::Figment;
        use figment::providers::{Format, Toml};

        let text = "[mollie]\ntrust_idempotency = false\n[telemetry]\nsampling_ratio = 0.25\n[profiles.main]\nwarning_days = [5, 2]\nquiet_hours = \"none\"\n\
                    [profiles.main.authorization_days_of]\nklarna = 20";
        let config: Config = Figment::from(Toml::string(text)).extract().unwrap();
        let again: Config = Figment::from(Toml::string(&config.shown())).extract().unwrap();
        assert_eq!(again.shown(), config.shown());
        assert!(again.shown().contains("profiles.main.authorization_days_of.klarna = 20"));
        assert!(again.shown().contains("telemetry.sampling_ratio = 0.25"));
        assert!(again.shown().contains("profiles.main.warning_days = [2, 5]"));
    }
}
