//! Answers whose JSON says something else than the rules do: values added, replaced and removed on their way out.
//!
//! An edit is written as in a JSON Patch. It reaches every place that its pointer names, in which `*` stands for each
//! item of a list, and where there is no such place it changes nothing: answers of one kind differ.

use serde_json::{Value, json};

use super::reply::{Content, Reply};
use crate::rules::line_json::LINE_COUNTERS;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// A JSON pointer, as in `/_links/checkout` or `/lines/*/sku`.
    pub path: String,
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Whether or not there is something; what it stands in must be there. `-` is the place behind a list's last item.
    Add(Value),
    /// Only where there is something.
    Replace(Value),
    Remove,
}

impl Edit {
    pub fn new(path: &str, change: Change) -> Self {
        Self { path: path.to_owned(), change }
    }

    /// What leaves the counters out of an order's lines, alone or in a list of orders.
    pub(super) fn without_line_counters() -> Vec<Self> {
        let both = |name: &&str| {
            [format!("/lines/*/{name}"), format!("/_embedded/orders/*/lines/*/{name}")]
                .map(|path| Self { path, change: Change::Remove })
        };
        LINE_COUNTERS.iter().flat_map(both).collect()
    }

    pub(super) fn parse(value: &Value) -> Option<Self> {
        let object = value.as_object()?;
        let path = object.get("path")?.as_str().filter(|path| path.starts_with('/'))?;
        let (change, fields) = match (object.get("op")?.as_str()?, object.get("value")) {
            ("add", Some(value)) => (Change::Add(value.clone()), 3),
            ("replace", Some(value)) => (Change::Replace(value.clone()), 3),
            ("remove", None) => (Change::Remove, 2),
            _ => return None,
        };
        (object.len() == fields).then(|| Self::new(path, change))
    }

    pub(super) fn to_json(&self) -> Value {
        let path = &self.path;
        match &self.change {
            Change::Add(value) => json!({ "op": "add", "path": path, "value": value }),
            Change::Replace(value) => json!({ "op": "replace", "path": path, "value": value }),
            Change::Remove => json!({ "op": "remove", "path": path }),
        }
    }

    fn apply(&self, body: &mut Value) {
        let unescaped = |part: &str| part.replace("~1", "/").replace("~0", "~");
        let parts: Vec<String> = self.path.split('/').skip(1).map(unescaped).collect();
        if let Some((last, parents)) = parts.split_last() {
            walk(body, parents, &mut |parent| self.change.apply(parent, last));
        }
    }
}

impl Change {
    fn apply(&self, parent: &mut Value, last: &str) {
        match parent {
            Value::Object(object) => match self {
                Self::Add(value) => {
                    object.insert(last.to_owned(), value.clone());
                }
                Self::Replace(value) => {
                    if let Some(place) = object.get_mut(last) {
                        *place = value.clone();
                    }
                }
                Self::Remove => {
                    object.remove(last);
                }
            },
            Value::Array(list) => self.apply_to_list(list, last),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn apply_to_list(&self, list: &mut Vec<Value>, last: &str) {
        let index = last.parse::<usize>().ok();
        match (self, index) {
            (Self::Add(value), None) if last == "-" => list.push(value.clone()),
            (Self::Add(value), Some(index)) if index <= list.len() => list.insert(index, value.clone()),
            (Self::Replace(value), None) if last == "*" => list.fill(value.clone()),
            (Self::Replace(value), Some(index)) => {
                if let Some(place) = list.get_mut(index) {
                    *place = value.clone();
                }
            }
            (Self::Remove, None) if last == "*" => list.clear(),
            (Self::Remove, Some(index)) if index < list.len() => {
                list.remove(index);
            }
            (Self::Add(_) | Self::Remove, Some(_))
            | (Self::Add(_) | Self::Replace(_) | Self::Remove, None) => {}
        }
    }
}

/// Lets `act` see every value that the pointer's parts lead to.
fn walk(value: &mut Value, parts: &[String], act: &mut impl FnMut(&mut Value)) {
    let Some((first, rest)) = parts.split_first() else {
        act(value);
        return;
    };
    match value {
        Value::Object(object) => {
            if let Some(inner) = object.get_mut(first) {
                walk(inner, rest, act);
            }
        }
        Value::Array(list) if first == "*" => list.iter_mut().for_each(|item| walk(item, rest, act)),
        Value::Array(list) => {
            if let Some(inner) = first.parse::<usize>().ok().and_then(|index| list.get_mut(index)) {
                walk(inner, rest, act);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

impl Reply {
    /// The same answer with the edits made, one after the other. A page for people has nothing to edit.
    pub(super) fn rewritten(mut self, edits: &[Edit]) -> Self {
        match &mut self.content {
            Content::Hal(body) => edits.iter().for_each(|edit| edit.apply(body)),
            Content::Html(_) | Content::Empty => {}
        }
        self
    }
}
