//! Methods as Mollie listed them, kept for a while: every checkout page asks for the same. What was read also bounds drafts. Each process
//! keeps its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ports::{Clock, Gateway, GatewayError, Ports};
use domain::rules::ids::ProfileName;
use domain::rules::method_limits::MethodLimits;
use domain::rules::payment_method::{MethodsWanted, PaymentMethod};
use jiff::Timestamp;

/// So long a list is not read again.
const FRESH: Duration = Duration::from_mins(10);
/// So long a list stands in for one that cannot be read.
const KEPT: Duration = Duration::from_hours(24);
/// More lists than this are not kept: amounts vary.
const MOST: usize = 500;

/// Whose methods, and for what orders.
type Key = (ProfileName, MethodsWanted);

/// A list, and when Mollie was asked.
#[derive(Clone)]
pub struct Listed {
    pub methods: Arc<[PaymentMethod]>,
    pub read_time: Timestamp,
    /// The same, by the clock that never jumps.
    read_at: Duration,
}

impl Listed {
    fn is_younger(&self, elapsed: Duration, age: Duration) -> bool {
        elapsed.saturating_sub(self.read_at) < age
    }
}

/// The lists that are known.
#[derive(Default)]
pub struct KnownMethods(Mutex<BTreeMap<Key, Listed>>);

impl KnownMethods {
    /// The methods for such an order: as known, if that is fresh, or else as Mollie lists them now.
    ///
    /// # Errors
    /// Mollie cannot be read, and nothing is known.
    pub async fn list<P: Ports>(
        &self,
        ports: &P,
        profile: &ProfileName,
        wanted: &MethodsWanted,
    ) -> Result<Listed, GatewayError> {
        let key = (profile.clone(), wanted.clone());
        let (now, read_at) = (ports.clock().now(), ports.clock().elapsed());
        if let Some(known) = self.since(&key, read_at, FRESH) {
            return Ok(known);
        }
        match ports.gateway().methods(profile, wanted).await {
            Ok(methods) => {
                let listed = Listed { methods: methods.into(), read_time: now, read_at };
                self.keep(key, listed.clone());
                Ok(listed)
            }
            Err(error @ GatewayError::Unavailable(_)) => self.since(&key, read_at, KEPT).ok_or(error),
            Err(
                error @ (GatewayError::KeyRefused(_) | GatewayError::NotFound | GatewayError::Unreadable(_)),
            ) => Err(error),
        }
    }

    /// Between which amounts the methods of a profile are offered, as far as that is known.
    pub fn limits(&self, profile: &ProfileName, elapsed: Duration) -> Vec<MethodLimits> {
        let lists = self.lists();
        let of_profile =
            lists.iter().filter(|((of, _), listed)| of == profile && listed.is_younger(elapsed, KEPT));
        let mut limits: Vec<_> = of_profile
            .flat_map(|(_, listed)| listed.methods.iter())
            .filter_map(PaymentMethod::limits)
            .collect();
        limits.dedup();
        limits
    }

    /// The list, unless it is older than that.
    fn since(&self, key: &Key, elapsed: Duration, age: Duration) -> Option<Listed> {
        self.lists().get(key).filter(|listed| listed.is_younger(elapsed, age)).cloned()
    }

    fn keep(&self, key: Key, listed: Listed) {
        let mut lists = self.lists();
        if lists.len() >= MOST && !lists.contains_key(&key) {
            let oldest = lists.iter().min_by_key(|(_, listed)| listed.read_at).map(|(key, _)| key.clone());
            oldest.into_iter().for_each(|key| drop(lists.remove(&key)));
        }
        lists.insert(key, listed);
    }

    /// What a task that panicked has left is whole: each entry is put in place at once.
    fn lists(&self) -> MutexGuard<'_, BTreeMap<Key, Listed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use domain::rules::money::Money;

    use super::*;

    fn key(country: usize) -> Key {
        let billing_country = Some(country.to_string());
        (ProfileName::new("main"), MethodsWanted { billing_country, ..MethodsWanted::default() })
    }

    fn listed(id: &str, read_at: Duration) -> Listed {
        let minimum = Money::parse("EUR", "1.00").ok();
        let method = PaymentMethod { id: id.to_owned(), minimum, ..PaymentMethod::default() };
        Listed { methods: [method].into(), read_time: Timestamp::UNIX_EPOCH, read_at }
    }

    #[test]
    fn a_list_is_fresh_for_ten_minutes_and_stands_in_for_a_day() {
        let known = KnownMethods::default();
        known.keep(key(0), listed("ideal", Duration::from_secs(100)));
        let is_there = |age, elapsed| known.since(&key(0), Duration::from_secs(elapsed), age).is_some();
        assert!(is_there(FRESH, 100 + 599) && !is_there(FRESH, 100 + 600));
        assert!(is_there(KEPT, 100 + 86_399) && !is_there(KEPT, 100 + 86_400));
        assert!(known.since(&key(1), Duration::from_secs(100), KEPT).is_none());
    }

    #[test]
    fn limits_are_those_of_the_profile_that_are_not_too_old() {
        let known = KnownMethods::default();
        for (country, id) in [(0, "ideal"), (1, "ideal"), (2, "eps")] {
            known.keep(key(country), listed(id, Duration::ZERO));
        }
        known.keep((ProfileName::new("outlet"), MethodsWanted::default()), listed("kbc", Duration::ZERO));
        let ids = |elapsed| {
            let limits = known.limits(&ProfileName::new("main"), elapsed);
            limits.into_iter().map(|limits| limits.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(Duration::from_secs(1)), ["ideal", "eps"]);
        assert_eq!(ids(KEPT), [""; 0]);
    }

    #[test]
    fn of_many_lists_the_oldest_is_forgotten() {
        let known = KnownMethods::default();
        (0..=MOST).for_each(|n| known.keep(key(n), listed("ideal", Duration::from_secs(n as u64))));
        assert_eq!(known.lists().len(), MOST);
        assert!(!known.lists().contains_key(&key(0)) && known.lists().contains_key(&key(MOST)));
    }
}
