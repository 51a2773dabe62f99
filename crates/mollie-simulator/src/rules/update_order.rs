//! Update order: addresses, the number, and where shopper and hooks go.
//!
//! Moves no money and no state, and no document names a hook for it. The same values again are an effect like any other.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::draft::{OrderUpdate, read_order_update};
use super::order_json::{self, Embeds};
use super::records::{Draft, EffectKind, Order, OrderStatus, Particulars};
use super::switches::SupplierDeclines;
use super::world::World;

impl World {
    pub(super) fn update_order(
        &mut self,
        caller: &Caller,
        id: &str,
        body: &Value,
        embeds: Embeds,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let mut order = self.owned_order(caller, id)?.clone();
        let update = read_order_update(body, &order.particulars, self.switches())?;
        order.check_redirects(&update)?;
        self.check_supplier_of_address(&order, &update)?;
        let entry =
            Draft::new(EffectKind::OrderUpdated, &order).with("updated", Value::Object(update.sent.clone()));
        order.particulars.take(update);
        self.enter(entry, now);
        // Unlike answers to changes of lines, those of recorded updates have the counters.
        let answer = Answer::ok(order_json::direct(&order, embeds, self));
        self.save(order);
        Ok(answer)
    }

    /// Source: seed 5, the supplier may decline and then nothing of the request is kept. Where nothing is authorized yet
    /// and nobody is about to, no supplier has a say; one that is asked looks at addresses only.
    fn check_supplier_of_address(&self, order: &Order, update: &OrderUpdate) -> Result<(), Refusal> {
        match self.switches().supplier_declines {
            SupplierDeclines::Address if order.asks_supplier() && update.moves(&order.particulars) => {
                Err(Refusal::supplier_declined())
            }
            SupplierDeclines::Address
            | SupplierDeclines::Off
            | SupplierDeclines::Lines
            | SupplierDeclines::Cancel => Ok(()),
        }
    }
}

impl OrderUpdate {
    /// Whether an address becomes another one.
    fn moves(&self, present: &Particulars) -> bool {
        let differs =
            |new: &Option<Map<String, Value>>, old: &Option<Map<String, Value>>| new.is_some() && new != old;
        differs(&self.billing_address, &present.billing_address)
            || differs(&self.shipping_address, &present.shipping_address)
    }
}

impl Particulars {
    fn take(&mut self, update: OrderUpdate) {
        let OrderUpdate {
            billing_address,
            shipping_address,
            order_number,
            redirect_url,
            cancel_url,
            webhook_url,
            sent: _,
        } = update;
        self.billing_address = billing_address.or(self.billing_address.take());
        self.shipping_address = shipping_address.or(self.shipping_address.take());
        self.redirect_url = redirect_url.or(self.redirect_url.take());
        self.cancel_url = cancel_url.or(self.cancel_url.take());
        self.webhook_url = webhook_url.or(self.webhook_url.take());
        if let Some(number) = order_number {
            self.order_number = number;
        }
    }
}

impl Order {
    /// Whether a supplier has a say: it has authorized the order, and shipments capture from that.
    pub(super) fn has_supplier(&self) -> bool {
        self.settling_payment().is_some_and(|payment| payment.authorized_at.is_some())
    }

    /// Source: seed 5, "only possible when the payment is not yet finalized". Inferred: that is as long as an attempt may
    /// still settle the order, whatever has become of earlier ones.
    fn check_redirects(&self, update: &OrderUpdate) -> Result<(), Refusal> {
        let is_open = match self.status {
            OrderStatus::Created | OrderStatus::Pending => true,
            OrderStatus::Paid
            | OrderStatus::Authorized
            | OrderStatus::Shipping
            | OrderStatus::Completed
            | OrderStatus::Canceled
            | OrderStatus::Expired => false,
        };
        let urls = [("redirectUrl", &update.redirect_url), ("cancelUrl", &update.cancel_url)];
        match urls.into_iter().find(|(_, url)| url.is_some()) {
            Some((name, _)) if !is_open => {
                let detail = format!("The {name} cannot be updated, the payment of the order is finalized.");
                Err(Refusal::field(name, detail))
            }
            Some(_) | None => Ok(()),
        }
    }
}
