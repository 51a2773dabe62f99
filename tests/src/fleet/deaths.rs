//! Who kills replicas, and starts them again. One at a time: the others are there to take over.

use std::ops::Range;

use tokio::time::sleep;

use super::shopper::{Market, PATIENCE};
use crate::seed::Dice;
use crate::service::Service;
use crate::wait::until;

/// How long a replica stays dead, in milliseconds.
const DOWN: Range<u64> = 300..1_500;

/// Every so manieth death comes in a storm.
const STORMY: usize = 4;

/// So many calls are answered between one death and the next. On a slow machine replicas would else die faster than they start, and
/// nothing would ever be done.
const CALLS: usize = 20;

/// A replica's end. Its lives are counted from 0.
pub struct Death {
    pub replica: usize,
    pub life: usize,
    /// Just before the signal, in microseconds since 1970.
    pub at: i64,
}

pub struct Reaper {
    replicas: Vec<Service>,
    dice: Dice,
    between: Range<u64>,
    deaths: Vec<Death>,
}

impl Reaper {
    pub const fn new(replicas: Vec<Service>, dice: Dice, between: Range<u64>) -> Self {
        Self { replicas, dice, between, deaths: Vec::new() }
    }

    /// Kills until there were so many deaths and the market has had its customers.
    pub async fn reap(&mut self, deaths: usize, market: &Market<'_>) {
        while self.deaths.len() < deaths || !market.is_satisfied() {
            super::weather(market.world(), self.deaths.len().is_multiple_of(STORMY)).await;
            let answered = market.answered() + CALLS;
            sleep(self.dice.within(self.between.clone())).await;
            until("calls are answered after a death", PATIENCE, async || {
                (market.answered() >= answered).then_some(())
            })
            .await;
            let replica = self.dice.below(self.replicas.len());
            let life = self.deaths.iter().filter(|death| death.replica == replica).count();
            self.deaths.push(Death { replica, life, at: now() });
            self.replicas[replica].kill();
            sleep(self.dice.within(DOWN)).await;
            self.replicas[replica].start().await;
            eprintln!("{} deaths, {} orders", self.deaths.len(), market.begun());
        }
    }

    /// The replicas, all alive, and who died when.
    pub fn release(self) -> (Vec<Service>, Vec<Death>) {
        (self.replicas, self.deaths)
    }
}

/// Replicas and database run on this machine, and their logs have its clock's time.
#[expect(clippy::disallowed_methods, reason = "compared with the times in the logs of other processes")]
fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is past 1970");
    i64::try_from(since.as_micros()).expect("the year fits")
}
