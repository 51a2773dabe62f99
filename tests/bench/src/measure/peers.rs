//! The service beside a bare durable workflow (`peers/`): the same request, the same canned Mollie, the same PostgreSQL, in turn.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use tests::free_address;

use crate::accounting::Watched;
use crate::api::Api;
use crate::bed::MOST_CALLERS;
use crate::figures::{Figure, Promise, Unit};
use crate::findings::Findings;
use crate::load::{Load, Until};
use crate::postgres::Database;
use crate::process::Process;
use crate::service::{Says, Service};
use crate::site::Site;

const PEER: &str = "a workflow of one step on DBOS";
/// Of the peer's rate, and the processor time of an order in milliseconds.
const RATE: f64 = 1.0;
const CPU: f64 = 0.6;
/// Calls before anything counts: connections are opened, and statements prepared.
const WARM: usize = 500;
/// Long enough for the server to have counted what its processes have written.
const COUNTED: Duration = Duration::from_secs(3);
const WRITTEN: [(&str, &str); 3] =
    [("inserted", "rows inserted"), ("updated", "rows updated"), ("deleted", "rows deleted")];

struct Peer {
    process: Process,
    api: Api,
}

impl Peer {
    async fn start(site: &Site, program: &Path, database: &Database) -> Result<Self> {
        let listen = free_address();
        let environment = [
            ("PEER_LISTEN", listen.to_string()),
            ("PEER_DATABASE", database.url().to_owned()),
            ("PEER_MOLLIE", site.mollie.api()),
            ("PEER_KEY", "test_peer".to_owned()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value));
        let mut process = Process::start("peer", program, &[], &environment, site.directory())?;
        process.listens(listen).await?;
        let postgres = Some(site.postgres.postmaster);
        let watched = Watched { service: Some(process.id()), postgres, mollie: Some(site.mollie.id()) };
        Ok(Self { process, api: Api::connect(listen, watched).await? })
    }

    async fn create(&self, callers: usize, until: Until) -> Result<Load> {
        self.api
            .closed(callers, until, |api, call| async move { api.create(call.caller).await.map(drop) })
            .await
    }
}

pub async fn measure(site: &Site, program: &Path, findings: &mut Findings) -> Result<()> {
    let (own, theirs) = (site.postgres.create().await?, site.postgres.create().await?);
    let service = Service::start(site, own.url(), Says::Usual).await?;
    let peer = Peer::start(site, program, &theirs).await?;
    service.create(MOST_CALLERS, Until::Calls(WARM)).await?;
    peer.create(MOST_CALLERS, Until::Calls(WARM)).await?;
    site.postgres.checkpoint().await?;
    tokio::time::sleep(COUNTED).await;
    let before = [own.written().await?, theirs.written().await?];
    let (until, mut loads, mut peers) = (Until::Time(site.plan.slice), Vec::new(), Vec::new());
    for _ in 0..site.plan.rounds {
        loads.push(service.create(MOST_CALLERS, until).await?);
        peers.push(peer.create(MOST_CALLERS, until).await?);
    }
    tokio::time::sleep(COUNTED).await;
    let after = [own.written().await?, theirs.written().await?];
    note(findings, &loads, &peers);
    rows(findings, [&loads, &peers], before, after);
    peer.process.stop().await?;
    service.stop().await
}

fn note(findings: &mut Findings, loads: &[Load], peers: &[Load]) {
    let what = format!("create, PostgreSQL, {MOST_CALLERS} callers");
    findings.rate("peers.rate", &what, loads, (PEER, peers), Some(Promise::RatioAtLeast(RATE)));
    let floors = [Some((PEER, peers)), Some((PEER, peers))];
    findings.cpu("peers", &what, loads, floors, Some(CPU));
    let sums = |loads: &[Load]| loads.iter().map(|load| load.cpu()[0] + load.cpu()[1]).collect();
    let sum = format!("{what}, CPU of the service and PostgreSQL");
    let sum = Figure::new("peers.cpu.sum", &sum, Unit::CpuMilliseconds, sums(loads)).over(PEER, sums(peers));
    findings.note(sum.promised(Promise::RatioAtMost(1.0)));
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let id = format!("peers.latency.{name}");
        let what = format!("{what}, latency {name}");
        findings.latency((&id, &what, share), loads, (PEER, peers), None);
    }
}

/// What each has written for an order, from all rounds together.
fn rows(findings: &mut Findings, loads: [&[Load]; 2], before: [[f64; 3]; 2], after: [[f64; 3]; 2]) {
    let each: [[f64; 3]; 2] = std::array::from_fn(|who| {
        let orders: f64 = loads[who].iter().map(|load| load.done).sum();
        std::array::from_fn(|kind| (after[who][kind] - before[who][kind]) / orders)
    });
    for (n, (name, what)) in WRITTEN.into_iter().enumerate() {
        let (id, what) = (format!("peers.rows.{name}"), format!("create, PostgreSQL, {what}"));
        let figure = Figure::new(&id, &what, Unit::Count, vec![each[0][n]]);
        // Where the peer writes none, there is no ratio.
        findings.note(if each[1][n] > 0.0 { figure.over(PEER, vec![each[1][n]]) } else { figure });
    }
}
