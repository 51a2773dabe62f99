//! The benchmark: what the service costs, each figure beside the floor it is measured against. It measures and writes
//! down; it may not draw, and it judges only by what was promised beforehand.

#![allow(clippy::float_arithmetic, reason = "figures, not money")]

mod accounting;
mod api;
pub mod cli;
mod echo;
pub mod figures;
mod load;
mod mollie;
mod plan;
mod postgres;
mod process;
mod run;
mod service;
mod site;
mod statements;
