//! An issuer of signed tokens, for tests: written by the standards, without the library that the service reads tokens by.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

pub const ISSUER: &str = "https://id.shop.example";
pub const AUDIENCE: &str = "order-service";
const KEY: &str = "key-1";

/// Somebody with a key.
pub struct Signer {
    key: EcdsaKeyPair,
    random: SystemRandom,
}

impl Signer {
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Self { key, random }
    }

    /// Its public key, as issuers publish theirs.
    pub fn key_set(&self) -> String {
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": KEY, "use": "sig", "x": base64(x), "y": base64(y)}]}).to_string()
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        self.sign_as(KEY, claims)
    }

    /// The same, naming another key.
    pub fn sign_as(&self, key: &str, claims: &Value) -> String {
        let message = message(&json!({"alg": "ES256", "kid": key, "typ": "JWT"}), claims);
        let signed = self.key.sign(&self.random, message.as_bytes()).unwrap();
        format!("{message}.{}", base64(signed.as_ref()))
    }

    /// A token whose header says that nobody signed it.
    pub fn unsigned(claims: &Value) -> String {
        format!("{}.", message(&json!({"alg": "none", "kid": KEY}), claims))
    }

    /// A token that is signed by the public key, as if that were a secret.
    pub fn confused(&self, claims: &Value) -> String {
        let message = message(&json!({"alg": "HS256", "kid": KEY}), claims);
        let secret = hmac::Key::new(hmac::HMAC_SHA256, self.key.public_key().as_ref());
        format!("{message}.{}", base64(hmac::sign(&secret, message.as_bytes()).as_ref()))
    }
}

/// Claims that hold for five minutes.
pub fn claims(subject: &str) -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "nbf": after(-60), "exp": after(300)})
}

/// The same with another value for one of them.
pub fn with(mut claims: Value, name: &str, value: Value) -> Value {
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
