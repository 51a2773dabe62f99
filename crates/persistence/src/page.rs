//! Pages of a list: one row more than asked for tells whether there is another page. It may not know any table.

use domain::ports::Page;

/// How many rows to fetch for a page of `limit`.
pub(crate) fn fetched(limit: u32) -> u64 {
    u64::from(limit.max(1)) + 1
}

/// The page, and behind which item the next one begins. An empty page would have no such place, so at least one item is
/// given.
pub(crate) fn cut<T, K>(mut items: Vec<T>, limit: u32, key: impl Fn(&T) -> K) -> Page<T, K> {
    let limit = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(key);
    Page { items, next }
}
