//! Secrets: what only this service can compute or read. The secret has generations: what is new is made under the one in use, and
//! what was made under any of them is recognised for ever.

/// Keyed hashes and sealing.
pub trait Vault: Send + Sync {
    /// A keyed hash of the parts, as text that fits in an address. `purpose` separates the uses of the key.
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> String;

    /// The same under each other generation of the secret, for what was made while that one was in use.
    fn other_macs(&self, _purpose: &str, _parts: &[&[u8]]) -> Vec<String> {
        Vec::new()
    }

    /// Whether `mac` is the keyed hash of the parts under any generation, in constant time.
    fn verify(&self, purpose: &str, parts: &[&[u8]], mac: &str) -> bool;

    /// Seals a secret so that only [`Vault::open`] reads it.
    fn seal(&self, secret: &[u8]) -> Vec<u8>;

    /// Opens what was sealed under any generation; `None` if it was sealed with another secret.
    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>>;
}
