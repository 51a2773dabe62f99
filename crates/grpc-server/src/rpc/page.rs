//! Pages: sizes and tokens.

use domain::ports::{DeadlinePageKey, OperationPageKey, Page, PageKey, RefundPageKey};
use domain::rules::access::Profiles;
use domain::rules::ids::{OperationId, OrderId, ProfileName, RefundId};
use domain::rules::violation::Violation;
use jiff::Timestamp;
use prost::Message;

use crate::convert::common::{time as message, time_input};

const DEFAULT_SIZE: u32 = 50;
const LARGEST_SIZE: u32 = 250;

/// The most bytes of one page: clients accept answers of 4 MiB by default.
const BYTES: usize = 3 * 1024 * 1024;

/// As many messages as fit in one page, and at least one.
pub fn within_bytes<M: Message>(messages: impl IntoIterator<Item = M>) -> Vec<M> {
    filled(Filling::new(u32::MAX), messages)
}

/// The first messages that half a page holds, and one in any case.
pub fn within_half<M: Message>(messages: impl IntoIterator<Item = M>) -> Vec<M> {
    filled(Filling { bytes: BYTES / 2, ..Filling::new(u32::MAX) }, messages)
}

/// A page that is cut from a whole list, and where the next one begins.
pub fn cut<T, M: Message>(
    whole: &[T],
    size: u32,
    skip: u64,
    message: impl Fn(&T) -> M,
) -> (Vec<M>, Option<usize>) {
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let page = within_bytes(whole.iter().skip(skip).take(size as usize).map(message));
    let end = skip.saturating_add(page.len());
    (page, (end < whole.len()).then_some(end))
}

fn filled<M: Message>(mut filling: Filling<M>, messages: impl IntoIterator<Item = M>) -> Vec<M> {
    let _full = messages.into_iter().try_for_each(|message| filling.push(message).then_some(()));
    filling.messages
}

/// A page of the store as messages: as many as fit in one answer, and the position after which the next page begins.
pub fn messages<T, K, M: Message>(
    page: Page<T, K>,
    message: impl Fn(&T) -> M,
    key: impl Fn(&T) -> K,
) -> (Vec<M>, Option<K>) {
    let mut filling = Filling::new(u32::MAX);
    let next = filling.add(page, message, key);
    (filling.messages, next)
}

/// A page that is filled until its size or the answer is full.
pub struct Filling<M> {
    pub messages: Vec<M>,
    bytes: usize,
    size: u32,
    is_full: bool,
}

impl<M: Message> Filling<M> {
    pub const fn new(size: u32) -> Self {
        Self { messages: Vec::new(), bytes: 0, size, is_full: false }
    }

    /// How many more may fit.
    pub fn room(&self) -> Option<u32> {
        let taken = u32::try_from(self.messages.len()).unwrap_or(u32::MAX);
        self.size.checked_sub(taken).filter(|room| *room > 0 && !self.is_full)
    }

    /// Adds the store's next items as far as there is room; returns where the rest begins, if there is any.
    pub fn add<T, K>(
        &mut self,
        page: Page<T, K>,
        message: impl Fn(&T) -> M,
        key: impl Fn(&T) -> K,
    ) -> Option<K> {
        let before = self.messages.len();
        let all = page.items.iter().all(|one| self.push(message(one)));
        let last = (self.messages.len() - before).checked_sub(1).and_then(|last| page.items.get(last));
        if all { page.next } else { last.map(key) }
    }

    /// Adds a message; `false` if it did not fit.
    pub fn push(&mut self, message: M) -> bool {
        // In its page a message is preceded by a tag and its length.
        self.bytes += message.encoded_len() + 8;
        self.is_full |= self.bytes > BYTES && !self.messages.is_empty();
        if !self.is_full {
            self.messages.push(message);
        }
        !self.is_full
    }
}

/// The requested page size, within bounds.
pub fn size(asked: i32) -> Result<u32, Violation> {
    match u32::try_from(asked) {
        Ok(0) => Ok(DEFAULT_SIZE),
        Ok(size) => Ok(size.min(LARGEST_SIZE)),
        Err(_) => Err(fault("page_size", "page.size", "a number from 0 to 250", &asked.to_string())),
    }
}

/// The profiles that a list is asked for: the one that is named, or all.
pub fn profiles(named: String) -> Profiles {
    if named.is_empty() { Profiles::All } else { Profiles::one(ProfileName::new(named)) }
}

/// The names of lists in their tokens: a token of another list is invalid.
const ORDERS: &str = "orders";
const CHANGED_ORDERS: &str = "changed_orders";
const ARCHIVE: &str = "archive";
const OPERATIONS: &str = "operations";
pub const EVENTS: &str = "events";
pub const SHIPMENTS: &str = "shipments";
pub const PAYMENTS: &str = "payments";
pub const REFUNDS: &str = "refunds";
const ALL_REFUNDS: &str = "all_refunds";
const DEADLINES: &str = "deadlines";

/// The token of a page of something that an order numbers from 1.
pub fn number_token(list: &str, of: OrderId, number: impl std::fmt::Display) -> String {
    format!("{list}.{of}.{number}")
}

/// The number after which that page begins. Numbers beyond the databases' range are invalid.
pub fn number(token: &str, list: &str, of: &str) -> Result<u64, Violation> {
    let Some(of) = OrderId::parse(of).filter(|_| !token.is_empty()) else {
        return Ok(0);
    };
    let number = token.rsplit('.').next().and_then(|number| number.parse::<u64>().ok());
    let number = number.filter(|number| i64::try_from(*number).is_ok());
    number.filter(|number| number_token(list, of, number) == token).ok_or_else(|| token_fault(token))
}

/// The position in a token of a page of orders.
pub fn order_key(token: &str) -> Result<Option<PageKey>, Violation> {
    let key = place(token, ORDERS, OrderId::parse)?;
    Ok(key.map(|(time, id)| PageKey { time, id }))
}

/// The token of a page of orders.
pub fn order_token(key: PageKey) -> String {
    place_token(ORDERS, key.time, key.id)
}

/// The same for orders by their last change: such a list goes another way.
pub fn changed_order_key(token: &str) -> Result<Option<PageKey>, Violation> {
    let key = place(token, CHANGED_ORDERS, OrderId::parse)?;
    Ok(key.map(|(time, id)| PageKey { time, id }))
}

pub fn changed_order_token(key: PageKey) -> String {
    place_token(CHANGED_ORDERS, key.time, key.id)
}

/// The place in a token that archiving goes on from.
pub fn archive_key(token: &str) -> Result<Option<PageKey>, Violation> {
    let key = place(token, ARCHIVE, OrderId::parse)?;
    Ok(key.map(|(time, id)| PageKey { time, id }))
}

pub fn archive_token(key: PageKey) -> String {
    place_token(ARCHIVE, key.time, key.id)
}

/// The position in a token of a page of operations.
pub fn operation_key(token: &str) -> Result<Option<OperationPageKey>, Violation> {
    let key = place(token, OPERATIONS, OperationId::parse)?;
    Ok(key.map(|(created_time, id)| OperationPageKey { created_time, id }))
}

/// The token of a page of operations.
pub fn operation_token(key: OperationPageKey) -> String {
    place_token(OPERATIONS, key.created_time, key.id)
}

/// The position in a token of a page of all orders' refunds.
pub fn refund_key(token: &str) -> Result<Option<RefundPageKey>, Violation> {
    let key = place(token, ALL_REFUNDS, RefundId::parse)?;
    Ok(key.map(|(registered_time, id)| RefundPageKey { registered_time, id }))
}

/// The token of a page of all orders' refunds.
pub fn refund_token(key: RefundPageKey) -> String {
    place_token(ALL_REFUNDS, key.registered_time, key.id)
}

/// The position in a token of a page of deadlines.
pub fn deadline_key(token: &str) -> Result<Option<DeadlinePageKey>, Violation> {
    let key = place(token, DEADLINES, OrderId::parse)?;
    Ok(key.map(|(ship_by, id)| DeadlinePageKey { ship_by, id }))
}

/// The token of a page of deadlines.
pub fn deadline_token(key: DeadlinePageKey) -> String {
    place_token(DEADLINES, key.ship_by, key.id)
}

fn place_token(list: &str, time: Timestamp, id: impl std::fmt::Display) -> String {
    format!("{list}.{}.{id}", time.as_microsecond())
}

/// A token made of a time and an id, in our own form; `None` for the first page.
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
        // Of the last second jiff takes no microseconds as such.
        let time = Timestamp::from_nanosecond(i128::from(time.parse::<i64>().ok()?) * 1_000).ok()?;
        // The databases support no other times.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto;

    fn page(count: u32, bytes: usize, next: Option<u32>) -> (usize, Option<u32>) {
        let message = |_: &u32| proto::Order { order_number: "x".repeat(bytes), ..proto::Order::default() };
        let (messages, next) = messages(Page { items: (1..=count).collect(), next }, message, |n| *n);
        let sent = proto::ListOrdersResponse { orders: messages, next_page_token: String::new() };
        assert!(sent.encoded_len() <= BYTES || sent.orders.len() == 1, "{}", sent.encoded_len());
        (sent.orders.len(), next)
    }

    #[test]
    fn a_page_ends_before_it_is_too_large_for_clients_and_the_next_begins_there() {
        assert_eq!(page(250, 22_000, Some(250)), (142, Some(142)));
        assert_eq!(page(100, 22_000, Some(100)), (100, Some(100)));
        assert_eq!(page(100, 22_000, None), (100, None));
        // A message that is too large is a page by itself.
        assert_eq!(page(2, 2 * BYTES, None), (1, Some(1)));
        assert_eq!(page(0, 0, None), (0, None));
    }

    #[test]
    fn a_token_of_any_time_is_read_again() {
        let id = OrderId::new(uuid::Uuid::from_u128(7));
        for time in [Timestamp::UNIX_EPOCH, "9999-12-30T22:00:00Z".parse().unwrap(), Timestamp::MAX] {
            let token = order_token(PageKey { time, id });
            let read = order_key(&token).unwrap().unwrap();
            assert_eq!((order_token(read), read.id), (token, id));
        }
    }
}
