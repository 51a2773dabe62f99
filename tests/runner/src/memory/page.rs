//! Pages of a list. It may not know any table.

use domain::ports::Page;

/// The first `limit` of the items, and behind which the next page begins if there is more. At least one is given, as an
/// empty page has no such place.
pub(super) fn first<T, K>(
    mut items: impl Iterator<Item = T>,
    limit: u32,
    key: impl Fn(&T) -> K,
) -> Page<T, K> {
    let limit = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
    let page: Vec<T> = items.by_ref().take(limit).collect();
    let next = items.next().and_then(|_| page.last().map(key));
    Page { items: page, next }
}
