//! Answers of Mollie that contradict themselves, or the order as placed.
//!
//! A contradictory part is not believed: what is known stays, and the reading is marked, so that the order is read again and no
//! review item is raised. Only what Mollie's documents promise is checked (an order's amount is the sum of its lines, a line's
//! total its price times its quantity less its discount, no unit and no line counts twice), never whether an answer follows the rules for
//! drafts. Captured and paid sums are not checked here: they may really be wrong, and then a review item must be raised.

use super::misread::Misread;
use super::money::{Currency, Money};
use super::order::{Line, Order};
use super::payment::Payment;
use super::snapshot::{LineSnapshot, Snapshot};
use super::status::{LineStatus, Read};
use super::unread::UnreadField;

mod currency;
mod line;
mod refunds;
mod shipped;
mod twice;

use currency::{currency, foreign};

/// The believable parts of an answer about the order. The others stay as they are known, or count as left out; the snapshot's
/// `contradictions` name them, and so do its unread fields.
#[must_use]
pub fn believed(order: &Order, mut snapshot: Snapshot) -> Snapshot {
    let mut doubts = Vec::new();
    let is_any_twice = twice::judge(order, &mut snapshot, &mut doubts);
    let dropped = line::judge(order, &mut snapshot, &mut doubts) || is_any_twice;
    judge_amount(order, &mut snapshot, dropped, &mut doubts);
    judge_sums(order, &mut snapshot, &mut doubts);
    judge_payments(order, &mut snapshot, &mut doubts);
    refunds::judge(&mut snapshot, currency(order), &mut doubts);
    shipped::judge(&mut snapshot, currency(order), &mut doubts);
    for Misread { field, problem } in &doubts {
        snapshot.unread.add(UnreadField::new(field.clone().unwrap_or_default(), problem));
    }
    snapshot.contradictions = doubts;
    snapshot
}

/// The order's amount: what the lines add up to. Mollie may or may not still count canceled units. If a line could not be
/// believed at all, the amount cannot be checked.
fn judge_amount(order: &Order, snapshot: &mut Snapshot, dropped: bool, doubts: &mut Vec<Misread>) {
    let reported = snapshot.amount;
    if reported.currency() != currency(order) {
        doubts.push(foreign("amount", reported, currency(order)));
    } else if let Some(problem) = off(order, snapshot).filter(|_| !dropped && !snapshot.lines.is_empty()) {
        doubts.push(Misread::at("amount", problem));
    } else if !dropped {
        return;
    }
    snapshot.amount = order.terms.amount;
}

/// How the amount differs from what the lines add up to.
fn off(order: &Order, snapshot: &Snapshot) -> Option<String> {
    let reported = i128::from(snapshot.amount.minor());
    let all: i128 = snapshot.lines.iter().map(|line| i128::from(line.total_amount.minor())).sum();
    let known = order.lines_at_mollie();
    let canceled = || {
        let each = snapshot.lines.iter();
        each.map(|line| i128::from(canceled(known.get(&line.mollie_id).copied(), line, snapshot)))
    };
    let (least, most): (i128, i128) =
        (canceled().filter(|minor| *minor > 0).sum(), canceled().filter(|minor| *minor < 0).sum());
    (!(all - least..=all - most).contains(&reported)).then(|| {
        let sum = i64::try_from(all).map(|minor| Money::from_minor(minor, snapshot.amount.currency()));
        format!(
            "{}, but the lines add up to {}",
            snapshot.amount,
            sum.map_or_else(|_| "an impossible amount".into(), |sum| sum.to_string())
        )
    })
}

/// How much of the line the order's amount may no longer count. If its counter is missing, possibly all of it; not so for unpaid
/// orders, where only a change of lines cancels a part of one: what is known to be canceled, or may be by now.
fn canceled(ours: Option<&Line>, line: &LineSnapshot, snapshot: &Snapshot) -> i64 {
    let total = line.total_amount.minor();
    match (line.canceled, &line.status) {
        (_, Read::Known(LineStatus::Canceled)) => total,
        (Some(part), _) => part.amount.minor(),
        (None, _) if snapshot.is_created() => {
            ours.map_or(0, |ours| ours.canceled.and(ours.canceling).amount.minor())
        }
        (None, _) => total,
    }
}

/// The order's sums, of which only the currency can be checked.
fn judge_sums(order: &Order, snapshot: &mut Snapshot, doubts: &mut Vec<Misread>) {
    let (facts, currency) = (&order.facts, currency(order));
    let sums = [
        ("amountCaptured", &mut snapshot.amount_captured, facts.amount_captured),
        ("amountRefunded", &mut snapshot.amount_refunded, facts.amount_refunded),
    ];
    for (field, reported, known) in sums {
        keep_currency(field.to_owned(), reported, known, currency, doubts);
    }
}

/// A payment's sums are in its own currency.
fn judge_payments(order: &Order, snapshot: &mut Snapshot, doubts: &mut Vec<Misread>) {
    for (n, payment) in snapshot.payments.iter_mut().flatten().enumerate() {
        let ours = order.payments.iter().find(|ours| ours.mollie_id == payment.mollie_id);
        let known = |sum: fn(&Payment) -> Option<Money>| ours.and_then(sum);
        let (captured, refunded) = (known(|ours| ours.amount_captured), known(|ours| ours.amount_refunded));
        let at = |name: &str| format!("_embedded.payments[{n}].{name}");
        let currency = payment.amount.currency();
        keep_currency(at("amountCaptured"), &mut payment.amount_captured, captured, currency, doubts);
        keep_currency(at("amountRefunded"), &mut payment.amount_refunded, refunded, currency, doubts);
        let charged_back = known(|ours| ours.amount_charged_back);
        keep_currency(
            at("amountChargedBack"),
            &mut payment.amount_charged_back,
            charged_back,
            currency,
            doubts,
        );
    }
}

fn keep_currency(
    field: String,
    reported: &mut Option<Money>,
    known: Option<Money>,
    currency: Currency,
    doubts: &mut Vec<Misread>,
) {
    if let Some(other) = reported.filter(|reported| reported.currency() != currency) {
        doubts.push(foreign(field, other, currency));
        *reported = known;
    }
}

#[cfg(test)]
mod tests;
