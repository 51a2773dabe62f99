//! Many orders that are closed for good are archived while everything is killed that takes part: the service twice, one of two commands
//! once. The orders are copies of some that the service itself has brought to their ends; only that they are so many is made up.

mod answers;
mod figures;
mod models;

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::database::Database;
use crate::engine::Engine;
use crate::process::Process;
use crate::proto::ArchiveOrdersRequest;
use crate::world::World;
use answers::{Answers, stream};
pub use figures::{Archived, Size};

const COPY: &str = include_str!("copy.sql");
/// How long a run of the command may take for each order.
const EACH: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_secs(120);

/// How many orders, and how they are archived.
#[derive(Clone, Copy, Debug)]
pub struct Archiving {
    pub orders: u32,
    /// How many in one transaction.
    pub batch: u32,
}

impl Archiving {
    /// Runs it on PostgreSQL. Panics where an answer is another one afterwards.
    pub async fn run(self) -> Archived {
        let mut world = Box::pin(World::start(Engine::Postgres)).await;
        let models = Box::pin(models::place(&world)).await;
        world.service.stop().await;
        copy(&world.database, &models, self.orders).await;
        world.service.start().await;
        begin(&world).await;
        let ids = ids(&world.database).await;
        assert_eq!(ids.len(), self.orders as usize + models.len());
        let events = number(&world.database, "SELECT count(*) FROM event_stream").await;
        let before = Answers::of(&world, &ids).await;
        let (stream_before, read_hot) = timed(stream(&world, events)).await;
        let hot = Size::of_hot(&world.database).await;
        let parts = number(&world.database, PARTS).await;

        let (deaths, took) = timed(self.archive(&mut world)).await;
        let archived = number(&world.database, "SELECT count(*) FROM archived_orders").await;
        assert_eq!(archived, ids.len(), "every order is archived once");
        assert_eq!(number(&world.database, LEFT).await, 0, "nothing of them is left behind");
        assert_eq!(number(&world.database, "SELECT count(*) FROM archived_parts").await, parts);
        let after = Answers::of(&world, &ids).await;
        assert_eq!(before.first_difference(&after), None, "this is answered otherwise now");
        let (stream_after, read_archived) = timed(stream(&world, events)).await;
        assert!(stream_before == stream_after, "the stream has other events now");
        let cold = Size::of_archive(&world.database).await;
        Archived { orders: ids.len(), events, deaths, took, hot, cold, read_hot, read_archived }
    }

    /// Two commands at once. Gives how often something was killed.
    async fn archive(self, world: &mut World) -> usize {
        let [mut first, mut second] = [0, 1].map(|_| self.command(world));
        self.reaches(&world.database, 1).await;
        world.service.kill();
        world.service.start().await;
        self.reaches(&world.database, 2).await;
        first.kill();
        self.reaches(&world.database, 3).await;
        world.service.kill();
        world.service.start().await;
        let limit = PATIENCE + EACH * self.orders;
        let status = second.ended(limit).await;
        assert!(status.success(), "it goes on by itself: {}", second.said());
        // What one of them skipped because the other was at work on it when it was killed.
        let mut last = self.command(world);
        assert!(last.ended(limit).await.success(), "{}", last.said());
        assert!(!last.said().contains("kept"), "nothing keeps them: {}", last.said());
        3
    }

    fn command(self, world: &World) -> Process {
        let address = format!("http://{}", world.service.grpc());
        let batch = self.batch.to_string();
        let arguments = ["--address", &address, "--older-than", "0", "--batch", &batch];
        Process::start_with("archive", &arguments, world.directory(), &Vec::new())
    }

    /// Waits until so many quarters are archived.
    async fn reaches(self, database: &Database, quarters: u32) {
        let wanted = (self.orders * quarters / 4) as usize;
        let give_up = Instant::now() + PATIENCE + EACH * self.orders;
        while number(database, "SELECT count(*) FROM archived_orders").await < wanted {
            assert!(Instant::now() < give_up, "fewer than {wanted} orders are archived");
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The operations, shipments and refunds that there are.
const PARTS: &str = "SELECT (SELECT count(*) FROM operations) + (SELECT count(*) FROM shipments) + (SELECT count(*) FROM refunds)";

/// What is left in the tables in which orders change.
const LEFT: &str =
    "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM events) + (SELECT count(*) FROM operations)
    + (SELECT count(*) FROM shipments) + (SELECT count(*) FROM refunds) + (SELECT count(*) FROM lookups)";

async fn copy(database: &Database, models: &[String], orders: u32) {
    let rows: Vec<_> = models.iter().enumerate().map(|(place, id)| format!("({place}, '{id}')")).collect();
    database
        .change(&format!(
            "CREATE TABLE models (place bigint, id uuid); INSERT INTO models VALUES {};
            SET tests.orders = {orders};\n{COPY}",
            rows.join(", ")
        ))
        .await;
    database.query("VACUUM ANALYZE").await;
}

/// Whoever archives first waits until older releases have noticed. There are none here.
async fn begin(world: &World) {
    let none = ArchiveOrdersRequest { older_than_days: Some(36_500), ..ArchiveOrdersRequest::default() };
    let answer = world.operators().archive_orders(none).await.expect("an answer").into_inner();
    assert_eq!(
        (answer.archived_count, answer.next_page_token.is_empty()),
        (0, false),
        "it asks to come again"
    );
}

async fn ids(database: &Database) -> Vec<String> {
    let rows = database.query("SELECT id::text FROM orders ORDER BY created_time, id").await;
    rows.iter().map(|row| row.try_get_by_index(0).expect("an id")).collect()
}

async fn number(database: &Database, sql: &str) -> usize {
    let number: i64 = database.query(sql).await[0].try_get_by_index(0).expect("a number");
    usize::try_from(number).expect("a count")
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    (work.await, began.elapsed())
}
