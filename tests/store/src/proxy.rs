//! A proxy between the service and PostgreSQL that cuts a connection at one statement, or puts a statement of its own before
//! it on the same connection. Otherwise both sides hear what the other said.

mod link;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::Url;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};

use link::carry;

/// What happens at the statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    CutBefore,
    CutWithin,
    CutAfter,
    /// Another statement comes first; its answer is nobody's.
    First(String),
}

/// What the proxy waits for, and what it has done.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The statement, by its text, and what happens to it.
    pub armed: Option<(String, Act)>,
    /// Nobody gets through, or will once the statement has come.
    pub closed: bool,
    pub closes: bool,
    /// What an [`Act::First`] has set is set back before a connection begins anything new.
    pub resets: bool,
    /// How many connections were cut at their statement.
    pub cuts: usize,
    /// How many times COMMIT was answered with ROLLBACK.
    pub rolled_back: usize,
}

/// A plan that connections share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared(Arc<Mutex<Plan>>);

impl Shared {
    pub fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to happen at this statement, once.
    pub fn struck(&self, sql: &str) -> Option<Act> {
        let mut plan = self.plan();
        let is_it = plan.armed.as_ref().is_some_and(|(armed, _)| is_same(armed, sql));
        if !is_it {
            return None;
        }
        plan.closed |= plan.closes;
        plan.armed.take().map(|(_, act)| act)
    }
}

/// More may be sent behind `BEGIN`, and before `COMMIT`, than is told.
fn is_same(armed: &str, sent: &str) -> bool {
    armed == sent || (!armed.contains(' ') && (sent.starts_with(armed) || sent.ends_with(armed)))
}

/// A running proxy. Its connections end with it.
pub struct Proxy {
    shared: Shared,
    serving: JoinHandle<()>,
    url: String,
}

impl Proxy {
    /// Starts one to the database of an address.
    pub async fn start(database: &str) -> Self {
        let mut url = Url::parse(database).expect("the database has an address");
        let host = url.host_str().expect("PostgreSQL listens at a host").trim_matches(['[', ']']).to_owned();
        let server = tokio::net::lookup_host((host, url.port().unwrap_or(5432))).await;
        let server = server.expect("the host is known").next().expect("the host has an address");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port for the proxy");
        let own = listener.local_addr().expect("the proxy's address");
        url.set_host(Some("127.0.0.1")).expect("a host can be set");
        url.set_port(Some(own.port())).expect("a port can be set");
        // What is encrypted could not be read.
        url.set_query(Some("sslmode=disable"));
        let shared = Shared::default();
        let serving = tokio::spawn(serve(listener, server, shared.clone()));
        Self { shared, serving, url: url.into() }
    }

    /// The database's address through the proxy.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Strikes at the next statement of this text; if it `closes`, nobody gets through from then on.
    pub fn arm(&self, sql: &str, act: Act, closes: bool) {
        let mut plan = self.shared.plan();
        (plan.armed, plan.closes) = (Some((sql.to_owned(), act)), closes);
    }

    /// All is well again.
    pub fn heal(&self) {
        let mut plan = self.shared.plan();
        (plan.armed, plan.closed, plan.closes, plan.resets) = (None, false, false, true);
    }

    /// How many connections were cut, and how many commits were answered with ROLLBACK.
    #[must_use]
    pub fn done(&self) -> (usize, usize) {
        let plan = self.shared.plan();
        (plan.cuts, plan.rolled_back)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, server: SocketAddr, shared: Shared) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        if shared.plan().closed {
            continue;
        }
        let shared = shared.clone();
        connections.spawn(async move {
            // Either side may go away at any time; the other is told by the end of its connection.
            let _ = carry(client, server, &shared).await;
        });
    }
}
