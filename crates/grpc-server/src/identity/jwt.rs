//! Tokens that an issuer has signed (JWT): whether one is his, for us, and of now. Who its subject is here is decided elsewhere.

use std::fmt;
use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header, get_current_timestamp};
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
}

impl Refused {
    fn new(problem: Problem, because: impl fmt::Display) -> Self {
        Self { problem, because: because.to_string() }
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
    let header = decode_header(token).map_err(Refused::unverified)?;
    if header.crit.is_some() {
        return Err(Refused::unverified("its header has extensions that must be understood (crit)"));
    }
    // Nothing is believed yet: this only says whose key to try.
    let claimed = jsonwebtoken::dangerous::insecure_decode::<Claims>(token).map_err(Refused::unverified)?;
    let issuer = issuers.iter().find(|issuer| issuer.issuer == claimed.claims.iss);
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
    let read =
        decode::<Claims>(token, &key, &issuer.validation(header.alg)).map_err(|error| refused(&error))?;
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
