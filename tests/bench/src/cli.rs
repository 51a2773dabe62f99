//! Commands of `bench`.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{echo, mollie, render, run};

/// Measures what the service costs, each figure beside its floor.
#[derive(Parser)]
#[command(name = "bench")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure everything, and write down the figures. DATABASE_URL names a PostgreSQL server on this machine, as its superuser.
    Run(RunArguments),
    Render(render::command::Render),
    Table(render::command::Table),
    /// The canned Mollie.
    #[command(hide = true)]
    Mollie {
        #[arg(long)]
        listen: String,
    },
    /// The echo.
    #[command(hide = true)]
    Echo {
        #[arg(long)]
        listen: String,
        /// The order to answer with, encoded.
        #[arg(long)]
        order: PathBuf,
    },
}

#[derive(clap::Args)]
pub struct RunArguments {
    /// The service's program, built as it is deployed: `cargo build --release -p grpc-server --no-default-features`.
    #[arg(long)]
    pub service: PathBuf,
    /// PostgreSQL's pgbench.
    #[arg(long)]
    pub pgbench: PathBuf,
    /// Shorter slices and a small database: within four minutes.
    #[arg(long)]
    pub quick: bool,
    /// Only whether calls cost more where there are more orders.
    #[arg(long, conflicts_with = "quick")]
    pub growth: bool,
    /// Only what an order costs beside this program, built of `tests/bench/peers`.
    #[arg(long, value_name = "PROGRAM", conflicts_with = "growth")]
    pub peer: Option<PathBuf>,
    /// How many orders the large database holds; a tenth as many in a quick run.
    #[arg(long, default_value_t = 200_000)]
    pub orders: u64,
    /// Where the figures go, as JSON.
    #[arg(long)]
    pub out: PathBuf,
}

pub fn main() -> Result<()> {
    // One TLS for every client of this process, though none here needs it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = |workers: usize| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build()
    };
    match Arguments::parse().command {
        Command::Run(arguments) => runtime(2)?.block_on(Box::pin(run::run(arguments))),
        Command::Render(command) => render::command::run(&command),
        Command::Table(command) => render::command::print(&command),
        Command::Mollie { listen } => runtime(1)?.block_on(mollie::serve(&listen)),
        Command::Echo { listen, order } => runtime(2)?.block_on(echo::serve(&listen, &order)),
    }
}
