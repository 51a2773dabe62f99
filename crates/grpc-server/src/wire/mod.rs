//! What a request may be on the wire. Encoded bytes are walked and counted before a message is built of them, so that a
//! megabyte never becomes a gigabyte; and what is refused here is told with a reason of ours. No rule of an order stands
//! here: those are `domain`'s, and see the message once it is built.

mod blank;
pub mod bounds;
mod codec;
mod informed;
mod shape;
mod text;
mod walk;

use domain::rules::violation::Violation;
use prost::{Message, Name};

pub use codec::Bounded;
pub use informed::Informed;
pub use shape::SHAPES;
pub use text::{CONTROL, LENGTH};

/// What is wrong with the texts of a request that was built: told with its other faults, not before them. No other message has
/// such faults.
pub fn text_faults<M: Message + Name>(request: &M) -> Vec<Violation> {
    let place = SHAPES.request(&M::full_name());
    let walked = place.map(|place| walk::walk(&SHAPES, place, &request.encode_to_vec()));
    // What was built has passed the walk before.
    walked.and_then(Result::ok).map(|texts| texts.faults).unwrap_or_default()
}

/// How many faults of a request are told; the others are counted.
const TOLD: usize = 100;

/// Why a request is not even built.
#[derive(Debug, Default)]
pub struct Refused {
    /// Whether some of it could not be read, rather than being too much.
    pub unreadable: bool,
    pub faults: Vec<Violation>,
    /// Faults beyond those.
    pub more: usize,
}

impl Refused {
    fn add(&mut self, path: String, rule: &'static str, expected: impl Into<String>, got: impl Into<String>) {
        if self.faults.len() < TOLD {
            self.faults.push(Violation { path, rule, expected: expected.into(), got: got.into() });
        } else {
            self.more += 1;
        }
    }
}
