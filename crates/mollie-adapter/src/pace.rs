//! Holds calls back until there is one left: of the rate that all processes share, and of what Mollie says it has left. A call that
//! gets none in time is not sent, and says when to come again. Decides nothing about what is sent.
//!
//! Calls that move money and readings queue apart, so no reading stands before a call that moves money. Each queue asks for permits by
//! itself, and the store gives readings only what the others leave ([`CallRate::grant`]). Permits are asked for when a call needs one: an
//! idle process asks for nothing.

mod lane;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use domain::ports::{CallPermits, Clock};
use domain::rules::call_rate::{CallRate, Rank};
use domain::rules::ids::ProfileName;

use crate::endpoint::Endpoint;
use crate::key::{Credential, Keys};
use crate::quota::Quotas;
use crate::transport::{Answer, Failure, Request, Transport};
use lane::Lane;

/// How fast each profile's credential may be used, and how long a call may wait for its turn.
#[derive(Clone, Debug)]
pub struct Limits {
    pub rates: BTreeMap<ProfileName, CallRate>,
    /// For a call that moves money. Shorter than what is left of an operation's lease when it is sent.
    pub patience: Duration,
    /// For a reading that somebody waits for. Much shorter than that of look-ups, which so get their turn however many ask.
    pub asked_patience: Duration,
    /// For a look-up. Shorter than its lease.
    pub lookup_patience: Duration,
}

impl Limits {
    const fn patience(&self, rank: Rank) -> Duration {
        match rank {
            Rank::First => self.patience,
            Rank::Asked => self.asked_patience,
            Rank::Spare => self.lookup_patience,
        }
    }
}

/// How often calls had to wait, since the process began. Numbers only grow.
#[derive(Debug, Default)]
pub struct Pace {
    waited: [AtomicU64; 3],
    put_off: [AtomicU64; 3],
}

impl Pace {
    /// Calls that had to wait before they were sent.
    #[must_use]
    pub fn waited(&self, rank: Rank) -> u64 {
        self.waited[place(rank)].load(Ordering::Relaxed)
    }

    /// Calls that were not sent, because they would have had to wait too long.
    #[must_use]
    pub fn put_off(&self, rank: Rank) -> u64 {
        self.put_off[place(rank)].load(Ordering::Relaxed)
    }
}

const fn place(rank: Rank) -> usize {
    match rank {
        Rank::First => 0,
        Rank::Asked => 1,
        Rank::Spare => 2,
    }
}

/// A transport whose calls are held back.
pub struct Paced<T, P, C> {
    inner: T,
    permits: P,
    clock: C,
    limits: Limits,
    shares: RwLock<Shares>,
    pace: Pace,
}

/// Which budget calls with a credential draw on.
#[derive(Default)]
struct Shares {
    now: Vec<(Credential, Arc<Budget>)>,
    /// Before a credential was renewed: a call may have begun with the old one.
    before: Vec<(Credential, Arc<Budget>)>,
}

impl Shares {
    fn of(&self, credential: &Credential) -> Option<Arc<Budget>> {
        let all = self.now.iter().chain(&self.before);
        let mut found = all.filter(|(known, _)| known.expose() == credential.expose());
        found.next().map(|(_, budget)| Arc::clone(budget))
    }

    /// The budget of this name and rate, if there is one: what is known of it goes on.
    fn named(&self, name: &str, rate: CallRate) -> Option<Arc<Budget>> {
        let mut known = self.now.iter().map(|(_, budget)| budget);
        known.find(|budget| budget.name == name && budget.rate == rate).cloned()
    }
}

/// How long calls rest after a 429 that does not say how long.
const UNTOLD: Duration = Duration::from_secs(1);

/// What is known of one credential, and of those that replace it.
struct Budget {
    /// What the store calls it: the first of its profiles.
    name: String,
    rate: CallRate,
    first: Lane,
    readings: Lane,
    quotas: Mutex<Quotas>,
}

impl Budget {
    fn new(name: String, rate: CallRate) -> Self {
        let (first, readings) = (Lane::default(), Lane::default());
        Self { name, rate, first, readings, quotas: Mutex::default() }
    }

    fn quotas(&self) -> MutexGuard<'_, Quotas> {
        self.quotas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    const fn lane(&self, rank: Rank) -> &Lane {
        match rank {
            Rank::First => &self.first,
            Rank::Asked | Rank::Spare => &self.readings,
        }
    }
}

/// Why a call is held back, and for how long at least.
struct Later {
    problem: String,
    pause: Duration,
}

impl<T, P, C> Paced<T, P, C> {
    pub(crate) const fn pace(&self) -> &Pace {
        &self.pace
    }

    fn budget(&self, credential: &Credential) -> Option<Arc<Budget>> {
        self.shares.read().unwrap_or_else(PoisonError::into_inner).of(credential)
    }

    /// Profiles that share a credential share its rate, the lowest of theirs.
    pub(crate) fn share_anew(&self, keys: &Keys) {
        let mut rates: Vec<(Credential, String, CallRate)> = Vec::new();
        for (profile, key) in keys {
            let Some(rate) = self.limits.rates.get(profile).copied() else { continue };
            match rates.iter_mut().find(|(known, ..)| known.expose() == key.expose()) {
                Some((_, _, shared)) => *shared = rate.min(*shared),
                None => rates.push((key.clone(), profile.to_string(), rate)),
            }
        }
        let mut shares = self.shares.write().unwrap_or_else(PoisonError::into_inner);
        let budget = |name: String, rate| {
            shares.named(&name, rate).unwrap_or_else(|| Arc::new(Budget::new(name, rate)))
        };
        let now = rates.into_iter().map(|(key, name, rate)| (key, budget(name, rate))).collect();
        shares.before = std::mem::replace(&mut shares.now, now);
    }
}

impl<T, P: CallPermits, C: Clock> Paced<T, P, C> {
    pub fn new(inner: T, permits: P, clock: C, limits: &Limits, keys: &Keys) -> Self {
        let (limits, shares) = (limits.clone(), RwLock::default());
        let paced = Self { inner, permits, clock, limits, shares, pace: Pace::default() };
        paced.share_anew(keys);
        paced
    }

    /// How fast each profile's credential may be used.
    pub const fn rates(&self) -> &BTreeMap<ProfileName, CallRate> {
        &self.limits.rates
    }

    /// Returns when the call may be sent, which must happen at once.
    async fn turn(&self, budget: &Budget, endpoint: Endpoint, rank: Rank) -> Result<(), Later> {
        let started = self.clock.elapsed();
        let by = started + self.limits.patience(rank);
        let mut waited = false;
        loop {
            let wait = budget.quotas().wait(endpoint, rank, self.clock.elapsed());
            if let Some(wait) = wait {
                self.rest(wait, by).await?;
                waited = true;
                continue;
            }
            waited |= budget.lane(rank).permit(self, budget, rank, by).await?;
            // Another call may have learned of a pause meanwhile. Then the permit lapses.
            if budget.quotas().begin(endpoint, rank, self.clock.elapsed()).is_ok() {
                self.pace.waited[place(rank)].fetch_add(waited.into(), Ordering::Relaxed);
                return Ok(());
            }
        }
    }

    /// Waits as Mollie wants it, unless that takes too long.
    async fn rest(&self, wait: Duration, by: Duration) -> Result<(), Later> {
        if self.clock.elapsed() + wait > by {
            return Err(Later { problem: "Mollie wants no calls of this kind now".to_owned(), pause: wait });
        }
        self.clock.sleep(wait).await;
        Ok(())
    }

    /// Tells the other processes of a pause. If that fails, they hear of it from Mollie.
    async fn hear(&self, budget: &Budget, endpoint: Endpoint, answer: &Answer) {
        let put_off = (answer.status.as_u16() == 429).then(|| answer.pause.unwrap_or(UNTOLD));
        let pauses = budget.quotas().hear(endpoint, &answer.left, put_off, self.clock.elapsed());
        for (name, pause) in pauses {
            tracing::info!(profile = budget.name, name, ?pause, "Mollie wants no calls for a while");
            if let Err(error) = self.permits.pause(&budget.name, &name, pause).await {
                tracing::debug!(%error, "the pause cannot be shared");
            }
        }
    }
}

impl<T: Transport, P: CallPermits, C: Clock + 'static> Transport for Paced<T, P, C> {
    async fn send(&self, key: &Credential, request: Request) -> Result<Answer, Failure> {
        let Some(budget) = self.budget(key) else { return self.inner.send(key, request).await };
        let (endpoint, rank) = (request.endpoint, request.rank);
        if let Err(Later { problem, pause }) = self.turn(&budget, endpoint, rank).await {
            self.pace.put_off[place(rank)].fetch_add(1, Ordering::Relaxed);
            return Err(Failure::Later { problem, pause });
        }
        let answer = self.inner.send(key, request).await;
        if let Ok(answer) = &answer {
            self.hear(&budget, endpoint, answer).await;
        }
        answer
    }
}

#[cfg(test)]
mod tests;
