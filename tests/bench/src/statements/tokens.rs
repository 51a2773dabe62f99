//! SQL cut into tokens, as far as finding parameters needs it.

use anyhow::{Context, Result};

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A key word or identifier: as it is within quotation marks, in small letters without.
    Name(String),
    /// A text or number.
    Literal,
    /// The parameter of this number, from 1, and where it stands.
    Parameter { number: usize, start: usize, end: usize },
    /// Anything else, one character each.
    Mark(char),
}

/// Cuts a statement into tokens. `$3` is the third parameter, and so is the third `?`.
pub fn tokens(sql: &str) -> Result<Vec<Token>> {
    let mut tokens = Vec::new();
    let (mut at, mut asked) = (0, 0);
    while let Some(first) = sql[at..].chars().next() {
        let rest = &sql[at..];
        let (token, length) = match first {
            ' ' | '\n' | '\t' | '\r' => (None, 1),
            '\'' => (Some(Token::Literal), quoted(rest, '\'')?),
            '"' => {
                let length = quoted(rest, '"')?;
                (Some(Token::Name(rest[1..length - 1].to_owned())), length)
            }
            '?' => {
                asked += 1;
                (Some(Token::Parameter { number: asked, start: at, end: at + 1 }), 1)
            }
            '$' => {
                let length = 1 + run(&rest[1..], |c| c.is_ascii_digit());
                let number = rest[1..length].parse().context("a $ without a number")?;
                (Some(Token::Parameter { number, start: at, end: at + length }), length)
            }
            c if c.is_ascii_digit() => (Some(Token::Literal), run(rest, |c| c.is_ascii_digit() || c == '.')),
            c if c.is_alphabetic() || c == '_' => {
                let length = run(rest, |c| c.is_alphanumeric() || c == '_');
                (Some(Token::Name(rest[..length].to_lowercase())), length)
            }
            c => (Some(Token::Mark(c)), c.len_utf8()),
        };
        tokens.extend(token);
        at += length;
    }
    Ok(tokens)
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|c| !belongs(c)).unwrap_or(text.len())
}

/// How long a quoted text is, with its quotes; a doubled quote stands for itself.
fn quoted(text: &str, quote: char) -> Result<usize> {
    let mut at = 1;
    loop {
        at += text[at..].find(quote).context("a quoted text has no end")? + 1;
        if !text[at..].starts_with(quote) {
            return Ok(at);
        }
        at += 1;
    }
}

/// The statement with each parameter replaced.
///
/// # Errors
/// It is not understood.
pub fn fill(sql: &str, mut value: impl FnMut(usize) -> Result<String>) -> Result<String> {
    let (mut filled, mut at) = (String::new(), 0);
    for token in tokens(sql)? {
        if let Token::Parameter { number, start, end } = token {
            filled.push_str(&sql[at..start]);
            filled.push_str(&value(number)?);
            at = end;
        }
    }
    filled.push_str(&sql[at..]);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_but_not_within_texts() {
        let filled =
            fill("SELECT '$1 it''s ?', \"$2\" WHERE a=$12 AND b = $1", |n| Ok(format!("<{n}>"))).unwrap();
        assert_eq!(filled, "SELECT '$1 it''s ?', \"$2\" WHERE a=<12> AND b = <1>");
        assert_eq!(fill("VALUES (?, 1, ?)", |n| Ok(format!("<{n}>"))).unwrap(), "VALUES (<1>, 1, <2>)");
        assert!(fill("SELECT 'x", |_| Ok(String::new())).is_err());
    }
}
