//! A field of an answer that no money depends on. An unreadable field says nothing, which is different from saying that there is
//! nothing. Decides nothing.

/// A field as reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field<T> {
    Value(T),
    /// It was left out, or null.
    LeftOut,
    /// It had a value that could not be understood.
    Unreadable,
}

impl<T> Field<T> {
    /// The value, if it was reported.
    #[must_use]
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::LeftOut | Self::Unreadable => None,
        }
    }

    /// A field within the value.
    pub fn and_then<U>(self, within: impl FnOnce(T) -> Field<U>) -> Field<U> {
        match self {
            Self::Value(value) => within(value),
            Self::LeftOut => Field::LeftOut,
            Self::Unreadable => Field::Unreadable,
        }
    }
}

impl<T: Clone> Field<T> {
    /// The value from now on: none if it was left out, the known one if it could not be read.
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
    fn only_a_reported_value_is_one() {
        assert_eq!(Field::Value("klarna").value(), Some(&"klarna"));
        assert_eq!(Field::<&str>::LeftOut.value(), None);
        assert_eq!(Field::<&str>::Unreadable.value(), None);
    }

    #[test]
    fn an_unreadable_field_keeps_the_known_value_and_a_missing_one_clears_it() {
        let before = Some(&"ideal");
        assert_eq!(Field::Value("klarna").or_as_before(before), Some("klarna"));
        assert_eq!(Field::LeftOut.or_as_before(before), None);
        assert_eq!(Field::Unreadable.or_as_before(before), Some("ideal"));
    }
}
