//! How much of an error fits in one answer. Text and details travel in headers, where the encoded details repeat the text;
//! default clients lose the whole answer above 8 KiB of headers. So both are cut to fit, and say how many more there are.

use tonic::Status;
use tonic_types::{FieldViolation, PreconditionViolation};

/// The most encoded bytes of text and details in one answer's headers.
const BYTES: usize = 6 * 1024;

/// The most encoded bytes of the text: the first of these that leaves enough room for the details.
const TEXT_BYTES: [usize; 3] = [2_560, 1_536, 768];

/// The least number of faults in the details.
const DETAILED: usize = 5;

/// So many faults have a line each, because many tools show nothing but the text. Of more, the text is a summary, and the details
/// come first: tools read them.
const LISTED: usize = 16;

/// Lines of the text.
const LINES: usize = 20;

/// More violations than ever fit.
const VIOLATIONS: usize = 200;

/// The most bytes of a path, of what was expected and of what came: a caller's text may be as long as a request. Cut between
/// characters; counted in bytes, so that others have room in any script.
const SHOWN: usize = 200;

/// Bytes of a fact in the metadata.
const FACT: usize = 400;

/// The most bytes of a description.
const DESCRIBED: usize = 480;

/// The faults one by one: with fields of the request, or with preconditions.
#[derive(Default)]
pub struct Faults {
    pub fields: Vec<FieldViolation>,
    pub unmet: Vec<PreconditionViolation>,
}

impl Faults {
    fn len(&self) -> usize {
        self.fields.len().max(self.unmet.len())
    }

    fn first(&self, count: usize) -> Self {
        let fields = self.fields.iter().take(count).cloned().collect();
        Self { fields, unmet: self.unmet.iter().take(count).cloned().collect() }
    }
}

/// The text of an error: a sentence, a line for each fault, and where to find those that do not fit.
pub struct Text {
    pub head: String,
    pub lines: Vec<String>,
    /// The number of faults, including those without a line.
    pub count: usize,
    pub complete: Option<&'static str>,
}

impl Text {
    /// As much as fits in this many encoded bytes, and the number of faults in it.
    fn within(&self, most: usize) -> (String, usize) {
        let mut text = cut(&self.head, most);
        let mut reported = 0;
        for line in self.lines.iter().take(LINES) {
            let next = if text.is_empty() { line.clone() } else { format!("{text}\n{line}") };
            // The first one always, cut if need be.
            if sent(&next) > most && reported > 0 {
                break;
            }
            text = cut(&next, most);
            reported += 1;
        }
        if self.count > reported && !self.lines.is_empty() {
            let all = self.complete.map(|all| format!("; {all}")).unwrap_or_default();
            text.push_str(&format!("\nand {} more{all}", self.count - reported));
        }
        (text, reported)
    }
}

/// The answer with as much text and as many faults as fit. `build` makes it from both.
pub fn fitted(text: &Text, faults: &Faults, build: impl Fn(String, Faults) -> Status) -> Status {
    let fits = |text: &str, count: usize| header_bytes(build(text.to_owned(), faults.first(count))) <= BYTES;
    let mut best = (String::new(), 0);
    for most in TEXT_BYTES {
        let (cut, reported) = text.within(most);
        let counts: Vec<usize> = (1..=faults.len().min(VIOLATIONS)).collect();
        let count = counts.partition_point(|count| fits(&cut, *count));
        let least = if text.count > LISTED { DETAILED.max(reported) } else { DETAILED };
        let is_enough = count >= least.min(faults.len()) && fits(&cut, count);
        best = (cut, count);
        if is_enough {
            break;
        }
    }
    build(best.0, faults.first(best.1))
}

/// Bytes of text and details in the headers.
pub fn header_bytes(status: Status) -> usize {
    let answer = status.into_http::<()>();
    let values = ["grpc-message", "grpc-status-details-bin"].map(|name| answer.headers().get(name));
    values.into_iter().flatten().map(|value| value.len()).sum()
}

/// A text from a caller or Mollie, cut for display: the one place that bounds what is sent back of it.
pub fn shown(text: &str) -> String {
    shortened(text, SHOWN)
}

/// A fact, cut for display.
pub fn fact(text: &str) -> String {
    shortened(text, FACT)
}

/// A description, cut for display.
pub fn described(text: &str) -> String {
    shortened(text, DESCRIBED)
}

/// At most this many bytes, on one line: each line of an error's text is a fault.
fn shortened(text: &str, most: usize) -> String {
    let end = text.floor_char_boundary(most);
    let first = text[..end].chars().map(|c| if c.is_control() { ' ' } else { c });
    first.chain((end < text.len()).then_some('…')).collect()
}

/// As much of a text as fits in this many encoded bytes.
fn cut(text: &str, most: usize) -> String {
    let mut bytes = 0;
    let end = text.char_indices().find(|(_, c)| {
        bytes += sent(c.encode_utf8(&mut [0; 4]));
        bytes > most
    });
    end.map_or_else(|| text.to_owned(), |(end, _)| format!("{}…", &text[..end]))
}

/// The encoded size of a text in a header: letters, digits and most signs take one byte, every other byte takes three.
fn sent(text: &str) -> usize {
    text.bytes()
        .map(|byte| if byte.is_ascii_graphic() && !b"\"#%<>`?{}".contains(&byte) { 1 } else { 3 })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_sent_back_is_cut_between_characters_and_stays_on_one_line() {
        for fits in ["", "a\u{a0}b", &"x".repeat(SHOWN), &"ü".repeat(SHOWN / 2)] {
            assert_eq!(shown(fits), fits);
        }
        assert_eq!(shown(&"x".repeat(1_000_000)), format!("{}…", "x".repeat(SHOWN)));
        assert_eq!(shown(&format!("x{}", "ü".repeat(SHOWN))), format!("x{}…", "ü".repeat(SHOWN / 2 - 1)));
        assert_eq!(shown("a\nand 9 more\r\u{1b}"), "a and 9 more  ");
    }
}
