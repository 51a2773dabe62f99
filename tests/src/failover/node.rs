//! One node: PostgreSQL, and Patroni which watches over it.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use super::cluster::{give_away, unprivileged};
use crate::ports::free_address;
use crate::simulator::web;

/// How long a node's Patroni may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// For how long the leader's lease holds, and how often it is renewed, in seconds. The lease is the shortest that Patroni allows.
pub const LEASE: u64 = 20;
const LOOP: u64 = 3;
const RETRIES: u64 = 5;

pub struct Node {
    pub name: String,
    pub rest: SocketAddr,
    pub postgres: SocketAddr,
    directory: PathBuf,
    patroni: Option<Child>,
    web: Client,
}

impl Node {
    pub fn new(number: usize, directory: &Path) -> Self {
        let (name, rest, postgres) = (format!("node{number}"), free_address(), free_address());
        Self { directory: directory.join(&name), name, rest, postgres, patroni: None, web: web() }
    }

    /// Starts Patroni, which makes a database or copies the leader's where there is none.
    pub fn start(&mut self, store: SocketAddr, programs: &Path) {
        std::fs::create_dir_all(&self.directory).expect("the directory can be made");
        give_away(&self.directory);
        let file = self.directory.join("patroni.json");
        std::fs::write(&file, self.settings(store, programs).to_string())
            .expect("the settings can be written");
        let log = std::fs::File::options().create(true).append(true).open(self.directory.join("log"));
        let log = log.expect("the log can be made");
        let mut command = unprivileged("patroni", &self.directory);
        command.arg(&file).stdin(Stdio::null()).stdout(log.try_clone().expect("the log")).stderr(log);
        // PostgreSQL is its child: with the group of both, a whole node can be killed.
        self.patroni = Some(command.process_group(0).spawn().expect("patroni starts"));
    }

    /// JSON is YAML.
    fn settings(&self, store: SocketAddr, programs: &Path) -> Value {
        let who = |name: &str| json!({ "username": name, "password": name });
        json!({
            "scope": "orders",
            "name": self.name,
            "restapi": { "listen": self.rest.to_string(), "connect_address": self.rest.to_string() },
            "etcd3": { "host": store.to_string() },
            "bootstrap": {
                "dcs": {
                    "ttl": LEASE, "loop_wait": LOOP, "retry_timeout": RETRIES,
                    // A primary that died is replaced, not waited for.
                    "primary_start_timeout": 0,
                    "synchronous_mode": true,
                    "synchronous_mode_strict": true,
                    "postgresql": {
                        "use_pg_rewind": true,
                        "parameters": { "max_connections": 200, "wal_log_hints": "on", "shared_buffers": "128MB" },
                    },
                },
                "initdb": [{ "encoding": "UTF8" }, { "locale": "C" }, "data-checksums"],
            },
            "postgresql": {
                "listen": self.postgres.to_string(),
                "connect_address": self.postgres.to_string(),
                "data_dir": self.data(),
                "bin_dir": programs,
                "pgpass": self.directory.join("pgpass"),
                "pg_hba": ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
                "authentication": { "superuser": who("postgres"), "replication": who("replicator"), "rewind": who("rewinder") },
                "parameters": { "unix_socket_directories": self.directory },
            },
        })
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// Kills PostgreSQL alone.
    pub fn kill_postgres(&self) {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).expect("PostgreSQL runs");
        let pid = file.lines().next().expect("its number");
        kill(pid);
    }

    /// Kills all that runs there, as a power cut does.
    pub fn kill(&mut self) {
        let Some(mut patroni) = self.patroni.take() else { return };
        kill(&format!("-{}", patroni.id()));
        let _ = patroni.wait();
        // PostgreSQL may have made a group of its own.
        if let Ok(file) = std::fs::read_to_string(self.data().join("postmaster.pid"))
            && let Some(pid) = file.lines().next()
        {
            kill(pid);
        }
    }

    /// Whether it is the leader, and takes writes.
    pub async fn is_primary(&self) -> bool {
        let url = format!("http://{}/primary", self.rest);
        let answer = self.web.get(url).timeout(PATIENCE).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// What it knows of all nodes.
    pub async fn members(&self) -> Option<Vec<Value>> {
        let answer =
            self.web.get(format!("http://{}/cluster", self.rest)).timeout(PATIENCE).send().await.ok()?;
        let cluster: Value = answer.json().await.ok()?;
        cluster["members"].as_array().cloned()
    }

    /// Hands the lead over to another, in good order.
    pub async fn hand_over(&self) {
        let url = format!("http://{}/switchover", self.rest);
        let wish = json!({ "leader": self.name });
        let answer = self.web.post(url).timeout(Duration::from_secs(60)).json(&wish).send().await;
        let answer = answer.expect("Patroni answers");
        let status = answer.status();
        assert!(status.is_success(), "{status}: {}", answer.text().await.unwrap_or_default());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

fn kill(whom: &str) {
    // It may be gone already.
    let _ = Command::new("sh").args(["-c", &format!("kill -s KILL -- {whom} 2>/dev/null")]).status();
}
