//! Create an order, and with it its first payment; further attempts are made here too.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::draft::{Credential, OrderDraft, only_one, read_create};
use super::hooks::OrderEvent;
use super::lapse::lapses_at;
use super::order_json::{self, Embeds};
use super::records::{Draft, EffectKind, Milestones, Order, OrderStatus, Payment, PaymentStatus, Terms};
use super::world::World;

impl World {
    pub(super) fn create_order(
        &mut self,
        caller: &Caller,
        body: &Value,
        embeds: Embeds,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let draft = read_create(body, Credential::of(caller), self.switches(), now)?;
        let (mut order, terms) = self.order_from(draft, caller, now);
        let particulars = &order.particulars;
        let created = Draft::new(EffectKind::OrderCreated, &order)
            .amount("ordered", order.amount)
            .with("order_number", json!(particulars.order_number))
            .with("webhook_url", json!(particulars.webhook_url))
            .with("metadata", particulars.metadata.clone());
        self.enter(created, now);
        let method = order.method.clone();
        self.add_payment(&mut order, method, terms, now);
        self.notify_order(&order, OrderEvent::Created, now);
        // Source: the rulebook on endpoints names payments and refunds here.
        let embeds = Embeds { shipments: false, ..embeds };
        let answer = Answer::created(order_json::changed(&order, embeds, self));
        self.save(order);
        Ok(answer)
    }

    fn order_from(&mut self, draft: OrderDraft, caller: &Caller, now: Timestamp) -> (Order, Terms) {
        let OrderDraft { currency, amount, mut lines, expires_at, terms, particulars } = draft;
        let id = self.draw_short("ord_");
        for line in &mut lines {
            line.id = self.draw_short("odl_");
        }
        let method = only_one(&particulars.methods);
        let order = Order {
            number: self.next_number(),
            id,
            owner: caller.clone(),
            created_at: now,
            expires_at,
            status: OrderStatus::Created,
            currency,
            amount,
            method,
            captured: 0,
            milestones: Milestones::default(),
            particulars,
            lines,
            payments: Vec::new(),
            settled_by: None,
            shipments: Vec::new(),
            refunds: Vec::new(),
            captures: Vec::new(),
            chargebacks: Vec::new(),
            shown_less: 0,
            hooks_lost: false,
        };
        (order, terms)
    }

    /// Adds an open attempt beside those that are there. Returns its id.
    pub(super) fn add_payment(
        &mut self,
        order: &mut Order,
        method: Option<String>,
        terms: Terms,
        now: Timestamp,
    ) -> String {
        let id = self.draw_long("tr_");
        let payment = Payment {
            id: id.clone(),
            created_at: now,
            expires_at: lapses_at(order, method.as_deref(), terms.due_date, now),
            terms,
            failure_reason: None,
            status: PaymentStatus::Open,
            method: method.clone(),
            amount: None,
            opened: false,
            captured: 0,
            pending_since: None,
            authorized_at: None,
            paid_at: None,
            ended_at: None,
            vouchers: Vec::new(),
            remainder_method: None,
            methods: Vec::new(),
            // Source: seed 3, "the payment.webhookUrl is copied when a new order payment is created".
            webhook_url: order.payments.last().and_then(|latest| latest.webhook_url.clone()),
            sequence_type: None,
        };
        let entry = Draft::new(EffectKind::PaymentCreated, order).payment(&payment.id);
        self.enter(entry.with("method", json!(method)), now);
        order.method = method.or(order.method.take());
        order.payments.push(payment);
        id
    }
}
