//! One run of a use case: what was told, carried and written from its begin to its end.

use std::collections::BTreeMap;
use std::ops::Range;

use super::log::{self, Kind};
use super::protocol::Trip;

/// What one run has cost. Round trips are read later: the pool tries a connection when it gets it back, and that may come
/// after the answer.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// By their texts, in their order.
    pub statements: Vec<String>,
    pub transactions: u64,
    /// Pages written by SQLite.
    pub pages: u64,
    pub carried: Range<usize>,
    pub trips: Vec<Trip>,
}

impl Run {
    /// Reads a piece of the log.
    pub fn reported(log: &str, pages: u64, carried: Range<usize>) -> Self {
        let reported = log::statements(log);
        // The beat's pages are none of the use case's, and cannot be told apart; the other runs tell.
        let has_written = reported.iter().any(|sql| !sql.starts_with("SELECT"));
        let pages = if !has_written || reported.iter().any(|sql| log::is_timed(sql)) { 0 } else { pages };
        let mut looks = 0;
        let mut run = Self { statements: Vec::new(), transactions: 0, pages, carried, trips: Vec::new() };
        for sql in reported {
            match log::kind(&sql) {
                Kind::Begin => run.transactions += 1,
                Kind::Other if is_again(&sql, &mut looks) => (),
                Kind::Other => run.statements.push(sql),
                Kind::End | Kind::Claim => (),
            }
        }
        run
    }

    /// Takes its round trips out of all that were carried, but for the claims and for looking again.
    pub fn carry(&mut self, all: &[Trip]) {
        let mut looks = 0;
        let mut is_own =
            |trip: &&Trip| !is_claim(trip) && !trip.executed.iter().any(|sql| is_again(sql, &mut looks));
        self.trips = all[self.carried.clone()].iter().filter(|trip| is_own(trip)).cloned().collect();
    }

    /// How often the pool has tried a connection.
    pub fn pings(&self) -> u64 {
        self.trips.iter().map(|trip| trip.pings).sum()
    }

    /// The buffers that its statements have touched.
    pub fn buffers(&self) -> u64 {
        self.trips.iter().flat_map(|trip| &trip.plans).map(|plan| plan.buffers).sum()
    }

    /// How it differs from another run of the same use case, if it does.
    pub fn differs_from(&self, other: &Self) -> Option<String> {
        if let Some(lines) = difference(&other.statements, &self.statements) {
            return Some(format!("not every run makes the same statements:{lines}"));
        }
        let trips = |run: &Self| (run.transactions, run.trips.len(), run.pings());
        (trips(self) != trips(other)).then(|| {
            let (one, another) = (other.lines().join("\n    "), self.lines().join("\n    "));
            format!("not every run makes the same round trips:\n    {one}\n  but:\n    {another}")
        })
    }

    /// How what was carried differs from what was told, if it does.
    pub fn differs_from_told(&self) -> Option<String> {
        let executed = self.trips.iter().flat_map(|trip| &trip.executed);
        let carried: Vec<_> = executed.filter(|sql| log::kind(sql) == Kind::Other).cloned().collect();
        let lines = difference(&self.statements, &carried)?;
        Some(format!("what is executed is not what is told:{lines}"))
    }

    /// What it does, line by line: each round trip by its messages, buffers, statements and the indexes that were used; where
    /// there are none, the statements.
    pub fn lines(&self) -> Vec<String> {
        if self.trips.is_empty() {
            return grouped(self.statements.iter().map(|sql| (log::short(sql), 0)));
        }
        grouped(self.trips.iter().map(|trip| {
            let texts: Vec<_> =
                trip.executed.iter().chain(&trip.prepared).map(|sql| log::short(sql)).collect();
            let paths: Vec<_> = trip.plans.iter().flat_map(|plan| &plan.paths).map(String::as_str).collect();
            let pings = if trip.pings == 0 { "" } else { "+S" };
            let line = format!("{}{pings} {} [{}]", trip.messages, texts.join("; "), paths.join(", "));
            (line, trip.plans.iter().map(|plan| plan.buffers).sum())
        }))
    }
}

/// Whether a call that waits looks again. How often it is woken is a matter of speed; the first time counts.
fn is_again(sql: &str, looks: &mut u32) -> bool {
    *looks += u32::from(log::is_look(sql));
    log::is_look(sql) && *looks > 1
}

fn is_claim(trip: &Trip) -> bool {
    let mut texts = trip.executed.iter().chain(&trip.prepared).peekable();
    texts.peek().is_some() && texts.all(|sql| log::kind(sql) == Kind::Claim)
}

/// Lines that follow each other and are the same become one, with their buffers together.
fn grouped(lines: impl Iterator<Item = (String, u64)>) -> Vec<String> {
    let mut groups: Vec<(String, u64, u64)> = Vec::new();
    for (line, buffers) in lines {
        match groups.last_mut().filter(|(last, ..)| *last == line) {
            Some((_, count, sum)) => (*count, *sum) = (*count + 1, *sum + buffers),
            None => groups.push((line, 1, buffers)),
        }
    }
    let reported = groups.into_iter().map(|(line, count, buffers)| match buffers {
        0 => format!("{count:3} ×      {line}"),
        _ => format!("{count:3} × {buffers:4} {line}"),
    });
    reported.collect()
}

/// What only one of two lists holds, whatever their order; `None` if there is nothing.
fn difference(one: &[String], other: &[String]) -> Option<String> {
    let mut counts: BTreeMap<&String, i64> = BTreeMap::new();
    one.iter().for_each(|sql| *counts.entry(sql).or_default() -= 1);
    other.iter().for_each(|sql| *counts.entry(sql).or_default() += 1);
    let lines = counts.into_iter().filter(|(_, more)| *more != 0);
    let lines: String = lines.map(|(sql, more)| format!("\n    {more:+} {}", log::short(sql))).collect();
    (!lines.is_empty()).then_some(lines)
}
