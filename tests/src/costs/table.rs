//! A table of numbers as a text that is read and printed in the same shape, so that what was counted can be pasted in place of
//! what was expected. A column that ends in "at most" is a bound, every other is exact.

use std::fmt;

/// Numbers by use case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<(String, Vec<u64>)>,
}

/// How a counted table compares with an expected one.
#[derive(Debug)]
pub struct Verdict {
    /// The use cases whose numbers are not as expected.
    pub cases: Vec<String>,
    /// Every difference, in words.
    pub differences: Vec<String>,
    /// What to expect from now on, if what was counted is right.
    pub table: Table,
}

impl Table {
    pub(super) fn new(columns: &[&str], rows: Vec<(String, Vec<u64>)>) -> Self {
        Self { columns: columns.iter().map(|&name| name.to_owned()).collect(), rows }
    }

    /// Reads a table: a line with the columns' names, and one for each use case.
    pub fn parse(text: &str) -> Self {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty()).map(|line| {
            let mut cells = line.split('|').map(|cell| cell.trim().to_owned());
            (cells.next().unwrap_or_default(), cells.collect::<Vec<_>>())
        });
        let (_, columns) = lines.next().expect("a table has a head");
        let number = |cell: &String| cell.parse().unwrap_or_else(|_| panic!("{cell:?} is a number"));
        let rows = lines.map(|(name, cells)| (name, cells.iter().map(number).collect()));
        Self { columns, rows: rows.collect() }
    }

    /// Compares what was counted with what was expected.
    pub fn judge(&self, expected: &Self) -> Verdict {
        let mut verdict = Verdict { cases: Vec::new(), differences: Vec::new(), table: self.clone() };
        for (name, numbers) in &mut verdict.table.rows {
            let wanted =
                expected.rows.iter().find(|(case, _)| case == name).map(|(_, wanted)| wanted.as_slice());
            let mut wrong = Vec::new();
            for (n, (column, number)) in self.columns.iter().zip(numbers).enumerate() {
                let (counted, wanted) = (*number, wanted.and_then(|wanted| wanted.get(n).copied()));
                let bounded = column.ends_with("at most");
                if bounded {
                    *number = bound(counted, wanted);
                }
                if !wanted.is_some_and(|it| if bounded { counted <= it } else { counted == it }) {
                    let wanted = wanted.map_or_else(|| "nothing".to_owned(), |wanted| wanted.to_string());
                    wrong.push(format!("{counted} {column}, not {wanted}"));
                }
            }
            if !wrong.is_empty() {
                verdict.cases.push(name.clone());
                verdict.differences.push(format!("{name}: {}", wrong.join("; ")));
            }
        }
        let missing = expected.rows.iter().filter(|(case, _)| self.rows.iter().all(|(name, _)| name != case));
        verdict.differences.extend(missing.map(|(case, _)| format!("{case}: was not counted")));
        verdict
    }
}

/// A bound that fits stays. How full pages are is chance, so a new one has a quarter to spare, and where anything is touched at
/// all a little more.
fn bound(counted: u64, wanted: Option<u64>) -> u64 {
    let roomy = if counted == 0 { 0 } else { counted + counted.div_ceil(4) + 2 };
    wanted.filter(|wanted| (counted..=2 * roomy).contains(wanted)).unwrap_or(roomy)
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        write!(f, "{:width$}", "use case")?;
        self.columns.iter().try_for_each(|column| write!(f, " | {column}"))?;
        writeln!(f)?;
        for (name, numbers) in &self.rows {
            write!(f, "{name:width$}")?;
            for (column, number) in self.columns.iter().zip(numbers) {
                write!(f, " | {number:>width$}", width = column.len())?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: &str = "
use case  | statements | pages at most
GetOrder  |          2 |            12
ListOrders |        51 |           160
";

    #[test]
    fn a_table_is_printed_as_it_is_read() {
        let table = Table::parse(EXPECTED);
        assert_eq!(Table::parse(&table.to_string()), table);
    }

    #[test]
    fn every_difference_is_told_at_once() {
        let counted = "use case | statements | pages at most\nGetOrder | 3 | 13\nOther | 1 | 0\n";
        let verdict = Table::parse(counted).judge(&Table::parse(EXPECTED));
        let expected = [
            "GetOrder: 3 statements, not 2; 13 pages at most, not 12",
            "Other: 1 statements, not nothing; 0 pages at most, not nothing",
            "ListOrders: was not counted",
        ];
        assert_eq!(verdict.differences, expected);
        assert_eq!(verdict.cases, ["GetOrder", "Other"]);
        assert_eq!(verdict.table.rows[0], ("GetOrder".to_owned(), vec![3, 19]));
    }

    #[test]
    fn a_bound_is_no_exact_number() {
        let counted = Table::parse("use case | pages at most\na | 10\n");
        assert!(counted.judge(&Table::parse("use case | pages at most\na | 12\n")).differences.is_empty());
        assert_eq!(counted.judge(&Table::parse("use case | pages at most\na | 9\n")).cases, ["a"]);
    }
}
