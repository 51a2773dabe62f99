//! Canceling an order: several may want it of the same order, and so may the service itself and somebody in the dashboard.
//! Whoever it was, the order is canceled, and that is all that is asked for.

use domain::operations::operation::Operation;
use mollie_simulator::rules::EffectKind;

use super::{Before, FailedPrecondition, Story, Unasked, under_its_key};
use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported};
use crate::journal::Act;
use crate::script::What;
use crate::site::Site;

pub struct Canceling;

impl Story for Canceling {
    fn method(&self) -> &'static str {
        "CancelOrder"
    }

    fn refusal(&self) -> Option<FailedPrecondition> {
        Some(FailedPrecondition { reason: "OrderNotCancelable", possible: &["created", "authorized"] })
    }

    fn call(&self, _chance: &mut Chance) -> What {
        What::Cancel { order: 0, intent: 1 }
    }

    /// What is paid at once is not canceled but refunded.
    fn before(&self, seed: u64, chance: &mut Chance) -> Before {
        let is_paid = chance.permille(700) && Basket::of(seed, 0).captures;
        if is_paid { Before::Paid } else { Before::Placed }
    }

    fn fits(&self, _basket: &Basket) -> bool {
        true
    }

    fn effects(&self) -> &'static [EffectKind] {
        &[EffectKind::OrderCanceled]
    }

    /// Orders are canceled in the dashboard as well, and by nobody's request.
    fn is_keyed(&self) -> bool {
        false
    }

    /// Requests may share one; what is late, what another order has replaced and what nobody pays, the service cancels by itself.
    fn is_owned(&self, requests: usize, unasked: Unasked) -> bool {
        requests >= 1 || unasked.is_late || unasked.is_replaced || unasked.is_by_policy
    }

    /// A canceled order is canceled: nobody has to tell by whom.
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
        found.canceled(reported);
    }
}
