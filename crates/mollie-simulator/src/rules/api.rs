//! The API as one pure call: a request comes in with the time, an answer goes out, the world has changed.
//!
//! Everything a request needs is in its arguments, so that a test runner can ask without any HTTP.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::cause::Cause;
use super::order_json::{self, Embeds};
use super::query::Query;
use super::records::Late;
use super::request::ApiRequest;
use super::request::{Keyed, Keys};
use super::route::Endpoint;
use super::scope::TESTMODE;
use super::seconds::whole_seconds;
use super::shipment_json;
use super::switches::ErrorTexts;
use super::world::World;

impl World {
    /// Answers one request. A refused one has changed nothing.
    pub fn answer(&mut self, request: &ApiRequest, now: Timestamp) -> Answer {
        self.answer_with(request, Keys::Honored, now)
    }

    /// The same, with a say in whether idempotency keys count.
    pub(super) fn answer_with(&mut self, request: &ApiRequest, keys: Keys, now: Timestamp) -> Answer {
        let now = whole_seconds(now);
        self.tick(now);
        self.caused_by(request, |world| {
            let endpoint = Endpoint::find(&request.method, &request.path)?;
            let caller = Caller::of(&endpoint, request)?;
            world.admit(endpoint, &caller, request, keys, now)
        })
    }

    /// Handles a request whose time has come. Its answer is lost.
    pub(super) fn land(&mut self, late: &Late) {
        let request = late.request();
        self.caused_by(&request, |world| {
            let endpoint = Endpoint::find(&request.method, &request.path)?;
            world.admit(endpoint, &late.caller, &request, late.keys(), late.due_at)
        });
    }

    fn caused_by(
        &mut self,
        request: &ApiRequest,
        act: impl FnOnce(&mut Self) -> Result<Answer, Refusal>,
    ) -> Answer {
        let key = request.idempotency_key.clone().filter(|key| !key.is_empty());
        self.set_cause(Cause::Request(key));
        let answer = act(self).unwrap_or_else(|refusal| self.worded(refusal));
        self.set_cause(Cause::Time);
        answer
    }

    fn admit(
        &mut self,
        endpoint: Endpoint,
        caller: &Caller,
        request: &ApiRequest,
        keys: Keys,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let counts = keys == Keys::Honored && endpoint.is_post();
        let key = request.idempotency_key.as_deref().filter(|key| counts && !key.is_empty());
        let Some(key) = key else {
            return self.dispatch(endpoint, caller, request, now);
        };
        let keyed = Keyed::new(caller, key, request);
        if let Some(answer) = self.recall(&keyed, now)? {
            return Ok(answer);
        }
        let answer =
            self.dispatch(endpoint, caller, request, now).unwrap_or_else(|refusal| self.worded(refusal));
        self.remember(keyed, &answer, now);
        Ok(answer)
    }

    /// The refusal in the words of the documents that the switch names.
    fn worded(&self, refusal: Refusal) -> Answer {
        match self.switches().error_texts {
            ErrorTexts::Older => refusal.into(),
            ErrorTexts::Newer => refusal.in_newer_words().into(),
        }
    }

    fn dispatch(
        &mut self,
        endpoint: Endpoint,
        caller: &Caller,
        request: &ApiRequest,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let query = Query::parse(&request.query);
        let embeds = Embeds::parse(query.get("embed").unwrap_or_default());
        let mut body = if endpoint.has_body() { parse_body(&request.body)? } else { Value::Null };
        // Said and read by now; create order has it among its parameters.
        if let Some(parameters) = body.as_object_mut().filter(|_| endpoint != Endpoint::CreateOrder) {
            parameters.remove(TESTMODE);
        }
        match endpoint {
            Endpoint::CreateOrder => self.create_order(caller, &body, embeds, now),
            Endpoint::UpdateOrder(id) => self.update_order(caller, &id, &body, embeds, now),
            Endpoint::CancelOrder(id) => self.cancel_order(caller, &id, now),
            Endpoint::UpdateLine(id, line_id) => self.update_line(caller, &id, &line_id, &body, embeds, now),
            Endpoint::ManageLines(id) => self.manage_lines(caller, &id, &body, embeds, now),
            Endpoint::ListMethods => self.list_methods(&query),
            Endpoint::GetMethod(id) => self.get_method(&id, &query),
            Endpoint::CreateOrderPayment(id) => self.create_order_payment(caller, &id, &body, now),
            Endpoint::CancelLines(id) => self.delete_lines(caller, &id, &body, now),
            Endpoint::CreateShipment(id) => self.create_shipment(caller, &id, &body, now),
            Endpoint::UpdateShipment(id, shipment_id) => {
                self.update_shipment(caller, &id, &shipment_id, &body, now)
            }
            Endpoint::CreateOrderRefund(id) => self.create_order_refund(caller, &id, &body, now),
            Endpoint::CreatePaymentRefund(id) => self.create_payment_refund(caller, &id, &body, now),
            Endpoint::CancelRefund(id, refund_id) => self.cancel_refund(caller, &id, &refund_id, now),
            Endpoint::ListOrders => self.list_orders(caller, &query),
            Endpoint::GetOrder(id) => {
                let order = self.owned_order(caller, &id)?;
                Ok(Answer::ok(order_json::direct(order, embeds, self)))
            }
            Endpoint::ListShipments(id) => {
                Ok(Answer::ok(shipment_json::list(self.owned_order(caller, &id)?, self)))
            }
            Endpoint::GetShipment(id, shipment_id) => self.get_shipment(caller, &id, &shipment_id),
            Endpoint::ListOrderRefunds(id) => self.list_order_refunds(caller, &id, &query),
            Endpoint::GetPayment(id) => self.get_payment(caller, &id, &query),
            Endpoint::ListPaymentRefunds(id) => self.list_payment_refunds(caller, &id, &query),
            Endpoint::GetRefund(id, refund_id) => self.get_refund(caller, &id, &refund_id),
            Endpoint::ListRefunds => self.list_all_refunds(caller, &query),
            Endpoint::ListCaptures(id) => self.list_captures(caller, &id, &query),
            Endpoint::GetCapture(id, capture_id) => self.get_capture(caller, &id, &capture_id),
            Endpoint::ListPaymentChargebacks(id) => self.list_payment_chargebacks(caller, &id, &query),
            Endpoint::GetChargeback(id, chargeback_id) => self.get_chargeback(caller, &id, &chargeback_id),
            Endpoint::ListChargebacks => self.list_all_chargebacks(caller, &query),
        }
    }
}

/// An empty body is an empty object: for a shipment, that means everything.
fn parse_body(bytes: &[u8]) -> Result<Value, Refusal> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(bytes)
        .map_err(|_| Refusal::bad_request("The request body could not be parsed as JSON."))
}
