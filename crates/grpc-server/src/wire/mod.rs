//! What a request may be on the wire. Encoded bytes are walked and counted before a message is decoded, so that a megabyte never
//! becomes a gigabyte; refusals have one of our reasons. The rules of orders are `domain`'s, and apply to the decoded message.

mod blank;
pub mod bounds;
mod codec;
mod informed;
mod shape;
mod text;
mod walk;

use domain::rules::violation::Violation;
use prost::{Message, Name};

pub use codec::{Bounded, read};
pub use informed::Informed;
pub use shape::SHAPES;
pub use text::{CONTROL, LENGTH};

/// The faults in the texts of a decoded request, to be reported with its other faults. Other messages have none.
pub fn text_faults<M: Message + Name>(request: &M) -> Vec<Violation> {
    let place = SHAPES.request(&M::full_name());
    let walked = place.map(|place| walk::walk(&SHAPES, place, &request.encode_to_vec()));
    // A decoded message has passed the walk before.
    walked.and_then(Result::ok).map(|texts| texts.faults).unwrap_or_default()
}

/// How many faults of a request are reported; the others are only counted.
const TOLD: usize = 100;

/// Why a request is not decoded.
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
