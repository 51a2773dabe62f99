//! The whole state of the simulated Mollie, with the changes since they were last taken.
//!
//! No I/O and no clock: time comes in, and from the same seed and the same calls comes the same world. The modules of
//! the operations add the calls; here are only records, their indexes and the journal's view of them.

mod kept;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::cause::Cause;
use super::ids;
use super::records::{Draft, Effect, Funds, Hook, Order, Postponed, Remembered, Touched};
use super::switches::Switches;

#[derive(Debug, Default)]
pub struct World {
    base: String,
    seed: u64,
    drawn: u64,
    next_hook: u64,
    switches: Switches,
    orders: BTreeMap<u64, Order>,
    order_numbers: HashMap<String, u64>,
    /// Which order a payment, a refund, a capture or a chargeback belongs to.
    owners: HashMap<String, u64>,
    deadlines: BTreeSet<(Timestamp, u64)>,
    /// When refunds and captures of an order come on.
    money_steps: BTreeSet<(Timestamp, u64)>,
    funds: Funds,
    ledger: Vec<Effect>,
    remembered: HashMap<String, Remembered>,
    hooks: BTreeMap<u64, Hook>,
    postponed: Postponed,
    touched: Touched,
    /// What is at work at the moment.
    cause: Cause,
}

impl World {
    /// An empty world whose links start with `base_url`.
    pub fn new(seed: u64, base_url: &str) -> Self {
        let touched = Touched { any: true, switches: true, ..Touched::default() };
        Self { base: base_url.trim_end_matches('/').to_owned(), seed, touched, ..Self::default() }
    }

    /// Lets links start with this address from now on. No part of the journal: whoever starts the simulator says it.
    pub fn set_base(&mut self, base_url: &str) {
        base_url.trim_end_matches('/').clone_into(&mut self.base);
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn switches(&self) -> &Switches {
        &self.switches
    }

    pub fn set_switches(&mut self, switches: Switches) {
        self.switches = switches;
        self.touched.any = true;
        self.touched.switches = true;
    }

    pub fn ledger(&self) -> &[Effect] {
        &self.ledger
    }

    /// All orders, oldest first.
    pub fn orders(&self) -> impl DoubleEndedIterator<Item = &Order> {
        self.orders.values()
    }

    pub fn order(&self, id: &str) -> Option<&Order> {
        self.orders.get(self.order_numbers.get(id)?)
    }

    /// The order that a payment, a refund, a capture or a chargeback belongs to.
    pub(super) fn order_with(&self, id: &str) -> Option<&Order> {
        self.orders.get(self.owners.get(id)?)
    }

    pub(super) fn next_number(&self) -> u64 {
        self.orders.last_key_value().map_or(1, |(number, _)| number + 1)
    }

    /// The order whose next deadline is the earliest, if it has passed.
    pub(super) fn next_overdue(&self, now: Timestamp) -> Option<&Order> {
        let (deadline, number) = self.deadlines.first()?;
        if *deadline <= now { self.orders.get(number) } else { None }
    }

    /// The order of which a refund or capture comes on first, if its time has come.
    pub(super) fn next_money_step(&self, now: Timestamp) -> Option<&Order> {
        let (at, number) = self.money_steps.first()?;
        if *at <= now { self.orders.get(number) } else { None }
    }

    pub(super) fn save(&mut self, order: Order) {
        self.touched.any = true;
        self.touched.orders.insert(order.number);
        self.index(order);
    }

    fn index(&mut self, order: Order) {
        let number = order.number;
        if let Some(deadline) = self.orders.get(&number).and_then(Order::next_deadline) {
            self.deadlines.remove(&(deadline, number));
        }
        if let Some(deadline) = order.next_deadline() {
            self.deadlines.insert((deadline, number));
        }
        if let Some(at) = self.orders.get(&number).and_then(Order::next_money_step) {
            self.money_steps.remove(&(at, number));
        }
        if let Some(at) = order.next_money_step() {
            self.money_steps.insert((at, number));
        }
        let payments = order.payments.iter().map(|payment| &payment.id);
        let refunds = order.refunds.iter().map(|refund| &refund.id);
        let captures = order.captures.iter().map(|capture| &capture.id);
        let chargebacks = order.chargebacks.iter().map(|chargeback| &chargeback.id);
        for id in payments.chain(refunds).chain(captures).chain(chargebacks) {
            self.owners.insert(id.clone(), number);
        }
        self.order_numbers.insert(order.id.clone(), number);
        self.orders.insert(number, order);
    }

    pub(super) fn enter(&mut self, draft: Draft, at: Timestamp) {
        let seq = self.ledger.last().map_or(1, |last| last.seq + 1);
        self.ledger.push(draft.enter(seq, at, &self.cause));
        self.touched.any = true;
    }

    /// Names what effects are entered for from here on.
    pub(super) fn set_cause(&mut self, cause: Cause) {
        self.cause = cause;
    }

    pub(super) fn draw_short(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", ids::short(self.seed, self.draw(), self.switches.ids))
    }

    pub(super) fn draw_long(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", ids::long(self.seed, self.draw()))
    }

    /// The same for what is counted as well: the id, and its position among all that were drawn.
    pub(super) fn draw_numbered(&mut self, prefix: &str) -> (String, u64) {
        let number = self.draw();
        (format!("{prefix}{}", ids::long(self.seed, number)), number)
    }

    fn draw(&mut self) -> u64 {
        self.drawn += 1;
        self.touched.any = true;
        self.drawn
    }

    pub(super) fn hooks(&self) -> &BTreeMap<u64, Hook> {
        &self.hooks
    }

    pub(super) fn next_hook_id(&mut self) -> u64 {
        self.next_hook += 1;
        self.next_hook
    }

    pub(super) fn save_hook(&mut self, hook: Hook) {
        self.touched.any = true;
        self.touched.hooks.insert(hook.id);
        self.hooks.insert(hook.id, hook);
    }

    pub(super) fn drop_hook(&mut self, id: u64) {
        self.touched.any = true;
        self.touched.hooks.remove(&id);
        self.touched.hooks_gone.insert(id);
        self.hooks.remove(&id);
    }

    pub(super) fn funds(&self) -> &Funds {
        &self.funds
    }

    pub(super) fn funds_mut(&mut self) -> &mut Funds {
        self.touched.any = true;
        &mut self.funds
    }

    pub(super) fn postponed(&self) -> &Postponed {
        &self.postponed
    }

    pub(super) fn postponed_mut(&mut self) -> &mut Postponed {
        self.touched.any = true;
        &mut self.postponed
    }

    pub(super) fn remembered(&self) -> &HashMap<String, Remembered> {
        &self.remembered
    }

    pub(super) fn save_remembered(&mut self, remembered: Remembered) {
        self.touched.any = true;
        self.touched.remembered.insert(remembered.scope.clone());
        // Now and then, so that looking through all of them costs next to nothing per request.
        if self.remembered.len().is_power_of_two() {
            self.remembered.retain(|_, one| !one.has_lapsed(remembered.at));
        }
        self.remembered.insert(remembered.scope.clone(), remembered);
    }
}
