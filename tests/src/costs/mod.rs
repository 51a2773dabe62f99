//! What a use case costs the database, counted from outside the program: statements and transactions by what it tells of
//! them, round trips and buffers of PostgreSQL by a counting proxy on the wire, pages written by SQLite in its log.
//!
//! What cannot be seen from outside is not counted: SQLite has no round trips, and what it reads comes out of a cache within
//! the process; there the query plans stand in. The loops' claims come when they like, and those that find something look
//! like those that find nothing: they are left out of every count, by their text, but their plans are judged too.

mod counts;
mod log;
mod meter;
mod plan;
mod protocol;
mod run;
mod search;
mod table;
mod wal;
mod wire;

pub use counts::Counts;
pub use log::statements_of_calls;
pub use meter::{COUNTED, Meter, WARM};
pub use search::Searches;
pub use table::{Table, Verdict};
