//! A crowd that watches the stream of events while several replicas write and their commits come late and out of turn: what each has
//! read in the end must be the table, event for event.
//!
//! The database itself delays commits, by a trigger that fires at COMMIT, when an event's number has long been drawn. The same
//! database can be given a second trigger, which positions each event as it is written: what every reader would then miss shows
//! that this test can fail.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::database::Database;
use crate::drafts::numbered;
use crate::engine::Engine;
use crate::proto::watch_order_events_response::Content;
use crate::proto::{CreateOrderRequest, WatchOrderEventsRequest};
use crate::seed::Dice;
use crate::service::{Orders, Service};
use crate::wait::until;
use crate::watch::{Watch, after, from_beginning, of_kinds};
use crate::world::{World, new_request_id};

/// Callers of each replica.
const CALLERS: usize = 12;
/// One in so many watchers asks for one kind of events only.
const PICKY: usize = 5;
const KIND: &str = "order.placed";
/// How long a watcher reads before his connection breaks, in milliseconds.
const READS: std::ops::Range<u64> = 20..1_500;
/// How long a watcher waits before it comes again after a stream was ended.
const AWAY: Duration = Duration::from_millis(25);
/// How long the last operations may take: callers are gone by then, but five hundred watchers still read what they have missed, on a
/// machine that may have little else.
const QUIET: Duration = Duration::from_secs(15 * 60);

/// Commits that write events take 0 to 2 seconds, once per transaction.
const LATE: &str = "
    CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('tests.late', true) IS DISTINCT FROM txid_current()::text THEN
            PERFORM set_config('tests.late', txid_current()::text, true);
            PERFORM pg_sleep(random() * 2);
        END IF;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON events
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late();";

/// Positions are drawn as events are written, in place of queueing them.
const PLANTED: &str = "
    CREATE SEQUENCE drawn;
    CREATE FUNCTION draw() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO event_stream (position, order_id, sequence)
            VALUES (nextval('drawn'), NEW.order_id, NEW.sequence);
        PERFORM pg_notify('order_events', '');
        RETURN NULL;
    END $$;
    CREATE TRIGGER draw BEFORE INSERT ON event_queue FOR EACH ROW EXECUTE FUNCTION draw();";

/// An event as it is compared: order, sequence, kind.
pub(crate) type Line = (String, i64, String);

/// Who watches, and for how long.
pub struct Crowd {
    pub watchers: usize,
    pub replicas: usize,
    /// How long the replicas write.
    pub time: Duration,
    /// Whether positions are given wrongly, as events are written.
    pub planted: bool,
    /// How long a watcher may take after the last commit to read the rest.
    pub patience: Duration,
}

/// What came of it.
pub struct Gathered {
    pub watchers: usize,
    pub orders: usize,
    pub events: usize,
    pub breaks: usize,
    /// What each watcher whose record is not the table has.
    pub faults: Vec<String>,
}

impl fmt::Display for Gathered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { watchers, orders, events, breaks, faults } = self;
        writeln!(f, "{orders} orders were placed, {events} events written")?;
        writeln!(f, "{watchers} watchers, {breaks} connections, each broken at random")?;
        write!(f, "{} records differ from the table", faults.len())
    }
}

impl Crowd {
    /// Runs it on PostgreSQL.
    pub async fn run(self, mut dice: Dice) -> Gathered {
        let settings = vec![("ORDER_SERVICE__DATABASE__MAX_CONNECTIONS", "20".into())];
        let mut world = Box::pin(World::prepare_with(Engine::Postgres, settings)).await;
        world.service.start().await;
        let mut others: Vec<Service> = (1..self.replicas).map(|_| world.replica()).collect();
        for other in &mut others {
            other.start().await;
        }
        world.database.change(LATE).await;
        if self.planted {
            world.database.change(PLANTED).await;
        }
        let replicas: Vec<&Service> = std::iter::once(&world.service).chain(&others).collect();
        let channels: Vec<Orders> = replicas.iter().map(|replica| replica.orders()).collect();
        let (placed, breaks) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let end = Instant::now() + self.time;
        let callers = replicas.iter().flat_map(|replica| std::iter::repeat_n(*replica, CALLERS));
        let writers = join_all(callers.map(|replica| place_until(replica, end, &placed)));
        let (tell, told) = watch::channel(None);
        let writing = async {
            writers.await;
            let lines = lines_when_quiet(&world.database, self.planted).await;
            tell.send_replace(Some((lines.clone(), Instant::now() + self.patience)));
            lines
        };
        let watchers = (0..self.watchers).map(|n| {
            let is_picky = n % PICKY == PICKY - 1;
            let reader = Reader { replicas: &channels, is_picky, breaks: &breaks, reads: READS };
            reader.follow(dice.fork(), told.clone())
        });
        let (lines, records) = tokio::join!(writing, join_all(watchers));
        let differing =
            records.into_iter().enumerate().filter_map(|(n, record)| difference(n, &record, &lines));
        let gathered = Gathered {
            watchers: self.watchers,
            orders: placed.into_inner(),
            events: lines.len(),
            breaks: breaks.into_inner(),
            faults: differing.collect(),
        };
        for mut other in others {
            other.stop().await;
        }
        gathered
    }
}

/// Places orders one after the other. What fails may fail: commits are slow, and nobody waits for ever.
async fn place_until(replica: &Service, end: Instant, placed: &AtomicUsize) {
    let mut orders = replica.orders();
    while Instant::now() < end {
        let draft = Some(numbered(&format!("crowd-{}", placed.fetch_add(1, Ordering::Relaxed)), "ideal"));
        let request = CreateOrderRequest { request_id: new_request_id(), draft, ..Default::default() };
        let _ = orders.create_order(request).await;
    }
}

/// The stream's table, once nothing is under way.
pub(crate) async fn lines_when_quiet(database: &Database, planted: bool) -> Vec<Line> {
    until("everything has a position, and nothing is written", QUIET, async || {
        let sql = "SELECT (SELECT count(*) FROM event_queue), (SELECT coalesce(sum(open_operations), 0)::bigint FROM orders)";
        let row = database.query(sql).await.remove(0);
        let (waiting, open): (i64, i64) = (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        (waiting == 0 && open == 0).then_some(())
    })
    .await;
    let sql = "SELECT e.order_id::text, e.sequence, e.kind, (SELECT coalesce(max(position), 0) FROM event_stream)
        FROM events AS e LEFT JOIN event_stream AS s ON s.order_id = e.order_id AND s.sequence = e.sequence
        WHERE s.position IS NOT NULL OR NOT EXISTS (SELECT FROM event_queue AS q WHERE q.order_id = e.order_id AND q.sequence = e.sequence)
        ORDER BY s.position";
    let rows = database.query(sql).await;
    let line = |n: usize| rows.iter().map(move |row| row.try_get_by_index::<String>(n).unwrap());
    let sequences = rows.iter().map(|row| row.try_get_by_index::<i64>(1).unwrap());
    let lines: Vec<Line> = line(0).zip(sequences).zip(line(2)).map(|((a, b), c)| (a, b, c)).collect();
    // In one statement, as a look-up may still add an event.
    let last: i64 = rows[0].try_get_by_index(3).unwrap();
    assert!(
        planted || usize::try_from(last).unwrap() == lines.len(),
        "positions have gaps: {} up to {last}",
        lines.len()
    );
    lines
}

pub(crate) type Told = watch::Receiver<Option<(Vec<Line>, Instant)>>;

/// One who watches over connections that break.
pub(crate) struct Reader<'a> {
    pub replicas: &'a [Orders],
    pub is_picky: bool,
    pub breaks: &'a AtomicUsize,
    /// How long he reads before his connection breaks, in milliseconds.
    pub reads: std::ops::Range<u64>,
}

impl Reader<'_> {
    pub async fn follow(self, mut dice: Dice, told: Told) -> (bool, Vec<Line>) {
        let (mut token, mut record) = (None::<String>, Vec::new());
        while !self.is_done(&record, &told) {
            let (replica, time) = (dice.one_of(self.replicas), dice.within(self.reads.clone()));
            let reading = self.read(replica, &mut token, &mut record);
            // Whether the connection breaks or the service ends the stream, he goes on from what he has.
            if timeout(time, reading).await.is_ok() {
                // A replica that is away refuses at once.
                tokio::time::sleep(AWAY).await;
            }
            self.breaks.fetch_add(1, Ordering::Relaxed);
        }
        (self.is_picky, record)
    }

    async fn read(
        &self,
        replica: &Orders,
        token: &mut Option<String>,
        record: &mut Vec<Line>,
    ) -> Result<(), tonic::Status> {
        let mut watch = Watch::open(replica.clone(), self.request(token.as_deref())).await?;
        loop {
            let message = watch.message().await?;
            *token = Some(message.resume_token);
            if let Some(Content::Event(event)) = message.content {
                record.push((event.order_id, event.sequence, event.kind));
            }
        }
    }

    fn request(&self, token: Option<&str>) -> WatchOrderEventsRequest {
        let request = token.map_or_else(from_beginning, after);
        if self.is_picky { of_kinds(request, &[KIND]) } else { request }
    }

    fn is_done(&self, record: &[Line], told: &Told) -> bool {
        let told = told.borrow();
        let Some((lines, patience)) = told.as_ref() else { return false };
        record.len() >= wanted(lines, self.is_picky).count() || Instant::now() > *patience
    }
}

fn wanted(lines: &[Line], is_picky: bool) -> impl Iterator<Item = &Line> {
    lines.iter().filter(move |(_, _, kind)| !is_picky || kind == KIND)
}

/// How a record differs from the table.
pub(crate) fn difference(n: usize, (is_picky, record): &(bool, Vec<Line>), lines: &[Line]) -> Option<String> {
    let wanted: Vec<&Line> = wanted(lines, *is_picky).collect();
    if record.iter().eq(wanted.iter().copied()) {
        return None;
    }
    let missing = wanted.iter().filter(|line| !record.contains(line)).count();
    let distinct: std::collections::HashSet<_> = record.iter().collect();
    let doubled = record.len() - distinct.len();
    Some(format!(
        "watcher {n}: {missing} of {} missing, {doubled} twice, {} read",
        wanted.len(),
        record.len()
    ))
}
