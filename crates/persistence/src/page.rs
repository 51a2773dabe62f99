//! Pages of a list: fetching one more row than requested shows whether there is another page. It may not know any table.

use domain::ports::Page;

/// How many rows to fetch for a page of `limit`.
pub(crate) fn fetched(limit: u32) -> u64 {
    u64::from(limit.max(1)) + 1
}

/// The most bytes of documents in one page, plus one document.
const BYTES: usize = 8 * 1024 * 1024;

/// How many of the rows fit in a page, by the bytes of their documents; at least one.
pub(crate) fn affordable<T>(rows: &[T], limit: u32, bytes: impl Fn(&T) -> usize) -> u32 {
    let sums = rows.iter().scan(0_usize, |sum, row| {
        *sum = sum.saturating_add(bytes(row));
        Some(*sum)
    });
    let count = sums.take_while(|sum| *sum <= BYTES).count().max(1);
    u32::try_from(count).map_or(limit, |count| count.min(limit))
}

/// The page, and the item after which the next one begins. An empty page would have no such item, so a page has at least one.
pub(crate) fn cut<T, K>(mut items: Vec<T>, limit: u32, key: impl Fn(&T) -> K) -> Page<T, K> {
    let limit = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(key);
    Page { items, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: &[usize], limit: u32) -> (usize, Option<usize>) {
        let limit = affordable(rows, limit, |bytes| *bytes);
        let page = cut(rows.to_vec(), limit, |bytes| *bytes);
        (page.items.len(), page.next)
    }

    #[test]
    fn a_page_has_as_many_rows_as_requested_and_affordable() {
        assert_eq!(page(&[1, 2, 3], 2), (2, Some(2)));
        assert_eq!(page(&[1, 2, 3], 3), (3, None));
        assert_eq!(page(&[BYTES - 1, 1, 3], 3), (2, Some(1)));
        assert_eq!(page(&[BYTES + 1, 1], 3), (1, Some(BYTES + 1)), "at least one");
        assert_eq!(page(&[], 3), (0, None));
    }
}
