//! Keyed hashes, sealing and new ids, by ring and uuid. The service's one secret is split by purpose.

use domain::ports::{Ids, Vault};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

/// The least number of bytes in the service's secret.
pub const SECRET_BYTES: usize = 32;

/// The service's secret, ready for use.
pub struct SecretVault {
    root: hmac::Key,
    sealing: LessSafeKey,
    random: SystemRandom,
}

/// The secret is too short, or the machine has no randomness.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("the service's secret has {got} bytes; at least {SECRET_BYTES} are needed")]
    TooShort { got: usize },
    #[error("the machine provides no random numbers")]
    NoRandomness,
}

/// New random bytes for a secret.
pub fn fresh_secret() -> Result<[u8; SECRET_BYTES], VaultError> {
    let mut secret = [0; SECRET_BYTES];
    SystemRandom::new().fill(&mut secret).map_err(|_| VaultError::NoRandomness)?;
    Ok(secret)
}

impl SecretVault {
    pub fn new(secret: &[u8]) -> Result<Self, VaultError> {
        if secret.len() < SECRET_BYTES {
            return Err(VaultError::TooShort { got: secret.len() });
        }
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let sealing = hmac::sign(&root, b"sealing");
        let sealing =
            UnboundKey::new(&AES_256_GCM, sealing.as_ref()).map_err(|_| VaultError::NoRandomness)?;
        Ok(Self { root, sealing: LessSafeKey::new(sealing), random: SystemRandom::new() })
    }

    fn context(&self, purpose: &str, parts: &[&[u8]]) -> hmac::Context {
        let key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&self.root, purpose.as_bytes()).as_ref());
        let mut context = hmac::Context::with_key(&key);
        for part in parts {
            // The length before each part distinguishes ("ab", "c") from ("a", "bc").
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context
    }
}

impl Vault for SecretVault {
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> String {
        hex(self.context(purpose, parts).sign().as_ref())
    }

    fn verify(&self, purpose: &str, parts: &[&[u8]], mac: &str) -> bool {
        let expected = self.mac(purpose, parts);
        let difference = expected.bytes().zip(mac.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        expected.len() == mac.len() && difference == 0
    }

    fn seal(&self, secret: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        let mut sealed = secret.to_vec();
        // Both fail only if the machine has no randomness or the secret is larger than 64 GiB. Then nothing is stored: opening it
        // later calls for an operator instead of sending an order without its parameters.
        if self.random.fill(&mut nonce).is_err() {
            return Vec::new();
        }
        let key = Nonce::assume_unique_for_key(nonce);
        if self.sealing.seal_in_place_append_tag(key, Aad::empty(), &mut sealed).is_err() {
            return Vec::new();
        }
        [nonce.as_slice(), &sealed].concat()
    }

    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        self.sealing.open_in_place(nonce, Aad::empty(), &mut text).ok().map(|secret| secret.to_vec())
    }
}

/// Half of an HMAC-SHA-256 as hexadecimal text: 128 bits are beyond guessing, and addresses stay readable.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// New ids by the machine's clock and randomness.
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
    fn ordered(&self) -> Uuid {
        Uuid::now_v7()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where ids are made")]
    fn random(&self) -> Uuid {
        Uuid::new_v4()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> SecretVault {
        SecretVault::new(&[7; 32]).unwrap()
    }

    #[test]
    fn a_sealed_secret_is_opened_by_the_same_key_only() {
        let sealed = vault().seal(b"card token");
        assert_eq!(vault().open(&sealed).unwrap(), b"card token");
        assert!(SecretVault::new(&[8; 32]).unwrap().open(&sealed).is_none());
        assert!(!sealed.windows(4).any(|window| window == b"card"));
    }

    #[test]
    fn hashes_differ_by_purpose_and_by_the_borders_between_parts() {
        let vault = vault();
        let mac = vault.mac("hook", &[b"ab", b"c"]);
        assert!(vault.verify("hook", &[b"ab", b"c"], &mac));
        assert!(!vault.verify("request", &[b"ab", b"c"], &mac));
        assert!(!vault.verify("hook", &[b"a", b"bc"], &mac));
        assert!(!vault.verify("hook", &[b"ab", b"c"], &mac[..31]));
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(matches!(SecretVault::new(&[1; 31]), Err(VaultError::TooShort { got: 31 })));
    }
}
