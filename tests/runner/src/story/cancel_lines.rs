//! Canceling units of lines: Mollie knows no key of it, so equal ones are told only by their number. Somebody in the dashboard
//! may cancel units of the same lines.

use domain::operations::operation::Operation;
use mollie_simulator::rules::EffectKind;

use super::{Before, FailedPrecondition, Story, Unasked};
use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported};
use crate::journal::Act;
use crate::released;
use crate::script::What;
use crate::site::Site;

pub struct CancelingLines;

impl Story for CancelingLines {
    fn method(&self) -> &'static str {
        "CancelOrderLines"
    }

    /// An order that is shipping may be one that was paid.
    fn refusal(&self) -> Option<FailedPrecondition> {
        Some(FailedPrecondition { reason: "OrderNotCancelable", possible: &["authorized"] })
    }

    fn call(&self, chance: &mut Chance) -> What {
        let cents = chance.permille(500).then(|| chance.below(100_000));
        What::CancelLines { order: 0, intent: 1, line: 1, quantity: 1, cents }
    }

    fn before(&self, _seed: u64, _chance: &mut Chance) -> Before {
        Before::Paid
    }

    fn fits(&self, basket: &Basket) -> bool {
        basket.captures
    }

    fn effects(&self) -> &'static [EffectKind] {
        &[EffectKind::LinesCanceled]
    }

    /// DELETE has no key.
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

    /// More equal ones stand in Mollie's books than have succeeded here.
    fn came_to(&self, operation: &Operation, site: &Site) -> Option<String> {
        released::is_beyond(operation, site)
    }

    fn judge(&self, found: &mut Found<'_>, reported: &Reported<'_>) {
        found.lines_canceled(reported);
    }
}
