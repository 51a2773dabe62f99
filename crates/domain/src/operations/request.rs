//! What every request has in common: it decides, and names the subject of the answer.

use super::facts::Needs;
use super::pen::Pen;
use crate::rules::request_error::RequestError;
use crate::rules::subject::Subject;

/// What a caller requests of an order, in our terms. It decides on what is known and makes no calls.
pub trait Request: Send + Sync {
    /// What the decision is made from.
    fn needs(&self) -> Needs;

    /// Writes the change to save.
    ///
    /// # Errors
    /// [`RequestError`]; what was written is discarded. The caller gets the error only after Mollie was read.
    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError>;
}
