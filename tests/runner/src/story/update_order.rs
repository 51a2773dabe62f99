//! Changing the billing address. It sets what it says, so it may come more than once; whoever asks last is right. The supplier may
//! decline.

use domain::operations::operation::Operation;
use mollie_simulator::rules::EffectKind;

use super::{Before, FailedPrecondition, Story, Unasked};
use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported};
use crate::journal::Act;
use crate::script::What;
use crate::site::Site;

pub struct Updating;

impl Story for Updating {
    fn method(&self) -> &'static str {
        "UpdateOrder"
    }

    /// An address is changed whatever the order's status.
    fn refusal(&self) -> Option<FailedPrecondition> {
        None
    }

    fn call(&self, _chance: &mut Chance) -> What {
        What::Update { order: 0, intent: 1 }
    }

    fn before(&self, _seed: u64, chance: &mut Chance) -> Before {
        if chance.permille(500) { Before::Placed } else { Before::Paid }
    }

    fn fits(&self, _basket: &Basket) -> bool {
        true
    }

    fn effects(&self) -> &'static [EffectKind] {
        &[EffectKind::OrderUpdated]
    }

    /// PATCH has no key.
    fn is_keyed(&self) -> bool {
        false
    }

    fn is_owned(&self, requests: usize, _unasked: Unasked) -> bool {
        requests == 1
    }

    /// Where nobody can tell, it is said once more.
    fn is_like(&self, act: &Act) -> bool {
        match act {
            Act::Shipped { .. }
            | Act::Canceled { .. }
            | Act::LineCanceled { .. }
            | Act::Tracked { .. }
            | Act::Money { .. }
            | Act::RequestError(_)
            | Act::Broken(_) => false,
        }
    }

    /// The order itself, once it was changed.
    fn came_to(&self, operation: &Operation, site: &Site) -> Option<String> {
        let dump = site.store.dump();
        let order = dump.orders.get(&operation.order_id)?.mollie_id.as_ref()?.to_string();
        let mollie = site.mollie();
        let mut ledger = mollie.world.ledger().iter();
        let own = ledger.find(|effect| self.effects().contains(&effect.kind) && effect.order_id == order)?;
        Some(own.order_id.clone())
    }

    fn judge(&self, found: &mut Found<'_>, reported: &Reported<'_>) {
        found.updated(reported);
    }
}
