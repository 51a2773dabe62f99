//! Giving money back, of an order that is paid or shipped in part: by lines, or an amount on a payment. Our id of it is in its metadata, so that it is told
//! from any other.

use domain::operations::operation::Operation;
use mollie_simulator::rules::EffectKind;

use super::{Before, FailedPrecondition, Story, Unasked, refund_at_mollie};
use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported};
use crate::journal::{Act, Moved};
use crate::script::{GivenBack, What};
use crate::site::Site;

pub struct Refunding;

impl Story for Refunding {
    fn method(&self) -> &'static str {
        "CreateRefund"
    }

    fn refusal(&self) -> Option<FailedPrecondition> {
        Some(FailedPrecondition {
            reason: "OrderNotRefundable",
            possible: &["paid", "shipping", "completed"],
        })
    }

    fn call(&self, _chance: &mut Chance) -> What {
        What::Refund {
            order: 0,
            intent: 2,
            what: GivenBack::Units { line: 2, quantity: 1, cents: None },
            merges: false,
        }
    }

    fn before(&self, _seed: u64, _chance: &mut Chance) -> Before {
        Before::Shipped
    }

    /// What a gift card took off is not refunded.
    fn fits(&self, basket: &Basket) -> bool {
        basket.gift_card().is_none()
    }

    fn effects(&self) -> &'static [EffectKind] {
        &[EffectKind::LinesRefunded, EffectKind::PaymentRefunded]
    }

    fn is_keyed(&self) -> bool {
        true
    }

    fn is_owned(&self, requests: usize, _unasked: Unasked) -> bool {
        requests == 1
    }

    /// Nobody gives our refunds in the dashboard. But what the bank took back may leave too little for them.
    fn is_like(&self, act: &Act) -> bool {
        match act {
            Act::Money { moved: Moved::ChargedBack(_), .. } => true,
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
        refund_at_mollie(operation, site)
    }

    fn judge(&self, found: &mut Found<'_>, reported: &Reported<'_>) {
        found.refunded(reported);
    }
}
