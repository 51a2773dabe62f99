//! Orders, operations and events on SQLite and PostgreSQL: the domain's storage port. It decides nothing about orders, reads no
//! clock but the database's, and exposes no type of the database library.
//!
//! A change is one transaction ([`commit`]), guarded by the order's version; [`claim`] hands out operations under leases that the
//! database's own clock measures. Orders that are closed for good lie in [`archive`], and are found there by whatever reads one order.
//! Tables are `entity`, their history `migration`; `row` and `document` translate between them and the domain.

mod address;
mod archive;
mod armed;
mod backlog;
mod changed;
mod claim;
mod commit;
mod connect;
mod connection;
mod database;
mod deadline;
mod document;
mod durability;
mod entity;
mod error;
mod event;
#[cfg(feature = "faults")]
pub mod faults;
mod heartbeat;
mod hook_base;
mod lease;
mod lock;
mod log;
mod lookup;
mod migration;
mod moment;
mod news;
mod operation;
mod order;
mod page;
mod part;
mod permits;
#[cfg(feature = "planted")]
pub mod planted;
mod profile;
mod refund;
mod repeats;
mod request;
mod restoration;
mod row;
mod run;
mod secret;
mod session;
mod shelf;
mod shipment;
mod span;
mod store;
mod stream;
mod timer;
mod tx;

pub use address::{check_address, missing_file};
pub use backlog::{AtRisk, Backlog, OpenItems, Unsettled};
pub use connect::{ConnectError, Engine, Options};
pub use database::{Database, Observer};
pub use durability::Durability;
pub use hook_base::Called;
pub use migration::Schema;
pub use news::News;
pub use repeats::Repeats;
pub use restoration::Restoration;
