//! Statements, transactions and round trips of each use case.

use crate::captured::{Captured, Cases};
use crate::figures::{Figure, Unit};
use crate::findings::Findings;
use crate::statements::Tally;

/// Notes what was captured.
pub fn measure(captured: &Captured, findings: &mut Findings) {
    for (engine, name, cases) in
        [("postgres", "PostgreSQL", &captured.postgres), ("sqlite", "SQLite", &captured.sqlite)]
    {
        for (case, what, tally) in all(cases) {
            let mut note = |kind: &str, words: &str, count: usize| {
                let (id, what) =
                    (format!("statements.{case}.{engine}.{kind}"), format!("{what}, {name}: {words}"));
                let count = u32::try_from(count).map_or(f64::INFINITY, f64::from);
                findings.note(Figure::new(&id, &what, Unit::Count, vec![count]));
            };
            note("statements", "statements", tally.statements());
            note("transactions", "transactions", tally.transactions());
            // SQLite is not asked over a wire.
            if engine == "postgres" {
                note("round_trips", "round trips", tally.round_trips());
            }
        }
    }
}

fn all(cases: &Cases) -> [(&'static str, &'static str, &Tally); 6] {
    [
        ("create", "create", &cases.create),
        ("get", "get", &cases.get),
        ("list", "list of 50", &cases.list),
        ("ship", "ship, with the look-up that follows", &cases.ship),
        ("cancel", "cancel, with the look-up that follows", &cases.cancel),
        ("hook", "hook, with the look-up that follows", &cases.hook),
    ]
}
