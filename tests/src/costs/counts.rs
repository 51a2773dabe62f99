//! What was counted, after the service has stopped.

use std::collections::{BTreeMap, BTreeSet};

use super::log::{self, Kind};
use super::protocol::Trip;
use super::run::Run;
use super::search::Searches;
use super::table::Table;
use crate::database::Database;
use crate::engine::Engine;

/// Every use case with its counted runs.
#[derive(Debug)]
pub struct Counts {
    engine: Engine,
    cases: Vec<(String, Vec<Run>)>,
    /// What is wrong whatever was expected.
    faults: Vec<String>,
    /// Every statement told, the claims too.
    statements: BTreeSet<String>,
}

impl Counts {
    /// `trips`: all that were carried. `log`: all that was said.
    pub(super) fn new(engine: Engine, mut cases: Vec<(String, Vec<Run>)>, trips: &[Trip], log: &str) -> Self {
        let mut faults = Vec::new();
        for (name, runs) in &mut cases {
            runs.iter_mut().for_each(|run| run.carry(trips));
            let others = runs[1..].iter().filter_map(|run| run.differs_from(&runs[0]));
            let untold =
                runs.iter().filter(|_| engine == Engine::Postgres).filter_map(Run::differs_from_told);
            faults.extend(others.chain(untold).take(1).map(|fault| format!("{name}: {fault}")));
        }
        let counted = cases.iter().flat_map(|(_, runs)| runs).flat_map(|run| &run.trips);
        faults.extend(plan_faults(trips, counted));
        let statements = log::statements(log).into_iter();
        let statements = statements.filter(|sql| matches!(log::kind(sql), Kind::Claim | Kind::Other));
        let statements = statements.filter(|sql| !log::is_timed(sql));
        Self { engine, cases, faults, statements: statements.collect() }
    }

    /// Runs that differ, and on PostgreSQL plans that read more than they give.
    pub fn faults(&self) -> Vec<String> {
        self.faults.clone()
    }

    /// What was counted; the highest numbers where runs differ, as they may in buffers and pages.
    pub fn table(&self) -> Table {
        let columns: &[&str] = match self.engine {
            Engine::Sqlite => &["statements", "transactions", "pages written at most"],
            Engine::Postgres => &["statements", "transactions", "round trips", "pings", "buffers at most"],
        };
        let rows = self.cases.iter().map(|(name, runs)| {
            let most = |number: fn(&Run) -> u64| runs.iter().map(number).max().unwrap_or_default();
            let reported = [most(|run| run.statements.len() as u64), most(|run| run.transactions)];
            let seen = match self.engine {
                Engine::Sqlite => vec![most(|run| run.pages)],
                Engine::Postgres => {
                    vec![most(|run| run.trips.len() as u64), most(Run::pings), most(Run::buffers)]
                }
            };
            (name.clone(), reported.into_iter().chain(seen).collect())
        });
        Table::new(columns, rows.collect())
    }

    /// What one run of a use case does, line by line.
    pub fn tell(&self, name: &str) -> String {
        let run = self.cases.iter().find(|(case, _)| case == name).and_then(|(_, runs)| runs.last());
        let lines = run.map(Run::lines).unwrap_or_default();
        lines.into_iter().map(|line| format!("    {line}\n")).collect()
    }

    /// How SQLite looks for what each statement names.
    pub async fn searches(&self, database: &Database) -> Searches {
        Searches::of(database, &self.statements).await
    }
}

/// What is wrong with plans, once for each statement, in short.
fn plan_faults<'a>(all: &'a [Trip], counted: impl Iterator<Item = &'a Trip>) -> Vec<String> {
    let always = all.iter().flat_map(|trip| &trip.plans).map(|plan| (&plan.sql, &plan.faults));
    let warm = counted.flat_map(|trip| &trip.plans).map(|plan| (&plan.sql, &plan.warm_faults));
    let mut by_statement: BTreeMap<String, BTreeSet<&String>> = BTreeMap::new();
    for (sql, faults) in always.chain(warm) {
        by_statement.entry(log::short(sql)).or_default().extend(faults);
    }
    let reported = by_statement.iter();
    reported.flat_map(|(sql, faults)| faults.iter().map(move |fault| format!("{fault}: {sql}"))).collect()
}
