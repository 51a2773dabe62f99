//! What the service says of its statements, read from its log, and counted by use case.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// What loops in the background ask again and again begins so; it belongs to no call.
const BACKGROUND: &str = "WITH due";

/// The service's log, read from where it was last read to.
pub struct Tap {
    log: PathBuf,
    at: u64,
}

/// The statements of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The texts in their order, with BEGIN and COMMIT.
    pub texts: Vec<String>,
}

impl Tap {
    /// A tap on the log of a service that tells its statements as JSON.
    #[must_use]
    pub const fn new(log: PathBuf) -> Self {
        Self { log, at: 0 }
    }

    /// Everything said since this was last asked.
    fn said(&mut self) -> Result<String> {
        let mut file = File::open(&self.log).with_context(|| format!("opening {}", self.log.display()))?;
        file.seek(SeekFrom::Start(self.at))?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        // A line may be half written.
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
        self.at += u64::try_from(text.len())?;
        Ok(text)
    }

    /// The statements since this was last asked.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn statements(&mut self) -> Result<Tally> {
        let lines = self.said()?;
        let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let told = lines.filter(|line| line["target"] == "persistence::statement");
        let texts = told.filter_map(|line| line["fields"]["sql"].as_str().map(str::to_owned));
        Ok(Tally { texts: texts.filter(|text| !text.trim_start().starts_with(BACKGROUND)).collect() })
    }

    /// The lines with a message, whole.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn lines(&mut self, message: &str) -> Result<Vec<Value>> {
        let said = self.said()?;
        let lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(lines.filter(|line| line["fields"]["message"] == message).collect())
    }
}

impl Tally {
    /// Statements but for BEGIN, COMMIT and ROLLBACK.
    #[must_use]
    pub fn statements(&self) -> usize {
        self.texts.iter().filter(|text| !is_bound(text)).count()
    }

    /// Transactions of more than one statement.
    #[must_use]
    pub fn transactions(&self) -> usize {
        self.texts.iter().filter(|text| *text == "BEGIN").count()
    }

    /// How often a server is asked and waited for.
    #[must_use]
    pub const fn round_trips(&self) -> usize {
        self.texts.len()
    }

    /// The statements within transactions, transaction by transaction.
    ///
    /// # Errors
    /// One is rolled back, or not ended.
    pub fn within(&self) -> Result<Vec<Vec<String>>> {
        let (mut all, mut open) = (Vec::new(), None::<Vec<String>>);
        for text in &self.texts {
            match (text.as_str(), open.take()) {
                ("BEGIN", None) => open = Some(Vec::new()),
                ("COMMIT", Some(transaction)) => all.push(transaction),
                (_, Some(mut transaction)) if !is_bound(text) => {
                    transaction.push(text.clone());
                    open = Some(transaction);
                }
                (text, None) if !is_bound(text) => (),
                (text, _) => anyhow::bail!("{text} where none belongs: several transactions at once?"),
            }
        }
        ensure!(open.is_none(), "a transaction was not ended when its call was");
        Ok(all)
    }
}

fn is_bound(text: &str) -> bool {
    ["BEGIN", "COMMIT", "ROLLBACK"].contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(texts: &[&str]) -> Tally {
        Tally { texts: texts.iter().map(|text| (*text).to_owned()).collect() }
    }

    #[test]
    fn statements_transactions_and_round_trips_are_counted() {
        let tally =
            tally(&["SELECT 1", "BEGIN", "INSERT a", "INSERT b", "COMMIT", "BEGIN", "UPDATE a", "COMMIT"]);
        assert_eq!((tally.statements(), tally.transactions(), tally.round_trips()), (4, 2, 8));
        assert_eq!(tally.within().unwrap(), [vec!["INSERT a", "INSERT b"], vec!["UPDATE a"]]);
    }

    #[test]
    fn transactions_that_cannot_be_told_apart_are_an_error() {
        assert!(tally(&["BEGIN", "BEGIN", "COMMIT"]).within().is_err());
        assert!(tally(&["BEGIN", "INSERT a"]).within().is_err());
        assert!(tally(&["BEGIN", "ROLLBACK"]).within().is_err());
    }

    #[test]
    fn a_log_is_read_on_from_where_it_was() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let line = |sql: &str| format!(r#"{{"target":"persistence::statement","fields":{{"sql":"{sql}"}}}}"#);
        let mut tap = Tap::new(file.path().to_owned());
        std::fs::write(file.path(), format!("{}\n{}\n{}", line("A"), line(" WITH due AS"), line("B")))
            .unwrap();
        assert_eq!(tap.statements().unwrap().texts, ["A"]);
        std::fs::write(file.path(), format!("{}\n{}\n{}\n", line("A"), line(" WITH due AS"), line("B")))
            .unwrap();
        assert_eq!(tap.statements().unwrap().texts, ["B"]);
    }
}
