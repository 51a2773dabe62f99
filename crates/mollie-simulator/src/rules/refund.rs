//! A refund begins: entered in the books, paid from the balance or queued, told to the order's hook.
//!
//! Whether it may is decided by who asks (`refund_lines`, `refund_payment`), except what holds for all of the API: no
//! duplicates, and what becomes of one that the balance does not cover.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::Fields;
use super::hooks::OrderEvent;
use super::money::Minor;
use super::records::{Draft, EffectKind, Order, Refund, RefundStatus, RefundedLine};
use super::switches::{BalanceTooLow, RefundDescription};
use super::world::World;

/// Whatever has become of the first one.
const DUPLICATE_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// A refund that may be made.
pub(super) struct Wish {
    pub payment_id: String,
    pub amount: Minor,
    /// Empty for an amount alone.
    pub lines: Vec<RefundedLine>,
    pub note: Note,
}

/// What the merchant writes on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Note {
    pub description: Option<String>,
    pub metadata: Value,
}

impl World {
    /// Makes a refund that the API was asked for. It is the last of the order's. A refusal has changed nothing.
    pub(super) fn begin_refund(
        &mut self,
        order: Order,
        wish: Wish,
        now: Timestamp,
    ) -> Result<Order, Refusal> {
        let balance = self.funds().get(&order.owner.profile, order.currency);
        let status = match self.switches().balance_too_low {
            _ if balance.is_none_or(|balance| balance >= wish.amount) => RefundStatus::Pending,
            BalanceTooLow::Queued => RefundStatus::Queued,
            BalanceTooLow::Refused => {
                return Err(Refusal::unprocessable("The specified amount cannot be refunded"));
            }
        };
        Ok(self.make_refund(order, wish, status, now))
    }

    /// Makes a refund that has come this far already.
    pub(super) fn make_refund(
        &mut self,
        mut order: Order,
        wish: Wish,
        status: RefundStatus,
        now: Timestamp,
    ) -> Order {
        let Wish { payment_id, amount, lines, note } = wish;
        let (id, number) = self.draw_numbered("re_");
        let refund = Refund {
            id,
            number,
            payment_id,
            created_at: now,
            amount,
            status,
            since: Some(now),
            planned: None,
            description: note.description,
            metadata: note.metadata,
            lines,
        };
        if status.is_drawn() {
            self.funds_mut().add(&order.owner.profile, order.currency, -amount);
        }
        self.enter(entry(&order, &refund), now);
        order.refunds.push(refund);
        self.notify_order(&order, OrderEvent::Refunded, now);
        self.save(order.clone());
        order
    }

    /// Reads description and metadata of a request.
    pub(super) fn read_note(&self, fields: &Fields<'_>) -> Result<Note, Refusal> {
        let most = match self.switches().refund_description {
            RefundDescription::UpTo140 => 140,
            RefundDescription::UpTo255 => 255,
        };
        let description = fields.text("description")?;
        if description.is_some_and(|text| text.chars().count() > most) {
            let detail = format!("The description may be at most {most} characters long.");
            return Err(fields.refuse("description", detail));
        }
        let description = description.filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(Note { description, metadata: fields.metadata()? })
    }
}

fn entry(order: &Order, refund: &Refund) -> Draft {
    let kind = if refund.lines.is_empty() { EffectKind::PaymentRefunded } else { EffectKind::LinesRefunded };
    let draft = Draft::new(kind, order)
        .payment(&refund.payment_id)
        .amount("refunded", refund.amount)
        .with("refund_id", json!(refund.id))
        .with("status", json!(refund.status.as_text()))
        .with("metadata", refund.metadata.clone());
    if refund.lines.is_empty() {
        return draft;
    }
    draft.lines(refund.lines.iter().map(|line| (line.line_id.as_str(), line.part)))
}

impl Order {
    /// The same amount on the same payment within the hour is a duplicate, under whatever key.
    pub(super) fn check_duplicate(
        &self,
        payment_id: &str,
        amount: Minor,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let is_same = |refund: &Refund| {
            refund.payment_id == payment_id
                && refund.amount == amount
                && now.duration_since(refund.created_at) < DUPLICATE_WITHIN
        };
        if self.refunds.iter().any(is_same) {
            return Err(Refusal::new(409, "A duplicate refund has been detected"));
        }
        Ok(())
    }
}
