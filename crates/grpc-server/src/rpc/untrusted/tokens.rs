//! Tokens that callers give back: each is read by every list, and the places it could mean are written again.

use domain::ports::{Place, Vault};

use super::super::page;
use crate::feed::{Token, token};

/// The lists that take a page token that is not empty, each with the token of the place it reads.
#[must_use]
pub fn page_tokens(text: &str) -> Vec<(&'static str, String)> {
    let mut taken = Vec::new();
    let mut take = |list, again: Option<String>| taken.extend(again.map(|again| (list, again)));
    take("orders", page::order_key(text).ok().flatten().map(page::order_token));
    take("changed orders", page::changed_order_key(text).ok().flatten().map(page::changed_order_token));
    take("operations", page::operation_key(text).ok().flatten().map(page::operation_token));
    take("refunds of all orders", page::refund_key(text).ok().flatten().map(page::refund_token));
    take("archive", page::archive_key(text).ok().flatten().map(page::archive_token));
    take("deadlines", page::deadline_key(text).ok().flatten().map(page::deadline_token));
    let of = text.split('.').nth(1).unwrap_or_default();
    for list in [page::EVENTS, page::SHIPMENTS, page::PAYMENTS, page::REFUNDS] {
        let id = domain::rules::ids::OrderId::parse(of).filter(|_| !text.is_empty());
        let number = page::number(text, list, of).ok();
        take(list, id.zip(number).map(|(id, number)| page::number_token(list, id, number)));
    }
    taken
}

/// The position in a resume token that has our form; and its text again, if it is the one of this place.
#[must_use]
pub fn resume_token(vault: &impl Vault, text: &str, place: Option<Place>) -> Option<(u64, Option<String>)> {
    let read = Token::parse(text)?;
    let again = read.is_of(vault, place).then(|| token(vault, place));
    Some((read.position, again))
}
