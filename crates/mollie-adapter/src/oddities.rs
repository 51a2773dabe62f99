//! Warning an operator about fields that could not be understood: once for each order and field, with the total so far. Keeps no
//! values, and may forget; then it warns twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use domain::rules::ids::{MollieOrderId, ProfileName};
use domain::rules::snapshot::Snapshot;
use tracing::warn;

/// For how many orders the fields are remembered.
const MOST: usize = 4096;

/// How many fields a warning names.
const NAMED: usize = 8;

/// What was not understood since the service started.
#[derive(Debug, Default)]
pub struct Oddities(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    total: u64,
    /// The paths in each order's last reading.
    orders: BTreeMap<MollieOrderId, BTreeSet<String>>,
}

impl Oddities {
    /// Warns about fields that the last reading of this order did not have. Returns the number of such fields.
    pub fn note(&self, profile: &ProfileName, snapshot: &Snapshot) -> usize {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.orders.remove(&snapshot.mollie_id).unwrap_or_default();
        if snapshot.unread.is_empty() {
            return 0;
        }
        let now: BTreeSet<_> = snapshot.unread.fields.iter().map(|field| field.path.clone()).collect();
        let new: Vec<_> = now.difference(&before).cloned().collect();
        if seen.orders.len() >= MOST {
            seen.orders.clear();
        }
        seen.orders.insert(snapshot.mollie_id.clone(), now);
        seen.total += new.len() as u64;
        if !new.is_empty() {
            let (fields, total) = (new[..new.len().min(NAMED)].join(", "), seen.total);
            warn!(
                %profile, order = %snapshot.mollie_id, fields, new = new.len(), total,
                "Mollie's answer has fields that this release does not understand; they are kept with the order as they came"
            );
        }
        new.len()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::fixtures::bare_order;
    use crate::json::Object;
    use crate::snapshot;

    #[test]
    fn a_field_is_reported_once_per_order_and_again_when_it_comes_back() {
        let (oddities, profile) = (Oddities::default(), ProfileName::new("main"));
        let note = |id: &str, method: Value| {
            let mut order = bare_order();
            (order["id"], order["method"]) = (json!(id), method);
            let read = Object::root(&order).and_then(|order| snapshot::read(&order)).unwrap();
            oddities.note(&profile, &read)
        };
        let odd = || json!(["ideal"]);
        assert_eq!([note("ord_1", odd()), note("ord_1", json!({})), note("ord_2", odd())], [1, 0, 1]);
        assert_eq!([note("ord_1", json!("ideal")), note("ord_1", odd())], [0, 1]);
        assert_eq!(oddities.0.lock().unwrap().total, 3);
    }
}
