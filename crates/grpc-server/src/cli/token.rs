//! `order-service token`: a new token for a caller, and the line by which the service recognises it. Keeps neither.

use anyhow::Result;
use clap::Args;

use crate::config::wrong_name;
use crate::identity;

#[derive(Args)]
pub struct Arguments {
    /// The caller, as in [callers.NAME] of the configuration.
    name: String,
}

pub fn run(arguments: &Arguments) -> Result<()> {
    if let Some(fault) = wrong_name(&arguments.name) {
        anyhow::bail!("{:?}: {fault}", arguments.name);
    }
    let (token, line) = identity::fresh(&arguments.name)?;
    println!("The token, for the caller alone; it cannot be shown again:\n\n  {token}\n");
    println!(
        "Its line in the file that security.tokens_file names; two lines of a caller may hold at once:\n\n  {line}"
    );
    Ok(())
}
