//! How many calls are let through in a while, over all keys, and what the answers say of it: Mollie's limit is not documented as a number,
//! so it is set from outside. Calls are counted by method and first resource, as the names in the newer headers suggest.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// So many calls of a name within so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    pub calls: u32,
    pub seconds: u32,
    /// Whether every answer says how many are left. Off: as it was before 2026.
    #[serde(default)]
    pub headers: bool,
    /// Whether a refusal says when to come again.
    #[serde(default)]
    pub retry_after: bool,
}

/// What has been let through and what not.
#[derive(Debug, Default)]
pub struct Quotas {
    quota: Option<Quota>,
    by_name: BTreeMap<String, Used>,
}

#[derive(Debug, Clone, Copy)]
struct Used {
    since: Timestamp,
    calls: u32,
    refused: u64,
}

/// What becomes of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetThrough {
    pub is_refused: bool,
    pub retry_after_seconds: Option<u64>,
    /// `RateLimit-Policy` and `RateLimit`.
    pub headers: Option<(String, String)>,
}

impl Quotas {
    /// Sets the quota, or none, and counts anew.
    pub fn set(&mut self, quota: Option<Quota>) {
        *self = Self { quota, by_name: BTreeMap::new() };
    }

    #[must_use]
    pub const fn quota(&self) -> Option<Quota> {
        self.quota
    }

    /// How many calls were refused.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.by_name.values().map(|used| used.refused).sum()
    }

    /// Counts a call; `None`: there is no quota.
    pub fn count(&mut self, method: &str, path: &str, now: Timestamp) -> Option<LetThrough> {
        let Quota { calls, seconds, headers, retry_after } = self.quota?;
        let name = name(method, path);
        let fresh = Used { since: now, calls: 0, refused: 0 };
        let used = self.by_name.entry(name.clone()).or_insert(fresh);
        let window = SignedDuration::from_secs(seconds.into());
        if !(SignedDuration::ZERO..window).contains(&now.duration_since(used.since)) {
            *used = Used { refused: used.refused, ..fresh };
        }
        let is_refused = used.calls >= calls;
        if is_refused {
            used.refused += 1;
        } else {
            used.calls += 1;
        }
        let rest = window - now.duration_since(used.since);
        // Rounded up: whoever comes then finds it over.
        let rest = u64::try_from((rest + SignedDuration::from_nanos(999_999_999)).as_secs()).unwrap_or(0);
        let told = || {
            let left = calls - used.calls;
            let policy = format!("\"{name}\";q={calls};w={seconds};mollie-burst={calls}");
            (policy, format!("\"{name}\";r={left};t={rest};mollie-burst={calls}"))
        };
        Some(LetThrough {
            is_refused,
            retry_after_seconds: (is_refused && retry_after).then_some(rest),
            headers: headers.then(told),
        })
    }
}

/// `get-v2-payments`
fn name(method: &str, path: &str) -> String {
    let mut segments = path.trim_matches('/').split('/');
    let (version, resource) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    format!("{}-{version}-{resource}", method.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_770_000_000 + seconds).unwrap()
    }

    fn quotas(headers: bool, retry_after: bool) -> Quotas {
        let mut quotas = Quotas::default();
        quotas.set(Some(Quota { calls: 2, seconds: 3, headers, retry_after }));
        quotas
    }

    #[test]
    fn calls_of_a_name_are_let_through_until_the_quota_is_used_up_and_again_after_its_time() {
        let mut quotas = quotas(true, true);
        let mut call = |method, path, now| quotas.count(method, path, at(now)).unwrap();
        let first = call("GET", "/v2/orders/ord_1", 0);
        let policy = "\"get-v2-orders\";q=2;w=3;mollie-burst=2".to_owned();
        assert_eq!(first.headers, Some((policy, "\"get-v2-orders\";r=1;t=3;mollie-burst=2".to_owned())));
        assert!(!call("GET", "/v2/orders/ord_2", 1).is_refused);
        let third = call("GET", "/v2/orders", 2);
        assert_eq!((third.is_refused, third.retry_after_seconds), (true, Some(1)));
        assert!(!call("POST", "/v2/orders", 2).is_refused, "it counts for another name");
        assert!(!call("GET", "/v2/orders", 3).is_refused);
        assert_eq!(quotas.refused(), 1);
    }

    #[test]
    fn without_its_switches_a_quota_says_nothing_and_without_a_quota_nothing_is_refused() {
        let mut quotas = quotas(false, false);
        let mut call = || quotas.count("GET", "/v2/orders", at(0));
        let is_let_through =
            |is_refused| Some(LetThrough { is_refused, retry_after_seconds: None, headers: None });
        assert_eq!([call(), call(), call()], [false, false, true].map(is_let_through));
        quotas.set(None);
        assert_eq!((quotas.count("GET", "/v2/orders", at(0)), quotas.refused()), (None, 0));
    }
}
