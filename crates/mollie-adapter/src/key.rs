//! Credentials: a profile's API key, which is bound to one Mollie profile and to live or test; or an organisation's access token, for which
//! each call says both. The text leaves this module only for the request's header; no error or debug output contains it.

use std::collections::BTreeMap;
use std::fmt;

use domain::rules::ids::ProfileName;
use domain::rules::placement::Mode;
use secrecy::{ExposeSecret, SecretString};

const TOKEN: &str = "access_";
const PROFILE: &str = "pfl_";
/// No id of Mollie's is longer.
const LONGEST_ID: usize = 32;

/// What a profile's calls are made with.
#[derive(Clone)]
pub struct Credential {
    secret: SecretString,
    mode: Mode,
    /// With an access token.
    profile_id: Option<String>,
}

/// What each profile's calls are made with.
pub(crate) type Keys = BTreeMap<ProfileName, Credential>;

/// Why a text is not a credential. None of these repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// An organisation or OAuth token in place of a key.
    #[error("this is an access token (access_…), not an API key")]
    AccessToken,
    /// A line break or blank around an otherwise possible key.
    #[error("there is white space around the key: remove it")]
    WhiteSpace,
    /// Anything else.
    #[error(
        "neither an API key nor an access token: expected live_, test_ or access_, then letters, digits and underscores only"
    )]
    Form,
    /// Not the id of a Mollie profile.
    #[error(
        "not the id of a Mollie profile: expected pfl_, then letters and digits, as Mollie's dashboard shows it"
    )]
    ProfileId,
    /// In place of a credential of the other mode.
    #[error("it is of the other mode: the profile's orders would not be found with it")]
    OtherMode,
}

impl Credential {
    /// Reads an API key.
    ///
    /// # Errors
    /// [`KeyError`], which says what to use instead.
    pub fn key(text: &str) -> Result<Self, KeyError> {
        if Self::is_token(text.trim()) {
            return Err(KeyError::AccessToken);
        }
        let (word, rest) = parts(text)?;
        let mode = Mode::parse(word).ok_or(KeyError::Form)?;
        check(rest).map(|()| Self { secret: SecretString::from(text), mode, profile_id: None })
    }

    /// Reads an access token, for one Mollie profile and one mode.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn token(text: &str, profile_id: &str, mode: Mode) -> Result<Self, KeyError> {
        let (_, rest) = parts(text)?;
        if !Self::is_token(text) {
            return Err(KeyError::Form);
        }
        check(rest)?;
        Self::check_profile_id(profile_id)?;
        Ok(Self { secret: SecretString::from(text), mode, profile_id: Some(profile_id.to_owned()) })
    }

    /// Whether a text begins like an access token.
    #[must_use]
    pub fn is_token(text: &str) -> bool {
        text.starts_with(TOKEN)
    }

    /// Checks the id of a Mollie profile.
    ///
    /// # Errors
    /// [`KeyError::ProfileId`].
    pub fn check_profile_id(id: &str) -> Result<(), KeyError> {
        let is_plain = |rest: &str| rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
        let rest = id.strip_prefix(PROFILE).filter(|rest| !rest.is_empty() && is_plain(rest));
        rest.filter(|_| id.len() <= LONGEST_ID).map(drop).ok_or(KeyError::ProfileId)
    }

    /// Whether money is real with this.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// With an access token: the Mollie profile it is used for.
    #[must_use]
    pub fn profile_id(&self) -> Option<&str> {
        self.profile_id.as_deref()
    }

    /// The text, for the request's header and nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

/// Whether both are one for all that is sent.
impl PartialEq for Credential {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose() && self.mode == other.mode && self.profile_id == other.profile_id
    }
}

impl Eq for Credential {}

fn parts(text: &str) -> Result<(&str, &str), KeyError> {
    if text.trim() != text {
        return Err(KeyError::WhiteSpace);
    }
    text.split_once('_').ok_or(KeyError::Form)
}

fn check(rest: &str) -> Result<(), KeyError> {
    let is_plain = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if rest.is_empty() || !is_plain { Err(KeyError::Form) } else { Ok(()) }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.profile_id {
            None => write!(f, "Credential({}_…)", self.mode.as_str()),
            Some(profile) => write!(f, "Credential(access_…, {profile}, {})", self.mode.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_says_whether_money_is_real() {
        assert_eq!(Credential::key("live_Ab3_x").unwrap().mode(), Mode::Live);
        assert_eq!(Credential::key("test_9").unwrap().mode(), Mode::Test);
    }

    #[test]
    fn anything_that_is_not_a_key_is_refused_without_being_repeated() {
        for (text, error) in [
            ("access_Secret1", KeyError::AccessToken),
            ("access_Secret1\n", KeyError::AccessToken),
            ("test_Secret1\n", KeyError::WhiteSpace),
            ("test_", KeyError::Form),
            ("test", KeyError::Form),
            ("", KeyError::Form),
            ("prod_Secret1", KeyError::Form),
            ("TEST_Secret1", KeyError::Form),
            ("live_Secret1-", KeyError::Form),
            ("live_Sécret1", KeyError::Form),
        ] {
            let refused = Credential::key(text).unwrap_err();
            assert_eq!(refused, error, "{text:?}");
            assert!(!refused.to_string().contains("cret1"));
        }
    }

    #[test]
    fn a_token_goes_with_a_profile_of_mollies() {
        let token = Credential::token("access_Secret1", "pfl_QkEhN94Ba", Mode::Live).unwrap();
        assert_eq!((token.mode(), token.profile_id()), (Mode::Live, Some("pfl_QkEhN94Ba")));
        let longest = format!("pfl_{}", "x".repeat(28));
        assert!(Credential::token("access_Secret1", &longest, Mode::Test).is_ok());
        for id in ["", "pfl_", "main", "pfl_a b", "pfl_a\"", "PFL_a", &format!("{longest}x")] {
            assert_eq!(
                Credential::token("access_S", id, Mode::Test).unwrap_err(),
                KeyError::ProfileId,
                "{id}"
            );
        }
        for (text, error) in [
            ("access_", KeyError::Form),
            ("test_Secret1", KeyError::Form),
            ("access_Secret1-", KeyError::Form),
            (" access_Secret1", KeyError::WhiteSpace),
        ] {
            assert_eq!(Credential::token(text, "pfl_1", Mode::Test).unwrap_err(), error, "{text:?}");
        }
    }

    #[test]
    fn debug_output_shows_no_secret() {
        assert_eq!(format!("{:?}", Credential::key("live_Secret1").unwrap()), "Credential(live_…)");
        let token = Credential::token("access_Secret1", "pfl_1", Mode::Test).unwrap();
        assert_eq!(format!("{token:?}"), "Credential(access_…, pfl_1, test)");
    }
}
