//! Shapes of texts: lengths and characters. Personal values are described, never repeated.

use super::rule::Rule;
use super::violation::Violations;

/// `None` for an empty text: in the API an empty text is a missing one.
#[must_use]
pub fn given(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The length of a text in characters, as people count them.
#[must_use]
pub fn characters(text: &str) -> usize {
    text.chars().count()
}

/// Describes a personal value without repeating it: how many characters it has.
#[must_use]
pub fn shape(text: &str) -> String {
    match characters(text) {
        0 => "nothing".to_owned(),
        1 => "1 character".to_owned(),
        n => format!("{n} characters"),
    }
}

/// Adds a fault if the text is longer than `most` characters.
pub fn at_most(faults: &mut Violations, path: &str, rule: &'static str, text: Option<&str>, most: usize) {
    if let Some(text) = text.filter(|text| characters(text) > most) {
        faults.add(path, rule, format!("at most {most} characters"), shape(text));
    }
}

/// Adds what breaks `rule` if the text is longer than `most` characters.
pub fn longer_than(most: usize, text: &str, path: &str, rule: &'static Rule, faults: &mut Violations) {
    if characters(text) > most {
        faults.breaks(path, rule, format!("at most {most} characters"), shape(text));
    }
}

/// Mollie's `vatAmount` as `vat_amount`, the spelling of the API.
#[must_use]
pub fn snake_case(word: &str) -> String {
    let mut snake = String::new();
    for letter in word.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// Whether a text is free of control characters; PostgreSQL refuses one of them in a text.
#[must_use]
pub fn is_printable(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// The first character of a text that nobody sees: a blank at an end, or one of no width, such as a change of direction.
#[must_use]
pub fn unseen(text: &str) -> Option<char> {
    let ends = [text.chars().next(), text.chars().next_back()];
    let blank = ends.into_iter().flatten().find(|end| end.is_whitespace());
    blank.or_else(|| text.chars().find(|c| has_no_width(*c)))
}

/// Unicode's format characters that occur in running text.
const fn has_no_width(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// A text for an operator holds so many characters.
const BOUND: usize = 1_000;

/// A text for an operator, bounded; it may quote an answer from outside.
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(BOUND).collect()
}
