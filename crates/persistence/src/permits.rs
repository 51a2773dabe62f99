//! Permits for calls to Mollie: on PostgreSQL a row per key, by the server's clock; on SQLite, which has one process, a number in memory.
//! How many there are is not decided here ([`CallRate::grant`]): the statement says the same, and a test compares them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::ports::{CallPermits, Reserved, StoreError};
use domain::rules::call_rate::{CallRate, Rank};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

use crate::connect::Engine;
use crate::database::Database;
use crate::error::store_error;
use crate::lease;

/// The clock is read once the row is locked. The first time for a key only makes its row, and grants nothing.
fn reserve_statement(clock: &str) -> String {
    format!(
        "INSERT INTO call_rates AS r (key, spoken_for, granted, asked) VALUES ($1, 0, 0, 0)
        ON CONFLICT (key) DO UPDATE SET (spoken_for, granted, asked) = (
            SELECT CASE WHEN n > 0 THEN start + n * $3 ELSE known END, n, now
            FROM (
                SELECT now, known, GREATEST(known, now) AS start, GREATEST(0, LEAST(
                    $2,
                    (now + $4 - CASE WHEN $4 > 0 THEN GREATEST(known, now) ELSE known END) / $3,
                    (now + $5 - GREATEST(known, now)) / $3
                )) AS n
                FROM (
                    SELECT now, LEAST(r.spoken_for, now + $5) AS known FROM (SELECT {clock} AS now) AS c
                ) AS k
            ) AS s
        )
        RETURNING spoken_for, granted, asked, (
            SELECT string_agg((p.until - r.asked) || ' ' || p.name, ',')
            FROM call_pauses AS p WHERE p.key = $1 AND p.until > r.asked
        ) AS pauses"
    )
}

fn pause_statement(clock: &str) -> String {
    format!(
        "INSERT INTO call_pauses (key, name, until) VALUES ($1, $2, {clock} + $3)
        ON CONFLICT (key, name) DO UPDATE SET until = GREATEST(call_pauses.until, excluded.until)"
    )
}

#[derive(FromQueryResult)]
struct Asked {
    spoken_for: i64,
    granted: i64,
    asked: i64,
    pauses: Option<String>,
}

/// What one process counts by itself.
#[derive(Debug)]
pub(crate) struct Counted {
    began: Instant,
    keys: Mutex<BTreeMap<String, Key>>,
}

#[derive(Debug, Default)]
struct Key {
    spoken_for: i64,
    pauses: BTreeMap<String, i64>,
}

impl Default for Counted {
    fn default() -> Self {
        Self { began: Instant::now(), keys: Mutex::default() }
    }
}

impl Counted {
    fn now(&self) -> i64 {
        lease::micros(self.began.elapsed())
    }

    fn with<R>(&self, key: &str, act: impl FnOnce(&mut Key) -> R) -> R {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        act(keys.entry(key.to_owned()).or_default())
    }

    fn reserve(&self, key: &str, rate: CallRate, rank: Rank, wanted: u32) -> Reserved {
        let now = self.now();
        self.with(key, |key| {
            let granted = rate.grant(key.spoken_for, now, rank, wanted);
            key.spoken_for = granted.spoken_for;
            key.pauses.retain(|_, until| *until > now);
            let pauses = key.pauses.iter().map(|(name, until)| (name.clone(), duration(until - now)));
            Reserved {
                permits: granted.permits,
                again_in: duration(granted.again_in),
                pauses: pauses.collect(),
            }
        })
    }

    fn pause(&self, key: &str, name: &str, pause: Duration) {
        let until = self.now().saturating_add(lease::micros(pause));
        self.with(key, |key| {
            let known = key.pauses.entry(name.to_owned()).or_insert(until);
            *known = until.max(*known);
        });
    }
}

impl CallPermits for Database {
    async fn reserve(
        &self,
        key: &str,
        rate: CallRate,
        rank: Rank,
        wanted: u32,
    ) -> Result<Reserved, StoreError> {
        match self.engine() {
            Engine::Sqlite => Ok(self.counted().reserve(key, rate, rank, wanted)),
            Engine::Postgres => ask(&self.write(), key, rate, rank, wanted).await.map_err(store_error),
        }
    }

    async fn pause(&self, key: &str, name: &str, pause: Duration) -> Result<(), StoreError> {
        if self.engine() == Engine::Sqlite {
            self.counted().pause(key, name, pause);
            return Ok(());
        }
        let session = self.write();
        let backend = session.get_database_backend();
        let values = [key.into(), name.into(), lease::micros(pause).into()];
        let sql = pause_statement(lease::clock(backend));
        let statement = Statement::from_sql_and_values(backend, sql, values);
        session.execute_raw(statement).await.map(drop).map_err(store_error)
    }
}

async fn ask(
    session: &impl ConnectionTrait,
    key: &str,
    rate: CallRate,
    rank: Rank,
    wanted: u32,
) -> Result<Reserved, DbErr> {
    let backend = session.get_database_backend();
    let sql = reserve_statement(lease::clock(backend));
    let values = || {
        let numbers = [i64::from(wanted), rate.interval(), rate.reach(rank), rate.reach(Rank::First)];
        std::iter::once(key.into()).chain(numbers.map(Into::into))
    };
    for _ in 0..2 {
        let statement = Statement::from_sql_and_values(backend, &sql, values());
        let asked = Asked::find_by_statement(statement).one(session).await?;
        if let Some(asked) = asked.filter(|asked| asked.asked > 0) {
            return Ok(reserved(&asked, rate, rank));
        }
    }
    Err(DbErr::RecordNotFound(format!("call_rates of {key}")))
}

fn reserved(asked: &Asked, rate: CallRate, rank: Rank) -> Reserved {
    let pause = |text: &str| {
        let (micros, name) = text.split_once(' ')?;
        Some((name.to_owned(), duration(micros.parse().ok()?)))
    };
    Reserved {
        permits: u32::try_from(asked.granted).unwrap_or(0),
        again_in: duration(rate.grant(asked.spoken_for, asked.asked, rank, 0).again_in),
        pauses: asked.pauses.as_deref().unwrap_or_default().split(',').filter_map(pause).collect(),
    }
}

fn duration(micros: i64) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
