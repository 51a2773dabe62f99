//! A canned Mollie in a separate process: fixed bodies in which ids, order number and hook address vary. It judges
//! nothing and forgets nothing, and is as cheap as can be, because it shares the machine with what is measured.

mod body;
mod server;

pub use server::serve;
