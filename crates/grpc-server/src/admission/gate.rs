//! A bounded number of places, of which one caller may have a share. Who finds none is told which bound it was.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::CallerKey;

/// The places of one kind of calls.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Places>);

#[derive(Debug)]
struct Places {
    most: usize,
    most_of_one: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by: HashMap<CallerKey, usize>,
}

/// No place is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// All are taken: so many.
    All(usize),
    /// The caller has as many as one may have.
    OfCaller(usize),
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Pass {
    places: Arc<Places>,
    key: CallerKey,
}

impl Gate {
    /// `share`: how many percent one caller may have, and one place at the least.
    pub fn new(most: usize, share: usize) -> Self {
        let most_of_one = (most * share).div_ceil(100).max(1);
        Self(Arc::new(Places { most, most_of_one, taken: Mutex::default() }))
    }

    /// A place for a caller.
    pub fn enter(&self, key: CallerKey) -> Result<Pass, Full> {
        let mut taken = self.0.taken();
        if taken.all >= self.0.most {
            return Err(Full::All(self.0.most));
        }
        let own = taken.by.get(&key).copied().unwrap_or_default();
        if own >= self.0.most_of_one {
            return Err(Full::OfCaller(self.0.most_of_one));
        }
        taken.all += 1;
        taken.by.insert(key.clone(), own + 1);
        Ok(Pass { places: Arc::clone(&self.0), key })
    }

    /// How many places are taken.
    pub fn used(&self) -> usize {
        self.0.taken().all
    }
}

impl Places {
    fn taken(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        // Callers come and go: one without a place leaves nothing behind.
        if let Some(own) = taken.by.get_mut(&self.key) {
            *own -= 1;
            if *own == 0 {
                taken.by.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> CallerKey {
        CallerKey::Named(name.into())
    }

    #[test]
    fn one_caller_leaves_places_for_others() {
        let gate = Gate::new(4, 75);
        let own: Vec<_> = (0..3).map(|_| gate.enter(named("shop")).unwrap()).collect();
        assert_eq!(gate.enter(named("shop")).unwrap_err(), Full::OfCaller(3));
        let other = gate.enter(named("warehouse")).unwrap();
        assert_eq!(gate.enter(named("finance")).unwrap_err(), Full::All(4));
        drop(other);
        gate.enter(named("finance")).unwrap();
        drop(own);
        assert_eq!(gate.used(), 0);
    }

    #[test]
    fn who_has_left_is_forgotten() {
        let gate = Gate::new(10, 10);
        for n in 0..1_000 {
            gate.enter(named(&n.to_string())).unwrap();
        }
        assert!(gate.0.taken().by.is_empty());
    }

    #[test]
    fn each_caller_may_have_one_however_small_its_share() {
        let gate = Gate::new(3, 1);
        let _one = gate.enter(named("shop")).unwrap();
        gate.enter(named("warehouse")).unwrap();
    }
}
