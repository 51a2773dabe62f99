//! Why a call is not let in, or may not do what it asks for.

use std::borrow::Cow;

use domain::rules::ids::ProfileName;
use tonic::{Code, Status};

use super::{Failure, SOON};
use crate::identity::{Credential, LONGEST_TOKEN, Method, Problem, Refusal, Role};
use crate::proto::ErrorReason;

/// Nobody is recognised. Says how to be, and nothing about what would be accepted.
pub fn not_recognised(why: Refusal, takes_certificates: bool) -> Status {
    let refused = |reason, text: &str| Failure::new(Code::Unauthenticated, reason, text);
    match why {
        Refusal::Missing => {
            let or = if takes_certificates { ", or connect with a client certificate" } else { "" };
            let text =
                format!("Say who calls: send a token in the metadata, \"authorization: Bearer TOKEN\"{or}.");
            refused(ErrorReason::CredentialMissing, &text).status()
        }
        Refusal::Refused(credential, problem @ Problem::KeysNotRead) => {
            let text = instead(credential, problem);
            Failure::new(Code::Unavailable, ErrorReason::IssuerUnreachable, text).retry(SOON).status()
        }
        Refusal::Refused(credential, problem) => {
            refused(ErrorReason::CredentialRefused, &instead(credential, problem))
                .with("credential", credential.as_str())
                .with("problem", problem.as_str())
                .status()
        }
    }
}

fn instead(credential: Credential, problem: Problem) -> Cow<'static, str> {
    if problem == Problem::TooLong {
        let text = format!(
            "The token is longer than {LONGEST_TOKEN} bytes; get one with fewer claims from its issuer."
        );
        return text.into();
    }
    let text = match (credential, problem) {
        (_, Problem::Malformed | Problem::TooLong) => {
            "Send one token in the metadata, as \"authorization: Bearer TOKEN\"."
        }
        (_, Problem::Expired) => "The token has expired; get a new one from its issuer.",
        (_, Problem::NotYetValid) => "The token is not valid yet; check the clock of its issuer.",
        (_, Problem::Audience) => "The token is for another service; get one for the audience of this one.",
        (_, Problem::KeysNotRead) => {
            "The keys of the token's issuer cannot be read now, so the token cannot be checked. Repeat the call."
        }
        (Credential::Certificate, _) => {
            "The names in the client certificate (URI and DNS) are not those of one caller; an operator adds them to his \
             `certificates`."
        }
        (_, Problem::UnknownCaller) => {
            "The token's subject is no caller of this service; an operator adds it to the caller's `subjects`."
        }
        (Credential::Header | Credential::StaticToken | Credential::SignedToken, Problem::NotAccepted) => {
            "The token is not accepted: it is not known, was revoked, or is not signed as it must be."
        }
    };
    text.into()
}

/// The caller has no role that allows the method: on this profile, or on none at all.
pub fn role_missing(method: Method, profile: Option<&ProfileName>) -> Status {
    let roles: Vec<_> = method.roles().iter().copied().map(Role::as_str).collect();
    let (roles, method) = (roles.join(", "), method.name());
    let on = profile.map_or_else(|| "any profile".to_owned(), |profile| format!("profile {profile}"));
    let text = format!("{method} needs one of these roles: {roles}. The caller has none of them on {on}.");
    let failure = Failure::new(Code::PermissionDenied, ErrorReason::RoleMissing, text)
        .with("method", method)
        .with("roles", roles);
    match profile {
        Some(profile) => failure.with("profile", profile).status(),
        None => failure.status(),
    }
}
