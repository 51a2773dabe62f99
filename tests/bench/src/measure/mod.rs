//! The measures, each beside its floor.

pub mod cancel;
pub mod cpu;
pub mod create;
pub mod delay;
pub mod get;
pub mod growth;
pub mod hooks;
pub mod list;
pub mod ship;
pub mod start;
pub mod statements;
