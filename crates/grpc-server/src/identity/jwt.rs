//! Tokens that an issuer has signed (JWT): whether one is his, for us, and of now. Who its subject is here is decided elsewhere.

use std::fmt;
use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, get_current_timestamp};
use serde::Deserialize;

use super::key_source::{KeySource, NoKey, Signer};
use super::refusal::Problem;

/// An issuer whose tokens are accepted.
pub struct Issuer {
    /// Its name in the configuration.
    pub name: String,
    /// The `iss` of its tokens.
    pub issuer: String,
    pub audience: String,
    pub algorithms: Vec<Algorithm>,
    /// How far its clock may be off, in seconds.
    pub leeway: u64,
    pub keys: KeySource,
}

/// The claims that name somebody. The others are checked where the token is read.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    /// Seconds, and parts of one if the issuer writes them.
    exp: f64,
}

/// A token of an issuer that was found good.
#[derive(Debug)]
pub struct Subject {
    pub issuer: String,
    pub subject: String,
    /// How long it holds.
    pub left: Duration,
    pub signer: Signer,
}

/// Why a token is not accepted: what its sender may know, and what is written into the log.
#[derive(Debug)]
pub struct Refused {
    pub problem: Problem,
    pub because: String,
    pub claimed: Claimed,
}

/// What a token says of itself, as far as it could be read. None of it is secret, and none of it is believed.
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// Its `iss`.
    pub issuer: Option<String>,
    /// Its `kid`.
    pub key: Option<String>,
    /// The issuer's name in the configuration and the subject, once the issuer is known to have signed it.
    pub signed: Option<(String, String)>,
}

impl Refused {
    fn new(problem: Problem, because: impl fmt::Display) -> Self {
        Self { problem, because: because.to_string(), claimed: Claimed::default() }
    }

    /// What cannot be verified gets one answer, whatever is wrong with it.
    fn unverified(because: impl fmt::Display) -> Self {
        Self::new(Problem::NotAccepted, because)
    }
}

/// Reads a token of one of the issuers.
///
/// # Errors
/// [`Refused`]. Only of a token that its issuer has signed it is told what is wrong.
pub async fn read(issuers: &[Issuer], token: &str) -> Result<Subject, Refused> {
    let header = decode_header(token).map_err(|error| Refused::unverified(of_header(&error)))?;
    let mut claimed = Claimed { key: header.kid.clone(), ..Claimed::default() };
    let read = judge(issuers, token, header, &mut claimed).await;
    read.map_err(|refused| Refused { claimed, ..refused })
}

/// The library's words list every algorithm that it has, most of which are accepted of nobody.
fn of_header(error: &jsonwebtoken::errors::Error) -> String {
    if let ErrorKind::Json(_) = error.kind() {
        return "its header cannot be read, or names an algorithm that there is not".to_owned();
    }
    format!("its header cannot be read: {error}")
}

async fn judge(
    issuers: &[Issuer],
    token: &str,
    header: Header,
    claimed: &mut Claimed,
) -> Result<Subject, Refused> {
    if header.crit.is_some() {
        return Err(Refused::unverified("its header has extensions that must be understood (crit)"));
    }
    // Nothing is believed yet: this only says whose key to try.
    let claims = jsonwebtoken::dangerous::insecure_decode::<Claims>(token).map_err(Refused::unverified)?;
    let Claims { iss, sub, .. } = claims.claims;
    claimed.issuer = Some(iss.clone());
    let issuer = issuers.iter().find(|issuer| issuer.issuer == iss);
    let issuer = issuer.ok_or_else(|| Refused::unverified("its issuer is not configured"))?;
    if !issuer.algorithms.contains(&header.alg) {
        return Err(Refused::unverified(format_args!(
            "{:?} is none of the algorithms of its issuer",
            header.alg
        )));
    }
    let key = issuer.keys.find(header.kid.as_deref(), header.alg).await;
    let key = key.map_err(|no_key| match no_key {
        NoKey::None => Refused::unverified("its issuer has no such key"),
        NoKey::NotAsked => Refused::new(Problem::KeysNotRead, "the keys of its issuer cannot be read"),
    })?;
    let read = decode::<Claims>(token, &key, &issuer.validation(header.alg)).map_err(|error| {
        let refused = refused(&error);
        // The claims are looked at after the signature.
        claimed.signed = (refused.problem != Problem::NotAccepted).then(|| (issuer.name.clone(), sub));
        refused
    })?;
    let end = Duration::try_from_secs_f64(read.claims.exp).unwrap_or(Duration::MAX);
    let end = end.saturating_add(Duration::from_secs(issuer.leeway));
    let left = end.saturating_sub(Duration::from_secs(get_current_timestamp()));
    let signer = Signer { keys: issuer.keys.clone(), id: header.kid, algorithm: header.alg };
    Ok(Subject { issuer: issuer.name.clone(), subject: read.claims.sub, left, signer })
}

impl Issuer {
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.leeway = self.leeway;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation
    }
}

/// The claims are looked at after the signature alone.
fn refused(error: &jsonwebtoken::errors::Error) -> Refused {
    let told = [
        (ErrorKind::ExpiredSignature, Problem::Expired),
        (ErrorKind::ImmatureSignature, Problem::NotYetValid),
        (ErrorKind::InvalidAudience, Problem::Audience),
    ];
    let problem = told.iter().find(|(kind, _)| kind == error.kind());
    let problem = problem.map_or(Problem::NotAccepted, |(_, problem)| *problem);
    Refused::new(problem, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers in base64: `{"alg":"none","kid":"k1"}`, and `{"alg":"ES256","kid":"k1"}`.
    #[tokio::test]
    async fn a_refusal_names_the_key_and_lists_no_algorithms() {
        for (header, because, key) in [
            ("eyJhbGciOiJub25lIiwia2lkIjoiazEifQ", "names an algorithm that there is not", None),
            ("eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0", "issuer is not configured", Some("k1")),
        ] {
            // `{"iss":"joe","sub":"x","exp":1}`
            let token = format!("{header}.eyJpc3MiOiJqb2UiLCJzdWIiOiJ4IiwiZXhwIjoxfQ.AA");
            let refused = read(&[], &token).await.unwrap_err();
            assert!(refused.because.contains(because) && !refused.because.contains("RS256"), "{refused:?}");
            assert_eq!(refused.claimed.key.as_deref(), key);
            assert_eq!(refused.claimed.issuer.as_deref(), key.map(|_| "joe"));
            assert_eq!(refused.claimed.signed, None, "nobody knows who wrote it");
        }
    }
}
