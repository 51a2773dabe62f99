//! The service's own tables, read past it: operations with their keys, requests, shipments, and whether events have gaps.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, Database as Connections, QueryResult, Statement};
use uuid::Uuid;

use crate::database::Database;

/// An intended change at Mollie.
pub struct Operation {
    pub id: String,
    pub order_id: String,
    pub kind: String,
    pub state: String,
    pub key: String,
}

pub struct Shipment {
    pub order_id: String,
    pub state: String,
    pub mollie_id: Option<String>,
}

/// An order's version, and its events: count, first and last sequence.
struct Story {
    order_id: String,
    version: i64,
    events: (i64, i64, i64),
    /// What its row says of operations that are not settled, and how many there are.
    open: (i64, i64),
}

pub struct Tables {
    pub operations: Vec<Operation>,
    /// Request ids.
    pub requests: BTreeSet<String>,
    shipments: Vec<Shipment>,
    stories: Vec<Story>,
}

impl Tables {
    pub async fn read(database: &Database) -> Self {
        let operations = rows(database, "SELECT id, order_id, kind, state, key FROM operations").await;
        let requests = rows(database, "SELECT request_id FROM requests").await;
        let shipments = rows(database, "SELECT order_id, state, mollie_id FROM shipments").await;
        let stories = rows(
            database,
            "SELECT o.id, o.version, count(e.sequence) AS events, min(e.sequence) AS first, max(e.sequence) AS last,
                 o.open_operations AS told_open, (SELECT count(*) FROM operations AS p WHERE p.order_id = o.id
                     AND p.state NOT IN ('succeeded', 'rejected', 'withdrawn')) AS open
             FROM orders AS o LEFT JOIN events AS e ON e.order_id = o.id GROUP BY o.id, o.version, o.open_operations",
        )
        .await;
        Self {
            operations: operations.iter().map(operation).collect(),
            requests: requests.iter().map(|row| row.try_get("", "request_id").unwrap()).collect(),
            shipments: shipments.iter().map(shipment).collect(),
            stories: stories.iter().map(story).collect(),
        }
    }

    pub fn shipments_of(&self, order: &str) -> Vec<&Shipment> {
        self.shipments.iter().filter(|shipment| shipment.order_id == order).collect()
    }

    /// Orders that do not know how many of their operations are unsettled.
    pub fn miscounts(&self) -> Vec<String> {
        let wrong = self.stories.iter().filter(|story| story.open.0 != story.open.1);
        let text =
            |story: &Story| format!("order {} counts open operations {:?}", story.order_id, story.open);
        wrong.map(text).collect()
    }

    /// Orders whose events are not numbered from 1 to the order's version.
    pub fn gaps(&self) -> Vec<String> {
        let broken = |story: &&Story| story.events != (story.version, 1, story.version);
        let text = |story: &Story| {
            format!("order {} at version {} has events {:?}", story.order_id, story.version, story.events)
        };
        self.stories.iter().filter(broken).map(text).collect()
    }
}

/// How many operations will still be taken up, and how many will not.
pub async fn progress(database: &Database) -> (i64, i64) {
    let sql = "SELECT COALESCE(SUM(CASE WHEN state IN ('pending', 'in_flight', 'resolving') THEN 1 ELSE 0 END), 0) AS open,
               COUNT(*) AS every FROM operations";
    let row = &rows(database, sql).await[0];
    let (open, every): (i64, i64) = (row.try_get("", "open").unwrap(), row.try_get("", "every").unwrap());
    (open, every - open)
}

/// What some of the operations that are under way wait for.
pub async fn under_way(database: &Database) -> String {
    let sql = "SELECT kind, state, attempts, deferrals, COALESCE(last_problem, 'no problem') AS problem FROM operations
               WHERE state IN ('pending', 'in_flight', 'resolving') ORDER BY turn LIMIT 20";
    let reported = |row: &QueryResult| {
        let [kind, state, problem] =
            ["kind", "state", "problem"].map(|name| row.try_get::<String>("", name).unwrap());
        let [attempts, deferrals] =
            ["attempts", "deferrals"].map(|name| row.try_get::<i64>("", name).unwrap());
        format!("{kind} is {state} after {attempts} attempts and {deferrals} deferrals: {problem}")
    };
    rows(database, sql).await.iter().map(reported).collect::<Vec<_>>().join("\n")
}

/// When an operation was settled.
pub struct Settled {
    pub kind: String,
    /// In microseconds since 1970.
    pub at: i64,
    /// How many of its calls were lost, as far as a process lived to note it.
    pub lost: i64,
}

/// Kind and end of each settled operation, in microseconds since 1970. PostgreSQL's words.
pub async fn settled(database: &Database) -> BTreeMap<String, Settled> {
    let sql = "SELECT id, kind, attempts, CAST(extract(epoch FROM settled_time) * 1000000 AS BIGINT) AS at
               FROM operations WHERE settled_time IS NOT NULL";
    let row = |row: &QueryResult| {
        let [kind, at, attempts] = ["kind", "at", "attempts"];
        let settled = Settled {
            kind: row.try_get("", kind).unwrap(),
            at: row.try_get("", at).unwrap(),
            lost: row.try_get("", attempts).unwrap(),
        };
        (id(row, "id"), settled)
    };
    rows(database, sql).await.iter().map(row).collect()
}

fn operation(row: &QueryResult) -> Operation {
    Operation {
        id: id(row, "id"),
        order_id: id(row, "order_id"),
        kind: row.try_get("", "kind").unwrap(),
        state: row.try_get("", "state").unwrap(),
        key: id(row, "key"),
    }
}

fn shipment(row: &QueryResult) -> Shipment {
    Shipment {
        order_id: id(row, "order_id"),
        state: row.try_get("", "state").unwrap(),
        mollie_id: row.try_get("", "mollie_id").unwrap(),
    }
}

fn story(row: &QueryResult) -> Story {
    let number = |name| row.try_get::<Option<i64>>("", name).unwrap().unwrap_or_default();
    Story {
        order_id: id(row, "id"),
        version: number("version"),
        events: (number("events"), number("first"), number("last")),
        open: (number("told_open"), number("open")),
    }
}

fn id(row: &QueryResult, name: &str) -> String {
    row.try_get::<Uuid>("", name).unwrap().to_string()
}

/// What a query gives, over a connection of its own: the service's are the service's.
pub async fn rows(database: &Database, sql: &str) -> Vec<QueryResult> {
    let connection =
        Connections::connect(database.url()).await.expect("the test's own database can be reached");
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    connection.close().await.unwrap();
    rows
}
