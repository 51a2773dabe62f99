//! Placing an order: it comes before everything else, and nothing but its effect is an order of ours at Mollie.

use domain::operations::operation::Operation;
use mollie_simulator::rules::EffectKind;

use super::{Before, FailedPrecondition, Story, Unasked, under_its_key};
use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported};
use crate::journal::Act;
use crate::script::What;
use crate::site::Site;

pub struct Placing;

impl Story for Placing {
    fn method(&self) -> &'static str {
        "CreateOrder"
    }

    /// There is no order yet that could have a status.
    fn refusal(&self) -> Option<FailedPrecondition> {
        None
    }

    fn call(&self, _chance: &mut Chance) -> What {
        What::Place { order: 0 }
    }

    fn before(&self, _seed: u64, _chance: &mut Chance) -> Before {
        Before::Nothing
    }

    fn fits(&self, _basket: &Basket) -> bool {
        true
    }

    fn effects(&self) -> &'static [EffectKind] {
        &[EffectKind::OrderCreated]
    }

    fn is_keyed(&self) -> bool {
        true
    }

    fn is_owned(&self, requests: usize, _unasked: Unasked) -> bool {
        requests == 1
    }

    /// Nobody places our orders in the dashboard.
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
        under_its_key(self.effects(), operation, site)
    }

    fn judge(&self, found: &mut Found<'_>, reported: &Reported<'_>) {
        found.placed(reported);
    }
}
