//! Who asks: the mode and the profile that an API key stands for.
//!
//! There are no accounts: every well-formed key is valid, and is a profile of its own.

use serde::{Deserialize, Serialize};

use super::answer::Refusal;
use super::ids;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Live,
    Test,
}

impl Mode {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// The owner of an order. Nobody sees the orders of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    pub mode: Mode,
    pub profile: String,
}

impl Caller {
    /// Reads the `Authorization` header.
    pub fn from_authorization(header: Option<&str>) -> Result<Self, Refusal> {
        let header = header.ok_or_else(Refusal::unauthorized)?;
        let (scheme, key) = header.split_once(' ').ok_or_else(Refusal::unauthorized)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refusal::unauthorized());
        }
        let (mode, secret) = match key.split_once('_') {
            Some(("live", secret)) => (Mode::Live, secret),
            Some(("test", secret)) => (Mode::Test, secret),
            Some(_) | None => return Err(Refusal::unauthorized()),
        };
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if secret.is_empty() || !secret.bytes().all(is_word) {
            return Err(Refusal::unauthorized());
        }
        Ok(Self { mode, profile: ids::profile(key) })
    }
}
