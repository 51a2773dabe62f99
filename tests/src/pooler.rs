//! PgBouncer between the service and PostgreSQL, in one of its modes. Where it is not installed, what needs it is left out, and says so.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use reqwest::Url;
use tokio::net::TcpStream;

use crate::database::Database;
use crate::ports::free_address;
use crate::wait::until;

const PROGRAM: &str = "pgbouncer";
/// It does not run as root.
const UNPRIVILEGED: &str = "postgres";
const SOON: Duration = Duration::from_secs(20);

/// A pooler that lives as long as this.
pub struct Pooler {
    process: Child,
    address: SocketAddr,
}

/// Whether tests with a pooler can run. Says so if they are left out.
pub fn pooler_is_available() -> bool {
    static TOLD: Once = Once::new();
    let available = Command::new(PROGRAM).arg("--version").output().is_ok_and(|it| it.status.success());
    if !available {
        TOLD.call_once(|| {
            let text = "left out: all tests with a pooler, as pgbouncer is not installed; `cargo xtask test` installs it where it may";
            // Past the capture of what tests print. Whoever has closed the output does not want to know.
            let _ = writeln!(std::io::stderr(), "{text}");
        });
    }
    available
}

impl Pooler {
    /// In front of the server of a database, with at most so many connections to it.
    pub async fn start(mode: &str, database: &Database, connections: usize, directory: &Path) -> Self {
        let address = free_address();
        let server = Url::parse(database.url()).expect("the database has an address");
        let password = server.password().map(|password| format!(" password={password}")).unwrap_or_default();
        let text = format!(
            "[databases]
* = host={} port={} user={}{password}
[pgbouncer]
listen_addr = {}
listen_port = {}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = {connections}
max_client_conn = 200
ignore_startup_parameters = extra_float_digits, options
",
            server.host_str().expect("a server has a host"),
            server.port().unwrap_or(5432),
            server.username(),
            address.ip(),
            address.port(),
        );
        let file = directory.join(format!("pgbouncer-{mode}.ini"));
        std::fs::write(&file, text).expect("the configuration can be written");
        let log = std::fs::File::create(directory.join(format!("pgbouncer-{mode}.log"))).expect("a log");
        let mut program = Command::new(PROGRAM);
        if is_root() {
            program.args(["--user", UNPRIVILEGED]);
        }
        program.arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let process = program.spawn().expect("pgbouncer starts");
        let pooler = Self { process, address };
        until("the pooler listens", SOON, async || TcpStream::connect(address).await.ok().map(drop)).await;
        pooler
    }

    /// The address of a database behind it.
    pub fn url(&self, database: &Database) -> String {
        let mut url = Url::parse(database.url()).expect("the database has an address");
        url.set_ip_host(self.address.ip()).expect("an address has a host");
        url.set_port(Some(self.address.port())).expect("an address has a port");
        url.into()
    }
}

pub(crate) fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("`id` says who we are");
    output.stdout.trim_ascii() == b"0"
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
