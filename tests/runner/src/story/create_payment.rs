//! A further attempt to pay: the shop asks for it once an attempt has failed, and several may ask at once. The shopper opens attempts
//! at the checkout as well, and one that is open serves everybody.

use domain::operations::operation::Operation;
use mollie_simulator::rules::EffectKind;

use super::{Before, FailedPrecondition, Story, Unasked};
use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported};
use crate::journal::Act;
use crate::script::What;
use crate::site::Site;

pub struct Paying;

impl Story for Paying {
    fn method(&self) -> &'static str {
        "CreateOrderPayment"
    }

    /// A created order may have an attempt that is pending, so its status alone is no proof.
    fn refusal(&self) -> Option<FailedPrecondition> {
        None
    }

    fn call(&self, _chance: &mut Chance) -> What {
        What::Pay { order: 0, intent: 1 }
    }

    fn before(&self, _seed: u64, _chance: &mut Chance) -> Before {
        Before::Unpaid
    }

    fn fits(&self, _basket: &Basket) -> bool {
        true
    }

    fn effects(&self) -> &'static [EffectKind] {
        &[EffectKind::PaymentCreated]
    }

    /// The first attempt comes with the order, and shoppers open others.
    fn is_keyed(&self) -> bool {
        false
    }

    /// Requests may share one, also one that the service makes by itself.
    fn is_owned(&self, requests: usize, unasked: Unasked) -> bool {
        requests >= 1 || unasked.is_by_policy
    }

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

    fn came_to(&self, operation: &Operation, site: &Site) -> Option<String> {
        let key = operation.key.to_string();
        let mollie = site.mollie();
        let mut ledger = mollie.world.ledger().iter();
        let own = ledger.find(|effect| {
            self.effects().contains(&effect.kind) && effect.idempotency_key.as_ref() == Some(&key)
        })?;
        own.payment_id.clone()
    }

    fn judge(&self, found: &mut Found<'_>, reported: &Reported<'_>) {
        found.opened(reported);
    }
}
