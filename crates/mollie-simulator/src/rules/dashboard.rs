//! What somebody at the merchant's does in Mollie's dashboard: ship, cancel and correct tracking without a request of the
//! shop.
//!
//! The lines, amounts and states are judged as for a request. What only the API refuses is not: the bound of captures, a
//! payment that is open, a supplier who declines. The ledger says `"by": "dashboard"`.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::answer::Refusal;
use super::cause::Cause;
use super::records::Order;
use super::seconds::whole_seconds;
use super::switches::CaptureAboveAuthorization;
use super::world::World;

impl World {
    /// Ships as the body of a shipment request says: `{}` for the whole rest, or `lines` and `tracking`. With
    /// `"notify": false` nobody learns of it by a hook. Returns the shipment.
    pub fn ship_in_dashboard(
        &mut self,
        order_id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let notify = read_notify(body, &["lines", "tracking", "notify"])?;
        self.in_dashboard(order_id, notify, now, |world, order, now| {
            let accepted = CaptureAboveAuthorization::Accepted;
            world.ship(order, body, accepted, now).map(|answer| answer.body)
        })
    }

    /// Sets the tracking of a shipment as the body of an update request says. There is no hook to keep quiet. Returns the
    /// shipment.
    pub fn update_shipment_in_dashboard(
        &mut self,
        order_id: &str,
        shipment_id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        self.in_dashboard(order_id, true, now, |world, order, now| {
            world.set_tracking(order, shipment_id, body, now).map(|answer| answer.body)
        })
    }

    /// Cancels the whole rest of an order, or of it what `lines` name: `[{"id": …, "quantity"?: …, "amount"?: …}]`. With
    /// `"notify": false` nobody learns of it by a hook. Returns the order.
    pub fn cancel_in_dashboard(
        &mut self,
        order_id: &str,
        body: &Value,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let notify = read_notify(body, &["lines", "notify"])?;
        self.in_dashboard(order_id, notify, now, |world, order, now| {
            let accepted = CaptureAboveAuthorization::Accepted;
            let answer = match body.get("lines") {
                Some(_) => world.cancel_lines(order, body, accepted, now),
                None => world.cancel_rest(order, accepted, now),
            };
            answer.map(|answer| answer.body)
        })
    }

    fn in_dashboard(
        &mut self,
        order_id: &str,
        notify: bool,
        now: Timestamp,
        act: impl FnOnce(&mut Self, Order, Timestamp) -> Result<Value, Refusal>,
    ) -> Result<Value, Refusal> {
        let now = whole_seconds(now);
        self.tick(now);
        let order = self.order(order_id).ok_or_else(|| Refusal::no_order(order_id))?.clone();
        let last_hook = self.hooks().last_key_value().map_or(0, |(id, _)| *id);
        self.set_cause(Cause::Dashboard);
        let outcome = act(self, order, now);
        self.set_cause(Cause::Time);
        if !notify {
            let new: Vec<u64> = self.hooks().range(last_hook + 1..).map(|(id, _)| *id).collect();
            new.into_iter().for_each(|id| self.drop_hook(id));
        }
        outcome
    }
}

/// Whether hooks are sent. A field that is not known is a slip of whoever asks.
fn read_notify(body: &Value, known: &[&str]) -> Result<bool, Refusal> {
    let empty = Map::new();
    let object = body.as_object().unwrap_or(&empty);
    if !body.is_object() {
        return Err(Refusal::unprocessable("The request should be a JSON object."));
    }
    if let Some(field) = object.keys().find(|field| !known.contains(&field.as_str())) {
        return Err(Refusal::field(field, format!("{field} is no field of this request.")));
    }
    match object.get("notify") {
        None => Ok(true),
        Some(value) => {
            value.as_bool().ok_or_else(|| Refusal::field("notify", "The notify should be true or false."))
        }
    }
}
