//! Each use case run alone and slowly, on a service that tells its statements: what it costs in statements, and what the
//! floors are made of.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use grpc_server::proto::{Order, OrderStatus};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;
use sea_orm::sqlx::{ConnectOptions, Row, query};
use tokio::time::sleep;
use uuid::Uuid;

use crate::bed::placed;
use crate::postgres::{Database, rows};
use crate::service::{Says, Service};
use crate::site::Site;
use crate::statements::{Rows, Tally, Tap, Template};

/// Long enough for what a call leaves behind, and for a log line to be written.
const PAUSE: Duration = Duration::from_millis(40);
/// Long enough for the look-up that follows a hook: it wakes the loop.
const AFTER_HOOK: Duration = Duration::from_millis(120);
/// Long enough for the look-up that follows a change: its loop looks every 250 ms.
const LOOK_UP: Duration = Duration::from_millis(400);
/// How long Mollie takes while the rows between both transactions are read.
const SLOW_MOLLIE: u64 = 600;

/// One database engine's statements, by use case.
pub struct Cases {
    pub create: Tally,
    pub get: Tally,
    pub list: Tally,
    pub ship: Tally,
    pub cancel: Tally,
    pub hook: Tally,
    /// What the service says of its durability.
    pub durability: Option<String>,
    order: Order,
}

/// What was captured on both.
pub struct Captured {
    pub postgres: Cases,
    pub sqlite: Cases,
    pub on_postgres: Template,
    pub on_sqlite: Template,
    /// An order as GetOrder answers it.
    pub order: Order,
}

enum Place {
    Postgres(Box<Database>),
    Sqlite(std::path::PathBuf),
}

/// Captures every use case on both databases at once.
///
/// # Errors
/// A call fails, or a use case makes other statements than the time before.
pub async fn capture(site: &Site) -> Result<Captured> {
    let database = site.postgres.create("statements").await?;
    let url = database.url();
    let file = site.directory().join("statements.db");
    let path = format!("sqlite://{}", file.display());
    site.mollie.delay(0).await?;
    let (postgres, sqlite) = (Place::Postgres(Box::new(database)), Place::Sqlite(file));
    let first = Service::start(site, &url, Says::Statements).await?;
    let second = Service::start(site, &path, Says::Statements).await?;
    let both = async { tokio::try_join!(cases(site, &first), cases(site, &second)) };
    let (on_first, on_second) = Box::pin(both).await?;
    // One after the other: for both, Mollie is made slow.
    let on_postgres = template(site, &first, &on_first.create, &postgres).await.context("on PostgreSQL")?;
    let on_sqlite = template(site, &second, &on_second.create, &sqlite).await.context("on SQLite")?;
    first.stop().await?;
    second.stop().await?;
    let order = on_first.order.clone();
    Ok(Captured { postgres: on_first, sqlite: on_second, on_postgres, on_sqlite, order })
}

async fn cases(site: &Site, service: &Service) -> Result<Cases> {
    let mut tap = Tap::new(service.process.log().to_owned());
    let durability = durability(&mut tap)?;
    let (api, times) = (&service.api, site.plan.captures);
    let some = placed(service, 60).await?;
    sleep(LOOK_UP).await;
    tap.statements()?;
    let mut creates = Vec::new();
    for _ in 0..times {
        api.create(0).await?;
        creates.push(after(&mut tap, PAUSE).await?);
    }
    let create = always_same(creates)?;
    let (mut gets, mut lists) = (Vec::new(), Vec::new());
    for order in some.iter().cycle().take(times) {
        api.get(0, &order.id).await?;
        gets.push(after(&mut tap, PAUSE).await?);
        api.list(0, OrderStatus::Created).await?;
        lists.push(after(&mut tap, PAUSE).await?);
    }
    let (mut hooks, mut ships, mut cancels) = (Vec::new(), Vec::new(), Vec::new());
    for pair in some.chunks_exact(2).take(times.div_ceil(2)) {
        for order in pair {
            site.mollie.authorize(Some(&order.mollie_id)).await?;
            let hook = site.mollie.hook(&order.mollie_id).await?;
            site.web.post(hook).body(format!("id={}", order.mollie_id)).send().await?.error_for_status()?;
            hooks.push(after(&mut tap, AFTER_HOOK).await?);
        }
        api.ship(0, &pair[0].id).await?;
        ships.push(after(&mut tap, LOOK_UP).await?);
        api.cancel(0, &pair[1].id).await?;
        cancels.push(after(&mut tap, LOOK_UP).await?);
    }
    let order = api.get(0, &some.last().context("no order was placed")?.id).await?;
    let [get, list, ship, cancel, hook] = [gets, lists, ships, cancels, hooks].map(usual);
    Ok(Cases { create, get: get?, list: list?, ship: ship?, cancel: cancel?, hook: hook?, durability, order })
}

async fn after(tap: &mut Tap, pause: Duration) -> Result<Tally> {
    sleep(pause).await;
    tap.statements()
}

/// What the service says of its durability; anything that is not durable ends the run.
fn durability(tap: &mut Tap) -> Result<Option<String>> {
    let lines = tap.lines("database is durable")?;
    let Some(line) = lines.first() else { return Ok(None) };
    let told = line["fields"]["durability"].as_str().context("the service tells no durability")?;
    let weak = ["off", "normal", "memory", "delete", "truncate"];
    let found = weak
        .iter()
        .find(|word| told.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|w| w == **word));
    ensure!(found.is_none(), "the service's database is not durable: {told}");
    Ok(Some(told.to_owned()))
}

fn always_same(tallies: Vec<Tally>) -> Result<Tally> {
    let first = tallies.first().context("nothing was captured")?.clone();
    for other in tallies {
        ensure!(
            other == first,
            "CreateOrder made these statements:\n{:#?}\nand then these:\n{:#?}",
            first.texts,
            other.texts
        );
    }
    Ok(first)
}

/// The one in the middle by its length: a call may meet a loop in the background.
fn usual(mut tallies: Vec<Tally>) -> Result<Tally> {
    tallies.sort_by_key(|tally| tally.texts.len());
    let middle = tallies.len() / 2;
    tallies.into_iter().nth(middle).context("nothing was captured")
}

/// The rows after each transaction: Mollie is made slow, so that there is time to read between them.
async fn template(site: &Site, service: &Service, create: &Tally, place: &Place) -> Result<Template> {
    site.mollie.delay(SLOW_MOLLIE).await?;
    let api = service.api.clone();
    let call = tokio::spawn(async move { api.create(0).await });
    sleep(Duration::from_millis(SLOW_MOLLIE / 3)).await;
    let id = place.placing().await?;
    let between = place.rows(id).await?;
    let order = call.await??;
    site.mollie.delay(0).await?;
    sleep(PAUSE).await;
    ensure!(order.id == id.to_string(), "another order was being placed");
    let after = place.rows(id).await?;
    Template::new(&create.within()?, &[between, after])
}

impl Place {
    /// The one order that is being placed.
    async fn placing(&self) -> Result<Uuid> {
        let sql = "SELECT id FROM orders WHERE placement = 'placing'";
        Ok(match self {
            Self::Postgres(database) => {
                let found = rows(&mut database.connect().await?, sql).await?;
                found.first().context("no order is being placed")?.try_get(0)?
            }
            Self::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file).read_only(true);
                query(sql)
                    .fetch_one(&mut options.connect().await?)
                    .await
                    .context("no order is being placed")?
                    .try_get(0)?
            }
        })
    }

    async fn rows(&self, id: Uuid) -> Result<Rows> {
        match self {
            Self::Postgres(database) => Rows::of_postgres(&mut database.connect().await?, id).await,
            Self::Sqlite(file) => {
                let options = SqliteConnectOptions::new().filename(file).read_only(true);
                Rows::of_sqlite(&mut options.connect().await?, id).await
            }
        }
    }
}
