//! `order-service migrate`.

use anyhow::{Context, Result};
use persistence::{Database, Options};

use crate::config::Config;

pub async fn run(config: Config) -> Result<()> {
    let options =
        Options { url: config.database.url.clone(), max_connections: config.database.max_connections };
    let database = Database::connect(&options).await.with_context(|| config.names.of("database.url"))?;
    let applied = database.migrate().await?;
    if applied.is_empty() {
        println!("The schema is up to date.");
    }
    for name in applied {
        println!("applied {name}");
    }
    database.close().await;
    Ok(())
}
