//! The rules of Mollie's Orders API and ours, each stated once. Pure: no time, no input or output, no randomness.

pub mod address;
pub mod amount;
pub mod cancellation;
pub mod capture;
pub mod contradiction;
mod date;
pub mod decision;
pub mod deduction;
pub mod draft;
mod email;
pub mod event;
#[cfg(test)]
mod fixtures;
pub mod hint;
pub mod ids;
pub mod item;
pub mod line;
pub mod lookup;
pub mod misread;
pub mod money;
pub mod operation;
pub mod order;
pub mod payment;
pub mod placement;
pub mod refusal;
pub mod shipment;
pub mod snapshot;
pub mod status;
pub mod stranded;
pub mod text;
pub mod told;
pub mod unread;
pub mod vat;
pub mod violation;
mod web_address;
