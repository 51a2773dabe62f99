//! Values as a terminal shows them. Text of others may hold anything, so none of it reaches a terminal as it came.

use std::io::Write;

use jiff::Timestamp;

use crate::proto::Amount;

/// Writes to standard output. Whoever reads it may have seen enough and gone.
pub fn show(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// The text without control characters.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// An amount, or nothing.
pub fn money(amount: Option<&Amount>) -> String {
    amount.map(|amount| format!("{} {}", plain(&amount.value), plain(&amount.currency))).unwrap_or_default()
}

/// A time in UTC, to the second; nothing if there is none.
pub fn time(time: Option<&prost_types::Timestamp>) -> String {
    let read = time.and_then(|time| Timestamp::from_second(time.seconds).ok());
    read.map(|time| time.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}
