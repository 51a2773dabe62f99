//! The benchmark: what the service costs, each figure beside the floor it is measured against. It measures, writes down and
//! draws; it judges only by what was promised beforehand.

#![allow(clippy::float_arithmetic, reason = "figures, not money")]

mod accounting;
mod api;
mod bed;
mod captured;
pub mod cli;
mod echo;
pub mod figures;
mod fill;
mod findings;
mod floor;
mod load;
mod measure;
mod mollie;
mod plan;
mod postgres;
mod process;
pub mod render;
mod run;
mod service;
mod site;
mod statements;
