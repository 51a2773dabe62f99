//! Reading JSON answers field by field: here the fields that money depends on, which are read strictly or not at all. An error
//! names the place but never quotes the value, which may be personal. Fields that are not requested are ignored, so Mollie may
//! add what it likes.

use std::cell::RefCell;
use std::rc::Rc;

use domain::rules::misread::Misread;
use domain::rules::unread::Unread;
use serde_json::{Map, Value};

/// Mollie's ids have about twenty characters.
const LONGEST_ID: usize = 64;

/// An object within an answer, and its path. A null field counts as left out.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    fields: Option<&'a Map<String, Value>>,
    path: String,
    /// What has not been understood so far in the whole answer.
    pub(crate) notes: Rc<RefCell<Unread>>,
    /// Whether the content is personal or secret, so that only its shape may be kept.
    pub(crate) is_discreet: bool,
}

impl<'a> Object<'a> {
    /// The answer as a whole.
    pub fn root(value: &'a Value) -> Result<Self, Misread> {
        let fields = fields(value).ok_or_else(|| Misread::from("the answer: expected an object"))?;
        Ok(Self { fields, path: String::new(), notes: Rc::default(), is_discreet: false })
    }

    fn within(&self, value: &'a Value, path: String) -> Result<Self, Misread> {
        let fields = fields(value).ok_or_else(|| Misread::at(path.clone(), "expected an object"))?;
        Ok(Self { fields, path, notes: Rc::clone(&self.notes), is_discreet: self.is_discreet })
    }

    /// The same object, but only shapes are noted for what is not understood.
    pub fn discreet(&self) -> Self {
        Self { is_discreet: true, ..self.clone() }
    }

    /// What has not been understood so far in the whole answer.
    pub fn unread(&self) -> Unread {
        self.notes.borrow().clone()
    }

    /// The path of a field: `lines[0].totalAmount`.
    pub fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The error that a field should have held something else.
    pub fn wrong(&self, name: &str, expected: impl std::fmt::Display) -> Misread {
        Misread::at(self.at(name), format!("expected {expected}"))
    }

    /// The value, whatever it is.
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.fields?.get(name).filter(|value| !value.is_null())
    }

    /// A text; an empty one is a missing one.
    pub fn text(&self, name: &str) -> Result<Option<String>, Misread> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let text = value.as_str().ok_or_else(|| self.wrong(name, "a text"))?;
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }

    /// A required text.
    pub fn required_text(&self, name: &str) -> Result<String, Misread> {
        self.text(name)?.ok_or_else(|| self.wrong(name, "a text"))
    }

    /// Its own id.
    pub fn id(&self) -> Result<String, Misread> {
        self.id_in("id")?.ok_or_else(|| self.wrong("id", "an id"))
    }

    /// An id, which becomes part of paths and of what people are told: nothing that could mean something else there.
    pub fn id_in(&self, name: &str) -> Result<Option<String>, Misread> {
        let Some(id) = self.text(name)? else { return Ok(None) };
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let is_id = id.len() <= LONGEST_ID && id.bytes().all(is_plain) && !matches!(id.as_str(), "." | "..");
        if is_id { Ok(Some(id)) } else { Err(self.wrong(name, "an id")) }
    }

    /// A whole number of units.
    pub fn count(&self, name: &str) -> Result<Option<u32>, Misread> {
        let read = |value: &Value| value.as_u64().and_then(|count| u32::try_from(count).ok());
        self.value(name)
            .map(|value| read(value).ok_or_else(|| self.wrong(name, "a whole number, not negative")))
            .transpose()
    }

    /// An object.
    pub fn object(&self, name: &str) -> Result<Option<Self>, Misread> {
        self.value(name).map(|value| self.within(value, self.at(name))).transpose()
    }

    /// The `href` of a link.
    pub fn link(&self, name: &str) -> Result<Option<String>, Misread> {
        let link = self.object("_links")?.map(|links| links.object(name)).transpose()?.flatten();
        Ok(link.map(|link| link.text("href")).transpose()?.flatten())
    }

    /// All its fields, whatever they are.
    pub fn all(&self) -> Option<&'a Map<String, Value>> {
        self.fields
    }

    /// Whether it has no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_none_or(Map::is_empty)
    }

    /// A list of objects. Published answers hold `{}` as an ellipsis; those are skipped.
    pub fn objects(&self, name: &str) -> Result<Option<Vec<Self>>, Misread> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let list = value.as_array().ok_or_else(|| self.wrong(name, "a list"))?;
        let items =
            list.iter().enumerate().map(|(n, item)| self.within(item, format!("{}[{n}]", self.at(name))));
        let kept = items.filter(|item| !item.as_ref().is_ok_and(Self::is_empty));
        kept.collect::<Result<_, _>>().map(Some)
    }
}

/// The fields of an object; `None` if it is not one. PHP turns an object without fields into an empty list.
fn fields(value: &Value) -> Option<Option<&Map<String, Value>>> {
    match value {
        Value::Object(fields) => Some(Some(fields)),
        Value::Array(list) if list.is_empty() => Some(None),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_names_the_place_and_not_the_value() {
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
        assert_eq!(root.link("checkout"), Ok(None));
        assert!(root.object("a").is_err());
        assert_eq!(Object::root(&json!("x")).unwrap_err().to_string(), "the answer: expected an object");
    }
}
