//! What a replica's own logs tell of operations: when it claimed one, and when it had taken it a step further.

use std::path::Path;

use serde_json::Value;

/// Every line about an operation in a replica's lives, in order.
pub struct Log {
    pub lives: Vec<Vec<Entry>>,
}

pub struct Entry {
    /// In microseconds since 1970.
    pub at: i64,
    pub operation: String,
    /// `None` for any other line about it.
    pub deed: Option<Deed>,
    /// The line as it was written.
    pub line: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Claimed,
    /// Carried to its end.
    Settled,
    /// Carried a step further, put back, or lost to another.
    Left,
}

impl Log {
    /// Each life has a file of its own.
    pub fn read(directory: &Path) -> Self {
        let files = (1..).map(|n| std::fs::read_to_string(directory.join(format!("serve-{n}.log"))));
        let lives = files.map_while(Result::ok).map(|text| text.lines().filter_map(entry).collect());
        Self { lives: lives.collect() }
    }
}

/// The last line of a killed process may be cut short: it tells nothing.
fn entry(text: &str) -> Option<Entry> {
    let line: Value = serde_json::from_str(text).ok()?;
    let fields = &line["fields"];
    let deed = match (fields["message"].as_str()?, fields["progress"].as_str()) {
        ("operation claimed", _) => Some(Deed::Claimed),
        ("operation taken a step further", Some("Settled")) => Some(Deed::Settled),
        ("operation taken a step further", _) => Some(Deed::Left),
        _ => None,
    };
    let at: prost_types::Timestamp = line["timestamp"].as_str()?.parse().ok()?;
    let at = at.seconds * 1_000_000 + i64::from(at.nanos) / 1_000;
    Some(Entry { at, operation: fields["operation"].as_str()?.to_owned(), deed, line: text.to_owned() })
}
