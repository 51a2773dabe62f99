//! The store in memory keeps what the storage port promises.

use std::future::Future;
use std::time::Duration;

use runner::memory::MemoryStore;

/// Its clock stands still: leases that have to run out have no length.
async fn in_memory<T: Future<Output = ()>>(test: impl FnOnce(MemoryStore) -> T) {
    test(MemoryStore::new(|| Duration::ZERO)).await;
}

conformance::tests!(in_memory);
