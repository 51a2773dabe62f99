//! An order's ids at Mollie. Rules use our line ids; only code that talks to Mollie uses these.

use std::collections::BTreeMap;

use super::ids::{LineId, MollieLineId, MollieOrderId};
use super::order::{Line, Order};

/// An order at Mollie, with the ids of its lines there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    pub id: MollieOrderId,
    pub lines: BTreeMap<LineId, MollieLineId>,
}

impl Order {
    /// Its ids at Mollie; `None` until it is placed.
    #[must_use]
    pub fn remote(&self) -> Option<Remote> {
        let line = |line: &Line| Some((line.id, line.mollie_id.clone()?));
        Some(Remote { id: self.mollie_id.clone()?, lines: self.lines.iter().filter_map(line).collect() })
    }
}
