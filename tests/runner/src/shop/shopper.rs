//! The shopper: goes to Mollie's checkout as soon as there is one, and pays there, or does not. The service hears of it from
//! Mollie only.

use domain::operations::task::OperationKind;
use domain::rules::address::Address;
use domain::rules::order_payment::{self, PaymentRequest};
use domain::rules::order_update::{NewAddresses, NewTerms, OrderUpdate};
use domain::rules::payment::PaymentParameters;
use jiff::Timestamp;
use mollie_simulator::rules::{self, FinalState, PaymentStatus};

use super::{World, find};
use crate::basket::Basket;
use crate::chance::mix;
use crate::managed;
use crate::replica::Wish;
use crate::script::Choice;

impl World {
    /// The shop asks for a further attempt, once one has failed.
    pub async fn pay(self, order: u64, intent: u64) {
        let request_id = format!("pay-{intent}");
        if let Some((command, wish)) = self.wished(&request_id) {
            return self.carry(OperationKind::CreatePayment, order, &request_id, &command, wish).await;
        }
        let Some(id) = self.known(order).await else { return };
        if self.when(id, |order| order_payment::check(order).is_ok()).await.is_none() {
            return;
        }
        let request = PaymentRequest { methods: Vec::new(), payment: PaymentParameters::default() };
        let (command, wish) = (format!("{request:?}"), Wish::Pay(id, request));
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(OperationKind::CreatePayment, order, &request_id, &command, wish).await;
    }

    /// The shopper has moved, and the shop passes that on.
    pub async fn update(self, order: u64, intent: u64) {
        let request_id = format!("update-{intent}");
        if let Some((command, wish)) = self.wished(&request_id) {
            return self.carry(OperationKind::UpdateOrder, order, &request_id, &command, wish).await;
        }
        let Some(id) = self.known(order).await else { return };
        let Some(found) = self.when(id, |order| order.facts.status.is_some()).await else { return };
        let Some(address) = found.personal.billing_address else { return };
        // Few streets, so that the same is wanted again.
        let street_and_number = Some(format!("Singel {}", mix(self.seed ^ intent) % 3 + 1));
        let billing_address = Some(Address { street_and_number, ..address });
        let addresses = NewAddresses { billing_address, shipping_address: None };
        let terms = NewTerms { personal: addresses.names(), ..NewTerms::default() };
        let update = OrderUpdate { terms, addresses };
        let command = format!("{update:?}, {intent}");
        let wish = Wish::Update(id, Box::new(update));
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(OperationKind::UpdateOrder, order, &request_id, &command, wish).await;
    }

    /// The shopper wants other things, and the shop passes that on.
    pub async fn manage(self, order: u64, intent: u64) {
        let request_id = format!("manage-{intent}");
        if let Some((command, wish)) = self.wished(&request_id) {
            return self.carry(OperationKind::ManageLines, order, &request_id, &command, wish).await;
        }
        let Some(id) = self.known(order).await else { return };
        let Some(found) = self.when(id, |order| order.facts.status.is_some()).await else { return };
        let (name, changes) = managed::wanted(&found, self.seed, intent);
        let command = format!("{changes:?}");
        let wish = Wish::Manage(id, name, Box::new(changes));
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(OperationKind::ManageLines, order, &request_id, &command, wish).await;
    }

    /// The shopper goes to the checkout as soon as there is one.
    pub async fn shop(self, order: u64, choice: Choice) {
        let basket = Basket::of(self.seed, order);
        for _ in 0..60 {
            let now = self.site.now();
            let chosen = {
                let mut mollie = self.site.mollie();
                let found = find(&mollie.world, &basket.order_number());
                found.map(|id| decide(&mut mollie.world, &id, basket, choice, now))
            };
            if let Some((done, later)) = chosen {
                self.site.note(|| format!("shopper of {order}: {choice:?}, done: {done}"));
                self.site
                    .tally()
                    .call(format!("shopper: {choice:?}, {}", if done { "done" } else { "too late" }));
                if done && !matches!(choice, Choice::Fail | Choice::Cancel | Choice::FailSlowly) {
                    self.site.tally().order("paid or authorized");
                }
                self.site.pump();
                self.end_other(later).await;
                return;
            }
            self.site.pause(500, 3_000).await;
        }
    }

    /// The attempt that the shopper left open, or whose money is on its way, ends as well.
    async fn end_other(&self, later: Option<(String, FinalState)>) {
        let Some((attempt, state)) = later else { return };
        self.site.pause(100, 60_000).await;
        let now = self.site.now();
        // It may have ended with its order.
        let _ = self.site.mollie().world.end_attempt(&attempt, state, now);
        self.site.pump();
    }
}

/// What the shopper does at once, whether it could be done, and which attempt ends how later.
fn decide(
    world: &mut rules::World,
    id: &str,
    basket: Basket,
    choice: Choice,
    now: Timestamp,
) -> (bool, Option<(String, FinalState)>) {
    let success = if basket.captures { FinalState::Authorized } else { FinalState::Paid };
    let state = match choice {
        Choice::Fail => FinalState::Failed,
        Choice::Cancel => FinalState::Canceled,
        Choice::Pay | Choice::PayTwice | Choice::PayEarlier | Choice::PayLater => success,
        Choice::PaySlowly | Choice::FailSlowly => FinalState::Pending,
    };
    let mut choose =
        || world.choose(id.trim_start_matches("ord_"), state, Some(basket.method()), now).is_ok();
    let (pays_first, later) = match choice {
        Choice::Pay | Choice::Fail | Choice::Cancel => return (choose(), None),
        Choice::PaySlowly | Choice::FailSlowly => {
            let comes = if choice == Choice::PaySlowly { success } else { FinalState::Failed };
            if !choose() {
                return (false, None);
            }
            let payments = world.order(id).into_iter().flat_map(|order| &order.payments);
            let mut pending = payments.filter(|payment| payment.status == PaymentStatus::Pending);
            return (true, pending.next_back().map(|payment| (payment.id.clone(), comes)));
        }
        Choice::PayTwice => (true, success),
        Choice::PayEarlier => (true, FinalState::Failed),
        Choice::PayLater => (false, FinalState::Expired),
    };
    let mut attempt = || world.begin_attempt(id, Some(basket.method()), now);
    let (Ok(one), Ok(other)) = (attempt(), attempt()) else { return (false, None) };
    let (paid, left) = if pays_first { (one, other) } else { (other, one) };
    (world.end_attempt(&paid, success, now).is_ok(), Some((left, later)))
}
