//! Keyed hashes, sealing and new ids, by ring and uuid. Each generation of the service's secret is split by purpose. What is new is made
//! under the generation in use; what is read is tried under each.

use std::sync::{Arc, PoisonError, RwLock};

use domain::ports::{Ids, Vault};
use jiff::Timestamp;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use uuid::Uuid;

use crate::generations::{Generations, SECRET_BYTES};

/// The service's secret, ready for use.
pub struct SecretVault {
    /// The generation in use comes first.
    keys: RwLock<Arc<[Keys]>>,
    random: SystemRandom,
}

/// The machine has no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the machine provides no random numbers")]
pub struct NoRandomness;

/// New random bytes for a secret.
pub fn fresh_secret() -> Result<[u8; SECRET_BYTES], NoRandomness> {
    let mut secret = [0; SECRET_BYTES];
    SystemRandom::new().fill(&mut secret).map_err(|_| NoRandomness)?;
    Ok(secret)
}

/// Names each generation, the one in use first, without telling anything about it.
pub fn names(generations: &Generations, now: Timestamp) -> Vec<String> {
    generations.at(now).into_iter().map(|secret| mac(&root(secret), "generation", &[])).collect()
}

/// One generation.
struct Keys {
    root: hmac::Key,
    sealing: LessSafeKey,
}

impl Keys {
    fn new(secret: &[u8]) -> Result<Self, NoRandomness> {
        let root = root(secret);
        let sealing = hmac::sign(&root, b"sealing");
        let sealing = UnboundKey::new(&AES_256_GCM, sealing.as_ref()).map_err(|_| NoRandomness)?;
        Ok(Self { root, sealing: LessSafeKey::new(sealing) })
    }

    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        self.sealing.open_in_place(nonce, Aad::empty(), &mut text).ok().map(|secret| secret.to_vec())
    }
}

fn root(secret: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret)
}

fn mac(root: &hmac::Key, purpose: &str, parts: &[&[u8]]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(root, purpose.as_bytes()).as_ref());
    let mut context = hmac::Context::with_key(&key);
    for part in parts {
        // The length before each part distinguishes ("ab", "c") from ("a", "bc").
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    hex(context.sign().as_ref())
}

impl SecretVault {
    pub fn new(generations: &Generations, now: Timestamp) -> Result<Self, NoRandomness> {
        Ok(Self { keys: RwLock::new(keys(generations, now)?), random: SystemRandom::new() })
    }

    /// Goes on with these generations, with the one in use at this time for what is new.
    pub fn renew(&self, generations: &Generations, now: Timestamp) -> Result<(), NoRandomness> {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys(generations, now)?;
        Ok(())
    }

    fn keys(&self) -> Arc<[Keys]> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn keys(generations: &Generations, now: Timestamp) -> Result<Arc<[Keys]>, NoRandomness> {
    generations.at(now).into_iter().map(Keys::new).collect()
}

impl Vault for SecretVault {
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> String {
        mac(&self.keys()[0].root, purpose, parts)
    }

    fn other_macs(&self, purpose: &str, parts: &[&[u8]]) -> Vec<String> {
        self.keys().iter().skip(1).map(|keys| mac(&keys.root, purpose, parts)).collect()
    }

    fn verify(&self, purpose: &str, parts: &[&[u8]], given: &str) -> bool {
        let is_by = |keys: &Keys| {
            let expected = mac(&keys.root, purpose, parts);
            let difference = expected.bytes().zip(given.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
            expected.len() == given.len() && difference == 0
        };
        self.keys().iter().any(is_by)
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
        if self.keys()[0].sealing.seal_in_place_append_tag(key, Aad::empty(), &mut sealed).is_err() {
            return Vec::new();
        }
        [nonce.as_slice(), &sealed].concat()
    }

    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        self.keys().iter().find_map(|keys| keys.open(sealed))
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
pub mod tests {
    use super::*;

    /// A vault whose only generation is made of this byte.
    pub fn vault(byte: u8) -> SecretVault {
        SecretVault::new(&generations(byte), Timestamp::UNIX_EPOCH).unwrap()
    }

    fn generations(byte: u8) -> Generations {
        Generations::only(vec![byte; SECRET_BYTES]).unwrap()
    }

    #[test]
    fn a_sealed_secret_is_opened_by_the_same_key_only() {
        let sealed = vault(7).seal(b"card token");
        assert_eq!(vault(7).open(&sealed).unwrap(), b"card token");
        assert!(vault(8).open(&sealed).is_none());
        assert!(!sealed.windows(4).any(|window| window == b"card"));
    }

    #[test]
    fn hashes_differ_by_purpose_and_by_the_borders_between_parts() {
        let vault = vault(7);
        let mac = vault.mac("hook", &[b"ab", b"c"]);
        assert!(vault.verify("hook", &[b"ab", b"c"], &mac));
        assert!(!vault.verify("request", &[b"ab", b"c"], &mac));
        assert!(!vault.verify("hook", &[b"a", b"bc"], &mac));
        assert!(!vault.verify("hook", &[b"ab", b"c"], &mac[..31]));
    }

    #[test]
    fn after_a_rotation_new_things_are_made_under_the_new_generation_and_old_ones_are_still_known() {
        let (now, vault) = (Timestamp::UNIX_EPOCH, vault(7));
        let (mac, sealed) = (vault.mac("hook", &[b"a"]), vault.seal(b"card token"));
        let then = Timestamp::from_second(1).unwrap();
        let both = generations(7).and(then, vec![8; 32]);
        vault.renew(&both, now).unwrap();
        assert_eq!(vault.mac("hook", &[b"a"]), mac, "the new one is not in use yet");
        vault.renew(&both, then).unwrap();
        assert_ne!(vault.mac("hook", &[b"a"]), mac);
        assert_eq!(vault.other_macs("hook", &[b"a"]), std::slice::from_ref(&mac));
        assert!(
            vault.verify("hook", &[b"a"], &mac) && vault.verify("hook", &[b"a"], &vault.mac("hook", &[b"a"]))
        );
        assert_eq!(vault.open(&sealed).unwrap(), b"card token");
        // What is sealed now is read by none who has only the old generation.
        assert!(self::vault(7).open(&vault.seal(b"card token")).is_none());
    }
}
