//! Fields of an answer that could not be understood and that no money depends on, and contradictory ones: kept as they came, so
//! that there is no need to search a log. Bounded, because Mollie's answers are not. Decides nothing.

use super::text::printable;

/// How many fields are kept; the others are only counted.
const MOST: usize = 50;

/// How much of a field is kept, in characters.
const LONGEST: usize = 200;

/// A field that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadField {
    /// Its place, as Mollie writes it: `lines[0].sku`.
    pub path: String,
    /// Its value as JSON, truncated; if it is personal or secret only the shape, such as "a boolean".
    pub raw: String,
}

impl UnreadField {
    /// A field, with its raw text truncated.
    #[must_use]
    pub fn new(path: impl Into<String>, raw: &str) -> Self {
        let mut raw = printable(raw);
        if let Some((end, _)) = raw.char_indices().nth(LONGEST) {
            raw.truncate(end);
            raw.push('…');
        }
        Self { path: path.into(), raw }
    }
}

/// All fields of an answer that were not understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    /// In the order of the answer.
    pub fields: Vec<UnreadField>,
    /// How many more there were.
    pub more: u32,
}

impl Unread {
    /// Adds a field, or only counts it beyond the limit.
    pub fn add(&mut self, field: UnreadField) {
        if self.fields.len() < MOST {
            self.fields.push(field);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Whether everything was understood.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// These, plus the earlier ones of parts that this answer does not hold; one entry per place, the latest.
    #[must_use]
    pub fn with_absent(&self, before: &Self, is_absent: impl Fn(&str) -> bool) -> Self {
        let mut all = self.clone();
        let is_named = |path: &str| self.fields.iter().any(|field| field.path == path);
        let absent = before.fields.iter().filter(|field| is_absent(&field.path) && !is_named(&field.path));
        absent.for_each(|field| all.add(field.clone()));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded_in_length_and_in_number() {
        let long = UnreadField::new("method", &"ü".repeat(5000));
        assert_eq!((long.raw.chars().count(), long.raw.ends_with('…')), (LONGEST + 1, true));
        assert_eq!(UnreadField::new("method", "[\"a\nb\"]").raw, "[\"a b\"]");
        let mut unread = Unread::default();
        (0..60).for_each(|n| unread.add(UnreadField::new(format!("lines[{n}].sku"), "{}")));
        assert_eq!((unread.fields.len(), unread.more), (50, 10));
        assert!(Unread::default().is_empty() && !unread.is_empty());
    }

    #[test]
    fn parts_not_requested_keep_their_unreadable_fields() {
        let (mut before, mut now) = (Unread::default(), Unread::default());
        before.add(UnreadField::new("_embedded.payments[0].method", "[]"));
        before.add(UnreadField::new("method", "[]"));
        now.add(UnreadField::new("isCancelable", "\"yes\""));
        let after = now.with_absent(&before, |path| path.starts_with("_embedded.payments"));
        let paths: Vec<_> = after.fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(paths, ["isCancelable", "_embedded.payments[0].method"]);
    }
}
