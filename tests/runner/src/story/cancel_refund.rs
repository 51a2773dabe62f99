//! Canceling a refund that Mollie has not carried out yet, or has not got yet.

use domain::operations::operation::Operation;
use mollie_simulator::rules::{Effect, EffectKind};

use super::{Before, FailedPrecondition, Story, Unasked, refund_at_mollie, refund_id};
use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported};
use crate::journal::Act;
use crate::script::What;
use crate::site::Site;

pub struct CallingOff;

impl Story for CallingOff {
    fn method(&self) -> &'static str {
        "CancelRefund"
    }

    /// It is refused for the state of the refund, whatever the order's status.
    fn refusal(&self) -> Option<FailedPrecondition> {
        None
    }

    fn call(&self, _chance: &mut Chance) -> What {
        What::CallOff { order: 0, intent: 3, refund: 0 }
    }

    fn before(&self, _seed: u64, _chance: &mut Chance) -> Before {
        Before::Refunded
    }

    /// What a gift card took off is not refunded.
    fn fits(&self, basket: &Basket) -> bool {
        basket.gift_card().is_none()
    }

    fn effects(&self) -> &'static [EffectKind] {
        &[EffectKind::RefundCanceled]
    }

    /// DELETE has no key.
    fn is_keyed(&self) -> bool {
        false
    }

    fn is_owned(&self, requests: usize, _unasked: Unasked) -> bool {
        requests >= 1
    }

    /// A canceled refund is canceled: nobody has to tell by whom.
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
        let id = refund_at_mollie(operation, site)?;
        let mollie = site.mollie();
        let is_its_end =
            |effect: &Effect| self.effects().contains(&effect.kind) && refund_id(effect) == Some(&id);
        mollie.world.ledger().iter().any(is_its_end).then_some(id)
    }

    fn judge(&self, found: &mut Found<'_>, reported: &Reported<'_>) {
        found.called_off(reported);
    }
}
