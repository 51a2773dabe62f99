//! Mollie's own samples of "Create order" in its five notations, as published: both readings take each. A sample that is spoilt
//! is refused by both.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use domain::rules::catalog::example::noon;
use domain::rules::catalog::mollie_json;
use mollie_simulator::rules::{Switches, judge_create};
use serde_json::{Map, Value, json};

const SAMPLES: [(&str, &str); 5] = [
    ("curl", include_str!("../samples/create.sh")),
    ("PHP", include_str!("../samples/create.php")),
    ("Python", include_str!("../samples/create.py")),
    ("Ruby", include_str!("../samples/create.rb")),
    ("Node", include_str!("../samples/create.mjs")),
];

/// The order within a sample.
fn order(text: &str) -> Value {
    let start = ["-d '{", "create([", "create({", "create("]
        .into_iter()
        .find_map(|before| text.find(before).map(|at| at + before.len()));
    let mut reader = Reader { text: text.as_bytes(), at: start.expect("a sample has an order") };
    reader.pairs()
}

/// Reads what the five notations have in common: pairs of a key and a value by `:` or `=>`, in lists and in braces.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> u8 {
        while self.text[self.at].is_ascii_whitespace() || self.text[self.at] == b',' {
            self.at += 1;
        }
        self.text[self.at]
    }

    fn word(&mut self) -> String {
        let start = self.at;
        while self.text[self.at].is_ascii_alphanumeric() || b"_.".contains(&self.text[self.at]) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.text[start..self.at]).into_owned()
    }

    fn text(&mut self) -> String {
        match self.peek() {
            quote @ (b'"' | b'\'') => {
                self.at += 1;
                let start = self.at;
                while self.text[self.at] != quote {
                    self.at += 1;
                }
                self.at += 1;
                String::from_utf8_lossy(&self.text[start..self.at - 1]).into_owned()
            }
            _ => self.word(),
        }
    }

    /// Until the bracket that closes them.
    fn pairs(&mut self) -> Value {
        let mut fields = Map::new();
        while !b"})]".contains(&self.peek()) {
            let key = self.text();
            self.peek();
            self.at += if self.text[self.at..].starts_with(b"=>") { 2 } else { 1 };
            let value = self.value();
            fields.insert(key, value);
        }
        self.at += 1;
        Value::Object(fields)
    }

    fn value(&mut self) -> Value {
        match self.peek() {
            b'{' => {
                self.at += 1;
                self.pairs()
            }
            b'[' => {
                self.at += 1;
                self.list()
            }
            b'"' | b'\'' => json!(self.text()),
            _ => json!(self.word().parse::<i64>().expect("a number")),
        }
    }

    /// PHP writes objects in brackets, too.
    fn list(&mut self) -> Value {
        let rest = String::from_utf8_lossy(&self.text[self.at..]).into_owned();
        let first = rest.trim_start();
        let key_ends = first.get(1..).and_then(|text| text.find(['"', '\'']));
        let is_object = key_ends.is_some_and(|end| first[end + 2..].trim_start().starts_with("=>"));
        if is_object && first.starts_with(['"', '\'']) {
            return self.pairs();
        }
        let mut values = Vec::new();
        while self.peek() != b']' {
            values.push(self.value());
        }
        self.at += 1;
        Value::Array(values)
    }
}

fn is_taken(order: &Value) -> (bool, bool) {
    let (input, agreements) = mollie_json::read(order).expect("every key is known");
    let ours = input.parse("draft", noon(), &agreements).is_ok();
    (ours, judge_create(order, &Switches::default(), noon()).is_ok())
}

#[test]
fn each_published_sample_is_taken_by_both_readings() {
    for (notation, text) in SAMPLES {
        let order = order(text);
        assert_eq!(order["amount"]["value"], "1027.99", "{notation}: {order:#}");
        assert_eq!(order["lines"].as_array().map(Vec::len), Some(2), "{notation}: {order:#}");
        assert_eq!(is_taken(&order), (true, true), "{notation}");
    }
}

#[test]
fn a_published_sample_that_is_a_cent_off_is_refused_by_both_readings() {
    for (notation, text) in SAMPLES {
        let mut order = order(text);
        order["lines"][0]["vatAmount"]["value"] = json!("121.15");
        assert_eq!(is_taken(&order), (false, false), "{notation}");
    }
}
