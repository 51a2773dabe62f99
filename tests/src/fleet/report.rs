//! What a run under load came to: each replica's share, and for each death how long its work lay until another process
//! claimed it, and until it was settled.
//!
//! Left behind by a death is what the dead process had claimed, by its own log, and had neither carried a step further, by
//! its own log, nor settled before, by the database. Taken over is what any other process has claimed afterwards. Where a
//! taker dies as well, it is that death's work from then on; a taker that dies between its claim and its log line is not
//! seen to, which is why nearly all are judged and not the longest.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::deaths::Death;
use super::log::{Deed, Entry, Log};
use crate::books::{Books, Settled, keyed_kinds, unkeyed_kinds};
use crate::world::World;

/// What a run came to.
pub struct Report {
    pub took: Duration,
    pub orders: usize,
    pub operations: usize,
    pub deaths: usize,
    /// Operations settled by each replica, as far as they lived to log it.
    pub shares: Vec<usize>,
    pub takeovers: Vec<Takeover>,
    /// Operations that their holder had claimed and nobody took up again.
    pub forgotten: usize,
    /// What the replicas wrote about operations, oldest first.
    lines: Vec<(i64, String, String)>,
}

/// An operation that a death left behind.
pub struct Takeover {
    pub operation: String,
    pub kind: String,
    /// From the death to the claim.
    pub claimed_after: i64,
    /// From the claim to the end; none if the taker died as well.
    pub settled_after: Option<i64>,
    /// How many of its calls were lost: each costs the wait anew.
    pub lost: i64,
}

impl Report {
    pub(super) async fn new(
        world: &World,
        books: &Books,
        logs: &[Log],
        deaths: &[Death],
        took: Duration,
    ) -> Self {
        let settled = Books::settled(world).await;
        let (mut takeovers, mut forgotten) = (Vec::new(), 0);
        let claims = claims(logs);
        let left: Vec<_> = deaths
            .iter()
            .flat_map(|death| {
                left_behind(&logs[death.replica].lives[death.life]).map(move |id| (id, death.at))
            })
            .filter(|(id, at)| settled.get(*id).is_some_and(|settled| settled.at > *at))
            .collect();
        for (id, death) in &left {
            let Settled { kind, at: end, lost } = &settled[*id];
            let Some(claim) = claims[*id].iter().find(|claim| *claim > death) else {
                forgotten += 1;
                continue;
            };
            let died_again = left.iter().any(|(other, later)| other == id && later > claim);
            let settled_after = (!died_again).then_some(end - claim);
            let (kind, lost) = (kind.clone(), *lost);
            takeovers.push(Takeover {
                operation: (*id).to_owned(),
                kind,
                claimed_after: claim - death,
                settled_after,
                lost,
            });
        }
        let settled_by =
            |log: &Log| log.lives.iter().flatten().filter(|it| it.deed == Some(Deed::Settled)).count();
        Self {
            took,
            orders: books.orders().len(),
            operations: books.operations(),
            deaths: deaths.len(),
            shares: logs.iter().map(settled_by).collect(),
            takeovers,
            forgotten,
            lines: lines(logs),
        }
    }

    /// What the replicas wrote about the operation, of these kinds, that took longest from its claim to its end.
    pub fn slowest(&self, kinds: &[&str]) -> Vec<&str> {
        let of_kinds = self.takeovers.iter().filter(|it| kinds.contains(&it.kind.as_str()));
        let slowest = of_kinds.max_by_key(|it| it.settled_after.map(|time| time / (it.lost + 1)));
        let is_about = |operation: &str| slowest.is_some_and(|it| it.operation == operation);
        let about = self.lines.iter().filter(|(_, operation, _)| is_about(operation));
        about.map(|(_, _, line)| line.as_str()).collect()
    }

    /// The smallest share of all that was settled, in hundredths.
    pub fn least_share(&self) -> usize {
        let all: usize = self.shares.iter().sum();
        self.shares.iter().min().map_or(0, |least| least * 100 / all.max(1))
    }

    /// How long nearly all of what was left behind lay until it was claimed.
    pub fn claimed_within(&self, hundredths: usize) -> Duration {
        quantile(self.takeovers.iter().map(|it| it.claimed_after).collect(), hundredths)
    }

    /// How long nearly all, over kinds of operations, took from claim to end; for each wait, where calls were lost again.
    pub fn settled_within(&self, kinds: &[&str], hundredths: usize) -> Duration {
        let of_kinds = self.takeovers.iter().filter(|it| kinds.contains(&it.kind.as_str()));
        quantile(of_kinds.filter_map(|it| Some(it.settled_after? / (it.lost + 1))).collect(), hundredths)
    }
}

/// What a life ended with in its hands.
fn left_behind(life: &[Entry]) -> impl Iterator<Item = &str> {
    let mut held = BTreeMap::new();
    for entry in life.iter().filter(|entry| entry.deed.is_some()) {
        held.insert(entry.operation.as_str(), entry.deed);
    }
    held.into_iter().filter(|(_, deed)| *deed == Some(Deed::Claimed)).map(|(id, _)| id)
}

/// When each operation was claimed, by whomever.
fn claims(logs: &[Log]) -> BTreeMap<&str, Vec<i64>> {
    let mut claims = BTreeMap::<_, Vec<_>>::new();
    let entries = logs.iter().flat_map(|log| log.lives.iter().flatten());
    for entry in entries.filter(|entry| entry.deed == Some(Deed::Claimed)) {
        claims.entry(entry.operation.as_str()).or_default().push(entry.at);
    }
    claims.values_mut().for_each(|times| times.sort_unstable());
    claims
}

fn lines(logs: &[Log]) -> Vec<(i64, String, String)> {
    let entries = logs.iter().flat_map(|log| log.lives.iter().flatten());
    let mut lines: Vec<_> =
        entries.map(|entry| (entry.at, entry.operation.clone(), entry.line.clone())).collect();
    lines.sort_unstable();
    lines
}

/// The smallest of the values that so many hundredths do not exceed.
fn quantile(mut values: Vec<i64>, hundredths: usize) -> Duration {
    values.sort_unstable();
    let place = (values.len() * hundredths).div_ceil(100).max(1) - 1;
    Duration::from_micros(values.get(place).map_or(0, |value| value.unsigned_abs()))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "orders                        {:>8}", self.orders)?;
        writeln!(f, "operations                    {:>8}", self.operations)?;
        writeln!(f, "deaths by SIGKILL             {:>8}", self.deaths)?;
        let all: usize = self.shares.iter().sum();
        for (n, share) in self.shares.iter().enumerate() {
            let tenths = share * 1000 / all.max(1);
            let (whole, rest) = (tenths / 10, tenths % 10);
            writeln!(f, "settled by replica {n}          {share:>8}  {whole}.{rest} %")?;
        }
        writeln!(f, "settled, its logger killed    {:>8}", self.operations.saturating_sub(all))?;
        writeln!(f, "left behind and taken over    {:>8}", self.takeovers.len())?;
        writeln!(f, "left behind and forgotten     {:>8}", self.forgotten)?;
        for hundredths in [50, 99, 100] {
            let time = millis(self.claimed_within(hundredths));
            writeln!(f, "claimed by another, p{hundredths:<3}      {time:>8} ms after the death")?;
        }
        for kinds in [keyed_kinds(), unkeyed_kinds()] {
            let count = self.takeovers.iter().filter(|it| kinds.contains(&it.kind.as_str())).count();
            let kinds_told = kinds.join(", ");
            for hundredths in [99, 100] {
                let time = millis(self.settled_within(&kinds, hundredths));
                writeln!(
                    f,
                    "settled, p{hundredths:<3}                {time:>8} ms after the claim, per call lost: {kinds_told} ({count})"
                )?;
            }
        }
        write!(f, "the whole run                 {:>8} s", self.took.as_secs())
    }
}

fn millis(time: Duration) -> u128 {
    time.as_micros().div_ceil(1_000)
}
