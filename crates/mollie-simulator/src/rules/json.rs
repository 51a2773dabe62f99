//! Small parts of every answer: times, links, and objects whose keys may be left out.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::records::{Order, OrderStatus};
use super::switches::{EmptyKeys, Timestamps};
use super::world::World;

pub const HAL: &str = "application/hal+json";
pub const HTML: &str = "text/html";

/// A JSON object under construction. Keys keep their order.
#[derive(Default)]
pub struct Object(Map<String, Value>);

impl Object {
    pub fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Shows null instead of leaving the key out, where asked to.
    pub fn or_null(self, key: &str, value: Option<impl Into<Value>>, null: bool) -> Self {
        match value {
            None if null => self.set(key, Value::Null),
            Some(_) | None => self.maybe(key, value),
        }
    }

    /// Leaves the key out when there is nothing to say.
    pub fn maybe(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(key, value),
            None => self,
        }
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object.0)
    }
}

pub fn link(href: impl AsRef<str>, media_type: &str) -> Value {
    json!({ "href": href.as_ref(), "type": media_type })
}

impl World {
    /// `http://127.0.0.1:50053/v2/…`
    pub(super) fn api_link(&self, path: &str) -> Value {
        link(format!("{}/v2/{path}", self.base()), HAL)
    }

    pub(super) fn time(&self, at: Timestamp) -> String {
        let zoned = at.to_zoned(TimeZone::UTC);
        let format = match self.switches().timestamps {
            Timestamps::Offset => "%Y-%m-%dT%H:%M:%S+00:00",
            Timestamps::TenthsZulu => "%Y-%m-%dT%H:%M:%S.0Z",
        };
        zoned.strftime(format).to_string()
    }

    /// Whether a key of the order that has nothing to say is there all the same.
    pub(super) fn shows_nulls(&self, order: &Order) -> bool {
        match self.switches().empty_keys_of_created_orders {
            EmptyKeys::LeftOut => false,
            EmptyKeys::Null => order.status == OrderStatus::Created,
        }
    }

    pub(super) fn times(&self, at: Option<Timestamp>) -> Option<String> {
        at.map(|at| self.time(at))
    }
}

/// Pages for people. The simulator has neither of them, so the links lead to Mollie's own.
pub fn documentation(page: &str) -> Value {
    link(format!("https://docs.mollie.com/reference/v2/{page}"), HTML)
}

pub fn dashboard(path: &str) -> Value {
    link(format!("https://my.mollie.com/dashboard/org_0/{path}"), HTML)
}
