//! One order on its way: what the steps of a sequence mean on it, and what must hold after each of them.

use std::collections::BTreeSet;

use domain::operations::Request;
use domain::rules::catalog::mollie_json;
use domain::rules::companion::Companions;
use domain::rules::ids::OrderId;
use domain::rules::money::{Currency, Money};
use domain::rules::operation::OperationState;
use domain::rules::placement::Mode;
use domain::rules::refund::RefundSelection;
use domain::rules::shipment::Selection;
use domain::workflow::MutationError;
use domain::workflow::place::place;
use jiff::SignedDuration;
use mollie_simulator::rules::{FinalState, Switches};

use crate::ask::{Asked, ask, intent};
use crate::basket::Basket;
use crate::desk::{Desk, now, profile};
use crate::excuse;
use crate::own::{Own, Share};
use crate::select::Selected;
use crate::step::Step;
use crate::words::shown;

/// What a sequence did that is counted.
pub type Marks = BTreeSet<&'static str>;

/// An order with the test's own books of it.
pub struct Stage {
    pub desk: Desk,
    pub basket: Basket,
    pub id: OrderId,
    pub own: Own,
    pub marks: Marks,
    pub told: Vec<String>,
    currency: Currency,
    requests: u32,
    /// The last event that was looked at.
    pub seen: u64,
    /// How many effects Mollie had when the books were last compared.
    pub effects: usize,
}

impl Stage {
    /// Places the order.
    ///
    /// # Errors
    /// It is refused.
    pub fn new(basket: Basket, switches: Switches) -> Result<Self, String> {
        let companions = if basket.joins { Companions::Join } else { Companions::Explicit };
        let desk = Desk::new(switches, companions);
        let (input, agreements) = mollie_json::read(&basket.draft())?;
        let draft = input.parse("draft", desk.time(), &agreements);
        let draft = draft.map_err(|found| format!("the draft is refused: {:?}", found.violations))?;
        let currency = draft.amount.currency();
        let placed = now(Box::pin(place(&desk, &intent("place"), (profile(), Mode::Test), draft)))?;
        let mut placed = placed.map_err(|error| format!("the order is not placed: {error:?}"))?;
        desk.work(placed.claim.take())?;
        let own = Own::new(&basket);
        let stage = Self {
            desk,
            basket,
            id: placed.order_id,
            own,
            marks: Marks::new(),
            told: Vec::new(),
            currency,
            requests: 0,
            seen: 0,
            effects: 0,
        };
        Ok(stage)
    }

    /// Lets a step happen.
    ///
    /// # Errors
    /// Something is not as it must be.
    pub fn step(&mut self, step: &Step) -> Result<(), String> {
        self.pass(SignedDuration::from_secs(5))?;
        match step {
            Step::Pay => self.pay(),
            Step::FailToPay => self.fail_to_pay(),
            Step::Ship { picks, refunded } => self.ship(picks, *refunded),
            Step::ShipRest { refunded } => {
                let all = self.all(Own::rest);
                self.shipped(Selection::AllRemaining, *refunded, &all)
            }
            Step::CancelLines { picks, release } => {
                let is_canceled = |own: &Own, line: usize| own.lines[line].is_canceled();
                let selected = self.select(picks, Own::rest, is_canceled);
                self.cancel_lines(Selection::Lines(selected.lines.clone()), *release, &selected)
            }
            Step::CancelAllLines { release } => {
                let all = self.all(Own::rest);
                self.cancel_lines(Selection::AllRemaining, *release, &all)
            }
            Step::CancelOrder { release } => self.cancel_order(*release),
            Step::Change(change) => self.change(change),
            Step::Refund { picks } => {
                let selected = self.select(picks, Own::left, |_, _| false);
                self.refund(RefundSelection::Lines(selected.lines.clone()), false, Some(selected))
            }
            Step::RefundRest => {
                let all = self.all(Own::left);
                self.refund(RefundSelection::AllRemaining, false, Some(all))
            }
            Step::Reduce { line, permille, beyond } => self.reduce(*line, *permille, *beyond),
            Step::Goodwill { permille, beyond } => {
                let minor = (self.own.room().max(0) * i64::from(*permille) / 1_000).max(1);
                self.refund(RefundSelection::Amount(self.money(minor)), *beyond, None)
            }
            Step::TakeBack { back, kept, release } => self.take_back(back, kept, *release),
            Step::CallOff { refund } => self.call_off(*refund),
            Step::RefundFails { refund } => self.refund_fails(*refund),
            Step::ChargeBack { permille } => self.charge_back(*permille),
            Step::Reverse { chargeback } => self.reverse(*chargeback),
            Step::Balance { enough } => self.balance(*enough),
            Step::Wait { minutes } => self.pass(SignedDuration::from_mins(*minutes)),
        }
    }

    /// Time passes, and what waited for its time goes on. If something happens at Mollie, its hooks come.
    ///
    /// # Errors
    /// Something is not as it must be.
    pub fn pass(&mut self, time: SignedDuration) -> Result<(), String> {
        self.desk.pass(time);
        let effects = self.desk.world().ledger().len();
        match effects == self.effects {
            true => self.desk.work(None)?,
            false => self.desk.hook(self.id)?,
        }
        self.follow()
    }

    pub fn money(&self, minor: i64) -> Money {
        Money::from_minor(minor, self.currency)
    }

    pub fn tell(&mut self, text: String) {
        self.told.push(text);
    }

    /// The shopper pays, or authorizes.
    ///
    /// # Errors
    /// The service cannot read what has come of it.
    pub fn pay(&mut self) -> Result<(), String> {
        let state = if self.own.captures { FinalState::Authorized } else { FinalState::Paid };
        let done = self.choose(state)?;
        self.own.is_backed |= done;
        if done {
            self.marks.insert("paid or authorized");
        }
        self.tell(format!("the shopper pays ({state:?}): {}", if done { "done" } else { "not payable" }));
        self.desk.hook(self.id)
    }

    fn fail_to_pay(&mut self) -> Result<(), String> {
        let done = self.choose(FinalState::Failed)?;
        self.tell(format!("the shopper's payment fails: {}", if done { "done" } else { "not payable" }));
        self.desk.hook(self.id)
    }

    fn choose(&self, state: FinalState) -> Result<bool, String> {
        let id = self.mollie_id()?;
        let token = id.trim_start_matches("ord_").to_owned();
        Ok(self.desk.world().choose(&token, state, Some(self.basket.method()), self.desk.time()).is_ok())
    }

    /// The order's id at Mollie.
    pub fn mollie_id(&self) -> Result<String, String> {
        let world = self.desk.world();
        world.orders().next().map(|order| order.id.clone()).ok_or_else(|| "Mollie has no order".to_owned())
    }

    /// Asks for a change, and tells it.
    pub fn ask<R: Request>(&mut self, what: &str, request: &R) -> Result<Asked, String> {
        self.requests += 1;
        let asked = ask(&self.desk, self.id, &format!("r{}", self.requests), request)?;
        let outcome = match &asked {
            Asked::Refused(MutationError::Precondition(refusal)) => {
                let unmet: Vec<_> = refusal.unmet.iter().map(|unmet| unmet.description.as_str()).collect();
                format!("refused, {:?}: {}", refusal.reason, unmet.join(" "))
            }
            Asked::Refused(error) => format!("refused: {error:?}"),
            Asked::Accepted { entries, state, .. } => {
                let parts: Vec<_> = entries.iter().map(shown).collect();
                format!("{}: {}", state.map_or("nothing to do", OperationState::as_str), parts.join(", "))
            }
        };
        self.tell(format!("{what}: {outcome}"));
        // The reading that confirmed a refusal may have made room for what waited.
        self.desk.work(None)?;
        Ok(asked)
    }

    /// Of all that was left nothing is.
    pub fn is_taken_whole(&self, is_whole: bool, left: impl Fn(&Own, usize) -> Share) -> Result<(), String> {
        let rests = (0..self.own.lines.len()).map(|line| (line, left(&self.own, line)));
        match rests.into_iter().find(|(_, rest)| is_whole && *rest != Share::default()) {
            None => Ok(()),
            Some((line, rest)) => Err(format!("of line {} {rest:?} was left behind", line + 1)),
        }
    }

    /// A refusal needs a reason: an amount outside the bounds by this test's own arithmetic, or parts that are not left. And an
    /// amount outside them is never accepted.
    pub fn is_plausible(
        &self,
        asked: &Asked,
        selected: Option<&Selected>,
        may_refuse: bool,
    ) -> Result<(), String> {
        let Some(selected) = selected else { return Ok(()) };
        match asked {
            Asked::Accepted { .. } if selected.is_left && selected.fits => Ok(()),
            Asked::Accepted { .. } => Err("more than there is was accepted".to_owned()),
            Asked::Refused(MutationError::Invalid(faults)) if selected.fits && selected.is_left => {
                Err(format!("amounts that fit were refused: {faults:?}"))
            }
            Asked::Refused(error) if selected.fits && selected.is_left && !may_refuse => {
                Err(format!("nothing speaks against it, and it was refused: {error:?}"))
            }
            Asked::Refused(_) => Ok(()),
        }
    }

    /// Whether it was done. Where it was not, Mollie must have had a reason that no caller can know.
    pub fn is_succeeded(&self, state: Option<OperationState>, is_excused: bool) -> Result<bool, String> {
        match state {
            Some(OperationState::Succeeded) => Ok(true),
            Some(OperationState::Rejected) if is_excused => Ok(false),
            other => Err(format!("it was accepted and is {other:?}: {}", excuse::why(&self.desk))),
        }
    }
}
