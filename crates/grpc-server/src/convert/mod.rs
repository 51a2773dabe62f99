//! Between the API's messages and the domain's types. No rules: what a message may hold is decided in `domain`.

pub mod common;
pub mod draft;
pub mod event;
pub mod item;
pub mod operation;
pub mod order;
pub mod shipment;
pub mod value;
