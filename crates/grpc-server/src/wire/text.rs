//! What a text of a request may be: one rule for all texts of all messages. A text that breaks it is never searched for, stored
//! or sent: PostgreSQL rejects NUL, SQLite does not, and no page or label shows the other control characters.

use std::borrow::Cow;

use domain::rules::violation::Violation;

/// Rules that texts are checked against here; reported with the other faults of the request.
pub const CONTROL: &str = "text.control";
pub const LENGTH: &str = "text.length";

/// What was found in a request's texts.
#[derive(Debug, Default)]
pub struct Texts {
    /// Whether one is blank.
    pub some_blank: bool,
    pub faults: Vec<Violation>,
}

impl Texts {
    pub(super) fn add(&mut self, path: String, rule: &'static str, expected: Cow<'static, str>, got: String) {
        self.faults.push(Violation { path, rule, expected: expected.into_owned(), got });
    }
}

/// The verdict on a text.
pub(super) enum Text {
    Fine,
    /// It is blank, and counts as missing.
    Blank,
    Odd {
        rule: &'static str,
        expected: Cow<'static, str>,
        got: String,
    },
}

/// Checks a text against its longest length; `None`: it is part of a JSON value, whose length is bounded as a whole, which may
/// have several lines, and which is returned unchanged, blanks included.
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

/// Whether a text is not empty, but blank.
pub(super) fn is_blank(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_whitespace() && !c.is_control())
}
