//! Who calls. A token, if there is one, names the caller: a token that is not accepted is refused even beside a good certificate, as
//! whoever sends one means to be known by it. Without a token the client certificate names him. It decides nothing about methods.

use std::sync::Arc;

use persistence::Repeats;
use tokio::sync::watch;
use tokio::time::Instant;
use tonic::codegen::http::header::AUTHORIZATION;
use tonic::codegen::http::{Extensions, HeaderMap};
use tracing::info;

use super::callers::{Callers, Known};
use super::certificate;
use super::jwt::{self, Issuer, Subject};
use super::refusal::{Credential, Problem, Refusal};
use super::token::{Tokens, hashed};
use super::validity::Validity;

const SCHEME: &str = "Bearer";
/// A token of any issuer is shorter.
const LONGEST: usize = 8 * 1024;

/// What callers are recognised by.
#[derive(Default)]
pub struct Guard {
    pub callers: Callers,
    pub tokens: Option<watch::Receiver<Arc<Tokens>>>,
    pub issuers: Vec<Issuer>,
}

/// What came with a request.
pub struct Shown {
    token: Option<Result<String, Problem>>,
    /// The names of the client certificate.
    certificate: Option<Vec<String>>,
}

impl Shown {
    pub fn of(headers: &HeaderMap, extensions: &Extensions) -> Self {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let token = given.next().map(|first| match given.next() {
            None => bearer(first.as_bytes()).ok_or(Problem::Malformed),
            Some(_) => Err(Problem::Malformed),
        });
        Self { token, certificate: certificate::names(extensions) }
    }
}

/// The token of a header; the scheme's case does not matter.
fn bearer(header: &[u8]) -> Option<String> {
    let (scheme, token) = std::str::from_utf8(header).ok()?.trim().split_once(' ')?;
    let token = token.trim();
    let is_one =
        !token.is_empty() && token.len() <= LONGEST && token.bytes().all(|byte| byte.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case(SCHEME) && is_one).then(|| token.to_owned())
}

impl Guard {
    /// Whether a client certificate may name a caller.
    pub fn takes_certificates(&self) -> bool {
        !self.callers.by_certificate.is_empty()
    }

    /// The kinds of credentials by which somebody may be recognised.
    pub fn kinds(&self) -> Vec<String> {
        let tokens = self.tokens.is_some().then(|| "tokens".to_owned());
        let signed = self.issuers.iter().map(|issuer| format!("tokens of {}", issuer.name));
        let certificates = self.takes_certificates().then(|| "client certificates".to_owned());
        tokens.into_iter().chain(signed).chain(certificates).collect()
    }

    /// The caller, and how long that holds.
    ///
    /// # Errors
    /// [`Refusal`]; the log says more.
    pub async fn recognise(&self, shown: Shown) -> Result<(&Known, Validity), Refusal> {
        match shown {
            Shown { token: Some(Ok(token)), .. } if token.contains('.') => self.signed(&token).await,
            Shown { token: Some(Ok(token)), .. } => self.kept(&token),
            Shown { token: Some(Err(problem)), .. } => Err(Refusal::Refused(Credential::Header, problem)),
            Shown { token: None, certificate: Some(names) } => self.certified(&names),
            Shown { token: None, certificate: None } => Err(Refusal::Missing),
        }
    }

    fn kept(&self, token: &str) -> Result<(&Known, Validity), Refusal> {
        let refused = || Refusal::Refused(Credential::StaticToken, Problem::NotAccepted);
        let (tokens, hash) = (self.tokens.as_ref().ok_or_else(refused)?, hashed(token));
        let known = tokens.borrow().of_hash(&hash).and_then(|name| self.callers.named(name));
        Ok((known.ok_or_else(refused)?, Validity::Kept { hash, tokens: tokens.clone() }))
    }

    async fn signed(&self, token: &str) -> Result<(&Known, Validity), Refusal> {
        let refused = |problem, because: &str| {
            tell(because);
            Refusal::Refused(Credential::SignedToken, problem)
        };
        let read = jwt::read(&self.issuers, token).await;
        let Subject { issuer, subject, left, signer } =
            read.map_err(|why| refused(why.problem, &why.because))?;
        let unknown = || {
            refused(Problem::UnknownCaller, &format!("subject {subject:?} of issuer {issuer} is no caller"))
        };
        let known = self.callers.of_subject(&issuer, &subject).ok_or_else(unknown)?;
        Ok((known, Validity::Signed { end: Instant::now().checked_add(left), signer }))
    }

    fn certified(&self, names: &[String]) -> Result<(&Known, Validity), Refusal> {
        let known = self.callers.of_certificate(names).ok_or_else(|| {
            tell(&format!("the names {names:?} of a client certificate are not those of one caller"));
            Refusal::Refused(Credential::Certificate, Problem::UnknownCaller)
        })?;
        Ok((known, Validity::Connection))
    }
}

/// Somebody may try much.
fn tell(because: &str) {
    static TOLD: Repeats = Repeats::new();
    if let Some(left_out) = TOLD.due() {
        info!(because, left_out, "a credential was not accepted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bearer_token_is_read_whatever_the_scheme_is_spelled_like() {
        for header in ["Bearer abc", "bearer abc", " BEARER  abc "] {
            assert_eq!(bearer(header.as_bytes()).as_deref(), Some("abc"), "{header}");
        }
        let long = format!("Bearer {}", "x".repeat(LONGEST + 1));
        for header in ["", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer \u{fc}", &long] {
            assert_eq!(bearer(header.as_bytes()), None, "{header}");
        }
    }

    #[test]
    fn two_headers_are_one_too_many() {
        let mut headers = HeaderMap::new();
        assert!(Shown::of(&headers, &Extensions::new()).token.is_none());
        headers.append(AUTHORIZATION, "Bearer a".parse().unwrap());
        headers.append(AUTHORIZATION, "Bearer a".parse().unwrap());
        assert_eq!(Shown::of(&headers, &Extensions::new()).token, Some(Err(Problem::Malformed)));
    }
}
