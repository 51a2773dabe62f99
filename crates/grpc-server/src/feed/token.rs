//! Resume tokens: a place in the stream, with a keyed hash of the event there. So a token of another database is noticed, and one of
//! a place that came after the backup from which a database was restored. It may not read the store.

use domain::ports::{Place, Vault};

/// The first character of the tokens of this release.
const VERSION: &str = "1";
/// Hexadecimal digits of a position.
const POSITION: usize = 16;
/// What the hash is for.
const PURPOSE: &str = "resume token";

/// A token as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// 0 before the first event.
    pub position: u64,
    hash: String,
}

/// The token of a place; `None` is the one before the first event.
pub fn token(vault: &impl Vault, place: Option<Place>) -> String {
    let position = place.map_or(0, |place| place.position);
    format!("{VERSION}{position:0POSITION$x}{}", hashed(place, |parts| vault.mac(PURPOSE, parts)))
}

/// Hands what is hashed of a place to `by`.
fn hashed<R>(place: Option<Place>, by: impl FnOnce(&[&[u8]]) -> R) -> R {
    let Some(Place { position, order_id, sequence }) = place else { return by(&[]) };
    let (position, sequence) = (position.to_be_bytes(), sequence.to_be_bytes());
    by(&[&position, order_id.uuid().as_bytes(), &sequence])
}

impl Token {
    /// Reads one; `None` if it has not the form of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (position, hash) = text.strip_prefix(VERSION)?.split_at_checked(POSITION)?;
        let is_hex = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
        let position = position.bytes().all(is_hex).then(|| u64::from_str_radix(position, 16).ok())??;
        // The databases know no greater numbers.
        i64::try_from(position).ok()?;
        Some(Self { position, hash: hash.to_owned() })
    }

    /// Whether it is the token of this place, which is what the stream has at its position.
    pub fn is_of(&self, vault: &impl Vault, place: Option<Place>) -> bool {
        let position = place.map_or(0, |place| place.position);
        position == self.position && hashed(place, |parts| vault.verify(PURPOSE, parts, &self.hash))
    }
}

#[cfg(test)]
mod tests {
    use domain::rules::ids::OrderId;
    use uuid::Uuid;

    use super::*;
    use crate::vault::tests::vault;

    fn place(position: u64, sequence: u64) -> Place {
        Place { position, order_id: OrderId::new(Uuid::from_u128(7)), sequence }
    }

    #[test]
    fn a_token_is_of_one_event_at_one_place() {
        let vault = vault(7);
        let text = token(&vault, Some(place(300, 2)));
        let read = Token::parse(&text).unwrap();
        assert_eq!(read.position, 300);
        assert!(read.is_of(&vault, Some(place(300, 2))));
        for other in [None, Some(place(300, 3)), Some(place(301, 2))] {
            assert!(!read.is_of(&vault, other), "{other:?}");
        }
        assert!(!read.is_of(&self::vault(8), Some(place(300, 2))));
        let first = Token::parse(&token(&vault, None)).unwrap();
        assert!(first.position == 0 && first.is_of(&vault, None) && !first.is_of(&vault, Some(place(1, 1))));
    }

    #[test]
    fn what_is_no_token_is_told_from_one() {
        let vault = vault(7);
        let good = token(&vault, Some(place(1, 1)));
        assert!(Token::parse(&good).is_some());
        let later_release = format!("2{}", &good[1..]);
        let beyond = format!("1{}{}", "f".repeat(16), &good[17..]);
        for wrong in ["", "1", "events.7.1", &good[..16], &later_release, &beyond, "1+00000000000001x", "1ü"]
        {
            assert_eq!(Token::parse(wrong), None, "{wrong}");
        }
        // One that was cut off, or to which something was added, is of no place.
        for wrong in [&good[..good.len() - 1], &format!("{good}0")] {
            assert!(Token::parse(wrong).is_none_or(|read| !read.is_of(&vault, Some(place(1, 1)))), "{wrong}");
        }
    }
}
