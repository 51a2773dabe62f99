//! Reading JSON answers field by field. Says for everything it cannot read where that stands, never what stood there:
//! it may be personal. Fields nobody asks for do not exist here, so Mollie may add what it likes.

use jiff::civil::Date;
use jiff::{Timestamp, Unit};
use serde_json::{Map, Value};

/// Something in an answer cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}")]
pub struct ReadError {
    path: String,
    expected: String,
}

impl ReadError {
    pub fn new(path: impl Into<String>, expected: impl Into<String>) -> Self {
        let (path, expected) = (path.into(), expected.into());
        Self { path, expected }
    }
}

/// An object within an answer, and where it stands. A field that is null counts as left out.
#[derive(Debug)]
pub struct Object<'a> {
    fields: Option<&'a Map<String, Value>>,
    path: String,
}

impl<'a> Object<'a> {
    /// The answer as a whole.
    pub fn root(value: &'a Value) -> Result<Self, ReadError> {
        Self::read(value, String::new())
    }

    fn read(value: &'a Value, path: String) -> Result<Self, ReadError> {
        match value {
            Value::Object(fields) => Ok(Self { fields: Some(fields), path }),
            // What PHP makes of an object without fields.
            Value::Array(list) if list.is_empty() => Ok(Self { fields: None, path }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                let at = if path.is_empty() { "the answer" } else { &path };
                Err(ReadError::new(at, "an object"))
            }
        }
    }

    /// Where a field stands: `lines[0].totalAmount`.
    pub fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The error that something else was expected in a field.
    pub fn wrong(&self, name: &str, expected: impl Into<String>) -> ReadError {
        ReadError::new(self.at(name), expected)
    }

    /// Whatever stands there.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.fields?.get(name).filter(|value| !value.is_null())
    }

    /// A text. Numbers are taken for their digits: sku and postal codes come as either. An empty text is a missing one.
    pub fn text(&self, name: &str) -> Result<Option<String>, ReadError> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                Err(self.wrong(name, "a text"))
            }
        }
    }

    /// A text that must be there.
    pub fn required_text(&self, name: &str) -> Result<String, ReadError> {
        self.text(name)?.ok_or_else(|| self.wrong(name, "a text"))
    }

    /// An id: a text that can stand in a path.
    pub fn id(&self) -> Result<String, ReadError> {
        let id = self.required_text("id")?;
        if matches!(id.as_str(), "." | "..") {
            return Err(self.wrong("id", "an id"));
        }
        Ok(id)
    }

    /// A flag; anything else counts as left out, because no decision hangs on one.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.value(name).and_then(Value::as_bool)
    }

    /// A whole number of units.
    pub fn count(&self, name: &str) -> Result<Option<u32>, ReadError> {
        let read = |value: &Value| value.as_u64().and_then(|count| u32::try_from(count).ok());
        self.value(name)
            .map(|value| read(value).ok_or_else(|| self.wrong(name, "a whole number, not negative")))
            .transpose()
    }

    /// An object.
    pub fn object(&self, name: &str) -> Result<Option<Self>, ReadError> {
        self.value(name).map(|value| Object::read(value, self.at(name))).transpose()
    }

    /// The `href` of a link.
    pub fn link(&self, name: &str) -> Result<Option<String>, ReadError> {
        let link = self.object("_links")?.map(|links| links.object(name)).transpose()?.flatten();
        Ok(link.map(|link| link.text("href")).transpose()?.flatten())
    }

    /// A list of things with an id. Published answers hold `{}` where more would follow; those are left out.
    pub fn objects(&self, name: &str) -> Result<Option<Vec<Self>>, ReadError> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let list = value.as_array().ok_or_else(|| self.wrong(name, "a list"))?;
        let items =
            list.iter().enumerate().map(|(n, item)| Object::read(item, format!("{}[{n}]", self.at(name))));
        let kept = items.filter(|item| item.as_ref().map_or(true, |object| object.value("id").is_some()));
        kept.collect::<Result<_, _>>().map(Some)
    }

    /// A point in time, to the microsecond: stores keep no more.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, ReadError> {
        let wrong = || self.wrong(name, "a time in ISO 8601 with an offset");
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let time: Timestamp = text.parse().map_err(|_| wrong())?;
        time.round(Unit::Microsecond).map(Some).map_err(|_| wrong())
    }

    /// A point in time that must be there.
    pub fn required_time(&self, name: &str) -> Result<Timestamp, ReadError> {
        self.time(name)?.ok_or_else(|| self.wrong(name, "a time"))
    }

    /// An end: a point in time, or a date, which means the last second of that day in UTC.
    pub fn end(&self, name: &str) -> Result<Option<Timestamp>, ReadError> {
        let Some(text) = self.text(name)?.filter(|text| text.len() == "2026-01-31".len()) else {
            return self.time(name);
        };
        let wrong = || self.wrong(name, "a date or a time");
        let date: Date = text.parse().map_err(|_| wrong())?;
        let end = date.at(23, 59, 59, 0).to_zoned(jiff::tz::TimeZone::UTC);
        end.map(|end| Some(end.timestamp())).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_in_either_form_and_kept_to_the_microsecond() {
        let value = json!({"a": "2026-03-04T12:00:00+00:00", "b": "2026-03-04T12:00:00.0Z",
            "c": "2026-03-04T13:00:00.1234567+01:00", "d": "2026-03-04", "e": "yesterday", "f": null, "g": ""});
        let object = Object::root(&value).unwrap();
        let time = |name| object.time(name).unwrap().map(|time| time.to_string());
        assert_eq!(time("a"), time("b"));
        assert_eq!(time("c").unwrap(), "2026-03-04T12:00:00.123457Z");
        assert_eq!((time("f"), time("g"), time("none")), (None, None, None));
        assert_eq!(object.end("d").unwrap().unwrap().to_string(), "2026-03-04T23:59:59Z");
        assert_eq!(object.end("a").unwrap(), object.time("a").unwrap());
        assert!(object.time("e").unwrap_err().to_string().starts_with("e: expected a time"));
        assert!(object.end("e").is_err());
    }

    #[test]
    fn an_error_names_the_place_and_not_what_stood_there() {
        let value = json!({"a": {"list": [{"id": "x"}, {}, {"id": "y", "name": {"secret": 1}}]}});
        let root = Object::root(&value).unwrap();
        let items = root.object("a").unwrap().unwrap().objects("list").unwrap().unwrap();
        assert_eq!(items.len(), 2);
        assert_eq!(items[1].text("name").unwrap_err().to_string(), "a.list[2].name: expected a text");
    }

    #[test]
    fn an_object_without_fields_may_come_as_an_empty_list() {
        let value = json!({"_links": [], "a": 1});
        let root = Object::root(&value).unwrap();
        assert_eq!(root.link("checkout").unwrap(), None);
        assert!(root.object("a").is_err());
        assert_eq!(Object::root(&json!("x")).unwrap_err().to_string(), "the answer: expected an object");
    }
}
