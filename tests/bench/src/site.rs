//! Everything a run works with: programs, the canned Mollie, the echo, PostgreSQL, and a directory that goes with them.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use tempfile::TempDir;

use crate::plan::Plan;
use crate::postgres::Server;
use crate::process::Process;

/// A key of test mode; Mollie's stand-in takes any.
const API_KEY: &str = "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM";

/// What a run works with. What is declared first goes first.
pub struct Site {
    pub plan: Plan,
    pub service: PathBuf,
    pub pgbench: PathBuf,
    pub mollie: Mollie,
    pub postgres: Server,
    /// Plain HTTP, for hooks and the canned Mollie's control.
    pub web: Client,
    directory: TempDir,
}

impl Site {
    pub async fn open(plan: Plan, service: &Path, pgbench: &Path) -> Result<Self> {
        let (service, pgbench) = (program(service)?, program(pgbench)?);
        let directory = tempfile::Builder::new().prefix("order-service-bench-").tempdir()?;
        std::fs::write(directory.path().join("api-key"), format!("{API_KEY}\n"))?;
        let postgres = Server::open().await?;
        let web = web()?;
        let mollie = Mollie::start(directory.path(), web.clone()).await?;
        Ok(Self { plan, service, pgbench, mollie, postgres, web, directory })
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub fn key_file(&self) -> String {
        self.directory().join("api-key").display().to_string()
    }
}

/// The absolute path of a program. Links stay links: Debian's programs go by the name they are called.
fn program(path: &Path) -> Result<PathBuf> {
    ensure!(path.is_file(), "there is no {}", path.display());
    std::path::absolute(path).with_context(|| path.display().to_string())
}

pub struct Mollie {
    process: Process,
    address: SocketAddr,
    web: Client,
}

impl Mollie {
    async fn start(directory: &Path, web: Client) -> Result<Self> {
        let (process, address) = own_command("mollie", &[], directory).await?;
        Ok(Self { process, address, web })
    }

    pub fn api(&self) -> String {
        format!("http://{}/v2", self.address)
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub async fn delay(&self, milliseconds: u64) -> Result<()> {
        self.control(&format!("delay/{milliseconds}")).await.map(drop)
    }

    /// Every shopper has been to the checkout, or that of one order.
    pub async fn authorize(&self, mollie_id: Option<&str>) -> Result<()> {
        let id = mollie_id.map(|id| format!("/{}", id.trim_start_matches("ord_"))).unwrap_or_default();
        self.control(&format!("authorize{id}")).await.map(drop)
    }

    /// The address of an order's hooks.
    pub async fn hook(&self, mollie_id: &str) -> Result<String> {
        self.control(&format!("hook/{}", mollie_id.trim_start_matches("ord_"))).await
    }

    async fn control(&self, wish: &str) -> Result<String> {
        let answer = self.web.get(format!("http://{}/control/{wish}", self.address)).send().await?;
        Ok(answer.error_for_status().context("the canned Mollie refuses")?.text().await?)
    }
}

/// Starts a command of this very program that listens, and waits until it does.
pub async fn own_command(
    name: &str,
    arguments: &[&OsStr],
    directory: &Path,
) -> Result<(Process, SocketAddr)> {
    let address = tests::free_address();
    let listen = address.to_string();
    let mut all: Vec<&OsStr> = vec![name.as_ref(), "--listen".as_ref(), listen.as_ref()];
    all.extend(arguments);
    let program = std::env::current_exe().context("this program cannot be located")?;
    let mut process = Process::start(name, &program, &all, &[], directory)?;
    process.listens(address).await?;
    Ok((process, address))
}

#[expect(clippy::disallowed_methods, reason = "the one place of the benchmark that builds an HTTP client")]
fn web() -> Result<Client> {
    Ok(Client::builder().no_proxy().tcp_nodelay(true).timeout(std::time::Duration::from_secs(30)).build()?)
}
