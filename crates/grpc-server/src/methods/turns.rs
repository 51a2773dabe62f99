//! One reading per list at a time: whoever wants a list that is being read waits for that reading. Keeps nothing of what was read.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard, Semaphore, SemaphorePermit};

use super::Key;

/// So many lists are read at once: if Mollie does not answer, the others learn of it while they wait.
const AT_ONCE: usize = 4;

pub struct Turns {
    lists: Mutex<BTreeMap<Key, Weak<Turn<()>>>>,
    readings: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self { lists: Mutex::default(), readings: Semaphore::new(AT_ONCE) }
    }
}

impl Turns {
    /// Waits until nobody else reads this list.
    pub async fn of(&self, key: &Key) -> OwnedMutexGuard<()> {
        let turn = self.turn(key);
        turn.lock_owned().await
    }

    /// Waits until few enough lists are being read.
    pub async fn room(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed; without a permit the list would be read all the same.
        self.readings.acquire().await.ok()
    }

    fn turn(&self, key: &Key) -> Arc<Turn<()>> {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = lists.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        lists.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(Turn::new(()));
        lists.insert(key.clone(), Arc::downgrade(&turn));
        turn
    }
}

#[cfg(test)]
mod tests {
    use domain::rules::ids::ProfileName;
    use domain::rules::payment_method::MethodsWanted;

    use super::*;

    #[tokio::test]
    async fn a_list_is_read_by_one_at_a_time_and_another_list_does_not_wait() {
        let turns = Turns::default();
        let key = |name: &str| (ProfileName::new(name), MethodsWanted::default());
        let first = turns.of(&key("main")).await;
        assert!(turns.turn(&key("main")).try_lock().is_err());
        let other = turns.of(&key("outlet")).await;
        assert_eq!(turns.lists.lock().unwrap().len(), 2);
        drop((first, other));
        assert!(turns.turn(&key("main")).try_lock().is_ok());
        drop(turns.of(&key("third")).await);
        assert_eq!(turns.lists.lock().unwrap().len(), 1, "what nobody waits for is forgotten");
    }
}
