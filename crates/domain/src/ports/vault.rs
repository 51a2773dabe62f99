//! Secrets: what only this service can compute or read.

/// Keyed hashes and sealing.
pub trait Vault: Send + Sync {
    /// A keyed hash of the parts, as text that fits in an address. `purpose` separates the uses of the key.
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> String;

    /// Whether `mac` is the keyed hash of the parts, in constant time.
    fn verify(&self, purpose: &str, parts: &[&[u8]], mac: &str) -> bool;

    /// Seals a secret so that only [`Vault::open`] reads it.
    fn seal(&self, secret: &[u8]) -> Vec<u8>;

    /// Opens what was sealed; `None` if it was not sealed with this key.
    fn open(&self, sealed: &[u8]) -> Option<Vec<u8>>;
}
