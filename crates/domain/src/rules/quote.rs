//! Words of others within a text of ours: what Mollie or a person wrote may repeat personal data, and may break a line in two. They stand
//! between “ and ”, so that whoever may not tell them can leave them out.

use std::borrow::Cow;

const OPENS: char = '“';
const CLOSES: char = '”';

/// The text as a quotation: on one line, and without marks of its own.
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = |c: char| match c {
        OPENS | CLOSES => '"',
        c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => ' ',
        c => c,
    };
    [OPENS].into_iter().chain(text.trim().chars().map(plain)).chain([CLOSES]).collect()
}

/// The text without what others said: of each quotation, `“…”` is left. One that does not end goes on to the end.
#[must_use]
pub fn without_quotations(text: &str) -> Cow<'_, str> {
    if !text.contains(OPENS) {
        return Cow::Borrowed(text);
    }
    let (mut left, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, quotation)) = rest.split_once(OPENS) {
        left.push_str(before);
        left.push_str("“…”");
        rest = quotation.split_once(CLOSES).map_or("", |(_, after)| after);
    }
    left.push_str(rest);
    Cow::Owned(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_one_line_and_has_no_marks_of_its_own() {
        assert_eq!(quoted(" The “name”\r\nERROR\u{2028}is bad. "), "“The \"name\"  ERROR is bad.”");
        assert_eq!(quoted(""), "“”");
    }

    #[test]
    fn what_others_said_is_left_out() {
        let text = format!("422 {}, then 400 {} (tried twice)", quoted("Piet” said"), quoted("a “"));
        assert_eq!(without_quotations(&text), "422 “…”, then 400 “…” (tried twice)");
        assert_eq!(without_quotations("cut off: “Piet and"), "cut off: “…”");
        assert!(matches!(without_quotations("ours"), Cow::Borrowed("ours")));
    }
}
