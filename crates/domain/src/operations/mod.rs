//! What can be done with an order, one room per kind. A room holds everything that is special to its kind: what a caller may ask
//! for and what is decided of it. Pure: it reads what is known, and writes through the [`Pen`]. The workflow knows none of them by
//! name.

pub mod cancel_order;
pub mod create_shipment;
mod pen;
mod request;

pub use pen::{Author, Pen, Written, new_operation};
pub use request::{Request, Subject};
