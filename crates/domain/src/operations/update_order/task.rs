//! What changing an order needs; new addresses are sealed beside it.

use jiff::Timestamp;

use crate::rules::order_update::NewTerms;

/// Gives an order other terms or addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub terms: NewTerms,
    /// It is not sent after this.
    pub until: Timestamp,
}
