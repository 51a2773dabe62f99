//! What happened in a history or in many, counted.

use std::collections::BTreeMap;
use std::fmt;

use domain::rules::operation::OperationState;

/// Counts by name.
pub type Counts = BTreeMap<String, u64>;

/// The distribution of what was done.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub histories: u64,
    pub steps: u64,
    pub faults: Counts,
    pub calls: Counts,
    pub orders: Counts,
    pub states: BTreeMap<&'static str, u64>,
    pub transitions: BTreeMap<(&'static str, &'static str), u64>,
}

impl Tally {
    pub fn fault(&mut self, name: String) {
        *self.faults.entry(name).or_default() += 1;
    }

    pub fn call(&mut self, name: String) {
        *self.calls.entry(name).or_default() += 1;
    }

    pub fn order(&mut self, name: &str) {
        *self.orders.entry(name.to_owned()).or_default() += 1;
    }

    /// An operation is in a state, and came there from another.
    pub fn state(&mut self, from: Option<OperationState>, to: OperationState) {
        *self.states.entry(to.as_str()).or_default() += 1;
        if let Some(from) = from {
            *self.transitions.entry((from.as_str(), to.as_str())).or_default() += 1;
        }
    }

    pub fn fired(&self) -> u64 {
        self.faults.values().sum()
    }

    pub fn add(&mut self, other: &Self) {
        self.histories += other.histories;
        self.steps += other.steps;
        for (mine, theirs) in [
            (&mut self.faults, &other.faults),
            (&mut self.calls, &other.calls),
            (&mut self.orders, &other.orders),
        ] {
            for (name, count) in theirs {
                *mine.entry(name.clone()).or_default() += count;
            }
        }
        for (name, count) in &other.states {
            *self.states.entry(name).or_default() += count;
        }
        for (pair, count) in &other.transitions {
            *self.transitions.entry(*pair).or_default() += count;
        }
    }

    /// Ways of operations that are not in the table.
    #[must_use]
    pub fn forbidden(&self) -> Vec<String> {
        let allowed = |from: &str, to: &str| {
            OperationState::parse(from)
                .zip(OperationState::parse(to))
                .is_some_and(|(from, to)| from.successors().contains(&to))
        };
        let ways = self.transitions.keys().filter(|(from, to)| !allowed(from, to));
        ways.map(|(from, to)| format!("{from} → {to}")).collect()
    }

    /// States and transitions of the operation table that were never seen.
    #[must_use]
    pub fn unseen(&self) -> Vec<String> {
        let mut unseen = Vec::new();
        for from in OperationState::ALL {
            if !self.states.contains_key(from.as_str()) {
                unseen.push(from.as_str().to_owned());
            }
            for to in from.successors() {
                if !self.transitions.contains_key(&(from.as_str(), to.as_str())) {
                    unseen.push(format!("{} → {}", from.as_str(), to.as_str()));
                }
            }
        }
        unseen
    }

    /// How many of a thousand orders a name holds for.
    #[must_use]
    pub fn share(&self, name: &str) -> u64 {
        let all = self.orders.get("placed by a shop").copied().unwrap_or(0).max(1);
        self.orders.get(name).copied().unwrap_or(0) * 1000 / all
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let histories = self.histories.max(1);
        writeln!(
            f,
            "{} histories, {} steps ({} each), {} faults ({} each)",
            self.histories,
            self.steps,
            self.steps / histories,
            self.fired(),
            self.fired() / histories
        )?;
        for (title, counts) in [("faults", &self.faults), ("calls", &self.calls), ("orders", &self.orders)] {
            writeln!(f, "{title}:")?;
            for (name, count) in counts {
                writeln!(f, "  {count:>9}  {name}")?;
            }
        }
        writeln!(f, "states of operations:")?;
        for (name, count) in &self.states {
            writeln!(f, "  {count:>9}  {name}")?;
        }
        writeln!(f, "transitions of operations:")?;
        for ((from, to), count) in &self.transitions {
            writeln!(f, "  {count:>9}  {from} → {to}")?;
        }
        Ok(())
    }
}
