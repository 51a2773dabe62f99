//! What the API shows of payments, refunds, captures, chargebacks and shipments: one of them, or the list.

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::page::{List, page};
use super::query::Query;
use super::records::{Capture, Chargeback, Order, Payment, Refund, RefundStatus};
use super::switches::{CanceledRefunds, WrongKey};
use super::world::World;
use super::{capture_json, chargeback_json, payment_json, refund_json, shipment_json};

impl World {
    /// The order, if it is the caller's.
    pub(super) fn owned_order(&self, caller: &Caller, id: &str) -> Result<&Order, Refusal> {
        let order = self.order(id).ok_or_else(|| Refusal::no_order(id))?;
        if caller.reaches(&order.owner) {
            return Ok(order);
        }
        Err(self.not_theirs(caller, &order.owner, "Order", id).unwrap_or_else(|| Refusal::no_order(id)))
    }

    /// What is said of another one's resource; `None` where that is what is said of none at all. A test key never sees what
    /// is live, nor the other way round (seed 4): inferred, such a key is told nothing of other profiles.
    fn not_theirs(&self, caller: &Caller, owner: &Caller, what: &str, id: &str) -> Option<Refusal> {
        match self.switches().wrong_key {
            WrongKey::Unknown => None,
            WrongKey::OtherProfile => {
                (owner.mode == caller.mode).then(|| Refusal::of_other_profile(what, id))
            }
            WrongKey::Unauthorized => Some(Refusal::unauthorized()),
        }
    }

    /// The payment with its order, if it is the caller's.
    pub(super) fn owned_payment(&self, caller: &Caller, id: &str) -> Result<(&Order, &Payment), Refusal> {
        let unknown = || Refusal::nothing_such("payment", id);
        let found = self.order_with(id).and_then(|order| Some((order, order.payment(id)?)));
        let (order, payment) = found.ok_or_else(unknown)?;
        if caller.reaches(&order.owner) {
            return Ok((order, payment));
        }
        // The text is known of orders only.
        Err(self.not_theirs(caller, &order.owner, "Payment", id).unwrap_or_else(unknown))
    }

    /// The refund with its order. One that was canceled is not there any more.
    pub(super) fn owned_refund(
        &self,
        caller: &Caller,
        payment_id: &str,
        id: &str,
    ) -> Result<(&Order, &Refund), Refusal> {
        let (order, payment) = self.owned_payment(caller, payment_id)?;
        let is_there =
            |refund: &&Refund| refund.payment_id == payment.id && refund.status != RefundStatus::Canceled;
        let refund = order.refund(id).filter(is_there).ok_or_else(|| Refusal::nothing_such("refund", id))?;
        Ok((order, refund))
    }

    pub(super) fn get_shipment(&self, caller: &Caller, order_id: &str, id: &str) -> Result<Answer, Refusal> {
        let order = self.owned_order(caller, order_id)?;
        let shipment = order.shipment(id).ok_or_else(|| Refusal::no_shipment(id))?;
        Ok(Answer::ok(shipment_json::direct(order, shipment, self)))
    }

    pub(super) fn get_payment(&self, caller: &Caller, id: &str, query: &Query) -> Result<Answer, Refusal> {
        let (order, payment) = self.owned_payment(caller, id)?;
        let includes = query.get("include").unwrap_or_default();
        let with_remainder = includes.split(',').any(|part| part.trim() == "details.remainderDetails");
        Ok(Answer::ok(payment_json::direct(order, payment, with_remainder, self)))
    }

    pub(super) fn get_refund(&self, caller: &Caller, payment_id: &str, id: &str) -> Result<Answer, Refusal> {
        let (order, refund) = self.owned_refund(caller, payment_id, id)?;
        Ok(Answer::ok(refund_json::direct(order, refund, self)))
    }

    pub(super) fn get_capture(&self, caller: &Caller, payment_id: &str, id: &str) -> Result<Answer, Refusal> {
        let (order, payment) = self.owned_payment(caller, payment_id)?;
        let capture = order.capture(id).filter(|capture| capture.payment_id == payment.id);
        let capture = capture.ok_or_else(|| Refusal::nothing_such("capture", id))?;
        Ok(Answer::ok(capture_json::direct(order, capture, self)))
    }

    pub(super) fn get_chargeback(
        &self,
        caller: &Caller,
        payment_id: &str,
        id: &str,
    ) -> Result<Answer, Refusal> {
        let (order, payment) = self.owned_payment(caller, payment_id)?;
        let chargeback = order.chargeback(id).filter(|one| one.payment_id == payment.id);
        let chargeback = chargeback.ok_or_else(|| Refusal::nothing_such("chargeback", id))?;
        Ok(Answer::ok(chargeback_json::direct(order, chargeback, self)))
    }

    pub(super) fn list_order_refunds(
        &self,
        caller: &Caller,
        id: &str,
        query: &Query,
    ) -> Result<Answer, Refusal> {
        let order = self.owned_order(caller, id)?;
        self.list_refunds(format!("orders/{id}/refunds"), query, [order].into_iter(), |_| true)
    }

    pub(super) fn list_payment_refunds(
        &self,
        caller: &Caller,
        id: &str,
        query: &Query,
    ) -> Result<Answer, Refusal> {
        let (order, _) = self.owned_payment(caller, id)?;
        let is_here = |refund: &Refund| refund.payment_id == id;
        self.list_refunds(format!("payments/{id}/refunds"), query, [order].into_iter(), is_here)
    }

    pub(super) fn list_all_refunds(&self, caller: &Caller, query: &Query) -> Result<Answer, Refusal> {
        let orders = self.orders().filter(|order| caller.reaches(&order.owner));
        self.list_refunds("refunds".to_owned(), query, orders, |_| true)
    }

    /// Whether lists and orders show it.
    pub(super) fn shows(&self, refund: &Refund) -> bool {
        match self.switches().canceled_refunds_in_lists {
            CanceledRefunds::Shown => true,
            CanceledRefunds::LeftOut => refund.status != RefundStatus::Canceled,
        }
    }

    fn list_refunds<'a>(
        &self,
        path: String,
        query: &Query,
        orders: impl Iterator<Item = &'a Order>,
        is_meant: impl Fn(&Refund) -> bool,
    ) -> Result<Answer, Refusal> {
        let of_order = |order: &'a Order| order.refunds.iter().map(move |refund| (order, refund));
        let mut refunds: Vec<(&Order, &Refund)> = orders.flat_map(of_order).collect();
        refunds.retain(|(_, refund)| self.shows(refund) && is_meant(refund));
        refunds.sort_by_key(|(_, refund)| std::cmp::Reverse((refund.created_at, refund.number)));
        let list = List { path, name: "refunds", documentation: "refunds-api/list-refunds" };
        let show = |(order, refund): &(&Order, &Refund)| refund_json::embedded(order, refund, self);
        page(self, &list, query, &refunds, |(_, refund)| &refund.id, show)
    }

    pub(super) fn list_captures(&self, caller: &Caller, id: &str, query: &Query) -> Result<Answer, Refusal> {
        let (order, _) = self.owned_payment(caller, id)?;
        let is_here = |capture: &&Capture| capture.payment_id == id;
        let captures: Vec<&Capture> = order.captures.iter().rev().filter(is_here).collect();
        let path = format!("payments/{id}/captures");
        let list = List { path, name: "captures", documentation: "captures-api/list-captures" };
        let show = |capture: &&Capture| capture_json::listed(order, capture, self);
        page(self, &list, query, &captures, |capture| &capture.id, show)
    }

    pub(super) fn list_payment_chargebacks(
        &self,
        caller: &Caller,
        id: &str,
        query: &Query,
    ) -> Result<Answer, Refusal> {
        let (order, _) = self.owned_payment(caller, id)?;
        let is_here = |chargeback: &Chargeback| chargeback.payment_id == id;
        self.list_chargebacks(format!("payments/{id}/chargebacks"), query, [order].into_iter(), is_here)
    }

    pub(super) fn list_all_chargebacks(&self, caller: &Caller, query: &Query) -> Result<Answer, Refusal> {
        let orders = self.orders().filter(|order| caller.reaches(&order.owner));
        self.list_chargebacks("chargebacks".to_owned(), query, orders, |_| true)
    }

    fn list_chargebacks<'a>(
        &self,
        path: String,
        query: &Query,
        orders: impl Iterator<Item = &'a Order>,
        is_meant: impl Fn(&Chargeback) -> bool,
    ) -> Result<Answer, Refusal> {
        let of_order = |order: &'a Order| order.chargebacks.iter().map(move |one| (order, one));
        let mut chargebacks: Vec<(&Order, &Chargeback)> =
            orders.flat_map(of_order).filter(|(_, one)| is_meant(one)).collect();
        chargebacks.sort_by_key(|(_, one)| std::cmp::Reverse(one.number));
        let list = List { path, name: "chargebacks", documentation: "chargebacks-api/list-chargebacks" };
        let show = |(order, one): &(&Order, &Chargeback)| chargeback_json::listed(order, one, self);
        page(self, &list, query, &chargebacks, |(_, one)| &one.id, show)
    }
}
