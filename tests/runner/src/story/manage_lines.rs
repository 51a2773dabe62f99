//! Changing lines: Mollie knows no key of it, so each change has a name that nobody else gives a line. Somebody in the dashboard may cancel
//! the lines that it changes. The supplier may decline.

use domain::operations::operation::Operation;
use mollie_simulator::rules::EffectKind;

use super::{Before, FailedPrecondition, Story, Unasked};
use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported};
use crate::journal::Act;
use crate::managed;
use crate::script::What;
use crate::site::Site;

pub struct Managing;

impl Story for Managing {
    fn method(&self) -> &'static str {
        "ManageOrderLines"
    }

    /// It is refused for goods on their way, too, which no status of Mollie's tells.
    fn refusal(&self) -> Option<FailedPrecondition> {
        None
    }

    fn call(&self, chance: &mut Chance) -> What {
        What::Manage { order: 0, intent: chance.between(1, 40) }
    }

    fn before(&self, seed: u64, chance: &mut Chance) -> Before {
        let is_authorized = Basket::of(seed, 0).captures && chance.permille(600);
        if is_authorized { Before::Paid } else { Before::Placed }
    }

    fn fits(&self, _basket: &Basket) -> bool {
        true
    }

    fn effects(&self) -> &'static [EffectKind] {
        &managed::EFFECTS
    }

    /// PATCH has no key.
    fn is_keyed(&self) -> bool {
        false
    }

    fn is_owned(&self, requests: usize, _unasked: Unasked) -> bool {
        requests == 1
    }

    fn is_like(&self, act: &Act) -> bool {
        match act {
            Act::LineCanceled { .. } | Act::Canceled { .. } => true,
            Act::Shipped { .. }
            | Act::Tracked { .. }
            | Act::Money { .. }
            | Act::RequestError(_)
            | Act::Broken(_) => false,
        }
    }

    /// The order itself, once a line has the name.
    fn came_to(&self, operation: &Operation, site: &Site) -> Option<String> {
        let name = managed::name(operation)?;
        let mollie = site.mollie();
        managed::named(mollie.world.ledger(), name).next().map(|effect| effect.order_id.clone())
    }

    fn judge(&self, found: &mut Found<'_>, reported: &Reported<'_>) {
        found.managed(reported);
    }
}
