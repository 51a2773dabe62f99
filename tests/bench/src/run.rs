//! The order of measures.
use crate::cli::RunArguments;
use anyhow::Result;
pub async fn run(_: RunArguments) -> Result<()> {
    Ok(())
}
