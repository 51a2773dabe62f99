//! What an answer says of a field that no money depends on. A field that cannot be read says nothing, which is another
//! thing than saying that there is nothing. Decides nothing.

/// A field as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field<T> {
    Value(T),
    /// It was left out, or null.
    LeftOut,
    /// Something stood there that could not be understood.
    Unreadable,
}

impl<T> Field<T> {
    /// What was said, if anything.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::LeftOut | Self::Unreadable => None,
        }
    }

    /// What is told within what was said.
    pub fn and_then<U>(self, within: impl FnOnce(T) -> Field<U>) -> Field<U> {
        match self {
            Self::Value(value) => within(value),
            Self::LeftOut => Field::LeftOut,
            Self::Unreadable => Field::Unreadable,
        }
    }
}

impl<T: Clone> Field<T> {
    /// What holds from now on: nothing where it was left out, and what held before where it could not be read.
    #[must_use]
    pub fn or_as_before(&self, before: Option<&T>) -> Option<T> {
        match self {
            Self::Value(value) => Some(value.clone()),
            Self::LeftOut => None,
            Self::Unreadable => before.cloned(),
        }
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::LeftOut, Self::Value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_leaves_what_was_known_and_what_is_left_out_does_not() {
        let before = Some(&"ideal");
        assert_eq!(Field::Value("klarna").or_as_before(before), Some("klarna"));
        assert_eq!(Field::LeftOut.or_as_before(before), None);
        assert_eq!(Field::Unreadable.or_as_before(before), Some("ideal"));
    }
}
