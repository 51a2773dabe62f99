//! The measures, each beside its floor.

pub mod create;
pub mod delay;
pub mod get;
pub mod growth;
pub mod hooks;
pub mod list;
pub mod once;
pub mod peers;
pub mod start;
pub mod statements;
