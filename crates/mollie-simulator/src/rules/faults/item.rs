//! One object of a list of faults while it is read: everything wrong with it is noted, not only the first.

use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde_json::{Map, Value};

/// The fields that any fault has. Beside an unknown kind only these can be judged.
const ALL_FIELDS: [&str; 14] = [
    "fault",
    "method",
    "path",
    "skip",
    "count",
    "effect",
    "status",
    "retry_after_seconds",
    "chunked",
    "over",
    "now",
    "after",
    "in_flight",
    "edits",
];

pub(super) struct Item<'a> {
    /// Position in the list, from 0.
    index: usize,
    object: &'a Map<String, Value>,
    /// The fields that have been asked for. Others are unknown.
    asked: Vec<&'static str>,
    problems: &'a mut Vec<String>,
}

impl<'a> Item<'a> {
    pub(super) fn new(index: usize, object: &'a Map<String, Value>, problems: &'a mut Vec<String>) -> Self {
        Self { index, object, asked: Vec::new(), problems }
    }

    pub(super) fn problem(&mut self, field: &str, text: &str) {
        self.problems.push(format!("{}.{field}: {text}", self.index));
    }

    fn get(&mut self, field: &'static str) -> Option<&'a Value> {
        self.asked.push(field);
        self.object.get(field)
    }

    /// A field that may be missing. `read` gives nothing for what is not `wanted`.
    pub(super) fn optional<T>(
        &mut self,
        field: &'static str,
        wanted: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let read = read(self.get(field)?);
        if read.is_none() {
            self.problem(field, wanted);
        }
        read
    }

    pub(super) fn required<T>(
        &mut self,
        field: &'static str,
        wanted: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Option<T> {
        if !self.object.contains_key(field) {
            self.problem(field, &format!("is missing, {wanted}"));
        }
        self.optional(field, wanted, read)
    }

    pub(super) fn text(&mut self, field: &'static str) -> Option<String> {
        self.required(field, "should be a text", filled)
    }

    pub(super) fn optional_text(&mut self, field: &'static str) -> Option<String> {
        self.optional(field, "should be a text", filled)
    }

    pub(super) fn flag(&mut self, field: &'static str) -> Option<bool> {
        self.required(field, "should be true or false", Value::as_bool)
    }

    pub(super) fn optional_flag(&mut self, field: &'static str) -> Option<bool> {
        self.optional(field, "should be true or false", Value::as_bool)
    }

    /// Longer than nothing; a day has 24 hours.
    pub(super) fn duration(&mut self, field: &'static str) -> Option<SignedDuration> {
        self.required(field, "should be an ISO 8601 duration, as in PT90S", |value| {
            let span: Span = value.as_str()?.parse().ok()?;
            let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
            Some(duration).filter(SignedDuration::is_positive)
        })
    }

    /// Notes the fields that nobody has asked for.
    pub(super) fn finish(mut self) {
        let asked = std::mem::take(&mut self.asked);
        self.note_others(&asked);
    }

    /// Notes the fields that no fault has.
    pub(super) fn finish_unknown(mut self) {
        self.note_others(&ALL_FIELDS);
    }

    fn note_others(&mut self, known: &[&str]) {
        for field in self.object.keys().filter(|field| !known.contains(&field.as_str())) {
            self.problem(field, "is no field of this fault");
        }
    }
}

fn filled(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
