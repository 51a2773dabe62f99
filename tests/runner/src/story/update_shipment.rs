//! Changing how a parcel is followed. It sets what it says, so it may come more than once; somebody in the dashboard may change
//! it as well, and whoever comes last is right.

use domain::operations::operation::Operation;
use mollie_simulator::rules::EffectKind;

use super::{Before, FailedPrecondition, Story, Unasked, under_its_key};
use crate::basket::Basket;
use crate::chance::Chance;
use crate::checker::{Found, Reported};
use crate::journal::Act;
use crate::script::What;
use crate::site::Site;

pub struct Tracking;

impl Story for Tracking {
    fn method(&self) -> &'static str {
        "UpdateShipment"
    }

    /// It is refused for the state of the shipment, whatever the order's status.
    fn refusal(&self) -> Option<FailedPrecondition> {
        None
    }

    fn call(&self, _chance: &mut Chance) -> What {
        What::Track { order: 0, intent: 2, parcel: 0 }
    }

    fn before(&self, _seed: u64, _chance: &mut Chance) -> Before {
        Before::Shipped
    }

    fn fits(&self, _basket: &Basket) -> bool {
        true
    }

    fn effects(&self) -> &'static [EffectKind] {
        &[EffectKind::ShipmentUpdated]
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

    fn came_to(&self, operation: &Operation, site: &Site) -> Option<String> {
        under_its_key(self.effects(), operation, site)
    }

    fn judge(&self, found: &mut Found<'_>, reported: &Reported<'_>) {
        found.tracked(reported);
    }
}
