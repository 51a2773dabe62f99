//! An issuer of signed tokens, for tests: written by the standards, without the library that the service reads tokens by.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding,
    RsaKeyPair,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Value, json};

/// Whose keys lie in a file, and whose are at an address.
pub const CORP: &str = "https://id.shop.example";
pub const PARTNER: &str = "https://id.partner.example";
pub const AUDIENCE: &str = "order-service";

/// Made for these tests alone: ring makes none.
const RSA: &[u8] = include_bytes!("rsa.pem");

/// Somebody with a key.
pub struct Signer {
    id: String,
    key: Key,
    random: SystemRandom,
}

enum Key {
    Ec(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
}

impl Signer {
    /// With a new key on the curve P-256.
    pub fn ec(id: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Self { id: id.to_owned(), key: Key::Ec(Box::new(key)), random }
    }

    /// With the one RSA key there is.
    pub fn rsa(id: &str) -> Self {
        let document = PrivatePkcs8KeyDer::from_pem_slice(RSA).unwrap();
        let key = RsaKeyPair::from_pkcs8(document.secret_pkcs8_der()).unwrap();
        Self { id: id.to_owned(), key: Key::Rsa(Box::new(key)), random: SystemRandom::new() }
    }

    /// Its public key, as issuers publish theirs.
    fn published(&self) -> Value {
        match &self.key {
            Key::Ec(key) => {
                let (x, y) = key.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "kid": self.id, "use": "sig", "x": base64(x), "y": base64(y)})
            }
            Key::Rsa(key) => {
                let PublicKeyComponents::<Vec<u8>> { n, e } = key.public().into();
                json!({"kty": "RSA", "kid": self.id, "use": "sig", "n": base64(&n), "e": base64(&e)})
            }
        }
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(Some(&self.id), claims)
    }

    /// The same, naming another key, or none.
    pub fn sign_as(&self, key: Option<&str>, claims: &Value) -> String {
        let algorithm = match &self.key {
            Key::Ec(_) => "ES256",
            Key::Rsa(_) => "RS256",
        };
        self.signed(&json!({"alg": algorithm, "kid": key, "typ": "JWT"}), claims, &RSA_PKCS1_SHA256)
    }

    /// The same, saying that it is signed in another way than it is.
    pub fn mislabelled(&self, algorithm: &str, claims: &Value) -> String {
        self.signed(&json!({"alg": algorithm, "kid": self.id}), claims, &RSA_PKCS1_SHA256)
    }

    /// A token of an RSA key that is signed well, in a way that its issuer is not configured to sign in.
    pub fn padded_otherwise(&self, claims: &Value) -> String {
        self.signed(&json!({"alg": "PS256", "kid": self.id}), claims, &RSA_PSS_SHA256)
    }

    fn signed(&self, header: &Value, claims: &Value, padding: &'static dyn RsaEncoding) -> String {
        let message = message(header, claims);
        let signed = match &self.key {
            Key::Ec(key) => key.sign(&self.random, message.as_bytes()).unwrap().as_ref().to_vec(),
            Key::Rsa(key) => {
                let mut signed = vec![0; key.public().modulus_len()];
                key.sign(padding, &self.random, message.as_bytes(), &mut signed).unwrap();
                signed
            }
        };
        format!("{message}.{}", base64(&signed))
    }

    /// A token whose header says that nobody signed it.
    pub fn unsigned(&self, claims: &Value) -> String {
        format!("{}.", message(&json!({"alg": "none", "kid": self.id}), claims))
    }

    /// A token that is signed by the public key, as if that were a secret.
    pub fn confused(&self, claims: &Value) -> String {
        let message = message(&json!({"alg": "HS256", "kid": self.id}), claims);
        let public = match &self.key {
            Key::Ec(key) => key.public_key().as_ref(),
            Key::Rsa(key) => key.public_key().as_ref(),
        };
        let secret = hmac::Key::new(hmac::HMAC_SHA256, public);
        format!("{message}.{}", base64(hmac::sign(&secret, message.as_bytes()).as_ref()))
    }
}

/// The public keys of all of them, as issuers publish theirs.
pub fn key_set(signers: &[&Signer]) -> String {
    json!({"keys": signers.iter().map(|signer| signer.published()).collect::<Vec<_>>()}).to_string()
}

/// Claims that hold for five minutes.
pub fn claims(issuer: &str, subject: &str) -> Value {
    json!({"iss": issuer, "aud": AUDIENCE, "sub": subject, "nbf": after(-60), "exp": after(300)})
}

/// The same with another value for one of them.
pub fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

/// A time from now, in seconds.
pub fn after(seconds: i64) -> i64 {
    i64::try_from(now()).unwrap() + seconds
}

#[expect(clippy::disallowed_methods, reason = "tokens hold by the machine's clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn message(header: &Value, claims: &Value) -> String {
    format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()))
}

fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
