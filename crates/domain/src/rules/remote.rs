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

#[cfg(test)]
mod tests {
    use crate::rules::fixtures::{placed, recorded};
    use crate::rules::status::{LineStatus, OrderStatus};

    #[test]
    fn an_order_has_ids_at_mollie_once_it_is_placed() {
        assert_eq!(recorded().order().remote(), None);
        let mut order = placed(OrderStatus::Created, LineStatus::Created).order().clone();
        order.lines[1].mollie_id = None;
        let remote = order.remote().unwrap();
        assert_eq!(remote.id.as_str(), "ord_1.abc");
        let lines: Vec<_> = remote.lines.iter().map(|(id, theirs)| (id.number(), Some(theirs))).collect();
        assert_eq!(lines, [(1, order.lines[0].mollie_id.as_ref())]);
    }
}
