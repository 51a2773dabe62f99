//! Which calls are begun: as many at once as this process can work on, in all and of one caller. What is beyond that is refused
//! before its message is read, and has no effect. It knows what kind a call is and who calls, and nothing of what is asked.
//!
//! Calls that may wait for Mollie, calls that only read the database, and calls that wait for an operation have bounds of their own:
//! while Mollie hangs, the first are all taken, and reads do not notice. Health is never refused.

pub mod caller;
mod gate;
mod kind;
mod layer;
mod message;
pub mod place;

pub use caller::{CallerKey, CallerName};
pub use gate::{Full, Gate, Pass};
pub use kind::{Kind, is_stream};
pub use layer::{Admission, Gates};

/// The most calls of each kind at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub reads: usize,
    pub changes: usize,
    pub waits: usize,
    /// The share of each that one caller may have, in percent.
    pub caller_share: usize,
}

impl Limits {
    /// How many calls one connection may have under way, and so how many streams HTTP/2 allows on it: all that there may be, and
    /// some more, which are refused with a reason. A client that reaches the bound of HTTP/2 waits without a word.
    pub fn of_connection(&self, streams: usize) -> u32 {
        u32::try_from(self.reads + self.changes + self.waits + streams + BEYOND).unwrap_or(u32::MAX)
    }
}

/// Calls on one connection beyond all bounds.
const BEYOND: usize = 256;
