//! Why a call is not let in: what its sender may know. What would help to guess a credential is left to the log.

/// What a caller shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// The header itself.
    Header,
    StaticToken,
    SignedToken,
    Certificate,
}

impl Credential {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "authorization",
            Self::StaticToken => "token",
            Self::SignedToken => "jwt",
            Self::Certificate => "certificate",
        }
    }
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is not what this service reads.
    Malformed,
    /// It is longer than anything that this service reads.
    TooLong,
    /// It is not known, or not signed by somebody who is.
    NotAccepted,
    Expired,
    NotYetValid,
    /// It is for another service.
    Audience,
    /// It is good, and names nobody who is configured.
    UnknownCaller,
    /// It may be good: the keys of who signed it cannot be read now.
    KeysNotRead,
}

impl Problem {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TooLong => "too_long",
            Self::NotAccepted => "not_accepted",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::Audience => "audience",
            Self::UnknownCaller => "unknown_caller",
            Self::KeysNotRead => "keys_not_read",
        }
    }
}

/// Why nobody is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing was shown.
    Missing,
    Refused(Credential, Problem),
}
