//! What a text of a request may be: one rule for every text of every message. Nothing looks for, keeps or sends a text that
//! breaks it: PostgreSQL refuses NUL, SQLite does not, and no page or label shows the others.

use std::borrow::Cow;

use domain::rules::violation::Violation;

/// Rules by which a text is judged here; both are told with the others of its request.
pub const CONTROL: &str = "text.control";
pub const LENGTH: &str = "text.length";

/// What there is to say of a request's texts.
#[derive(Debug, Default)]
pub struct Texts {
    /// Whether one has nothing but blanks.
    pub some_blank: bool,
    pub faults: Vec<Violation>,
}

impl Texts {
    pub(super) fn add(&mut self, path: String, rule: &'static str, expected: Cow<'static, str>, got: String) {
        self.faults.push(Violation { path, rule, expected: expected.into_owned(), got });
    }
}

/// What is to be said of a text.
pub(super) enum Text {
    Fine,
    /// It has nothing but blanks, and counts as missing.
    Blank,
    Odd {
        rule: &'static str,
        expected: Cow<'static, str>,
        got: String,
    },
}

/// Judges a text by its own longest length; `None`: it is part of a JSON value, whose length is bounded as a whole, which may
/// hold notes of several lines, and which is given back as it came, blanks too.
pub(super) fn judge(text: &str, longest: Option<usize>) -> Text {
    let is_wrong = |c: char| c.is_control() && (longest.is_some() || !matches!(c, '\n' | '\r' | '\t'));
    if let Some((place, odd)) = text.chars().enumerate().find(|(_, c)| is_wrong(*c)) {
        let expected = match longest {
            Some(_) => "no control characters",
            None => "no control characters but line breaks and tabs",
        };
        let got = format!("U+{:04X} as character {}", u32::from(odd), place + 1);
        return Text::Odd { rule: CONTROL, expected: expected.into(), got };
    }
    match longest {
        // No text has more characters than bytes.
        Some(most) if text.len() > most && text.chars().count() > most => Text::Odd {
            rule: LENGTH,
            expected: format!("at most {most} characters").into(),
            got: format!("{} characters", text.chars().count()),
        },
        Some(_) if is_blank(text) => Text::Blank,
        Some(_) | None => Text::Fine,
    }
}

/// Whether a text has something, and nothing but blanks.
pub(super) fn is_blank(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_whitespace() && !c.is_control())
}
