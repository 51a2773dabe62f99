//! The hosted checkout: which results a shopper may choose, and what the choice does to order and payment.
//!
//! As in Mollie's test mode, the shopper says how the payment ends; of one that is pending, whoever looks at the page says
//! it. Looking at the page changes nothing.

use jiff::Timestamp;

use super::final_state::FinalState;
use super::lapse::lapses_at;
use super::records::{Order, OrderStatus, Payment, PaymentStatus, Terms};
use super::seconds::whole_seconds;
use super::world::World;

/// What the page shows.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckoutView {
    pub order_number: String,
    /// `€1,027.99`
    pub amount: String,
    pub description: String,
    pub status: OrderStatus,
    /// Methods to choose from. The first is chosen when the shopper does not care.
    pub methods: Vec<String>,
    /// Empty when the order can no longer be paid.
    pub results: Vec<FinalState>,
}

/// Why a choice had no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotChosen {
    UnknownOrder,
    NotPayable,
    /// The method is not one of those that the order allows.
    MethodNotOffered(String),
    /// No method, or not the given one, can end like this.
    Misfit(FinalState),
}

impl World {
    pub fn checkout(&mut self, token: &str, now: Timestamp) -> Option<CheckoutView> {
        self.tick(whole_seconds(now));
        let order = self.order(&format!("ord_{token}"))?;
        let methods = order.methods_on_page();
        let is_offered =
            |state: &FinalState| order.offers(*state) && methods.iter().any(|method| state.fits(method));
        Some(CheckoutView {
            order_number: order.particulars.order_number.clone(),
            amount: order.currency.spoken(order.amount),
            description: order.description(),
            status: order.status,
            results: FinalState::ALL.into_iter().filter(is_offered).collect(),
            methods,
        })
    }

    /// Applies the shopper's choice. Returns where the shopper goes next, if the order says so.
    pub fn choose(
        &mut self,
        token: &str,
        state: FinalState,
        method: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<String>, NotChosen> {
        let now = whole_seconds(now);
        self.tick(now);
        let mut order = self.order(&format!("ord_{token}")).ok_or(NotChosen::UnknownOrder)?.clone();
        if !order.awaits_payment() {
            return Err(NotChosen::NotPayable);
        }
        if !order.offers(state) {
            return Err(NotChosen::Misfit(state));
        }
        let method = choose_method(&order, state, method)?;
        let attempt = match order.pending_payment() {
            Some(pending) => pending.id.clone(),
            None => self.take_up_attempt(&mut order, method, now),
        };
        self.conclude(&mut order, &attempt, state, now);
        let particulars = &order.particulars;
        let cancel_url = particulars.cancel_url.as_ref().filter(|_| state == FinalState::Canceled);
        let next = cancel_url.or(particulars.redirect_url.as_ref()).cloned();
        self.save(order);
        Ok(next)
    }

    /// Goes on with the open attempt, or begins a new one when all have ended. Of several the page is that of the newest.
    fn take_up_attempt(&mut self, order: &mut Order, method: String, now: Timestamp) -> String {
        let is_open = |payment: &&Payment| payment.status == PaymentStatus::Open;
        let newest_open = order.payments.iter().rfind(is_open);
        let id = match newest_open.map(|payment| payment.id.clone()) {
            Some(id) => id,
            None => self.add_payment(order, Some(method.clone()), Terms::default(), now),
        };
        // Parameters of a method count once the shopper has chosen it.
        let due_date = order.payment(&id).and_then(|payment| payment.terms.due_date);
        let lapses_at = lapses_at(order, Some(&method), due_date, now);
        if let Some(payment) = order.payment_mut(&id) {
            if payment.method.as_deref() != Some(&method) {
                payment.expires_at = lapses_at;
            }
            payment.method = Some(method.clone());
            payment.opened = true;
        }
        order.method = Some(method);
        id
    }
}

impl Order {
    /// Whether its page offers this. While an attempt is pending the page is that of the newest such, for whoever decides
    /// about it.
    fn offers(&self, state: FinalState) -> bool {
        self.awaits_payment() && (self.pending_payment().is_none() || state.decides_pending())
    }

    /// What its page offers: the method of the attempt that is pending, or what the newest that is open takes. Source: of a
    /// recorded payment that was made for a bank transfer later answers say that it was paid by iDEAL, which is the order's own
    /// method. So a transfer that waits can be paid online, as its link `payOnline` says.
    fn methods_on_page(&self) -> Vec<String> {
        if let Some(method) = self.pending_payment().and_then(|pending| pending.method.clone()) {
            return vec![method];
        }
        let newest_open = self.payments.iter().rfind(|payment| payment.status == PaymentStatus::Open);
        let Some(payment) = newest_open else {
            return self.offered_methods();
        };
        let mut methods = self.methods_for(payment);
        if payment.method.as_deref() == Some("banktransfer") {
            let others = self.offered_methods().into_iter().filter(|other| !methods.contains(other));
            methods.extend(others.collect::<Vec<_>>());
        }
        methods
    }
}

fn choose_method(order: &Order, state: FinalState, wanted: Option<&str>) -> Result<String, NotChosen> {
    let offered = order.methods_on_page();
    if let Some(wanted) = wanted {
        if !offered.iter().any(|method| method == wanted) {
            return Err(NotChosen::MethodNotOffered(wanted.to_owned()));
        }
        return if state.fits(wanted) { Ok(wanted.to_owned()) } else { Err(NotChosen::Misfit(state)) };
    }
    let last = order.method.iter().filter(|method| offered.contains(method));
    last.chain(&offered).find(|method| state.fits(method)).cloned().ok_or(NotChosen::Misfit(state))
}
