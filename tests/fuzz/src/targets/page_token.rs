//! A page token: text that a caller gives to a list as the place where its page begins.

use grpc_server::untrusted::page_tokens;

use crate::seeds;
use crate::target::Reached;

/// Every list takes none but its own, and in none but our form.
pub fn run(input: &[u8]) -> Option<Reached> {
    let text = std::str::from_utf8(input).ok()?;
    let taken = page_tokens(text);
    assert!(taken.len() <= 1, "several lists take {text:?}: {taken:?}");
    for (list, again) in &taken {
        assert_eq!(again, text, "to {list} it is another token");
    }
    let list = taken.first().map(|(list, _)| *list);
    Some(Reached { about: list.unwrap_or("none"), is_taken: list.is_some() })
}

pub fn seeds() -> Vec<(String, Vec<u8>)> {
    let tokens = seeds::PAGE_TOKENS.iter();
    tokens.map(|(list, token)| (list.replace(' ', "-"), token.as_bytes().to_vec())).collect()
}

pub fn subjects() -> Vec<&'static str> {
    seeds::PAGE_TOKENS.iter().map(|(list, _)| *list).collect()
}
