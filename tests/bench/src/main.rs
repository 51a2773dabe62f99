//! The benchmark: what the service costs, each figure beside the floor it is measured against. It measures, writes down and
//! draws; it judges only by what was promised beforehand.

#![allow(clippy::float_arithmetic, reason = "figures, not money")]

mod accounting;
mod api;
mod bed;
mod cli;
mod echo;
mod figures;
mod fill;
mod findings;
mod floor;
mod load;
mod measure;
mod mollie;
mod plan;
mod postgres;
mod process;
mod render;
mod run;
mod scripts;
mod service;
mod site;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::main() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
