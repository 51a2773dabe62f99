//! What can be done with an order, one room per kind of operation. A room holds everything special to its kind: what a caller may
//! request and what is decided, what is sent, how its effect is recognised, and what its resolution changes. Pure: a room reads
//! what is known and writes through the [`Pen`]. The workflow knows no kind by name.
//!
//! [`kind`] is the contract of every room, [`task`] the enum of their tasks, and [`kinds`](self) the only match over it.

pub mod cancel_lines;
pub mod cancel_order;
pub mod cancel_refund;
pub mod claim;
pub mod create_payment;
pub mod create_refund;
pub mod create_shipment;
pub mod facts;
pub mod kind;
mod kinds;
#[cfg(feature = "made-up")]
pub mod made_up;
pub mod manage_lines;
pub mod operation;
mod pen;
pub mod place_order;
mod request;
pub mod return_lines;
pub mod sent;
pub mod task;
pub mod update_order;
pub mod update_shipment;

pub use pen::{Author, Known, NewOperation, Pen, Reading, Written};
pub use request::Request;
