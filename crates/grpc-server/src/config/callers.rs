//! The sections about callers and their credentials. `identity` defines valid values.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jsonwebtoken::Algorithm;
use serde::{Deserialize, Serialize};

use crate::identity::Role;

/// A caller: how it is recognised, besides by tokens, and its roles.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Caller {
    /// Names in its client certificates: URIs, such as `spiffe://shop.example/checkout`, or DNS names.
    pub certificates: BTreeSet<String>,
    /// Subjects of its tokens, by the issuer's name in `security.issuers`.
    pub subjects: BTreeMap<String, BTreeSet<String>>,
    /// By profile, or `*` for all of them.
    pub roles: BTreeMap<String, BTreeSet<Role>>,
}

/// Somebody whose signed tokens are accepted.
#[derive(Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Issuer {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// What stands for this service in their `aud`.
    pub audience: String,
    /// Its public keys (JWKS): a file, or an address.
    pub keys_file: Option<PathBuf>,
    pub keys_url: Option<String>,
    /// How often the address is read.
    pub refresh_seconds: u64,
    /// What it may sign with. None of these works with a shared secret.
    pub algorithms: BTreeSet<Pinned>,
    /// How far its clock may be off.
    pub leeway_seconds: u64,
}

impl Default for Issuer {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            audience: String::new(),
            keys_file: None,
            keys_url: None,
            refresh_seconds: 300,
            algorithms: [Pinned::RS256, Pinned::ES256].into(),
            leeway_seconds: 30,
        }
    }
}

/// An algorithm with a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub enum Pinned {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    EdDSA,
}

impl From<Pinned> for Algorithm {
    fn from(pinned: Pinned) -> Self {
        match pinned {
            Pinned::RS256 => Self::RS256,
            Pinned::RS384 => Self::RS384,
            Pinned::RS512 => Self::RS512,
            Pinned::PS256 => Self::PS256,
            Pinned::PS384 => Self::PS384,
            Pinned::PS512 => Self::PS512,
            Pinned::ES256 => Self::ES256,
            Pinned::ES384 => Self::ES384,
            Pinned::EdDSA => Self::EdDSA,
        }
    }
}
