//! From columns to domain values; errors name the table, column and row. It may not put the value itself into the error, as it
//! may be personal.

mod event;
mod operation;
mod order;
mod refund;
mod request;
mod shipment;

use domain::ports::StoreError;
use jiff::Timestamp;
use sea_orm::prelude::TimeDateTimeWithTimeZone;
use serde::de::DeserializeOwned;

use crate::document::Misfit;
use crate::moment;

/// A row being read.
pub(crate) struct Row {
    table: &'static str,
    key: String,
}

impl Row {
    pub fn new(table: &'static str, key: impl ToString) -> Self {
        Self { table, key: key.to_string() }
    }

    fn misfit(&self, column: &str, what: impl std::fmt::Display) -> StoreError {
        let Self { table, key } = self;
        StoreError::Inconsistent(format!("{table}.{column} of row {key}: {what}"))
    }

    /// A row lacks what its state requires.
    pub fn missing(&self, column: &str) -> StoreError {
        self.misfit(column, "nothing, although its state needs a value")
    }

    /// A value of a closed set.
    pub fn word<T>(
        &self,
        column: &str,
        text: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        parse(text).ok_or_else(|| self.misfit(column, "a value this release does not know"))
    }

    /// A count.
    pub fn count<T: TryFrom<i64>>(&self, column: &str, number: i64) -> Result<T, StoreError> {
        T::try_from(number).map_err(|_| self.misfit(column, "a number out of range"))
    }

    pub fn time(&self, column: &str, time: TimeDateTimeWithTimeZone) -> Result<Timestamp, StoreError> {
        moment::timestamp(time).ok_or_else(|| self.misfit(column, "a moment out of range"))
    }

    pub fn optional_time(
        &self,
        column: &str,
        time: Option<TimeDateTimeWithTimeZone>,
    ) -> Result<Option<Timestamp>, StoreError> {
        time.map(|time| self.time(column, time)).transpose()
    }

    /// A JSON document. Serde's own text would quote values, so only the place is reported.
    pub fn document<D, T>(&self, column: &str, json: &str) -> Result<T, StoreError>
    where
        D: DeserializeOwned,
        T: TryFrom<D, Error = Misfit>,
    {
        let document: D = serde_json::from_str(json).map_err(|error| {
            let (kind, line, place) = (error.classify(), error.line(), error.column());
            self.misfit(column, format!("{kind:?} error at {line}:{place} of the document"))
        })?;
        T::try_from(document).map_err(|misfit| self.misfit(column, misfit))
    }

    pub fn optional_document<D, T>(&self, column: &str, json: Option<&str>) -> Result<Option<T>, StoreError>
    where
        D: DeserializeOwned,
        T: TryFrom<D, Error = Misfit>,
    {
        json.map(|json| self.document(column, json)).transpose()
    }

    /// A date as `YYYY-MM-DD`.
    pub fn date(&self, column: &str, text: &str) -> Result<jiff::civil::Date, StoreError> {
        text.parse().map_err(|_| self.misfit(column, "not a date"))
    }
}

/// A count as a column keeps it. Counts above 2^63 do not occur: they number events, attempts and webhooks.
pub(crate) fn bigint(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
