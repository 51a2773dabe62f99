//! What every request has in common: it decides, and tells what its caller is answered about.

use super::facts::Needs;
use super::pen::Pen;
use crate::rules::request_error::RequestError;
use crate::rules::subject::Subject;

/// What a caller wants of an order, in our terms. It decides on what is known and asks nobody.
pub trait Request: Send + Sync {
    /// What it is decided on.
    fn needs(&self) -> Needs;

    /// Writes what is to be saved.
    ///
    /// # Errors
    /// [`RequestError`]; what was written is thrown away. Mollie may know more by now: the caller hears it only after that was asked.
    fn decide(&self, pen: &mut Pen<'_>) -> Result<Subject, RequestError>;
}
