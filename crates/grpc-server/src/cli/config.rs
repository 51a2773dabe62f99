//! `order-service config`: what `serve` would run with.

use std::path::Path;

use anyhow::Result;
use clap::Subcommand;

use crate::config::Config;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Name every fault that `serve` would refuse to start with. Neither the database nor Mollie is asked.
    Check,
    /// Print every setting in force, and where it was set.
    Show,
}

pub fn run(arguments: &Arguments, file: Option<&Path>) -> Result<()> {
    match arguments.command {
        Command::Check => {
            Config::read_to_serve(file)?;
            println!("The configuration has no fault. Neither the database nor Mollie was asked.");
        }
        Command::Show => println!("{}", Config::read(file)?.shown()),
    }
    Ok(())
}
