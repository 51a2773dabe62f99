//! API keys: one per profile, each bound to one Mollie profile and to live or test. The text leaves this module only for the
//! request's header; no error or debug output contains it.

use std::fmt;

use domain::rules::placement::Mode;
use secrecy::{ExposeSecret, SecretString};

/// A key of one Mollie profile, `live_…` or `test_…`.
#[derive(Clone)]
pub struct ApiKey {
    secret: SecretString,
    mode: Mode,
}

/// Why a text is not a key. None of these repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// An organisation or OAuth token.
    #[error(
        "this is an access token (access_…), which is not supported yet: use the profile's API key (live_… or test_…)"
    )]
    AccessToken,
    /// A line break or blank around an otherwise possible key.
    #[error("there is white space around the key: remove it")]
    WhiteSpace,
    /// Anything else.
    #[error("not an API key: expected live_ or test_, then letters, digits and underscores only")]
    Form,
}

impl ApiKey {
    /// Reads a key.
    ///
    /// # Errors
    /// [`KeyError`], which says what to use instead.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        if text.trim() != text {
            return Err(KeyError::WhiteSpace);
        }
        if text.starts_with("access_") {
            return Err(KeyError::AccessToken);
        }
        let (word, rest) = text.split_once('_').ok_or(KeyError::Form)?;
        let mode = Mode::parse(word).ok_or(KeyError::Form)?;
        let plain = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if rest.is_empty() || !plain {
            return Err(KeyError::Form);
        }
        Ok(Self { secret: SecretString::from(text), mode })
    }

    /// Whether money is real under this key.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The text, for the request's header and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}_…)", self.mode.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_whether_money_is_real() {
        assert_eq!(ApiKey::parse("live_Ab3_x").unwrap().mode(), Mode::Live);
        assert_eq!(ApiKey::parse("test_9").unwrap().mode(), Mode::Test);
    }

    #[test]
    fn anything_but_a_key_is_refused_without_being_repeated() {
        for (text, error) in [
            ("access_Secret1", KeyError::AccessToken),
            ("test_Secret1\n", KeyError::WhiteSpace),
            ("test_", KeyError::Form),
            ("test", KeyError::Form),
            ("", KeyError::Form),
            ("prod_Secret1", KeyError::Form),
            ("TEST_Secret1", KeyError::Form),
            ("live_Secret1-", KeyError::Form),
            ("live_Sécret1", KeyError::Form),
        ] {
            let refused = ApiKey::parse(text).unwrap_err();
            assert_eq!(refused, error, "{text:?}");
            assert!(!refused.to_string().contains("cret1"));
        }
    }

    #[test]
    fn debug_output_of_a_key_shows_its_mode_only() {
        let key = ApiKey::parse("live_Secret1").unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey(live_…)");
    }
}
