//! Values of sets that Mollie may extend. It may not decide what an unknown value means.

use domain::rules::status::Read;
use serde::{Deserialize, Serialize};

use super::Misfit;

/// The record keeps whether the value was understood when it was written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WordDocument {
    Known(String),
    Unknown(String),
}

impl WordDocument {
    pub fn new<T: Copy>(word: &Read<T>, text: impl Fn(T) -> &'static str) -> Self {
        match word {
            Read::Known(value) => Self::Known(text(*value).to_owned()),
            Read::Unknown(text) => Self::Unknown(text.clone()),
        }
    }

    pub fn read<T>(self, field: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<Read<T>, Misfit> {
        match self {
            Self::Known(text) => word(field, &text, parse).map(Read::Known),
            Self::Unknown(text) => Ok(Read::Unknown(text)),
        }
    }
}

/// A value of a closed set.
pub(super) fn word<T>(
    field: &'static str,
    text: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, Misfit> {
    parse(text).ok_or_else(|| Misfit::new(field, text))
}
