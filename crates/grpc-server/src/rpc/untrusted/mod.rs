//! What arrives from outside, read by the code of the RPCs but without a service: no database, no Mollie, no caller. It is there for
//! the fuzz targets in `tests/fuzz`, which have nothing but bytes and an order; nothing of the service itself may use it.
//!
//! Of each method it does what comes before the first look-up: the bytes are walked and decoded, and the parts are read that need no
//! configuration. Names of profiles are not looked up, but for the one a draft is for.

mod changes;
mod credentials;
mod drafts;
mod lookups;
mod methods;
mod tokens;

use domain::operations::Request;
use domain::operations::operation::Operation;
use domain::rules::draft::OrderDraft;
use domain::rules::order::Order;
use domain::rules::payment_method::MethodsWanted;
use domain::workflow::MutationError;
use jiff::Timestamp;
use prost::{Message, Name};
use tonic::Status;

use super::errors;
use super::reading::Reading;
use super::request::Header;
use crate::convert;
use crate::wire::{self, SHAPES};

pub use crate::feed::token;
pub use credentials::Doorkeeper;
pub use methods::METHODS;
pub use tokens::{page_tokens, resume_token};

/// What a request is judged by beside itself.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// The order that a request about one is taken to be about, whatever id it has.
    pub order: &'a Order,
    pub now: Timestamp,
}

/// What a request asks for, once all of it that needs no look-up was read.
pub enum Asked {
    /// To look something up, or for an operator's decision.
    Other,
    Draft(Box<OrderDraft>),
    Change(Box<dyn Request>),
    Methods(MethodsWanted),
}

/// A method's name, and how its request is read.
pub type Method = (&'static str, fn(&[u8], Site<'_>) -> Result<Asked, Status>);

/// The message that tells of an order, encoded.
#[must_use]
pub fn told(order: &Order, unsettled: &[Operation]) -> Vec<u8> {
    convert::order::order(order, unsettled).encode_to_vec()
}

/// How a caller is told that a request was refused.
#[must_use]
pub fn refusal(error: MutationError) -> Status {
    errors::mutation(error)
}

/// The request, and its reading with what is wrong with its texts.
fn decoded<M: Message + Name + Default>(bytes: &[u8]) -> Result<(M, Reading), Status> {
    let place = SHAPES.request(&M::full_name());
    let request = wire::read::<M>(place, bytes.to_vec().into()).map_err(errors::not_accepted)?;
    let reading = Reading::of(&request);
    Ok((request, reading))
}

/// A change, if nothing is wrong with it.
fn change<R: Request + 'static>(reading: Reading, request: Option<R>) -> Result<Asked, Status> {
    reading.end(request).map(|request| Asked::Change(Box::new(request)))
}

/// The same for what is no change.
fn other<T>(reading: Reading, parts: Option<T>) -> Result<Asked, Status> {
    reading.end(parts).map(|_| Asked::Other)
}

/// Reads what every change has: its id, and perhaps the version it is meant for and who wants it.
fn head(reading: &mut Reading, request_id: &str, etag: &str, actor: &str) {
    let (_, faults) = Header { method: "", request_id, etag, actor }.read();
    reading.add(faults);
}
