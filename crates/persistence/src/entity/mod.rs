//! The tables as the database library sees them. None of this may leave the crate.

pub(crate) mod archived_order;
pub(crate) mod archived_part;
pub(crate) mod event;
pub(crate) mod lookup;
pub(crate) mod operation;
pub(crate) mod order;
pub(crate) mod pause;
pub(crate) mod refund;
pub(crate) mod request;
pub(crate) mod run;
pub(crate) mod secret;
pub(crate) mod shipment;
