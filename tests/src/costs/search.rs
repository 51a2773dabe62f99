//! How SQLite looks for what a statement names, as its EXPLAIN QUERY PLAN tells it, against a list of what is meant. No
//! statistics are kept, so it follows from the statements and the schema alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::log;
use crate::database::Database;

/// The steps of each statement, in order, and why those are meant that read more than they give.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searches(BTreeMap<String, Vec<(String, String)>>);

impl Searches {
    /// Asks the database about each statement, whose values are unknown. A statement is named in short.
    pub(super) async fn of(database: &Database, statements: &BTreeSet<String>) -> Self {
        let mut all = Self::default();
        for sql in statements {
            let rows = database.query(&format!("EXPLAIN QUERY PLAN {sql}")).await;
            let steps = rows.iter().map(|row| row.try_get("", "detail").expect("a plan has details"));
            let known = all.0.entry(log::short(sql)).or_default();
            for step in steps.map(|step| (step, String::new())) {
                if !known.contains(&step) {
                    known.push(step);
                }
            }
        }
        all.0.retain(|_, steps| !steps.is_empty());
        all
    }

    /// Reads a list: a statement on a line of its own, and below it, indented, its steps, each with its reason behind `--`.
    pub fn parse(text: &str) -> Self {
        let (mut all, mut name) = (Self::default(), String::new());
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if !line.starts_with(' ') {
                line.trim_end().clone_into(&mut name);
                continue;
            }
            let (step, reason) = line.split_once(" -- ").unwrap_or((line, ""));
            let step = (step.trim().to_owned(), reason.trim().to_owned());
            all.0.entry(name.clone()).or_default().push(step);
        }
        all
    }

    /// Everything that is not as expected, in words, and the list as it should be if what was found is right.
    pub fn judge(&self, expected: &Self) -> (Vec<String>, Self) {
        let (mut faults, mut list) = (Vec::new(), self.clone());
        for (sql, steps) in &mut list.0 {
            let wanted = expected.0.get(sql).map(Vec::as_slice).unwrap_or_default();
            let differs = steps.iter().map(|(step, _)| step).ne(wanted.iter().map(|(step, _)| step));
            if differs {
                let found: Vec<_> = steps.iter().map(|(step, _)| step.as_str()).collect();
                let wanted: Vec<_> = wanted.iter().map(|(step, _)| step.as_str()).collect();
                faults.push(format!("{sql}\n    is now {found:?}\n    instead of {wanted:?}"));
            }
            for (step, reason) in steps {
                let known = wanted.iter().find(|(known, _)| known == step);
                known.map(|(_, reason)| reason.as_str()).unwrap_or_default().clone_into(reason);
                if !differs && reads_more_than_it_gives(step) && reason.is_empty() {
                    faults.push(format!("{sql}\n    {step}: without a reason in the list"));
                }
            }
        }
        let gone = expected.0.keys().filter(|sql| !self.0.contains_key(*sql));
        faults.extend(gone.map(|sql| format!("{sql}\n    is not asked any more")));
        (faults, list)
    }
}

fn reads_more_than_it_gives(step: &str) -> bool {
    step.starts_with("SCAN") || step.contains("TEMP B-TREE") || step.contains("AUTOMATIC")
}

impl fmt::Display for Searches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (sql, steps) in &self.0 {
            writeln!(f, "{sql}")?;
            for (step, reason) in steps {
                let reason = if reason.is_empty() { String::new() } else { format!(" -- {reason}") };
                writeln!(f, "    {step}{reason}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "
SELECT … FROM orders WHERE id = ?
    SEARCH orders USING INDEX orders_pkey (id=?)
SELECT … FROM small
    SCAN small -- three rows
";

    #[test]
    fn a_list_is_printed_as_it_is_read() {
        assert_eq!(Searches::parse(LIST).to_string(), LIST.trim_start());
    }

    #[test]
    fn a_search_that_has_become_a_scan_is_told_with_its_statement() {
        let found = Searches::parse("SELECT … FROM orders WHERE id = ?\n    SCAN orders\n");
        let (faults, list) = found.judge(&Searches::parse(LIST));
        assert_eq!(faults.len(), 2, "{faults:#?}");
        assert!(
            faults[0].starts_with("SELECT … FROM orders WHERE id = ?\n    is now [\"SCAN orders\"]"),
            "{faults:#?}"
        );
        assert_eq!(list, found);
        let (faults, _) = found.judge(&found);
        assert_eq!(faults.len(), 1, "a scan needs a reason: {faults:#?}");
    }
}
