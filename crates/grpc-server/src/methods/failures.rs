//! Readings that failed a moment ago: whoever comes next is told so, and Mollie is not asked by each of them. Keeps nothing for long.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ports::GatewayError;
use domain::rules::ids::ProfileName;
use domain::rules::payment_method::MethodsWanted;

use super::{Key, NotListed};

/// So long a failure is remembered: whoever waits as long as callers are told to has Mollie asked again.
const REMEMBERED: Duration = Duration::from_secs(1);

/// When which list could not be read, and why; without what was wanted: any list of the profile.
type Noted = BTreeMap<(ProfileName, Option<MethodsWanted>), (Duration, NotListed)>;

#[derive(Default)]
pub struct Failures(Mutex<Noted>);

impl Failures {
    /// Why this list could not be read a moment ago.
    pub fn recent(&self, (profile, wanted): &Key, elapsed: Duration) -> Option<NotListed> {
        let failures = self.all();
        let of = |wanted: Option<&MethodsWanted>| failures.get(&(profile.clone(), wanted.cloned()));
        let found = of(None).filter(|failure| is_recent(failure, elapsed)).or_else(|| of(Some(wanted)));
        found.filter(|failure| is_recent(failure, elapsed)).map(|(_, error)| error.clone())
    }

    /// Notes a failure. If Mollie is down or does not take the key, no list of the profile can be read.
    pub fn note(&self, (profile, wanted): &Key, error: &NotListed, elapsed: Duration) {
        let wanted = match error {
            NotListed::Gateway(
                GatewayError::Unavailable(_)
                | GatewayError::Later { .. }
                | GatewayError::KeyRefused(_)
                | GatewayError::NoKey(_)
                | GatewayError::NotFound,
            ) => None,
            NotListed::Gateway(GatewayError::Unreadable(_)) | NotListed::Refused(_) => Some(wanted.clone()),
        };
        let mut failures = self.all();
        failures.retain(|_, failure| is_recent(failure, elapsed));
        failures.insert((profile.clone(), wanted), (elapsed, error.clone()));
    }

    /// What a task that panicked has left is whole: each entry is put in place at once.
    fn all(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_recent((at, _): &(Duration, NotListed), elapsed: Duration) -> bool {
    elapsed.saturating_sub(*at) < REMEMBERED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_remembered_for_a_second_and_for_the_whole_profile_if_it_is_mollies() {
        let failures = Failures::default();
        let key = |profile: &str, country: &str| {
            let billing_country = Some(country.to_owned());
            (ProfileName::new(profile), MethodsWanted { billing_country, ..MethodsWanted::default() })
        };
        let recent = |profile: &str, country: &str, millis| {
            failures.recent(&key(profile, country), Duration::from_millis(millis)).is_some()
        };
        let odd = NotListed::Gateway(GatewayError::Unreadable("odd".into()));
        failures.note(&key("main", "NL"), &odd, Duration::from_secs(1));
        assert!(recent("main", "NL", 1_999) && !recent("main", "NL", 2_000) && !recent("main", "BE", 1_500));
        let down = NotListed::Gateway(GatewayError::Unavailable("down".to_owned()));
        failures.note(&key("main", "NL"), &down, Duration::from_secs(4));
        assert!(
            recent("main", "BE", 4_999) && !recent("outlet", "BE", 4_500) && !recent("main", "BE", 5_000)
        );
        assert_eq!(failures.all().len(), 1, "what is over is forgotten");
    }
}
