//! Where an order stands at Mollie. Whoever decides speaks of our lines; what Mollie calls them is for whoever speaks with it.

use std::collections::BTreeMap;

use super::ids::{LineId, MollieLineId, MollieOrderId};
use super::order::{Line, Order};

/// An order at Mollie, with what its lines are called there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    pub id: MollieOrderId,
    pub lines: BTreeMap<LineId, MollieLineId>,
}

impl Order {
    /// Where it stands at Mollie; `None` until it is placed.
    #[must_use]
    pub fn remote(&self) -> Option<Remote> {
        let line = |line: &Line| Some((line.id, line.mollie_id.clone()?));
        Some(Remote { id: self.mollie_id.clone()?, lines: self.lines.iter().filter_map(line).collect() })
    }
}
