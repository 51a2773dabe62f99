//! Random sequences of one order without faults: shipping, canceling lines and giving money back in any order and size, through
//! the real workflow and adapter and the simulator's rules. After every step the test's own arithmetic, our ledger and Mollie's
//! books must agree to the cent.

mod ask;
pub mod basket;
pub mod campaign;
mod change;
pub mod desk;
mod draw;
mod excuse;
mod goods;
pub mod hand;
mod judge;
mod later;
pub mod mollie;
pub mod own;
mod refunds;
mod returns;
pub mod select;
mod share;
pub mod stage;
pub mod step;
mod words;
