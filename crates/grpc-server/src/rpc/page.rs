//! Pages: sizes and tokens.

use domain::ports::{OperationPageKey, PageKey};
use domain::rules::ids::{OperationId, OrderId};
use domain::rules::violation::Violation;
use jiff::Timestamp;

const DEFAULT_SIZE: u32 = 50;
const LARGEST_SIZE: u32 = 250;

/// The page size asked for, within bounds.
pub fn size(asked: i32) -> Result<u32, Violation> {
    match u32::try_from(asked) {
        Ok(0) => Ok(DEFAULT_SIZE),
        Ok(size) => Ok(size.min(LARGEST_SIZE)),
        Err(_) => Err(fault("page_size", "page.size", "a number from 0 to 250", &asked.to_string())),
    }
}

/// A token that is a plain number, as events and shipments are counted.
pub fn number(token: &str) -> Result<u64, Violation> {
    if token.is_empty() { Ok(0) } else { token.parse().map_err(|_| token_fault(token)) }
}

/// The token behind which a page of orders begins.
pub fn order_key(token: &str) -> Result<Option<PageKey>, Violation> {
    let key = place(token, OrderId::parse)?;
    Ok(key.map(|(created_time, id)| PageKey { created_time, id }))
}

/// The token of a page of orders.
pub fn order_token(key: PageKey) -> String {
    format!("{}.{}", key.created_time.as_microsecond(), key.id)
}

/// The token behind which a page of operations begins.
pub fn operation_key(token: &str) -> Result<Option<OperationPageKey>, Violation> {
    let key = place(token, OperationId::parse)?;
    Ok(key.map(|(created_time, id)| OperationPageKey { created_time, id }))
}

/// The token of a page of operations.
pub fn operation_token(key: OperationPageKey) -> String {
    format!("{}.{}", key.created_time.as_microsecond(), key.id)
}

/// A token that is a time and an id; `None` for the first page.
fn place<I>(token: &str, parse: impl Fn(&str) -> Option<I>) -> Result<Option<(Timestamp, I)>, Violation> {
    if token.is_empty() {
        return Ok(None);
    }
    let place = token.split_once('.').and_then(|(time, id)| {
        let created_time = Timestamp::from_microsecond(time.parse().ok()?).ok()?;
        Some((created_time, parse(id)?))
    });
    place.map(Some).ok_or_else(|| token_fault(token))
}

fn token_fault(token: &str) -> Violation {
    fault("page_token", "page.token", "the next_page_token of the page before", token)
}

fn fault(path: &str, rule: &'static str, expected: &str, got: &str) -> Violation {
    Violation { path: path.to_owned(), rule, expected: expected.to_owned(), got: got.to_owned() }
}
