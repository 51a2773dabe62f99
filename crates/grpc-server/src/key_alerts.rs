//! Alerts about API keys that Mollie does not accept: one line at ERROR for each profile, at most once a minute.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::operations::operation::Operation;
use domain::rules::ids::ProfileName;
use tokio::time::Instant;
use tracing::error;

/// The time between two lines about one profile.
const PAUSE: Duration = Duration::from_secs(60);

/// When each profile was last reported.
#[derive(Debug, Default)]
pub struct KeyAlerts(Mutex<BTreeMap<ProfileName, Instant>>);

impl KeyAlerts {
    /// Nothing of this operation's profile can be done at Mollie.
    pub fn raise(&self, operation: &Operation) {
        let Operation { id, order_id, profile, .. } = operation;
        if self.is_due(profile, Instant::now()) {
            error!(
                %profile, operation = %id, order = %order_id,
                "ALERT: Mollie does not accept the API key of this profile; its operations wait until the right key is in its \
                 file, which is read again every second; placements are given up at their age limit"
            );
        }
    }

    fn is_due(&self, profile: &ProfileName, now: Instant) -> bool {
        let mut reported = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reported.get(profile).is_some_and(|last| now < *last + PAUSE) {
            return false;
        }
        reported.insert(profile.clone(), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_profile_is_reported_once_a_minute() {
        let (alerts, now) = (KeyAlerts::default(), Instant::now());
        let due = |name: &str, after: Duration| alerts.is_due(&ProfileName::new(name), now + after);
        assert!(due("main", Duration::ZERO) && due("outlet", Duration::ZERO));
        assert!(!due("main", PAUSE / 2) && due("main", PAUSE));
    }
}
