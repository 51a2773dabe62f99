//! The loops of a process, and the tasks in which claimed work is done. They claim what is due and hand it to the workflow;
//! what becomes of it is the workflow's business. A loop ends only with its process.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use domain::operations::claim::Claim;
use domain::ports::{Clock, Ids, Store};
use domain::rules::ids::LeaseToken;
use domain::workflow::drive::drive;
use domain::workflow::lookup::look_up;
use domain::workflow::timer::fire;

use super::Replica;
use crate::journal::Act;

/// How many claims a loop takes at once.
const AT_ONCE: u32 = 16;

impl Replica {
    /// Something may be due.
    pub fn ring(&self) {
        self.wake_ups.iter().for_each(WakeUp::ring);
    }

    /// Runs a step in a task of its own, whoever waits for it.
    pub fn take(self: &Arc<Self>, claim: Claim, claimed_at: Duration) {
        let replica = Arc::clone(self);
        self.site.spawn(self.process, async move {
            match Box::pin(drive(&*replica, &claim, claimed_at)).await {
                Ok(progress) => {
                    replica.site.note(|| {
                        format!("step of {} in {}: {progress:?}", claim.operation.id, replica.process.0)
                    });
                    replica.site.tally().call(format!("step: {progress:?}"));
                }
                Err(error) if error.retryable() => replica.site.tally().call("step: store failed".to_owned()),
                Err(error) => replica.site.journal().acts.push(Act::Broken(error.to_string())),
            }
            replica.site.touch();
        });
    }

    pub async fn work_on_operations(self: Arc<Self>) {
        loop {
            let token = LeaseToken::new(self.clock.random());
            let (claimed_at, now) = (self.clock.elapsed(), self.clock.now());
            let claims = self.storage.claim_operations(now, self.settings.lease, token, AT_ONCE).await;
            let claims = claims.unwrap_or_default();
            let is_full = claims.len() == AT_ONCE as usize;
            for claim in claims {
                self.take(claim, claimed_at);
            }
            if !is_full {
                self.wake_ups[0].heard().await;
            }
        }
    }

    pub async fn work_on_lookups(self: Arc<Self>) {
        loop {
            let token = LeaseToken::new(self.clock.random());
            let now = self.clock.now();
            let claims = self.storage.claim_lookups(now, self.settings.lookup_lease(), token, AT_ONCE).await;
            for claim in claims.unwrap_or_default() {
                let replica = Arc::clone(&self);
                self.site.spawn(self.process, async move {
                    // A store that fails leaves the look-up to its lease.
                    let _ = Box::pin(look_up(&*replica, &claim)).await;
                    replica.site.touch();
                });
            }
            self.wake_ups[1].heard().await;
        }
    }

    pub async fn work_on_timers(self: Arc<Self>) {
        loop {
            let token = LeaseToken::new(self.clock.random());
            let (offset, lease) = (self.clock.offset(), self.settings.lookup_lease());
            let claims = self.storage.claim_timers(offset, lease, token, AT_ONCE).await;
            for claim in claims.unwrap_or_default() {
                let replica = Arc::clone(&self);
                self.site.spawn(self.process, async move {
                    // A store that fails leaves the timer to its lease.
                    if let Ok(fired) = Box::pin(fire(&*replica, &claim)).await {
                        replica.site.note(|| format!("timer of {}: {fired:?}", claim.order_id));
                    }
                    replica.site.touch();
                });
            }
            self.wake_ups[2].heard().await;
        }
    }
}

/// Rings for one listener.
#[derive(Default)]
pub struct WakeUp(Mutex<(bool, Option<Waker>)>);

impl WakeUp {
    fn ring(&self) {
        let mut wake_up = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        wake_up.0 = true;
        if let Some(waker) = wake_up.1.take() {
            waker.wake();
        }
    }

    async fn heard(&self) {
        std::future::poll_fn(|context| {
            let mut wake_up = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if std::mem::take(&mut wake_up.0) {
                return Poll::Ready(());
            }
            wake_up.1 = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
