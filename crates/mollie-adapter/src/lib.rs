//! Mollie's Orders API over HTTP: the gateway port of the domain.
//!
//! Commands become requests, answers become outcomes and snapshots. It decides nothing, keeps no orders, and never sends anything
//! twice: the caller knows what may be repeated. Knows no database and no clock, but tells
//! what time it is at Mollie ([`MollieTime`]).

mod adapter;
mod address;
mod base;
mod capture;
mod chargeback;
mod client;
mod command;
mod endpoint;
mod json;
mod key;
mod line;
mod line_change;
mod lookup;
mod loose;
mod method;
mod mollie_time;
mod money;
mod oddities;
mod order;
mod outcome;
mod pace;
mod page;
mod payment;
mod problem;
mod quota;
mod refund;
mod scope;
mod shipment;
mod snapshot;
mod time;
mod transport;

#[cfg(test)]
mod fixtures;

pub use adapter::{AdapterError, MollieAdapter, Settings};
pub use base::BaseError;
pub use client::{Client, Heard};
pub use endpoint::Endpoint;
pub use key::{Credential, KeyError};
pub use mollie_time::MollieTime;
pub use pace::{Limits, Pace, Paced};
pub use quota::Left;
pub use transport::{Answer, Failure, Request, Transport};
