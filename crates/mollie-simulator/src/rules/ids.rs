//! Ids as Mollie writes them, drawn from a counter: unique by construction, the same again from the same seed.

use super::switches::IdShape;

const SHORT: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const LONG: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// 36^6 and 62^10: how many texts there are of each length.
const SHORT_TEXTS: u128 = 2_176_782_336;
const LONG_TEXTS: u128 = 839_299_365_868_340_224;
/// Strides that share no factor with the number of texts: every text comes once before the first comes again.
const SHORT_STRIDE: u128 = 1_345_284_577;
const LONG_STRIDE: u128 = 518_715_534_842_869_223;

/// `1.rsa7lu`, or `rsa7lu` when ids are short. For orders, lines and shipments, behind their prefix.
pub fn short(seed: u64, counter: u64, shape: IdShape) -> String {
    let text = spread(seed, counter, SHORT, SHORT_TEXTS, SHORT_STRIDE, 6);
    match shape {
        IdShape::Dotted => format!("1.{text}"),
        IdShape::Short => text,
    }
}

/// Ten letters and digits, for payments.
pub fn long(seed: u64, counter: u64) -> String {
    spread(seed, counter, LONG, LONG_TEXTS, LONG_STRIDE, 10)
}

/// The profile that a key belongs to: always the same for the same key.
pub fn profile(key: &str) -> String {
    format!("pfl_{}", spread(digest(key.as_bytes()), 0, LONG, LONG_TEXTS, LONG_STRIDE, 10))
}

/// FNV-1a. Kept in the journal, so it may not change between releases, as the standard hasher may.
pub fn digest(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn spread(seed: u64, counter: u64, alphabet: &[u8], texts: u128, stride: u128, length: usize) -> String {
    let mut rest = (u128::from(seed) % texts + u128::from(counter) % texts * stride) % texts;
    let base = alphabet.len() as u128;
    (0..length)
        .map(|_| {
            let digit = usize::try_from(rest % base).unwrap_or(0);
            rest /= base;
            char::from(alphabet.get(digit).copied().unwrap_or(b'0'))
        })
        .collect()
}
