//! Three nodes under Patroni with strict synchronous replication, etcd for who leads, and haproxy in front, which leads callers to the
//! primary. One etcd: what is tried is the loss of a database, not of the store of leases.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpStream;

use super::node::Node;
use crate::pooler::is_root;
use crate::ports::free_address;
use crate::wait::until;

const NODES: usize = 3;
/// How much of each log a run that fails shows.
const LAST_LINES: usize = 40;
/// The first node makes a database, the others copy it.
const BOOT: Duration = Duration::from_secs(180);
/// How long a node may take that comes back: it may have to be rewound or copied anew.
const BACK: Duration = Duration::from_secs(180);
/// PostgreSQL does not run as root.
const UNPRIVILEGED: &str = "postgres";

pub struct Cluster {
    pub nodes: Vec<Node>,
    address: SocketAddr,
    store: SocketAddr,
    programs: PathBuf,
    /// They end before their directory is removed.
    _servers: [Server; 2],
    directory: TempDir,
}

/// A process that is killed with this.
struct Server(Child);

impl Cluster {
    pub async fn start() -> Self {
        let directory = tempfile::Builder::new().prefix("order-service-patroni-").tempdir_in("/var/tmp");
        let directory = directory.expect("a directory");
        give_away(directory.path());
        let mut nodes: Vec<_> = (1..=NODES).map(|n| Node::new(n, directory.path())).collect();
        let (store, address) = (free_address(), free_address());
        let etcd = etcd(store, directory.path());
        let haproxy = haproxy(address, &nodes, directory.path());
        let programs = programs();
        until("etcd listens", BOOT, async || TcpStream::connect(store).await.ok().map(drop)).await;
        nodes.iter_mut().for_each(|node| node.start(store, &programs));
        let cluster = Self { nodes, address, store, programs, _servers: [etcd, haproxy], directory };
        cluster.is_whole(BOOT).await;
        until("the way to the primary is open", BOOT, async || {
            TcpStream::connect(address).await.ok().map(drop)
        })
        .await;
        cluster
    }

    /// Where callers find the primary.
    pub fn url(&self) -> String {
        format!("postgres://postgres@{}/postgres", self.address)
    }

    /// Waits until every node runs, one leads, and one follows in step.
    pub async fn is_whole(&self, limit: Duration) {
        until("three nodes run, and one follows in step", limit, async || {
            let members = self.nodes[self.primary().await?].members().await?;
            let count =
                |holds: &dyn Fn(&Value) -> bool| members.iter().filter(|member| holds(member)).count();
            let running =
                count(&|member| ["running", "streaming"].iter().any(|state| member["state"] == *state));
            let in_step = count(&|member| member["role"] == "sync_standby");
            (running == NODES && in_step == 1).then_some(())
        })
        .await;
    }

    pub async fn primary(&self) -> Option<usize> {
        for (n, node) in self.nodes.iter().enumerate() {
            if node.is_primary().await {
                return Some(n);
            }
        }
        None
    }

    /// Starts a node that was killed.
    pub async fn bring_back(&mut self, n: usize) {
        self.nodes[n].start(self.store, &self.programs);
        self.is_whole(BACK).await;
    }
}

impl Drop for Cluster {
    /// A run that fails shows what the processes said last.
    fn drop(&mut self) {
        if std::thread::panicking() {
            for name in ["etcd.log", "haproxy.log", "node1/log", "node2/log", "node3/log"] {
                let said = std::fs::read_to_string(self.directory.path().join(name)).unwrap_or_default();
                let lines: Vec<_> = said.lines().rev().take(LAST_LINES).collect();
                eprintln!("---- {name} ----");
                lines.into_iter().rev().for_each(|line| eprintln!("{line}"));
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program as the user that PostgreSQL runs as.
pub fn unprivileged(program: &str, directory: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", UNPRIVILEGED, "--regid", UNPRIVILEGED, "--init-groups", program]);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(directory).env("HOME", directory).env_remove("DATABASE_URL");
    command
}

fn etcd(address: SocketAddr, directory: &Path) -> Server {
    let (client, peer) = (format!("http://{address}"), format!("http://{}", free_address()));
    let mut command = unprivileged("etcd", directory);
    command.args(["--name=one", "--data-dir=etcd", "--log-level=error"]);
    command.args([format!("--listen-client-urls={client}"), format!("--advertise-client-urls={client}")]);
    command.args([format!("--listen-peer-urls={peer}"), format!("--initial-advertise-peer-urls={peer}")]);
    command.arg(format!("--initial-cluster=one={peer}"));
    started(command, directory, "etcd")
}

/// It asks each Patroni twice a second who leads. Connections to a node that does not lead any more are ended.
fn haproxy(address: SocketAddr, nodes: &[Node], directory: &Path) -> Server {
    let servers = nodes.iter().map(|node| {
        let Node { name, postgres, rest, .. } = node;
        format!("  server {name} {postgres} check port {}\n", rest.port())
    });
    let text = format!(
        "defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
listen orders
  bind {address}
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server inter 500ms fastinter 250ms fall 2 rise 1 on-marked-down shutdown-sessions
{}",
        servers.collect::<String>()
    );
    let file = directory.join("haproxy.cfg");
    std::fs::write(&file, text).expect("the configuration can be written");
    let mut command = unprivileged("haproxy", directory);
    command.arg("-db").arg("-f").arg(file);
    started(command, directory, "haproxy")
}

fn started(mut command: Command, directory: &Path, name: &str) -> Server {
    let log = std::fs::File::create(directory.join(format!("{name}.log"))).expect("a log");
    command.stdin(Stdio::null()).stdout(log.try_clone().expect("the log")).stderr(log);
    Server(command.spawn().unwrap_or_else(|error| panic!("{name}: {error}")))
}

/// Where the newest PostgreSQL has its programs, as Debian lays them out.
fn programs() -> PathBuf {
    let versions =
        std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed as Debian does it");
    let directories = versions.flatten().map(|entry| entry.path().join("bin"));
    directories.filter(|path| path.join("postgres").exists()).max().expect("a server is installed")
}

/// Makes a directory theirs.
pub fn give_away(directory: &Path) {
    if is_root() {
        let status = Command::new("chown").arg(UNPRIVILEGED).arg(directory).status();
        assert!(status.is_ok_and(|status| status.success()), "chown {}", directory.display());
    }
}
