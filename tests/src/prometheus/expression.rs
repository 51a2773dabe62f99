//! Which metrics an expression of Prometheus names. Prometheus takes any name for one that has no values yet, so it never says that a name is
//! wrong.

use std::collections::BTreeSet;

/// Words that stand where a name could.
const WORDS: [&str; 10] =
    ["and", "or", "unless", "bool", "offset", "group_left", "group_right", "inf", "nan", "atan2"];
/// What is followed by labels in parentheses.
const OF_LABELS: [&str; 6] = ["by", "without", "on", "ignoring", "group_left", "group_right"];

/// The names of metrics in an expression.
pub fn metrics_of(expression: &str) -> BTreeSet<String> {
    let words = words(&without_matchers(expression));
    let mut names = BTreeSet::new();
    let mut rest = words.iter().peekable();
    while let Some(word) = rest.next() {
        let opens = rest.peek().is_some_and(|next| *next == "(");
        let is_grouped = rest.peek().is_some_and(|next| ["by", "without"].contains(&next.as_str()));
        if OF_LABELS.contains(&word.as_str()) {
            while opens && rest.next().is_some_and(|label| label != ")") {}
        } else if !opens && !is_grouped && is_name(word) && !WORDS.contains(&word.as_str()) {
            names.insert(word.clone());
        }
    }
    names
}

/// Without what stands in braces and brackets, and without strings.
fn without_matchers(expression: &str) -> String {
    let (mut left, mut depth, mut is_quoted) = (String::new(), 0_u32, false);
    for c in expression.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            '{' | '[' if !is_quoted => depth += 1,
            '}' | ']' if !is_quoted => depth -= 1,
            _ if depth == 0 && !is_quoted => left.push(c),
            _ => (),
        }
    }
    left
}

/// Words, and each other character by itself.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars() {
        if c.is_alphanumeric() || "_:.".contains(c) {
            words.last_mut().expect("there is one").push(c);
        } else {
            words.extend([c.to_string(), String::new()]);
        }
    }
    words.retain(|word| !word.trim().is_empty());
    words
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn are(expression: &str, expected: &[&str]) {
        assert_eq!(metrics_of(expression).into_iter().collect::<Vec<_>>(), expected, "{expression}");
    }

    #[test]
    fn functions_labels_numbers_and_words_are_no_metrics() {
        are("sum by (le, a_label) (rate(b_bucket{code=~\"x{2}|y\"}[5m])) > 0.5", &["b_bucket"]);
        are("max(a) > 14 * 86400 unless on() sum(increase(b{c=\"d\"}[2h])) == 0", &["a", "b"]);
        are("a >= ignoring(state) b or absent(c == 1) and on(x) d offset 30m", &["a", "b", "c", "d"]);
        are("vector(0)", &[]);
    }
}
