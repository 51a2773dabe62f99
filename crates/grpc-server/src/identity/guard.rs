//! Who calls. A token, if there is one, names the caller: a token that is not accepted is refused even beside a good certificate, as
//! whoever sends one means to be known by it. Without a token the client certificate names him. It decides nothing about methods.

use std::net::SocketAddr;
use std::sync::Arc;

use persistence::Repeats;
use tokio::sync::watch;
use tokio::time::Instant;
use tonic::codegen::http::header::AUTHORIZATION;
use tonic::codegen::http::{Extensions, HeaderMap};
use tracing::info;

use super::callers::{Callers, Known};
use super::certificate;
use super::jwt::{self, Claimed, Issuer, Refused, Subject};
use super::refusal::{Credential, Problem, Refusal};
use super::token::{Tokens, hashed};
use super::validity::Validity;
use crate::listen::Peer;
use crate::rpc::errors::shown;

const SCHEME: &str = "Bearer";
/// A token of any issuer is shorter, in bytes.
pub const LONGEST: usize = 8 * 1024;

/// What callers are recognised by.
#[derive(Default)]
pub struct Guard {
    pub callers: Callers,
    pub tokens: Option<watch::Receiver<Arc<Tokens>>>,
    pub issuers: Vec<Issuer>,
}

/// What came with a request.
pub struct Shown {
    /// From where, for the log.
    address: Option<SocketAddr>,
    token: Option<Result<String, Problem>>,
    /// The names of the client certificate.
    certificate: Option<Vec<String>>,
}

impl Shown {
    pub fn of(headers: &HeaderMap, extensions: &Extensions) -> Self {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let token = given.next().map(|first| match given.next() {
            None => bearer(first.as_bytes()),
            Some(_) => Err(Problem::Malformed),
        });
        let address = extensions.get::<Peer>().map(|peer| peer.address);
        Self { address, token, certificate: certificate::names(extensions) }
    }
}

/// The token of a header; the scheme's case does not matter.
///
/// # Errors
/// It is none, or too long.
fn bearer(header: &[u8]) -> Result<String, Problem> {
    let text = std::str::from_utf8(header).map_err(|_| Problem::Malformed)?;
    let (scheme, token) = text.trim().split_once(' ').ok_or(Problem::Malformed)?;
    let token = token.trim();
    let is_one = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_one || !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(Problem::Malformed);
    }
    if token.len() > LONGEST { Err(Problem::TooLong) } else { Ok(token.to_owned()) }
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
        let Shown { address, token, certificate } = shown;
        let known = match token {
            Some(Ok(token)) if token.contains('.') => self.signed(&token).await,
            Some(Ok(token)) => self.kept(&token),
            Some(Err(problem)) => Err(Unknown::new(Credential::Header, problem, header(problem))),
            None => self.certified(certificate.ok_or(Refusal::Missing)?),
        };
        known.map_err(|unknown| unknown.told(address))
    }

    fn kept(&self, token: &str) -> Result<(&Known, Validity), Unknown> {
        let unknown = |because| Unknown::new(Credential::StaticToken, Problem::NotAccepted, because);
        let tokens = self.tokens.as_ref().ok_or_else(|| unknown("there is no file of tokens"))?;
        let hash = hashed(token);
        let known = tokens.borrow().of_hash(&hash).and_then(|name| self.callers.named(name));
        let known = known.ok_or_else(|| unknown("its hash is not in the file of tokens"))?;
        Ok((known, Validity::Kept { hash, tokens: tokens.clone() }))
    }

    async fn signed(&self, token: &str) -> Result<(&Known, Validity), Unknown> {
        let read = jwt::read(&self.issuers, token).await;
        let Subject { issuer, subject, left, signer } = read.map_err(|refused| self.of_jwt(refused))?;
        let known = self.callers.of_subject(&issuer, &subject).ok_or_else(|| {
            let because = format!("subject {subject:?} of issuer {issuer} is no caller");
            Unknown::new(Credential::SignedToken, Problem::UnknownCaller, because)
        })?;
        Ok((known, Validity::Signed { end: Instant::now().checked_add(left), signer }))
    }

    /// Its issuer has signed it if it says whose it is; then its caller has a name here.
    fn of_jwt(&self, Refused { problem, because, claimed }: Refused) -> Unknown {
        let Claimed { issuer, key, signed } = claimed;
        let caller = signed.and_then(|(issuer, subject)| self.callers.of_subject(&issuer, &subject));
        let caller = caller.map(|known| known.name.as_str().to_owned());
        Unknown { issuer, key, caller, ..Unknown::new(Credential::SignedToken, problem, because) }
    }

    fn certified(&self, names: Vec<String>) -> Result<(&Known, Validity), Unknown> {
        let known = self.callers.of_certificate(&names).ok_or_else(|| {
            let because = format!("the names {names:?} of a client certificate are not those of one caller");
            Unknown::new(Credential::Certificate, Problem::UnknownCaller, because)
        })?;
        Ok((known, Validity::Connection))
    }
}

fn header(problem: Problem) -> &'static str {
    if problem == Problem::TooLong { "it is too long" } else { "the header is not one bearer token" }
}

/// Nobody is recognised: what is told of it, to its sender and in the log.
struct Unknown {
    refusal: (Credential, Problem),
    because: String,
    /// What a signed token names, whoever has written it.
    issuer: Option<String>,
    key: Option<String>,
    /// Whose it is, if that is sure.
    caller: Option<String>,
}

impl Unknown {
    fn new(credential: Credential, problem: Problem, because: impl Into<String>) -> Self {
        let because = because.into();
        Self { refusal: (credential, problem), because, issuer: None, key: None, caller: None }
    }

    /// Tells the operator, but not every time: somebody may try much. What its sender has written is cut, and the log escapes it.
    fn told(self, address: Option<SocketAddr>) -> Refusal {
        static TOLD: Repeats = Repeats::new();
        let (credential, problem) = self.refusal;
        if let Some(left_out) = TOLD.due() {
            let [issuer, key] = [&self.issuer, &self.key].map(|text| text.as_deref().map(shown));
            info!(
                because = shown(&self.because),
                credential = credential.as_str(),
                address = address.map(tracing::field::display),
                issuer,
                key,
                caller = self.caller,
                left_out,
                "a credential was not accepted"
            );
        }
        Refusal::Refused(credential, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bearer_token_is_read_whatever_the_scheme_is_spelled_like() {
        for header in ["Bearer abc", "bearer abc", " BEARER  abc "] {
            assert_eq!(bearer(header.as_bytes()).as_deref(), Ok("abc"), "{header}");
        }
        for header in ["", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer \u{fc}"] {
            assert_eq!(bearer(header.as_bytes()), Err(Problem::Malformed), "{header}");
        }
        let of = |length| bearer(format!("Bearer {}", "x".repeat(length)).as_bytes()).err();
        assert_eq!([LONGEST, LONGEST + 1].map(of), [None, Some(Problem::TooLong)]);
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
