//! What every change of lines has in common: when it is allowed, that the lines fit together afterwards, that the supplier
//! is asked once, and how amount and authorisation follow. And update order line, which is no more than that.

use jiff::Timestamp;
use serde_json::Value;

use super::answer::{Answer, Refusal};
use super::caller::Caller;
use super::draft::{Amended, Part, check_lines, read_line_change};
use super::fields::Fields;
use super::money::Minor;
use super::order_json::{self, Embeds};
use super::records::{Draft, EffectKind, Line, LineStatus, Order, OrderStatus, PaymentStatus, Share};
use super::switches::{LinesAmount, OpenAttempts, SupplierDeclines, Switches};
use super::world::World;

impl World {
    /// `PATCH …/lines/{id}`. No document names a hook for it.
    pub(super) fn update_line(
        &mut self,
        caller: &Caller,
        order_id: &str,
        line_id: &str,
        body: &Value,
        embeds: Embeds,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let before = self.owned_order(caller, order_id)?;
        let position = before.lines.iter().position(|line| line.id == line_id);
        let position = position.ok_or_else(|| Refusal::nothing_such("order line", line_id))?;
        let mut after = before.clone();
        let place =
            after.lines.get_mut(position).ok_or_else(|| Refusal::nothing_such("order line", line_id))?;
        before.check_changeable()?;
        place.check_changeable()?;
        let (fields, currency) = (Fields::top(body)?, before.currency);
        let Amended { line, sent } =
            read_line_change(&fields, Part::Line, place, position, currency, self.switches())?;
        let part = Share { quantity: line.quantity, amount: line.total };
        *place = line;
        self.agree_on_lines(before, &mut after)?;
        let entry = after
            .lines_entry(EffectKind::LineUpdated)
            .lines([(line_id, part)].into_iter())
            .with("updated", Value::Object(sent));
        self.enter(entry, now);
        let answer = Answer::ok(order_json::changed(&after, embeds, self));
        self.save(after);
        Ok(answer)
    }

    /// Judges the lines together as at create, asks the supplier, and lets the order's amount follow.
    pub(super) fn agree_on_lines(&self, before: &Order, after: &mut Order) -> Result<(), Refusal> {
        let left: Vec<Line> =
            after.lines.iter().filter(|line| line.status != LineStatus::Canceled).cloned().collect();
        if !left.is_empty() {
            check_lines(&left, after.uncanceled(), &after.particulars.sequence_type, self.switches())?;
        }
        match self.switches().supplier_declines {
            SupplierDeclines::Lines if before.asks_supplier() => return Err(Refusal::supplier_declined()),
            SupplierDeclines::Lines
            | SupplierDeclines::Off
            | SupplierDeclines::Address
            | SupplierDeclines::Cancel => {}
        }
        after.follow_lines(before, self.switches());
        Ok(())
    }
}

impl Line {
    /// Inferred from the states of the order: a line that is done with has no other values any more.
    pub(super) fn check_changeable(&self) -> Result<(), Refusal> {
        match self.status {
            LineStatus::Created | LineStatus::Authorized => Ok(()),
            LineStatus::Paid | LineStatus::Shipping | LineStatus::Completed | LineStatus::Canceled => {
                let detail =
                    format!("The order line cannot be changed from state: {}", self.status.as_text());
                Err(Refusal::unprocessable(detail))
            }
        }
    }
}

impl Order {
    /// Source: the rulebook on manage order lines. Inferred: it holds for the update of one line too, and an order that is
    /// shipping is none of them.
    pub(super) fn check_changeable(&self) -> Result<(), Refusal> {
        match self.status {
            OrderStatus::Created | OrderStatus::Pending | OrderStatus::Authorized => Ok(()),
            OrderStatus::Paid
            | OrderStatus::Shipping
            | OrderStatus::Completed
            | OrderStatus::Canceled
            | OrderStatus::Expired => {
                let status = self.status.as_text();
                let detail = format!("The lines of the order cannot be changed from state: {status}");
                Err(Refusal::unprocessable(detail))
            }
        }
    }

    /// What its lines cost without what is canceled of them.
    fn uncanceled(&self) -> Minor {
        self.lines.iter().map(|line| line.total - line.canceled.amount).sum()
    }

    /// Begins the entry of a change of lines.
    pub(super) fn lines_entry(&self, kind: EffectKind) -> Draft {
        let entry = Draft::new(kind, self).amount("ordered", self.amount);
        match self.settling_payment() {
            Some(payment) => entry.amount("authorized", self.amount_of(payment)),
            None => entry,
        }
    }

    /// Lets amount and authorisation follow the lines. While nothing is authorized, attempts are for what is not canceled, also
    /// one that is pending: inferred, what is decided then is what the lines are then.
    /// An authorisation keeps what was canceled of it since, in the books as released.
    fn follow_lines(&mut self, before: &Self, switches: &Switches) {
        let total = |order: &Self| -> Minor { order.lines.iter().map(|line| line.total).sum() };
        let difference = total(self) - total(before);
        let amount = if self.has_supplier() { self.amount + difference } else { self.uncanceled() };
        if amount != before.amount {
            self.amount = amount;
            self.keep_amounts_of_others(before, difference, switches.open_attempts_after_line_changes);
        }
        let counts = |line: &&Line| match switches.amount_after_line_cancellation {
            LinesAmount::Unchanged => line.status == LineStatus::Canceled,
            LinesAmount::Reduced => true,
        };
        self.shown_less = self.lines.iter().filter(counts).map(Line::released).sum();
    }

    /// Attempts that have ended, and those that the order does not live on, stay for what they were made for.
    fn keep_amounts_of_others(&mut self, before: &Self, difference: Minor, open: OpenAttempts) {
        let settling = before.settling_payment().map(|payment| payment.id.clone());
        for payment in &mut self.payments {
            let follows = match &settling {
                Some(id) => payment.id == *id,
                None => match open {
                    OpenAttempts::Follow => {
                        matches!(payment.status, PaymentStatus::Open | PaymentStatus::Pending)
                    }
                    OpenAttempts::Keep => false,
                },
            };
            payment.amount = match payment.amount {
                Some(amount) if follows => Some(amount + difference),
                Some(amount) => Some(amount),
                None if follows => None,
                None => Some(before.amount),
            };
        }
    }
}
