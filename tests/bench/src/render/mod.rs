//! What a run found, for people: the table at its end, docs/performance.md and its drawings. It measures nothing, reads no
//! clock and no machine: the same run gives the same text, byte for byte.

mod axis;
pub mod command;
pub mod drawing;
pub mod markdown;
#[cfg(test)]
mod sample;
pub mod table;
pub mod wording;
