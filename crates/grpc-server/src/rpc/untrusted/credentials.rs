//! The header that names a caller, read as at the door of a service with two callers: `depot` has a static token, and `shop` is the
//! subject of the same name of the issuer `https://login.example`, for the audience `orders`.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::rules::ids::Caller;
use jsonwebtoken::Algorithm;
use tokio::sync::watch;
use tonic::codegen::http::header::AUTHORIZATION;
use tonic::codegen::http::{Extensions, HeaderMap, HeaderValue};

use crate::identity::{self, Callers, Guard, Issuer, KeySet, KeySource, Known, Roles, Shown, Tokens};

const ISSUER: &str = "corp";

/// The door.
pub struct Doorkeeper(Guard);

impl Doorkeeper {
    /// `tokens`: the file of static tokens; `keys`: the issuer's, a JWKS.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(tokens: &str, keys: &str) -> Result<Self, String> {
        identity::install();
        let caller = |name: &str| {
            (name.to_owned(), Known { name: Caller::new(name), roles: Roles::new(&BTreeMap::new()) })
        };
        let callers = Callers {
            by_name: [caller("depot"), caller("shop")].into(),
            by_subject: [((ISSUER.to_owned(), "shop".to_owned()), "shop".to_owned())].into(),
            ..Callers::default()
        };
        let tokens = Tokens::parse(tokens, |name| name == "depot").map_err(|faults| faults.join("; "))?;
        let issuer = Issuer {
            name: ISSUER.to_owned(),
            issuer: "https://login.example".to_owned(),
            audience: "orders".to_owned(),
            algorithms: vec![Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256],
            leeway: 0,
            keys: KeySource::File(fixed(KeySet::parse(keys.as_bytes())?)),
        };
        Ok(Self(Guard { callers, tokens: Some(fixed(tokens)), issuers: vec![issuer] }))
    }

    /// The caller that a header names; `None`: it is refused, or no header.
    pub async fn caller(&self, header: &[u8]) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_bytes(header).ok()?);
        let recognised = self.0.recognise(Shown::of(&headers, &Extensions::new())).await;
        recognised.ok().map(|(known, _)| known.name.as_str().to_owned())
    }
}

/// What never changes.
fn fixed<T>(value: T) -> watch::Receiver<Arc<T>> {
    watch::channel(Arc::new(value)).1
}
