//! What a run found, for people: the table at its end, docs/performance.md and its pictures. It measures nothing, reads no
//! clock and no machine: the same run gives the same text, byte for byte.

pub mod command;
mod drawing;
mod opening;
mod page;
#[cfg(test)]
mod sample;
mod table;
pub mod wording;
