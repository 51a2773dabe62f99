//! Static tokens: 256 random bits that a caller sends, of which only the SHA-256 is kept. Hashing once is enough for what cannot be
//! guessed; passwords have no place here. The file has a line for each token: the caller's name, and the hash.

use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

use crate::vault::{NoRandomness, fresh_secret};

/// What every token starts with, so that tools which look for leaked secrets know it.
const PREFIX: &str = "ost_";
/// What every hash starts with.
const HASHED: &str = "sha256:";
/// The length of a token after its prefix.
const DIGITS: usize = 64;

pub type Hash = [u8; SHA256_OUTPUT_LEN];

/// The tokens of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tokens(Vec<(String, Hash)>);

impl Tokens {
    /// Reads the file's lines; blank ones and those after `#` say nothing.
    ///
    /// # Errors
    /// Every line that is wrong, and how. A token in the place of its hash is not shown.
    pub fn parse(text: &str, is_caller: impl Fn(&str) -> bool) -> Result<Self, Vec<String>> {
        if text.trim().is_empty() {
            return Err(vec![
                "it is empty, as a file is that was cut off; if nobody is to have a token, leave a line that begins with #"
                    .to_owned(),
            ]);
        }
        let (mut tokens, mut faults) = (Self::default(), Vec::new());
        for (n, line) in (1..).zip(text.lines()) {
            let words: Vec<_> = line.split('#').next().unwrap_or_default().split_whitespace().collect();
            match words[..] {
                [] => (),
                [name, _] if !is_caller(name) => {
                    faults.push(format!(
                        "line {n}: {name:?} is no caller; add [callers.{name}] or remove the line"
                    ));
                }
                [name, hash] => match read_hash(hash) {
                    Some(hash) => {
                        let other = tokens.of_hash(&hash).filter(|other| *other != name);
                        faults.extend(other.map(|other| {
                            format!(
                                "line {n}: {name}'s token is {other}'s too; a token stands for one caller"
                            )
                        }));
                        tokens.0.push((name.to_owned(), hash));
                    }
                    None => faults.push(format!(
                        "line {n}: {HASHED} and 64 hexadecimal digits are expected after {name}"
                    )),
                },
                [_] | [_, _, _, ..] => {
                    faults.push(format!("line {n}: a caller's name and one hash are expected"))
                }
            }
        }
        if faults.is_empty() { Ok(tokens) } else { Err(faults) }
    }

    /// The name of the caller whose token has this hash. Every hash is compared, and each in full, whatever is found.
    pub fn of_hash(&self, hash: &Hash) -> Option<&str> {
        self.0
            .iter()
            .fold(None, |found, (name, kept)| if is_equal(kept, hash) { Some(name.as_str()) } else { found })
    }

    /// The callers that have a token.
    pub fn callers(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// A new token, and the line that recognises it.
pub fn fresh(caller: &str) -> Result<(String, String), NoRandomness> {
    let token = format!("{PREFIX}{}", hexadecimal(&fresh_secret()?));
    let line = format!("{caller} {HASHED}{}", hexadecimal(&hashed(&token)));
    Ok((token, line))
}

pub fn hashed(token: &str) -> Hash {
    let mut hash = [0; SHA256_OUTPUT_LEN];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

fn is_equal(one: &Hash, other: &Hash) -> bool {
    one.iter().zip(other).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

fn read_hash(text: &str) -> Option<Hash> {
    let digits = text
        .strip_prefix(HASHED)
        .filter(|digits| digits.len() == DIGITS && digits.bytes().all(|it| it.is_ascii_hexdigit()))?;
    let mut hash = [0; SHA256_OUTPUT_LEN];
    for (n, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    Some(hash)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_callers_and_no_other_text_is() {
        let ((shop, shops), (depot, depots)) = (fresh("shop").unwrap(), fresh("depot").unwrap());
        let all = Tokens::parse(&format!("# ours\n{shops}\n\n  {depots} # until May\n"), |_| true).unwrap();
        let caller = |token: &str| all.of_hash(&hashed(token));
        assert_eq!((caller(&shop), caller(&depot)), (Some("shop"), Some("depot")));
        let hash = shops.split_whitespace().nth(1).unwrap();
        for other in ["", "ost_", hash, &shop[..shop.len() - 1], &shop.to_uppercase()] {
            assert_eq!(caller(other), None, "{other}");
        }
        assert_eq!(all.callers().collect::<Vec<_>>(), ["shop", "depot"]);
    }

    #[test]
    fn a_file_that_was_cut_off_takes_no_token_away() {
        for text in ["", "\n", "  \n\n"] {
            assert!(Tokens::parse(text, |_| true).unwrap_err()[0].contains("empty"), "{text:?}");
        }
        assert_eq!(Tokens::parse("# nobody", |_| true), Ok(Tokens::default()));
    }

    #[test]
    fn a_token_stands_for_one_caller() {
        let (_, line) = fresh("shop").unwrap();
        let twice = |name: &str| Tokens::parse(&format!("{line}\n{}", line.replace("shop", name)), |_| true);
        assert!(twice("shop").is_ok());
        let faults = twice("depot").unwrap_err();
        assert_eq!(faults, ["line 2: depot's token is shop's too; a token stands for one caller"]);
    }

    #[test]
    fn every_wrong_line_is_told_and_a_secret_is_not() {
        let (token, line) = fresh("shop").unwrap();
        let text =
            format!("{line}\nshop {token}\nnobody {}\nshop\nshop sha256:zz", line.split(' ').nth(1).unwrap());
        let faults = Tokens::parse(&text, |name| name == "shop").unwrap_err();
        let starts: Vec<_> = faults.iter().map(|fault| &fault[..7]).collect();
        assert_eq!(starts, ["line 2:", "line 3:", "line 4:", "line 5:"]);
        assert!(faults[1].contains("\"nobody\"") && !faults.concat().contains(&token), "{faults:?}");
    }
}
