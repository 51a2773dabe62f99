//! The public keys of an issuer (JWKS): which of them may have signed a token. It does not fetch them.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

/// The keys that can be used.
#[derive(Debug, Default)]
pub struct KeySet(Vec<Key>);

#[derive(Debug)]
struct Key {
    id: Option<String>,
    /// What it may have signed with: one that its issuer names, or all of its kind.
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<serde_json::Value>,
}

impl KeySet {
    /// Reads a JWKS. Keys of kinds that are not used here are left out: issuers publish those too.
    ///
    /// # Errors
    /// It is none, or no key of it can be used.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let document: Document =
            serde_json::from_slice(text).map_err(|error| format!("it is no JWKS with `keys`: {error}"))?;
        let read = |key: serde_json::Value| serde_json::from_value::<Jwk>(key).ok();
        let keys: Vec<_> =
            document.keys.into_iter().filter_map(read).filter_map(|key| usable(&key)).collect();
        match keys.is_empty() {
            true => {
                Err("no key of it can check a signature; RSA, P-256, P-384 and Ed25519 are expected"
                    .to_owned())
            }
            false => Ok(Self(keys)),
        }
    }

    /// The key that a token names; without a name, the only one there is for its algorithm.
    pub fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&DecodingKey> {
        let mut fitting = self.0.iter().filter(|key| key.algorithms.contains(&algorithm));
        match id {
            Some(id) => fitting.find(|key| key.id.as_deref() == Some(id)).map(|key| &key.key),
            None => fitting.next().filter(|_| fitting.next().is_none()).map(|key| &key.key),
        }
    }
}

fn usable(key: &Jwk) -> Option<Key> {
    use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};

    if key.common.public_key_use.as_ref().is_some_and(|used| *used != PublicKeyUse::Signature) {
        return None;
    }
    let of_kind: &[Algorithm] = match &key.algorithm {
        AlgorithmParameters::RSA(_) => &[RS256, RS384, RS512, PS256, PS384, PS512],
        AlgorithmParameters::EllipticCurve(its) if its.curve == EllipticCurve::P256 => &[ES256],
        AlgorithmParameters::EllipticCurve(its) if its.curve == EllipticCurve::P384 => &[ES384],
        AlgorithmParameters::OctetKeyPair(its) if its.curve == EllipticCurve::Ed25519 => &[EdDSA],
        // A secret is not to be published, and nobody's signature is believed who shares it.
        AlgorithmParameters::OctetKey(_)
        | AlgorithmParameters::EllipticCurve(_)
        | AlgorithmParameters::OctetKeyPair(_)
        | _ => return None,
    };
    let algorithms = match key.common.key_algorithm {
        Some(named) => vec![named.to_string().parse().ok().filter(|named| of_kind.contains(named))?],
        None => of_kind.to_vec(),
    };
    let id = key.common.key_id.clone();
    Some(Key { id, algorithms, key: DecodingKey::from_jwk(key).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EC: &str = r#"{"kty":"EC","crv":"P-256","kid":"ec","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    const RSA: &str = r#"{"kty":"RSA","alg":"RS256","use":"sig","kid":"rsa","n":"AQAB","e":"AQAB"}"#;

    fn found(keys: &str, id: Option<&str>, algorithm: Algorithm) -> bool {
        KeySet::parse(format!(r#"{{"keys":[{keys}]}}"#).as_bytes()).unwrap().find(id, algorithm).is_some()
    }

    #[test]
    fn a_key_checks_what_it_is_for_and_nothing_else() {
        let both = format!("{EC},{RSA}");
        assert!(found(&both, Some("ec"), Algorithm::ES256) && found(&both, Some("rsa"), Algorithm::RS256));
        for (id, algorithm) in [
            ("ec", Algorithm::RS256),
            ("ec", Algorithm::ES384),
            ("rsa", Algorithm::RS512),
            ("rsa", Algorithm::HS256),
            ("other", Algorithm::ES256),
        ] {
            assert!(!found(&both, Some(id), algorithm), "{id} {algorithm:?}");
        }
        assert!(found(&both, None, Algorithm::ES256));
        assert!(!found(&format!("{EC},{EC}"), None, Algorithm::ES256), "either could be meant");
    }

    #[test]
    fn secrets_and_keys_for_encryption_are_left_out() {
        let secret = r#"{"kty":"oct","k":"AQAB","kid":"s"}"#;
        let encrypts = RSA.replace("sig", "enc");
        let odd = r#"{"kty":"unheard of"}"#;
        assert!(found(&format!("{secret},{encrypts},{odd},{EC}"), Some("ec"), Algorithm::ES256));
        for keys in [secret, &encrypts, odd, ""] {
            assert!(KeySet::parse(format!(r#"{{"keys":[{keys}]}}"#).as_bytes()).is_err(), "{keys}");
        }
        assert!(KeySet::parse(b"<html>").unwrap_err().contains("JWKS"));
    }
}
