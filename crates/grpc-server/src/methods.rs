//! Methods as Mollie listed them, kept for a while: every checkout page asks for the same. What was read also bounds drafts. Each process
//! keeps its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ports::{Clock, Gateway, GatewayError, Ports};
use domain::rules::ids::ProfileName;
use domain::rules::method_limits::MethodLimits;
use domain::rules::payment_method::{MethodsWanted, PaymentMethod};
use domain::rules::rejection::Rejection;
use jiff::Timestamp;

use self::failures::Failures;
use self::turns::Turns;

mod failures;
mod turns;

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

/// Why there is no list.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotListed {
    /// Mollie does not take what was asked for.
    #[error("Mollie refused the list: {0}")]
    Refused(Box<Rejection>),
    #[error(transparent)]
    Gateway(GatewayError),
}

/// The lists that are known, and what they tell of limits.
#[derive(Default)]
pub struct KnownMethods {
    turns: Turns,
    failures: Failures,
    lists: Mutex<BTreeMap<Key, Listed>>,
    limits: Mutex<BTreeMap<ProfileName, Vec<(Duration, MethodLimits)>>>,
}

impl KnownMethods {
    /// The methods for such an order: as known, if that is fresh, or else as Mollie lists them now. Of those who ask for the same list
    /// at the same time one asks Mollie.
    ///
    /// # Errors
    /// Mollie cannot be read, and nothing is known; or it does not take what was asked for.
    pub async fn list<P: Ports>(
        &self,
        ports: &P,
        profile: &ProfileName,
        wanted: &MethodsWanted,
    ) -> Result<Listed, NotListed> {
        let key = (profile.clone(), wanted.clone());
        if let Some(known) = self.known(&key, ports.clock().elapsed()) {
            return known;
        }
        let _turn = self.turns.of(&key).await;
        let _room = self.turns.room().await;
        // Meanwhile somebody else may have read it, or have tried to.
        if let Some(known) = self.known(&key, ports.clock().elapsed()) {
            return known;
        }
        self.read(ports, key).await
    }

    async fn read<P: Ports>(&self, ports: &P, key: Key) -> Result<Listed, NotListed> {
        let (read_time, read_at) = (ports.clock().now(), ports.clock().elapsed());
        let error = match ports.gateway().methods(&key.0, &key.1).await {
            Ok(Ok(methods)) => {
                let listed = Listed { methods: methods.into(), read_time, read_at };
                self.keep(key, listed.clone());
                return Ok(listed);
            }
            Ok(Err(rejection)) => NotListed::Refused(rejection),
            Err(error) => NotListed::Gateway(error),
        };
        let failed_at = ports.clock().elapsed();
        self.failures.note(&key, &error, failed_at);
        self.instead_of(&key, error, failed_at)
    }

    /// What can be said without asking Mollie: a fresh list, or that it could not be read a moment ago.
    fn known(&self, key: &Key, elapsed: Duration) -> Option<Result<Listed, NotListed>> {
        if let Some(fresh) = self.since(key, elapsed, FRESH) {
            return Some(Ok(fresh));
        }
        self.failures.recent(key, elapsed).map(|error| self.instead_of(key, error, elapsed))
    }

    /// While Mollie is down, an older list stands in.
    fn instead_of(&self, key: &Key, error: NotListed, elapsed: Duration) -> Result<Listed, NotListed> {
        match error {
            NotListed::Gateway(GatewayError::Unavailable(_) | GatewayError::Later { .. }) => {
                self.since(key, elapsed, KEPT).ok_or(error)
            }
            NotListed::Gateway(
                GatewayError::KeyRefused(_)
                | GatewayError::NoKey(_)
                | GatewayError::NotFound
                | GatewayError::Unreadable(_),
            )
            | NotListed::Refused(_) => Err(error),
        }
    }

    /// Between which amounts the methods of a profile are offered, as far as that is known.
    pub fn limits(&self, profile: &ProfileName, elapsed: Duration) -> Vec<MethodLimits> {
        let limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let known = limits.get(profile).map(Vec::as_slice).unwrap_or_default();
        let is_young = |read_at: &Duration| elapsed.saturating_sub(*read_at) < KEPT;
        known.iter().filter(|(read_at, _)| is_young(read_at)).map(|(_, limits)| limits.clone()).collect()
    }

    /// Takes over what a list tells: of each method and currency the newest. Lists of one country may tell of other limits.
    fn learn(&self, (profile, wanted): &Key, listed: &Listed) {
        if wanted.billing_country.is_some() {
            return;
        }
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        let known = limits.entry(profile.clone()).or_default();
        for new in listed.methods.iter().filter_map(PaymentMethod::limits) {
            known.retain(|(_, old)| !old.is_of_same(&new));
            known.push((listed.read_at, new));
        }
    }

    /// The list, unless it is older than that.
    fn since(&self, key: &Key, elapsed: Duration, age: Duration) -> Option<Listed> {
        self.lists().get(key).filter(|listed| listed.is_younger(elapsed, age)).cloned()
    }

    fn keep(&self, key: Key, listed: Listed) {
        self.learn(&key, &listed);
        let mut lists = self.lists();
        if lists.len() >= MOST && !lists.contains_key(&key) {
            let oldest = lists.iter().min_by_key(|(_, listed)| listed.read_at).map(|(key, _)| key.clone());
            oldest.into_iter().for_each(|key| drop(lists.remove(&key)));
        }
        lists.insert(key, listed);
    }

    /// What a task that panicked has left is whole: each entry is put in place at once.
    fn lists(&self) -> MutexGuard<'_, BTreeMap<Key, Listed>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn limits_are_the_newest_of_the_profile_and_of_no_single_country() {
        let known = KnownMethods::default();
        let all = |profile: &str| (ProfileName::new(profile), MethodsWanted::default());
        known.keep(all("main"), listed("ideal", Duration::ZERO));
        known.keep(key(1), listed("klarna", Duration::ZERO));
        known.keep(all("outlet"), listed("kbc", Duration::ZERO));
        known.keep(all("main"), listed("ideal", Duration::from_secs(60)));
        known.keep(all("main"), listed("eps", Duration::from_secs(1)));
        let ids = |elapsed| {
            let limits = known.limits(&ProfileName::new("main"), elapsed);
            limits.into_iter().map(|limits| limits.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(Duration::from_secs(61)), ["ideal", "eps"]);
        assert_eq!(ids(KEPT + Duration::from_secs(30)), ["ideal"], "the older one is too old");
        assert_eq!(ids(KEPT + Duration::from_secs(60)), [""; 0]);
    }

    #[test]
    fn of_many_lists_the_oldest_is_forgotten() {
        let known = KnownMethods::default();
        (0..=MOST).for_each(|n| known.keep(key(n), listed("ideal", Duration::from_secs(n as u64))));
        assert_eq!(known.lists().len(), MOST);
        assert!(!known.lists().contains_key(&key(0)) && known.lists().contains_key(&key(MOST)));
    }
}
