//! Between the API's messages and the domain's types. No rules: `domain` decides what a message may hold.

pub mod archive;
pub mod cause;
pub mod chargeback;
pub mod common;
pub mod comparison;
pub mod continuation;
pub mod deadline;
pub mod draft;
pub mod event;
pub mod item;
pub mod line_cancellation;
pub mod line_change;
pub mod operation;
pub mod order;
pub mod payment_method;
mod policy;
pub mod refund;
pub mod returned;
pub mod shipment;
pub mod value;
