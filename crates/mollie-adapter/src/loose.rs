//! Reading fields that no money depends on: they never make an answer unreadable. What is not understood is noted as it came; for
//! personal data and secrets only its shape. Not for anything that decides a shipment, a payment or a deadline.

use domain::rules::field::Field;
use domain::rules::money::Money;
use domain::rules::unread::UnreadField;
use jiff::Timestamp;
use serde_json::Value;

use crate::json::Object;

impl Object<'_> {
    /// A text. Numbers become their digits: SKUs and postal codes come as either. An empty text is a missing one.
    pub fn loose_text(&self, name: &str) -> Field<String> {
        match self.value(name) {
            None => Field::LeftOut,
            Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()).into(),
            Some(Value::Number(number)) => Field::Value(number.to_string()),
            Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => self.not_read(name),
        }
    }

    /// A flag.
    pub fn loose_flag(&self, name: &str) -> Field<bool> {
        self.value(name)
            .map_or(Field::LeftOut, |value| value.as_bool().map_or_else(|| self.not_read(name), Field::Value))
    }

    /// An object.
    pub fn loose_object(&self, name: &str) -> Field<Self> {
        self.object(name).map_or_else(|_| self.not_read(name), Field::from)
    }

    /// The `href` of a link.
    pub fn loose_link(&self, name: &str) -> Field<String> {
        let link = self.loose_object("_links").and_then(|links| links.loose_object(name));
        link.and_then(|link| link.loose_text("href"))
    }

    /// A point in time.
    pub fn loose_time(&self, name: &str) -> Option<Timestamp> {
        self.time(name).unwrap_or_else(|_| {
            self.note(name);
            None
        })
    }

    /// An expiry that nothing depends on.
    pub fn loose_end(&self, name: &str) -> Option<Timestamp> {
        self.end(name).unwrap_or_else(|_| {
            self.note(name);
            None
        })
    }

    /// An amount.
    pub fn loose_money(&self, name: &str) -> Field<Money> {
        self.money(name).map_or_else(|_| self.not_read(name), Field::from)
    }

    fn not_read<T>(&self, name: &str) -> Field<T> {
        self.note(name);
        Field::Unreadable
    }

    /// Notes once that a field was not understood.
    pub(crate) fn note(&self, name: &str) {
        let Some(value) = self.value(name) else { return };
        let (path, mut notes) = (self.at(name), self.notes.borrow_mut());
        if notes.fields.iter().all(|field| field.path != path) {
            let raw = if self.is_discreet { shape(value).to_owned() } else { value.to_string() };
            notes.add(UnreadField::new(path, &raw));
        }
    }
}

const fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_texts_and_empty_texts_are_none() {
        let value = json!({"sku": 8712345, "name": "", "code": null});
        let object = Object::root(&value).unwrap();
        assert_eq!(object.loose_text("sku"), Field::Value("8712345".to_owned()));
        assert_eq!((object.loose_text("name"), object.loose_text("code")), (Field::LeftOut, Field::LeftOut));
        assert!(object.unread().is_empty());
    }

    #[test]
    fn a_field_not_understood_is_noted_once_and_for_persons_only_its_shape() {
        let value = json!({"method": ["a"], "_links": "x", "person": {"name": {"first": "Fleur"}}});
        let object = Object::root(&value).unwrap();
        assert_eq!(object.loose_text("method"), Field::Unreadable);
        assert_eq!(
            (object.loose_link("one"), object.loose_link("two")),
            (Field::Unreadable, Field::Unreadable)
        );
        let person = object.discreet().loose_object("person");
        assert_eq!(person.and_then(|person| person.loose_text("name")), Field::Unreadable);
        let noted = object.unread().fields;
        let noted: Vec<_> = noted.iter().map(|field| (field.path.as_str(), field.raw.as_str())).collect();
        assert_eq!(noted, [("method", "[\"a\"]"), ("_links", "\"x\""), ("person.name", "an object")]);
    }
}
