//! The simulator's ledger: every effect that Mollie has had, once and in order. The service never sees it.

use serde_json::Value;

use crate::answers::cents;

/// The effects so far.
#[derive(Debug)]
pub struct Ledger {
    effects: Vec<Value>,
}

impl Ledger {
    pub fn new(json: &Value) -> Self {
        let effects = json["effects"].as_array().expect("a ledger has effects").clone();
        for (n, effect) in effects.iter().enumerate() {
            assert_eq!(effect["seq"], n + 1, "the ledger has no gaps");
        }
        Self { effects }
    }

    /// Every effect.
    pub fn all(&self) -> &[Value] {
        &self.effects
    }

    /// The effects of one kind.
    pub fn of(&self, kind: &str) -> Vec<&Value> {
        self.effects.iter().filter(|effect| effect["kind"] == kind).collect()
    }

    pub fn count(&self, kind: &str) -> usize {
        self.of(kind).len()
    }

    /// The cents that effects of one kind name as `amount`, over one order at Mollie.
    pub fn sum(&self, order: &str, kind: &str, amount: &str) -> i64 {
        let effects = self.of(kind).into_iter().filter(|effect| effect["order_id"] == order);
        effects.map(|effect| effect["amounts"][amount]["value"].as_str().map_or(0, cents)).sum()
    }

    /// The hook address that an order was created with.
    pub fn hook_address(&self, order: &str) -> String {
        let created = self.of("order_created").into_iter().find(|effect| effect["order_id"] == order);
        let address = created.and_then(|effect| effect["webhook_url"].as_str());
        address.expect("the order was created with a hook address").to_owned()
    }
}
