//! The statements of a use case: read from what the service says, counted, and made into a floor without the service.

mod capture;
mod parse;
mod rows;
mod template;
mod tokens;

pub use capture::{Tally, Tap};
pub use parse::{Meaning, parse};
pub use rows::{Kept, Rows, Value};
pub use template::{Source, Statement, Template, salt};
