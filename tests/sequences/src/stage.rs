//! One order on its way: what the steps of a sequence mean on it, and what must hold after each of them.

use std::collections::BTreeSet;

use domain::operations::Request;
use domain::operations::cancel_lines::Cancel as CancelLines;
use domain::operations::cancel_order::Cancel as CancelOrder;
use domain::operations::create_refund::GiveBack;
use domain::operations::create_shipment::Ship;
use domain::rules::catalog::mollie_json;
use domain::rules::ids::{LineId, OrderId};
use domain::rules::ledger::{Entry, Pool, Stage as Reached};
use domain::rules::line_cancellation::LineCancellationRequest;
use domain::rules::money::{Currency, Money};
use domain::rules::operation::OperationState;
use domain::rules::placement::Mode;
use domain::rules::refund::{Override, Reduction, RefundRequest, RefundSelection, Route};
use domain::rules::shipment::{LineSelection, Selection, ShipmentRequest};
use domain::workflow::MutationError;
use domain::workflow::place::place;
use jiff::SignedDuration;
use mollie_simulator::rules::{FinalState, Switches};

use crate::ask::{Asked, ask, intent};
use crate::basket::Basket;
use crate::desk::{Desk, now, profile};
use crate::excuse;
use crate::own::{Course, Own, Refund, Share};
use crate::step::{ANY, Amount, Pick, Step};

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
}

/// Selected parts, and whether each is worth what it may be.
struct Selected {
    lines: Vec<LineSelection>,
    fits: bool,
    /// Whether so many units are left of each.
    is_left: bool,
}

impl Stage {
    /// Places the order.
    ///
    /// # Errors
    /// It is refused.
    pub fn new(basket: Basket, switches: Switches) -> Result<Self, String> {
        let desk = Desk::new(switches);
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
                self.shipped(Selection::AllRemaining, *refunded, Some(all))
            }
            Step::CancelLines { picks, release } => {
                let is_canceled = |own: &Own, line: usize| own.lines[line].is_canceled();
                let selected = self.select(picks, Own::rest, is_canceled);
                self.cancel_lines(Selection::Lines(selected.lines.clone()), *release, Some(selected))
            }
            Step::CancelAllLines { release } => {
                let all = self.all(Own::rest);
                self.cancel_lines(Selection::AllRemaining, *release, Some(all))
            }
            Step::CancelOrder { release } => self.cancel_order(*release),
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
            Step::CallOff { refund } => self.call_off(*refund),
            Step::RefundFails { refund } => self.refund_fails(*refund),
            Step::ChargeBack { permille } => self.charge_back(*permille),
            Step::Reverse { chargeback } => self.reverse(*chargeback),
            Step::Balance { enough } => self.balance(*enough),
            Step::Wait { minutes } => self.pass(SignedDuration::from_mins(*minutes)),
        }
    }

    /// Time passes; Mollie's hooks come, and what waited for its time goes on.
    ///
    /// # Errors
    /// Something is not as it must be.
    pub fn pass(&mut self, time: SignedDuration) -> Result<(), String> {
        self.desk.pass(time);
        self.desk.hook(self.id)?;
        self.follow()
    }

    /// Ships so many units of one line, for whatever they are worth.
    ///
    /// # Errors
    /// Something is not as it must be.
    pub fn ship_units(&mut self, line: usize, quantity: u32) -> Result<(), String> {
        let lines = vec![LineSelection { line_id: line_id(line), quantity, amount: None }];
        let selected = Selected { lines: lines.clone(), fits: true, is_left: true };
        self.shipped(Selection::Lines(lines), false, Some(selected))
    }

    /// Refunds so many units of one line, for whatever they are worth.
    ///
    /// # Errors
    /// Something is not as it must be.
    pub fn refund_units(&mut self, line: usize, quantity: u32) -> Result<(), String> {
        let lines = vec![LineSelection { line_id: line_id(line), quantity, amount: None }];
        let selected = Selected { lines: lines.clone(), fits: true, is_left: true };
        self.refund(RefundSelection::Lines(lines), false, Some(selected))
    }

    fn money(&self, minor: i64) -> Money {
        Money::from_minor(minor, self.currency)
    }

    pub fn tell(&mut self, text: String) {
        self.told.push(text);
    }

    /// Whatever is left.
    fn all(&self, left: impl Fn(&Own, usize) -> Share) -> Selected {
        let rests = (0..self.own.lines.len()).map(|line| (line, left(&self.own, line)));
        let rests: Vec<_> = rests.filter(|(_, rest)| *rest != Share::default()).collect();
        let quantity = |rest: Share| u32::try_from(rest.units).unwrap_or(0);
        let one =
            |(line, rest)| LineSelection { line_id: line_id(line), quantity: quantity(rest), amount: None };
        let is_left = !rests.is_empty();
        Selected { lines: rests.into_iter().map(one).collect(), fits: true, is_left }
    }

    /// Each line once. `is_done`: whether as many units of a line as anybody asks for have gone that way already.
    fn select(
        &self,
        picks: &[Pick],
        left: impl Fn(&Own, usize) -> Share,
        is_done: impl Fn(&Own, usize) -> bool,
    ) -> Selected {
        let mut selected = Selected { lines: Vec::new(), fits: true, is_left: true };
        for pick in picks {
            let lines = 0..self.own.lines.len();
            let open: Vec<_> = lines.clone().filter(|line| left(&self.own, *line).units > 0).collect();
            let line = match open.get(pick.line % open.len().max(1)) {
                Some(line) if pick.line < ANY => *line,
                Some(_) | None => pick.line % lines.len(),
            };
            if selected.lines.iter().any(|one| one.line_id == line_id(line)) {
                continue;
            }
            let left = left(&self.own, line);
            let units = match pick.permille {
                1_001.. => left.units + 1,
                permille => 1 + (left.units - 1).max(0) * i64::from(permille) / 1_000,
            };
            let (least, most) = self.own.bounds(line, left, units);
            let is_left = units <= left.units;
            selected.is_left &= is_left || is_done(&self.own, line);
            let minor = match pick.amount {
                _ if !is_left => None,
                Amount::Unsaid => None,
                Amount::Within(permille) => Some(least + (most - least) * i64::from(permille) / 1_000),
                Amount::Below => Some(least - 1),
                Amount::Above => Some(most + 1),
            };
            selected.fits &= minor.is_none_or(|minor| (least..=most).contains(&minor));
            let (quantity, amount) = (u32::try_from(units).unwrap_or(0), minor.map(|it| self.money(it)));
            selected.lines.push(LineSelection { line_id: line_id(line), quantity, amount });
        }
        selected
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
        Ok(asked)
    }

    fn ship(&mut self, picks: &[Pick], refunded: bool) -> Result<(), String> {
        let selected = self.select(picks, Own::rest, |_, _| false);
        self.shipped(Selection::Lines(selected.lines.clone()), refunded, Some(selected))
    }

    fn shipped(
        &mut self,
        selection: Selection,
        include_refunded: bool,
        selected: Option<Selected>,
    ) -> Result<(), String> {
        let is_whole = selection == Selection::AllRemaining;
        let what =
            format!("ship {}{}", of(&selection), if include_refunded { ", refunded ones too" } else { "" });
        let request = ShipmentRequest { selection, include_refunded, tracking: None };
        let asked = self.ask(&what, &Ship(request))?;
        let may_refuse = self.may_refuse_to_ship();
        self.is_plausible(&asked, selected.as_ref(), may_refuse)?;
        let Asked::Accepted { entries, state, .. } = asked else { return Ok(()) };
        let parts = parts(&entries, Pool::Shipped);
        self.is_succeeded(state, excuse::of_a_shipment())?;
        let is_part = |(line, part): &(usize, Share)| {
            self.own.lines[*line].is_discounted() && part.units < self.own.lines[*line].row.quantity
        };
        if parts.iter().any(is_part) {
            self.marks.insert("part of a discounted line shipped");
        }
        self.marks.insert("shipped");
        self.own.ship(&parts)?;
        self.is_taken_whole(is_whole && include_refunded, Own::rest)
    }

    /// Of all that was left nothing is.
    fn is_taken_whole(&self, is_whole: bool, left: impl Fn(&Own, usize) -> Share) -> Result<(), String> {
        let rests = (0..self.own.lines.len()).map(|line| (line, left(&self.own, line)));
        match rests.into_iter().find(|(_, rest)| is_whole && *rest != Share::default()) {
            None => Ok(()),
            Some((line, rest)) => Err(format!("of line {} {rest:?} was left behind", line + 1)),
        }
    }

    /// Where something takes money off or was refunded before it left, there are more reasons to refuse than parts and amounts.
    fn may_refuse_to_ship(&self) -> bool {
        let is_early = |line: usize| self.own.given_back(line) != Share::default();
        !self.own.is_backed
            || self.own.lines.iter().any(|line| line.row.is_deduction())
            || (0..self.own.lines.len()).any(is_early)
    }

    fn cancel_lines(
        &mut self,
        selection: Selection,
        release: bool,
        selected: Option<Selected>,
    ) -> Result<(), String> {
        let what = format!("cancel {}{}", of(&selection), if release { ", deductions too" } else { "" });
        let request = LineCancellationRequest { selection, release: self.deductions(release) };
        let asked = self.ask(&what, &CancelLines(request))?;
        let may_refuse = !self.own.captures || self.may_refuse_to_ship();
        // Of lines that are canceled altogether nothing is left to do, and nothing is refused.
        let is_told = matches!(&asked, Asked::Accepted { state: Some(_), .. } | Asked::Refused(_));
        self.is_plausible(&asked, selected.as_ref().filter(|_| is_told && self.own.captures), may_refuse)?;
        let Asked::Accepted { entries, state: state @ Some(_), .. } = asked else { return Ok(()) };
        if self.is_succeeded(state, excuse::of_a_line_cancellation(&self.desk))? {
            self.marks.insert("lines canceled");
            return self.own.cancel(&parts(&entries, Pool::Canceled));
        }
        Ok(())
    }

    fn deductions(&self, release: bool) -> Vec<String> {
        let all = self.own.lines.iter().enumerate();
        let named = all.filter(|(_, line)| release && line.row.is_deduction());
        named.map(|(line, _)| line_id(line).to_string()).collect()
    }

    fn cancel_order(&mut self, release: bool) -> Result<(), String> {
        let what = format!("cancel the order{}", if release { ", deductions too" } else { "" });
        let request = CancelOrder { release: self.deductions(release) };
        let asked = self.ask(&what, &request)?;
        let is_open = (0..self.own.lines.len()).any(|line| self.own.rest(line).units > 0);
        let may_be = if self.own.captures { is_open } else { !self.own.is_backed };
        let is_plain = !self.own.lines.iter().any(|line| line.row.is_deduction());
        match asked {
            Asked::Accepted { state: Some(_), .. } if !may_be => {
                return Err("nothing is left to cancel".to_owned());
            }
            Asked::Refused(error) if may_be && is_plain => {
                return Err(format!("nothing speaks against it, and it was refused: {error:?}"));
            }
            Asked::Accepted { .. } | Asked::Refused(_) => (),
        }
        let Asked::Accepted { state: state @ Some(_), .. } = asked else { return Ok(()) };
        if self.is_succeeded(state, excuse::of_a_cancellation(&self.desk))? {
            self.marks.insert("order canceled");
            return self.own.cancel_rest();
        }
        Ok(())
    }

    fn reduce(&mut self, line: usize, permille: u32, beyond: bool) -> Result<(), String> {
        let line = line % self.own.lines.len();
        let minor = (self.own.left(line).minor.max(0) * i64::from(permille) / 1_000).max(1);
        let reduction = Reduction { line_id: line_id(line), amount: self.money(minor) };
        self.refund(RefundSelection::Reductions(vec![reduction]), beyond, None)
    }

    fn refund(
        &mut self,
        selection: RefundSelection,
        beyond: bool,
        selected: Option<Selected>,
    ) -> Result<(), String> {
        let overrides =
            [Override::LineCeiling, Override::OrderCeiling].into_iter().filter(|_| beyond).collect();
        let is_whole = selection == RefundSelection::AllRemaining;
        let mark = match &selection {
            RefundSelection::Reductions(_) => "price reduced",
            RefundSelection::Amount(_) => "goodwill",
            RefundSelection::Lines(_) | RefundSelection::AllRemaining => "units refunded",
        };
        let what =
            format!("refund {}{}", refunded(&selection), if beyond { ", beyond the limits" } else { "" });
        let request = RefundRequest { selection, payment_id: None, description: None, overrides };
        let may_refuse = self.may_refuse_to_refund(selected.as_ref());
        let asked = self.ask(&what, &GiveBack(request))?;
        self.is_plausible(&asked, selected.as_ref(), may_refuse)?;
        let Asked::Accepted { recorded, entries, .. } = asked else { return Ok(()) };
        self.marks.insert(mark);
        if self.own.lines.iter().any(|line| line.canceled.units > 0) {
            self.marks.insert("refund after a partial cancellation");
        }
        let id = recorded.answer.refund().ok_or("a refund's answer names no refund")?;
        let record = self.refund_record(id)?;
        let of_line = entries.iter().filter(|entry| entry.stage == Reached::Reserved);
        let lines = of_line.filter_map(|entry| Some((index(entry.line_id?), share(entry)))).collect();
        let (on_payment, minor) = (record.route == Route::Payment, record.amount.minor());
        self.own.refund(Refund { id, on_payment, minor, lines, beyond, course: Course::Waiting })?;
        let is_plain = !self.own.lines.iter().any(|line| line.is_overdrawn);
        self.is_taken_whole(is_whole && is_plain, Own::left)?;
        self.follow()
    }

    /// Units that are left, at a price that fits, of lines that money was taken for, within what may be given back.
    fn may_refuse_to_refund(&self, selected: Option<&Selected>) -> bool {
        let Some(selected) = selected else { return true };
        let least = |one: &LineSelection| {
            let line = index(one.line_id);
            let (least, most) = self.own.bounds(line, self.own.left(line), i64::from(one.quantity));
            (one.amount.map_or(least, Money::minor), one.amount.map_or(most, Money::minor))
        };
        let (least, most) =
            selected.lines.iter().map(least).fold((0, 0), |sum, (least, most)| (sum.0 + least, sum.1 + most));
        let is_overdrawn = |one: &LineSelection| self.own.lines[index(one.line_id)].is_overdrawn;
        !self.own.is_backed
            || !selected.is_left
            || least <= 0
            || most > self.own.room()
            || selected.lines.iter().any(is_overdrawn)
            || excuse::is_attended(&self.desk)
    }

    /// A refusal needs a reason: an amount outside the bounds by this test's own arithmetic, or parts that are not left. And an
    /// amount outside them is never accepted.
    fn is_plausible(
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
    fn is_succeeded(&self, state: Option<OperationState>, is_excused: bool) -> Result<bool, String> {
        match state {
            Some(OperationState::Succeeded) => Ok(true),
            Some(OperationState::Rejected) if is_excused => Ok(false),
            other => Err(format!("it was accepted and is {other:?}: {}", excuse::why(&self.desk))),
        }
    }
}

/// Lines are numbered from one.
pub fn line_id(line: usize) -> LineId {
    LineId::new(u32::try_from(line + 1).unwrap_or(0))
}

pub fn index(id: LineId) -> usize {
    usize::try_from(id.number()).unwrap_or(1) - 1
}

pub fn share(entry: &Entry) -> Share {
    Share { units: i64::from(entry.part.quantity), minor: entry.part.amount.minor() }
}

/// What was reserved of lines in a pool.
fn parts(entries: &[Entry], pool: Pool) -> Vec<(usize, Share)> {
    let reserved = entries.iter().filter(|entry| entry.pool == pool && entry.stage == Reached::Reserved);
    reserved.filter_map(|entry| Some((index(entry.line_id?), share(entry)))).collect()
}

fn shown(entry: &Entry) -> String {
    let line = entry.line_id.map_or("no line".to_owned(), |id| format!("line {id}"));
    format!("{} × {line} for {} {}", entry.part.quantity, entry.part.amount, entry.stage.as_str())
}

fn of(selection: &Selection) -> String {
    match selection {
        Selection::AllRemaining => "all that is left".to_owned(),
        Selection::Lines(lines) => of_lines(lines),
    }
}

fn of_lines(lines: &[LineSelection]) -> String {
    let one = |line: &LineSelection| {
        let amount = line.amount.map(|amount| format!(" for {amount}")).unwrap_or_default();
        format!("{} of line {}{amount}", line.quantity, line.line_id)
    };
    lines.iter().map(one).collect::<Vec<_>>().join(" and ")
}

fn refunded(selection: &RefundSelection) -> String {
    match selection {
        RefundSelection::AllRemaining => "all that is left".to_owned(),
        RefundSelection::Lines(lines) => of_lines(lines),
        RefundSelection::Amount(amount) => format!("{amount} for no line"),
        RefundSelection::Reductions(reductions) => {
            let one = |one: &Reduction| format!("{} of the price of line {}", one.amount, one.line_id);
            reductions.iter().map(one).collect::<Vec<_>>().join(" and ")
        }
    }
}
