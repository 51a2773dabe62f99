//! Words that must never be told, and the search for them in whatever is told: as they are, and in the forms in which they could hide. And
//! requests that are odd in every way there is.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use grpc_server::proto::DESCRIPTORS;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, Value};

/// How deep a request is filled.
const DEPTH: usize = 5;

/// Words that must not be told.
pub struct Canaries(Vec<(String, Vec<Vec<u8>>)>);

impl Canaries {
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Self(words.into_iter().map(|word| (word.to_owned(), forms(word))).collect())
    }

    /// Those that are in a text, in any form.
    pub fn in_text(&self, text: &[u8]) -> Vec<&str> {
        let holds = |form: &Vec<u8>| text.windows(form.len()).any(|part| part == form.as_slice());
        self.0.iter().filter(|(_, forms)| forms.iter().any(holds)).map(|(word, _)| word.as_str()).collect()
    }
}

/// The forms in which a word could be told: itself; in JSON and in addresses; and in base64, wherever it begins in what is encoded.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![word.as_bytes().to_vec()];
    let (mut url, mut json) = (String::new(), String::new());
    for byte in word.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let _ = if is_plain { write!(url, "{}", char::from(byte)) } else { write!(url, "%{byte:02X}") };
        let _ = if byte.is_ascii_alphanumeric() {
            write!(json, "{}", char::from(byte))
        } else {
            write!(json, "\\u{byte:04x}")
        };
    }
    forms.extend([url.into_bytes(), json.into_bytes()]);
    for engine in [&STANDARD, &URL_SAFE] {
        for before in 0..3 {
            let encoded = engine.encode([&b"\0\0"[..before], word.as_bytes()].concat());
            // The first and the last letters depend on what stands around it.
            let (from, to) = ([0, 2, 3][before], (before + word.len()) * 8 / 6);
            forms.push(encoded.as_bytes()[from..to].to_vec());
        }
    }
    forms
}

/// For every method its path and a request for each text in it, where that is odd and everything personal is filled in with `personal`, by the
/// names of the fields.
pub fn odd_requests(personal: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    let pool = DescriptorPool::decode(DESCRIPTORS).expect("our own descriptors");
    let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    methods
        .flat_map(|method| {
            let path = format!("{}/{}", method.parent_service().full_name(), method.name());
            let mut odd = 0;
            let mut requests = vec![filled(&method.input(), personal, DEPTH, &mut 0, usize::MAX)];
            // Each text in its turn, until there are no more.
            loop {
                let mut texts = 0;
                let request = filled(&method.input(), personal, DEPTH, &mut texts, odd);
                if odd >= texts {
                    break;
                }
                requests.push(request);
                odd += 1;
            }
            requests.into_iter().map(move |request| (path.clone(), request.encode_to_vec()))
        })
        .collect()
}

/// A message with everything in it, and the `odd`th text odd.
fn filled(
    message: &MessageDescriptor,
    personal: &[(&str, &str)],
    depth: usize,
    texts: &mut usize,
    odd: usize,
) -> DynamicMessage {
    let mut filled = DynamicMessage::new(message.clone());
    if message.full_name().starts_with("google.protobuf") {
        return filled;
    }
    for field in message.fields() {
        if let Some(value) = value(&field, personal, depth, texts, odd) {
            let value = if field.is_list() { Value::List(vec![value]) } else { value };
            filled.set_field(&field, value);
        }
    }
    filled
}

fn value(
    field: &FieldDescriptor,
    personal: &[(&str, &str)],
    depth: usize,
    texts: &mut usize,
    odd: usize,
) -> Option<Value> {
    if field.is_map() {
        return None;
    }
    if field.kind() == Kind::String {
        let is_odd = *texts == odd;
        *texts += 1;
        let known = personal.iter().find(|(name, _)| *name == field.name()).map(|(_, value)| *value);
        return Some(Value::String(match (known, is_odd) {
            (Some(value), true) => format!("{value}\u{7}"),
            (Some(value), false) => value.to_owned(),
            (None, true) => "odd \u{7}".to_owned(),
            (None, false) => "7".to_owned(),
        }));
    }
    let Kind::Message(message) = field.kind() else { return None };
    (depth > 0).then(|| Value::Message(filled(&message, personal, depth - 1, texts, odd)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_every_form_and_nothing_else_is() {
        let canaries = Canaries::new(["canary@mail.example", "Ca/ry\"9"]);
        for word in ["canary@mail.example", "Ca/ry\"9"] {
            for before in ["", "a", "ab", "abc"] {
                let hidden = STANDARD.encode(format!("{before}{word} and more"));
                assert_eq!(canaries.in_text(hidden.as_bytes()), [word], "{before}");
            }
        }
        assert_eq!(canaries.in_text(b"?mail=canary%40mail.example&x"), ["canary@mail.example"]);
        assert_eq!(canaries.in_text(br"{Ca\u002fry\u00229}"), ["Ca/ry\"9"]);
        assert_eq!(canaries.in_text(b"a canary in a mail"), [""; 0]);
    }

    #[test]
    fn every_method_has_odd_requests() {
        let requests = odd_requests(&[("given_name", "Canary")]);
        let methods: std::collections::BTreeSet<_> = requests.iter().map(|(path, _)| path).collect();
        assert!(methods.len() >= 35 && requests.len() > 300, "{} of {}", requests.len(), methods.len());
    }
}
