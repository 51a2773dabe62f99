//! Review items about refunds: money that does not reach the shopper, or reaches him twice, and figures that differ.

use crate::rules::ids::OperationId;
use crate::rules::item::{Concern, Item, ItemKind};
use crate::rules::money::Money;
use crate::rules::order::{Line, Order};
use crate::rules::part::Part;
use crate::rules::payment::Payment;
use crate::rules::refund::Refund;
use crate::rules::rejection::Rejection;
use crate::rules::snapshot::{RefundSnapshot, Snapshot};
use crate::rules::status::{Read, RefundStatus};
use crate::rules::text::printable;

/// A refund that Mollie had accepted and that failed, or was canceled by somebody else.
#[must_use]
pub fn refund_failed(refund: &Refund, status: &Read<RefundStatus>) -> Concern {
    let word = match status {
        Read::Known(status) => status.as_str(),
        Read::Unknown(word) => word,
    };
    let named = refund.mollie_id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    let text = format!(
        "Refund {}{named} of {} is {word}: the money is with you again, and the shopper does not have it. Find out why, and \
         refund it again or pay it in another way.",
        refund.id, refund.amount
    );
    concern(ItemKind::RefundFailed, refund.id.to_string(), &text, None)
}

/// A refund that was not made although its caller may count on it.
#[must_use]
pub fn refund_refused(
    operation: OperationId,
    last_problem: Option<&str>,
    refund: &Refund,
    rejection: &Rejection,
) -> Concern {
    let last = last_problem.map(|last| format!(" ({last})")).unwrap_or_default();
    let text = format!(
        "Refund {} of {} was not made: {rejection}{last}. What it would have given back is free again. Correct what is named and \
         refund again, or pay it in another way.",
        refund.id, refund.amount
    );
    concern(ItemKind::RefundRefused, operation.to_string(), &text, Some(operation))
}

/// A refund at Mollie that carries the id of one of ours, which is another one or was refused.
#[must_use]
pub fn surplus_refund(ours: &Refund, theirs: &RefundSnapshot) -> Concern {
    let text = format!(
        "Refund {} of {} at Mollie carries the id of our refund {} ({}), which is a different one: the shopper may get the money \
         twice. Cancel it in Mollie's dashboard while it is queued or pending, or agree with the shopper.",
        theirs.mollie_id,
        theirs.amount,
        ours.id,
        ours.state.as_str()
    );
    concern(ItemKind::SurplusRefund, theirs.mollie_id.to_string(), &text, None)
}

/// Lines of which Mollie counts another refund than it lists, each with both figures.
#[must_use]
pub fn refunds_differ(order: &Order, snapshot: &Snapshot) -> Vec<Concern> {
    let known = order.lines_at_mollie();
    let lines = snapshot.miscounted_refunds().into_iter();
    let lines =
        lines.filter_map(|(line, counted, listed)| Some((*known.get(&line.mollie_id)?, counted, listed)));
    lines.map(|(line, counted, listed)| refund_differs(line, counted, listed)).collect()
}

/// The payments of which the shopper's bank has taken more back than it had `before`. A payment may be charged back again, also after
/// the bank returned the first: each time is told. The first time is told however the payment came to be known.
#[must_use]
pub fn charged_back(before: &[Payment], order: &Order) -> Vec<Concern> {
    let taken = |payment: &Payment| {
        let id = &payment.mollie_id;
        let is_told = |item: &&Item| {
            let rest = item.subject.strip_prefix(id.as_str());
            item.kind == ItemKind::Chargeback
                && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let told = order.items.iter().filter(is_told).count();
        let known = before.iter().find(|known| known.mollie_id == *id && told > 0);
        let known = known.and_then(|known| known.amount_charged_back).map_or(0, Money::minor);
        let amount = payment.amount_charged_back.filter(|amount| amount.minor() > known)?;
        let subject = if told == 0 { id.to_string() } else { format!("{id}/{}", told + 1) };
        let text = format!(
            "The shopper's bank has taken {amount} of payment {} back. Dispute it with the bank or agree with the shopper; the order \
             may refund so much less until the bank returns it, and refunds that are not covered any more wait for you.",
            payment.mollie_id
        );
        Some(concern(ItemKind::Chargeback, subject, &text, None))
    };
    order.payments.iter().filter_map(taken).collect()
}

fn refund_differs(line: &Line, counted: Part, listed: Part) -> Concern {
    let text = format!(
        "Mollie counts {} units, {}, of line {} as refunded, and lists refunds of {} units, {}. Compare the refunds in Mollie's \
         dashboard with what the shopper was to get.",
        counted.quantity, counted.amount, line.id, listed.quantity, listed.amount
    );
    concern(ItemKind::RefundsDiffer, format!("lines/{}", line.id), &text, None)
}

fn concern(kind: ItemKind, subject: String, text: &str, operation_id: Option<OperationId>) -> Concern {
    Concern { kind, subject, text: printable(text), operation_id }
}
