//! Shipping: a part or the rest of an order that is paid or authorized. Somebody in the dashboard may ship the same.

use domain::operations::operation::Operation;
use mollie_simulator::rules::EffectKind;

use super::{Before, FailedPrecondition, Story, Unasked, under_its_key};
use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported};
use crate::journal::Act;
use crate::script::{Pick, What};
use crate::site::Site;

pub struct Shipping;

impl Story for Shipping {
    fn method(&self) -> &'static str {
        "CreateShipment"
    }

    fn refusal(&self) -> Option<FailedPrecondition> {
        Some(FailedPrecondition {
            reason: "OrderNotShippable",
            possible: &["authorized", "paid", "shipping"],
        })
    }

    fn call(&self, chance: &mut Chance) -> What {
        let cents = chance.permille(500).then(|| chance.below(100_000));
        let pick = Pick::Part { line: 1, quantity: 1, cents, tracked: chance.permille(500) };
        What::Ship { order: 0, intent: 1, pick }
    }

    fn before(&self, _seed: u64, _chance: &mut Chance) -> Before {
        Before::Paid
    }

    fn fits(&self, _basket: &Basket) -> bool {
        true
    }

    fn effects(&self) -> &'static [EffectKind] {
        &[EffectKind::ShipmentCreated]
    }

    fn is_keyed(&self) -> bool {
        true
    }

    fn is_owned(&self, requests: usize, unasked: Unasked) -> bool {
        requests == 1 || requests == 0 && (unasked.was_held || unasked.is_of_fees || unasked.is_by_policy)
    }

    /// One made in the dashboard may look like ours, and ours, edited there, like another.
    fn is_like(&self, act: &Act) -> bool {
        match act {
            Act::Shipped { .. } | Act::Tracked { .. } => true,
            Act::Canceled { .. }
            | Act::LineCanceled { .. }
            | Act::Money { .. }
            | Act::RequestError(_)
            | Act::Broken(_) => false,
        }
    }

    fn came_to(&self, operation: &Operation, site: &Site) -> Option<String> {
        under_its_key(self.effects(), operation, site)
    }

    fn judge(&self, found: &mut Found<'_>, reported: &Reported<'_>) {
        found.shipped(reported);
    }
}
