//! From the configuration to what callers are recognised by. Reads the files for the first time; every fault of it is told at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::rules::ids;
use tracing::warn;

use super::Config;
use super::callers::{Caller, Issuer};
use crate::identity::{
    self, ANONYMOUS, Address, Callers, Door, EVERY_PROFILE, Guard, Identity, KeySet, KeySource, Known, Roles,
    Tokens, Watched,
};

/// Keys change rarely, and each reading is a call.
const REFRESH: std::ops::RangeInclusive<u64> = 10..=86_400;
/// Within ten minutes most of what a short life of tokens is good for would be lost.
const LEEWAY: std::ops::RangeInclusive<u64> = 0..=600;

impl Config {
    /// What is configured of TLS and callers.
    ///
    /// # Errors
    /// Each fault, also what is missing, unless the service may do without.
    pub(super) fn identity(&self) -> Result<Identity, Vec<String>> {
        let (mut identity, mut faults) = (Identity::default(), Vec::new());
        faults.extend(self.missing());
        faults.extend(self.needlessly_insecure());
        self.tls(&mut identity, &mut faults);
        faults.extend(self.wrong_callers());
        if self.callers.is_empty() {
            faults.extend(self.useless());
        } else {
            let issuers = self.issuers(&mut identity, &mut faults);
            let (tokens, with_tokens) = self.tokens(&mut identity, &mut faults);
            faults.extend(self.unrecognisable(&with_tokens));
            let guard = Guard { callers: self.known(), tokens, issuers };
            identity.door = Arc::new(Door::Guarded(guard));
        }
        if faults.is_empty() { Ok(identity) } else { Err(faults) }
    }

    /// What a service needs that is not put behind something else that has it.
    fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        if self.security.insecure || self.names.is_unreadable("security.insecure") {
            return missing;
        }
        let insecure = self.names.of("security.insecure");
        if self.security.certificate_file.is_none() {
            let name = self.names.of("security.certificate_file");
            missing.push(format!(
                "{name}: a certificate is expected, or {insecure}=true to serve without TLS, behind something that provides it"
            ));
        }
        if self.callers.is_empty() {
            missing.push(format!(
                "no caller is configured: add [callers.NAME] with its roles, or {insecure}=true to let everybody do everything, \
                 behind something that knows its callers"
            ));
        }
        missing
    }

    /// Nothing is left that it would allow, until a slip takes out the callers or the certificate: then it would open the service.
    fn needlessly_insecure(&self) -> Option<String> {
        let security = &self.security;
        let is_guarded = security.certificate_file.is_some() && !self.callers.is_empty();
        (security.insecure && is_guarded).then(|| {
            format!(
                "{}: there are a certificate and callers, so leave it out: it changes nothing now, and would let everybody in if they were \
                 left out by mistake",
                self.names.of("security.insecure")
            )
        })
    }

    fn tls(&self, identity: &mut Identity, faults: &mut Vec<String>) {
        let security = &self.security;
        let name = |key: &str| self.names.of(&format!("security.{key}"));
        match (&security.certificate_file, &security.certificate_key_file) {
            (Some(certificate), Some(key)) => {
                let mut files = vec![
                    (name("certificate_file"), certificate.clone()),
                    (name("certificate_key_file"), key.clone()),
                ];
                files.extend(security.client_ca_file.clone().map(|file| (name("client_ca_file"), file)));
                let opened = Watched::open(files, identity::configuration);
                match opened {
                    Ok(watched) => {
                        identity.tls = Some(watched.value());
                        identity.watched.push(Box::new(watched));
                    }
                    Err(fault) => faults.push(fault),
                }
            }
            (Some(_), None) => faults.push(format!(
                "{}: the file of the certificate's key is expected",
                name("certificate_key_file")
            )),
            (None, Some(_)) => faults
                .push(format!("{}: the file of the key's certificate is expected", name("certificate_file"))),
            (None, None) if security.client_ca_file.is_some() => faults.push(format!(
                "{}: client certificates come with TLS; set {} too",
                name("client_ca_file"),
                name("certificate_file")
            )),
            (None, None) => (),
        }
    }

    /// What recognises callers, where there are none.
    fn useless(&self) -> Vec<String> {
        let unused = |key: &str| {
            format!(
                "{}: there are no callers that it could recognise; add [callers.NAME]",
                self.names.of(key)
            )
        };
        let tokens = self.security.tokens_file.is_some().then(|| unused("security.tokens_file"));
        let issuers = self.security.issuers.keys().map(|name| unused(&format!("security.issuers.{name}")));
        tokens.into_iter().chain(issuers).collect()
    }

    fn issuers(&self, identity: &mut Identity, faults: &mut Vec<String>) -> Vec<identity::Issuer> {
        identity::install();
        let mut issuers = Vec::new();
        for (name, issuer) in &self.security.issuers {
            let wrong = self.wrong_issuer(name, issuer);
            match (wrong.is_empty(), self.keys(name, issuer, identity)) {
                (true, Ok(keys)) => issuers.push(identity::Issuer {
                    name: name.clone(),
                    issuer: issuer.issuer.clone(),
                    audience: issuer.audience.clone(),
                    algorithms: issuer.algorithms.iter().copied().map(Into::into).collect(),
                    leeway: issuer.leeway_seconds,
                    keys,
                }),
                (_, keys) => faults.extend(wrong.into_iter().chain(keys.err())),
            }
        }
        issuers
    }

    fn keys(&self, name: &str, issuer: &Issuer, identity: &mut Identity) -> Result<KeySource, String> {
        let setting = |key: &str| self.names.of(&format!("security.issuers.{name}.{key}"));
        match (&issuer.keys_file, &issuer.keys_url) {
            (Some(file), None) => {
                let parse = |contents: &[Vec<u8>]| Ok(KeySet::parse(&contents.concat())?);
                let watched = Watched::open(vec![(setting("keys_file"), file.clone())], parse)?;
                let keys = KeySource::File(watched.value());
                identity.watched.push(Box::new(watched));
                Ok(keys)
            }
            (None, Some(url)) if is_safe(url) => {
                let address = Address::new(url.clone(), Duration::from_secs(issuer.refresh_seconds));
                identity.addresses.push(Arc::clone(&address));
                Ok(KeySource::Address(address))
            }
            (None, Some(url)) => Err(format!(
                "{}: an https address is expected, not {url:?}: whoever can change the answer could sign as anybody",
                setting("keys_url")
            )),
            (_, _) => Err(format!("{}: either this or keys_url is expected", setting("keys_file"))),
        }
    }

    fn wrong_issuer(&self, name: &str, issuer: &Issuer) -> Vec<String> {
        let setting = |key: &str| self.names.of(&format!("security.issuers.{name}.{key}"));
        let text = |key: &str, text: &str, what: &str| {
            let is_told = self.names.is_unreadable(&format!("security.issuers.{name}.{key}"));
            (text.trim().is_empty() && !is_told).then(|| format!("{}: {what} is expected", setting(key)))
        };
        let number = |key: &str, range: &std::ops::RangeInclusive<u64>, got: u64| {
            let (least, most) = (range.start(), range.end());
            (!range.contains(&got)).then(|| {
                format!(
                    "{}: a whole number from {least} to {most} (seconds) is expected, not {got}",
                    setting(key)
                )
            })
        };
        let none = issuer.algorithms.is_empty();
        let same = self
            .security
            .issuers
            .iter()
            .find(|(other, its)| other.as_str() < name && its.issuer == issuer.issuer);
        [
            text("issuer", &issuer.issuer, "the `iss` of its tokens"),
            text("audience", &issuer.audience, "what stands for this service in the `aud` of its tokens"),
            none.then(|| {
                format!("{}: at least one algorithm is expected, such as RS256", setting("algorithms"))
            }),
            number("refresh_seconds", &REFRESH, issuer.refresh_seconds),
            number("leeway_seconds", &LEEWAY, issuer.leeway_seconds),
            same.map(|(other, _)| {
                format!("{}: issuer {other} has the same; put both under one name", setting("issuer"))
            }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The tokens, and who has one.
    fn tokens(
        &self,
        identity: &mut Identity,
        faults: &mut Vec<String>,
    ) -> (Option<tokio::sync::watch::Receiver<Arc<Tokens>>>, BTreeSet<String>) {
        let Some(file) = &self.security.tokens_file else { return (None, BTreeSet::new()) };
        let names: BTreeSet<_> = self.callers.keys().cloned().collect();
        let only_by_token: Vec<_> = self.only_by_token().map(|(name, _)| name.clone()).collect();
        let parse = move |contents: &[Vec<u8>]| {
            let text = String::from_utf8(contents.concat()).map_err(|_| "it is not text".to_owned())?;
            let tokens =
                Tokens::parse(&text, |name| names.contains(name)).map_err(|faults| faults.join("; "))?;
            // To take out a token must be possible at once; but it may be a slip.
            let locked_out =
                only_by_token.iter().filter(|name| !tokens.callers().any(|other| other == **name));
            for caller in locked_out {
                warn!(
                    caller,
                    "no token is left in the file by which this caller is recognised, and nothing else is"
                );
            }
            Ok(tokens)
        };
        match Watched::open(vec![(self.names.of("security.tokens_file"), file.clone())], parse) {
            Ok(watched) => {
                let tokens = watched.value();
                let with_tokens = tokens.borrow().callers().map(str::to_owned).collect();
                identity.watched.push(Box::new(watched));
                (Some(tokens), with_tokens)
            }
            Err(fault) => {
                faults.push(fault);
                // Whoever has one cannot be told now.
                (None, self.callers.keys().cloned().collect())
            }
        }
    }

    fn wrong_callers(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let (mut certificates, mut subjects) = (BTreeMap::new(), BTreeMap::new());
        for (name, caller) in &self.callers {
            faults.extend(wrong_name(name).map(|fault| format!("callers.{name}: {fault}")));
            let setting = |key: &str| self.names.of_caller(&format!("callers.{name}.{key}"));
            let given = caller.roles.values().any(|roles| !roles.is_empty());
            faults.extend((!given).then(|| {
                format!(
                    "{}: at least one role is expected, such as callers.{name}.roles.main = [\"viewer\"]",
                    setting("roles")
                )
            }));
            let is_known = |profile: &str| profile == EVERY_PROFILE || self.profiles.contains_key(profile);
            let unknown = caller.roles.keys().filter(|profile| !is_known(profile));
            faults.extend(unknown.map(|profile| {
                let names: Vec<_> = self.profiles.keys().map(String::as_str).collect();
                let setting = setting(&format!("roles.{profile}"));
                format!(
                    "{setting}: there is no such profile; there are {}, and \"*\" is all of them",
                    names.join(", ")
                )
            }));
            for certificate in &caller.certificates {
                faults.extend((!identity::is_name(certificate)).then(|| {
                    format!("{}: a URI or a DNS name of a certificate is expected, such as spiffe://shop.example/{name}, not {certificate:?}; * stands for nothing", setting("certificates"))
                }));
                let other = certificates.insert(identity::spelled(certificate), name);
                faults.extend(other.map(|other| {
                    format!(
                        "{}: {certificate:?} is caller {other}'s too; a name stands for one caller",
                        setting("certificates")
                    )
                }));
            }
            faults.extend(self.wrong_subjects(name, caller, &mut subjects));
            let is_blind = !caller.certificates.is_empty() && self.security.client_ca_file.is_none();
            faults.extend(is_blind.then(|| {
                let authorities = self.names.of("security.client_ca_file");
                format!(
                    "{}: no client certificate is looked at before {authorities} names who signs them",
                    setting("certificates")
                )
            }));
        }
        faults
    }

    fn wrong_subjects<'a>(
        &self,
        name: &'a str,
        caller: &'a Caller,
        seen: &mut BTreeMap<(&'a str, &'a str), &'a str>,
    ) -> Vec<String> {
        let mut faults = Vec::new();
        for (issuer, subjects) in &caller.subjects {
            let setting = self.names.of_caller(&format!("callers.{name}.subjects.{issuer}"));
            if !self.security.issuers.contains_key(issuer) {
                faults.push(format!("{setting}: there is no such issuer; add [security.issuers.{issuer}]"));
            }
            for subject in subjects {
                let other = seen.insert((issuer, subject), name);
                faults.extend(other.map(|other| {
                    format!("{setting}: {subject:?} is caller {other}'s too; a subject stands for one caller")
                }));
            }
        }
        faults
    }

    /// Callers that nothing recognises.
    fn unrecognisable(&self, with_tokens: &BTreeSet<String>) -> Vec<String> {
        let is_blind = |(name, _): &(&String, &Caller)| !with_tokens.contains(*name);
        let tokens = self.names.of("security.tokens_file");
        let fault = |(name, _): (&String, &Caller)| {
            format!(
                "callers.{name}: nothing recognises it: give it `certificates`, `subjects`, or a line in the file of {tokens} \
                 (`order-service token {name}` makes one)"
            )
        };
        self.only_by_token().filter(is_blind).map(fault).collect()
    }

    /// Callers that nothing but a token recognises.
    fn only_by_token(&self) -> impl Iterator<Item = (&String, &Caller)> {
        let is_wrong = |name: &str| self.names.is_unreadable(&format!("callers.{name}.certificates"));
        self.callers.iter().filter(move |(name, caller)| {
            caller.certificates.is_empty()
                && caller.subjects.values().all(BTreeSet::is_empty)
                && !is_wrong(name)
        })
    }

    fn known(&self) -> Callers {
        let mut callers = Callers::default();
        for (name, caller) in &self.callers {
            let known = Known { name: ids::Caller::new(name), roles: Roles::new(&caller.roles) };
            callers.by_name.insert(name.clone(), known);
            let names = caller.certificates.iter();
            callers
                .by_certificate
                .extend(names.map(|certificate| (identity::spelled(certificate), name.clone())));
            for (issuer, subjects) in &caller.subjects {
                let subjects = subjects.iter().map(|subject| (issuer.clone(), subject.clone()));
                callers.by_subject.extend(subjects.map(|subject| (subject, name.clone())));
            }
        }
        callers
    }
}

/// What is wrong with a caller's name.
pub fn wrong_name(name: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name == ANONYMOUS {
        return Some("the name stands for all callers before they had names; choose another".to_owned());
    }
    let is_name = (1..=64).contains(&name.len()) && name.chars().all(is_plain);
    (!is_name).then(|| "a name is 1 to 64 letters, digits, _ and -".to_owned())
}

/// An address whose answer nobody on the way can change: over TLS, or on this machine.
fn is_safe(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| match (url.scheme(), url.host_str()) {
        ("https", Some(_)) => true,
        ("http", Some(host)) => ["127.0.0.1", "localhost", "[::1]"].contains(&host),
        (_, _) => false,
    })
}
