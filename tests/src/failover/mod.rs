//! The primary of a replicated PostgreSQL is lost again and again while three replicas of the service are under load: PostgreSQL killed,
//! the lead handed over, the whole node killed. Nothing that callers were told may be gone, nothing may be done twice, and writing goes on
//! within a time that follows from the cluster's settings.

mod cluster;
mod node;
mod pulse;

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::books::{Books, Journal};
use crate::database::use_server;
use crate::engine::Engine;
use crate::fleet::{Market, weather};
use crate::seed::Dice;
use crate::service::{Orders, Service};
use crate::wait::until;
use crate::world::World;
use cluster::Cluster;
use pulse::Pulse;

const REPLICAS: usize = 3;
const CALLERS: usize = 6;
/// How long everything may take to settle in the end.
const QUIET: Duration = Duration::from_secs(300);
/// How long nobody leads at most, whatever happened.
const LEADERLESS: Duration = Duration::from_secs(120);
/// A replica that waits between its attempts does not count as one that cannot write: after a loss, this long is looked for a gap.
const AFTERWARDS: Duration = Duration::from_secs(20);

/// How a primary is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// PostgreSQL is killed; Patroni lives and hands over.
    Postgres,
    /// The lead is handed over in good order.
    Switchover,
    /// All that runs on the node is killed; its lease must run out.
    Node,
}

impl Loss {
    pub const ALL: [Self; 3] = [Self::Postgres, Self::Switchover, Self::Node];

    /// How long writing may be impossible.
    pub const fn allowed(self) -> Duration {
        match self {
            Self::Postgres | Self::Switchover => Duration::from_secs(15),
            Self::Node => Duration::from_secs(node::LEASE + 15),
        }
    }
}

/// One loss, and for how long no write of a replica was acknowledged: the worst of them.
#[derive(Debug)]
pub struct Lost {
    pub loss: Loss,
    pub gap: Duration,
}

/// What a run came to.
pub struct Survived {
    pub losses: Vec<Lost>,
    pub acknowledged: usize,
    pub orders: usize,
    pub operations: usize,
}

/// Loses the primary so many times. Panics if the books do not agree in the end.
pub async fn survive(losses: usize, mut dice: Dice) -> Survived {
    let mut cluster = Cluster::start().await;
    use_server(cluster.url());
    let mut world = Box::pin(World::prepare_with(Engine::Postgres, Vec::new())).await;
    let mut replicas: Vec<Service> = (0..REPLICAS).map(|_| world.replica()).collect();
    for replica in &mut replicas {
        // Time is never simulated here.
        replica.forget("ORDER_SERVICE__CLOCK__URL");
        replica.start().await;
    }
    weather(&world, false).await;
    let journal = Journal::default();
    let channels: Vec<Orders> = replicas.iter().map(Service::orders).collect();
    let pulses: Vec<_> = channels.iter().map(|orders| Pulse::new(orders.clone(), &journal)).collect();
    let market = Market::new(&world, &journal, channels, 0);
    let shopping = (0..CALLERS).map(|_| market.shop(dice.fork()));
    let losing = async {
        let mut lost = Vec::new();
        for n in 0..losses {
            lost.push(lose(&mut cluster, Loss::ALL[n % Loss::ALL.len()], &pulses).await);
            eprintln!("{} of {losses}: {:?}", n + 1, lost[n]);
        }
        market.close();
        pulses.iter().for_each(Pulse::end);
        lost
    };
    let beating = futures_util::future::join_all(pulses.iter().map(Pulse::beat));
    let (lost, _, _) = tokio::join!(losing, beating, futures_util::future::join_all(shopping));
    world.simulator.mend().await;
    std::mem::swap(&mut world.service, &mut replicas[0]);
    let books = Box::pin(Books::balance(&world, &journal, QUIET)).await;
    Survived {
        losses: lost,
        acknowledged: journal.acknowledged().len(),
        orders: books.orders().len(),
        operations: books.operations(),
    }
}

async fn lose(cluster: &mut Cluster, loss: Loss, pulses: &[Pulse<'_>]) -> Lost {
    let before = until("a node leads", LEADERLESS, async || cluster.primary().await).await;
    for pulse in pulses {
        pulse.beats_within(Duration::from_secs(60)).await;
    }
    let began = Instant::now();
    match loss {
        Loss::Postgres => cluster.nodes[before].kill_postgres(),
        Loss::Switchover => cluster.nodes[before].hand_over().await,
        Loss::Node => cluster.nodes[before].kill(),
    }
    until("another node leads", LEADERLESS, async || cluster.primary().await.filter(|now| *now != before))
        .await;
    for pulse in pulses {
        pulse.beats_within(LEADERLESS).await;
    }
    sleep(AFTERWARDS).await;
    let gap = pulses.iter().map(|pulse| pulse.longest_gap(began)).max().unwrap_or_default();
    if loss == Loss::Node {
        cluster.bring_back(before).await;
    }
    cluster.is_whole(LEADERLESS).await;
    Lost { loss, gap }
}
