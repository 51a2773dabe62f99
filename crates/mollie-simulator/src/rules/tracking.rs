//! Update shipment: the parcel data of a shipment, and how they are read from a request that makes or changes one.
//!
//! Moves no money, changes no line and sends no hook. Whether the order is over does not matter.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::fields::Fields;
use super::records::{Draft, EffectKind, Order, Tracking};
use super::shipment_json;
use super::world::World;

const MAX_TRACKING: usize = 100;

impl World {
    pub(super) fn update_shipment(
        &mut self,
        caller: &Caller,
        order_id: &str,
        id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let order = self.owned_order(caller, order_id)?.clone();
        self.set_tracking(order, id, body, now)
    }

    /// Replaces the whole tracking, whoever asks for it: an address that is not sent is gone. A refusal has changed
    /// nothing. The same tracking again is an effect like any other.
    pub(super) fn set_tracking(
        &mut self,
        mut order: Order,
        id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let shipment = order.shipment_mut(id).ok_or_else(|| Refusal::no_shipment(id))?;
        let tracking = read_only_tracking(body)?;
        let entered = shipment_json::tracking(&tracking);
        shipment.tracking = Some(tracking);
        let shipment = shipment.clone();
        let entry = Draft::new(EffectKind::ShipmentUpdated, &order).shipment(id).with("tracking", entered);
        self.enter(entry, now);
        let answer = Answer::ok(shipment_json::direct(&order, &shipment, self));
        self.save(order);
        Ok(answer)
    }
}

/// A body that says the tracking and nothing else.
fn read_only_tracking(body: &Value) -> Result<Tracking, Refusal> {
    let fields = Fields::top(body)?;
    fields.only(&["tracking"])?;
    let value = fields.required("tracking", fields.get("tracking"))?;
    // Inferred: what is refused beside the tracking is refused within it.
    Fields::nested(value, "tracking")?.only(&["carrier", "code", "url"])?;
    fields.required("tracking", read_tracking(&fields)?)
}

/// The tracking of a request that may leave it out.
pub(super) fn read_tracking(fields: &Fields<'_>) -> Result<Option<Tracking>, Refusal> {
    let Some(value) = fields.get("tracking") else {
        return Ok(None);
    };
    let tracking = Fields::nested(value, "tracking")?;
    let part = |name: &str| {
        let text = tracking.required_text(name)?;
        if text.chars().count() > MAX_TRACKING {
            return Err(tracking.refuse(name, format!("The {name} may be at most 100 characters long.")));
        }
        Ok(text.to_owned())
    };
    Ok(Some(Tracking {
        carrier: part("carrier")?,
        code: part("code")?,
        url: tracking.url("url")?.map(str::to_owned),
    }))
}
