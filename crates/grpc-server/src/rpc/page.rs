//! Pages: sizes and tokens.

use domain::ports::{OperationPageKey, PageKey};
use domain::rules::ids::{OperationId, OrderId};
use domain::rules::violation::Violation;
use jiff::Timestamp;

use crate::convert::common::{time as message, time_input};

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

/// The lists, as their tokens name them: a token of another list is none.
const ORDERS: &str = "orders";
const OPERATIONS: &str = "operations";
pub const EVENTS: &str = "events";
pub const SHIPMENTS: &str = "shipments";

/// The token of a page of what an order counts from 1.
pub fn number_token(list: &str, of: OrderId, number: impl std::fmt::Display) -> String {
    format!("{list}.{of}.{number}")
}

/// The number behind which such a page begins. What the databases cannot count is no number.
pub fn number(token: &str, list: &str, of: &str) -> Result<u64, Violation> {
    let Some(of) = OrderId::parse(of).filter(|_| !token.is_empty()) else {
        return Ok(0);
    };
    let number = token.rsplit('.').next().and_then(|number| number.parse::<u64>().ok());
    let number = number.filter(|number| i64::try_from(*number).is_ok());
    number.filter(|number| number_token(list, of, number) == token).ok_or_else(|| token_fault(token))
}

/// The token behind which a page of orders begins.
pub fn order_key(token: &str) -> Result<Option<PageKey>, Violation> {
    let key = place(token, ORDERS, OrderId::parse)?;
    Ok(key.map(|(created_time, id)| PageKey { created_time, id }))
}

/// The token of a page of orders.
pub fn order_token(key: PageKey) -> String {
    place_token(ORDERS, key.created_time, key.id)
}

/// The token behind which a page of operations begins.
pub fn operation_key(token: &str) -> Result<Option<OperationPageKey>, Violation> {
    let key = place(token, OPERATIONS, OperationId::parse)?;
    Ok(key.map(|(created_time, id)| OperationPageKey { created_time, id }))
}

/// The token of a page of operations.
pub fn operation_token(key: OperationPageKey) -> String {
    place_token(OPERATIONS, key.created_time, key.id)
}

fn place_token(list: &str, time: Timestamp, id: impl std::fmt::Display) -> String {
    format!("{list}.{}.{id}", time.as_microsecond())
}

/// A token that is a time and an id, written as we write them; `None` for the first page.
fn place<I: std::fmt::Display + Copy>(
    token: &str,
    list: &str,
    parse: impl Fn(&str) -> Option<I>,
) -> Result<Option<(Timestamp, I)>, Violation> {
    if token.is_empty() {
        return Ok(None);
    }
    let mut parts = token.split('.').skip(1);
    let place = parts.next().zip(parts.next()).and_then(|(time, id)| {
        let time = Timestamp::from_microsecond(time.parse().ok()?).ok()?;
        // The databases know no other times.
        time_input(&message(time))?;
        Some((time, parse(id)?))
    });
    let place = place.filter(|(time, id)| place_token(list, *time, id) == token);
    place.map(Some).ok_or_else(|| token_fault(token))
}

fn token_fault(token: &str) -> Violation {
    fault(
        "page_token",
        "page.token",
        "the next_page_token of the page before in the same list, or nothing",
        token,
    )
}

fn fault(path: &str, rule: &'static str, expected: &str, got: &str) -> Violation {
    Violation { path: path.to_owned(), rule, expected: expected.to_owned(), got: got.to_owned() }
}
