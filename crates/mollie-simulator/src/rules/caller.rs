//! Who asks: the mode and the profile that an API key stands for, or the organisation of an access token.
//!
//! There are no accounts: every well-formed credential is valid. Its first word names its owner, and what follows after a `_` only
//! tells one credential of that owner from another: `test_shop` and `test_shop_2` are keys of one profile, `access_acme_1` and
//! `access_acme_2` tokens of one organisation, to which every profile belongs that such a token names.

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

/// The owner of an order, or who asks for one. Nobody sees the orders of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    pub mode: Mode,
    /// Empty in a request with an access token that names none: it may be about any of the organisation.
    pub profile: String,
    /// Of an access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
}

impl Caller {
    /// Whether what has this owner is the caller's.
    pub fn reaches(&self, owner: &Self) -> bool {
        let is_open = self.organisation.is_some() && self.profile.is_empty();
        self.mode == owner.mode
            && self.organisation == owner.organisation
            && (is_open || self.profile == owner.profile)
    }
}

/// What a request comes with.
pub enum Bearer {
    /// An API key, which says all by itself.
    Key(Caller),
    /// An access token, by its organisation: each request says the rest.
    Token(String),
}

impl Bearer {
    /// Reads the `Authorization` header.
    pub fn read(header: Option<&str>) -> Result<Self, Refusal> {
        let header = header.ok_or_else(Refusal::unauthorized)?;
        let (scheme, text) = header.split_once(' ').ok_or_else(Refusal::unauthorized)?;
        let (kind, secret) = text.split_once('_').ok_or_else(Refusal::unauthorized)?;
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !scheme.eq_ignore_ascii_case("bearer") || secret.is_empty() || !secret.bytes().all(is_word) {
            return Err(Refusal::unauthorized());
        }
        let owner = secret.split('_').next().unwrap_or_default();
        let key = |mode| {
            let profile = ids::profile(&format!("{kind}_{owner}"));
            Self::Key(Caller { mode, profile, organisation: None })
        };
        match kind {
            "live" => Ok(key(Mode::Live)),
            "test" => Ok(key(Mode::Test)),
            "access" => Ok(Self::Token(owner.to_owned())),
            _ => Err(Refusal::unauthorized()),
        }
    }
}
