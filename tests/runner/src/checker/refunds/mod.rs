//! Money given back: every refund that Mollie has is in our books once, and the sums of lines, payments and the order agree with
//! Mollie's. A refund that failed or was canceled has given its amount back.

mod raised;

use domain::rules::money::Money;
use domain::rules::order::{Line, Order};
use domain::rules::refund::{Refund, RefundState, Route};
use domain::rules::status::Read;
use jiff::{SignedDuration, Timestamp};
use mollie_simulator::rules::{Amount, Books, RefundStatus, World};

use super::{Evidence, Violation};

/// What has changed at Mollie so shortly before the end may not have been read.
const NEWS: SignedDuration = SignedDuration::from_mins(2);

/// A refund as Mollie has it, whether or not its lists show it.
pub struct Made {
    order: String,
    id: String,
    payment: String,
    cents: i64,
    status: RefundStatus,
    since: Option<Timestamp>,
}

/// All of them.
pub fn made(world: &World) -> Vec<Made> {
    let of_order = |order: String| {
        let refunds = world.order(&order).map(|order| order.refunds.clone()).unwrap_or_default();
        refunds.into_iter().map(move |refund| Made {
            order: order.clone(),
            id: refund.id,
            payment: refund.payment_id,
            cents: refund.amount,
            status: refund.status,
            since: refund.since,
        })
    };
    world.orders().map(|order| order.id.clone()).flat_map(of_order).collect()
}

pub fn judge(evidence: &Evidence) -> Vec<Violation> {
    let mut texts = Vec::new();
    for order in evidence.stored.orders.values() {
        let id = order.mollie_id.as_ref().map(ToString::to_string);
        let Some(books) = evidence.books.iter().find(|books| Some(&books.id) == id.as_ref()) else {
            continue;
        };
        let refunds = evidence.stored.refunds.values();
        let ours: Vec<&Refund> =
            refunds.map(|refund| &**refund).filter(|refund| refund.order_id == order.id).collect();
        let theirs: Vec<&Made> = evidence.refunds.iter().filter(|made| made.order == books.id).collect();
        texts.extend(theirs.iter().filter_map(|theirs| unknown(&ours, theirs, evidence.now)));
        texts.extend(ours.iter().filter_map(|ours| invented(ours, &theirs)));
        texts.extend(sums(order, &ours, books));
        texts.extend(lines(order, &ours, books));
        texts.extend(payments(&ours, books));
        texts.extend(raised::judge(evidence, order, &ours, books));
    }
    texts.into_iter().map(|text| Violation::new("refunds", text)).collect()
}

/// One of Mollie's that is not in our books as it is. One that was canceled before it was ever read may be missing.
fn unknown(ours: &[&Refund], theirs: &Made, now: Timestamp) -> Option<String> {
    let mut known = ours.iter().filter(|ours| is_it(ours, theirs));
    let Some(ours) = known.next() else {
        let is_missed = theirs.status != RefundStatus::Canceled;
        return is_missed.then(|| format!("{} of {} cents is not known", theirs.id, theirs.cents));
    };
    if known.next().is_some() {
        return Some(format!("{} is known twice", theirs.id));
    }
    let status = match &ours.status {
        Some(Read::Known(status)) => status.as_str(),
        Some(Read::Unknown(_)) | None => "none",
    };
    let payment = ours.payment_id.as_ref().map(ToString::to_string).unwrap_or_default();
    let is_new = theirs.since.is_some_and(|since| now.duration_since(since) < NEWS);
    let is_same = ours.amount.minor() == theirs.cents
        && payment == theirs.payment
        && (status == theirs.status.as_text() || is_new);
    let text = || {
        let (amount, cents) = (ours.amount, theirs.cents);
        format!(
            "{}: ours {amount} of {payment}, {status}; Mollie's {cents} cents, {:?}",
            theirs.id, theirs.status
        )
    };
    (!is_same).then(text)
}

fn invented(ours: &Refund, theirs: &[&Made]) -> Option<String> {
    let id = ours.mollie_id.as_ref()?;
    let is_there = theirs.iter().any(|theirs| is_it(ours, theirs));
    (!is_there).then(|| format!("Mollie has no refund {id}"))
}

fn is_it(ours: &Refund, theirs: &Made) -> bool {
    ours.mollie_id.as_ref().is_some_and(|id| id.as_str() == theirs.id)
}

/// What the order as a whole has given back, is to give back, and was taken back.
fn sums(order: &Order, ours: &[&Refund], books: &Books) -> Vec<String> {
    let sum = |cents: fn(&Line) -> i64| order.lines.iter().map(cents).sum::<i64>();
    let beside = order.beside;
    let refunded = sum(|line| line.refunded.amount.minor() + line.payment_refunded.amount.minor());
    let refunding = sum(|line| line.refunding.amount.minor() + line.payment_refunding.amount.minor());
    let is_open = |refund: &&&Refund| match refund.state {
        RefundState::Recorded | RefundState::NeedsAttention => true,
        RefundState::Registered | RefundState::Refused | RefundState::Withdrawn => false,
    };
    let open: i64 = ours.iter().filter(is_open).map(|refund| refund.amount.minor()).sum();
    let pairs = [
        ("refunded", refunded + beside.refunded.minor(), cents(&books.refunded)),
        ("to be refunded", refunding + beside.refunding.minor(), open),
        ("charged back", beside.charged_back.minor(), cents(&books.charged_back)),
    ];
    let differing = pairs.into_iter().filter(|(_, ours, theirs)| ours != theirs);
    differing.map(|(what, ours, theirs)| format!("{what}: {ours} cents, not {theirs}")).collect()
}

/// What each line has given back: through the order as Mollie counts it, on payments as our own refunds say.
fn lines(order: &Order, ours: &[&Refund], books: &Books) -> Vec<String> {
    let on_payments = |line: &Line| {
        let standing = ours.iter().filter(|refund| refund.mollie_id.is_some() && refund.counts());
        let parts = standing.filter(|refund| refund.route == Route::Payment).flat_map(|refund| &refund.lines);
        let own = parts.filter(|part| part.line_id == line.id).map(|part| part.part);
        // Returns of what is worth nothing are booked the same way, without a refund.
        let booked = order.returns.iter().flat_map(|it| &it.without_money).map(|it| it.line);
        let booked = booked.filter(|booked| booked.line_id == line.id).map(|booked| booked.part);
        own.chain(booked).fold((0, 0), |sum, part| (sum.0 + part.quantity, sum.1 + part.amount.minor()))
    };
    let mut texts = Vec::new();
    for (line, theirs) in order.lines.iter().zip(&books.lines) {
        let share = |part: domain::rules::part::Part| (part.quantity, part.amount.minor());
        let (counted, expected) =
            (share(line.refunded), (theirs.refunded.quantity, cents(&theirs.refunded.amount)));
        if counted != expected {
            texts.push(format!("line {}: {counted:?} refunded, and Mollie counts {expected:?}", line.id));
        }
        let (beside, expected) = (share(line.payment_refunded), on_payments(line));
        if beside != expected {
            texts.push(format!("line {}: {beside:?} refunded on payments, not {expected:?}", line.id));
        }
    }
    texts
}

/// What was given back of each payment is what callers were promised and what was given in the dashboard.
fn payments(ours: &[&Refund], books: &Books) -> Vec<String> {
    let given = |id: &str| {
        let of_payment =
            ours.iter().filter(|refund| refund.payment_id.as_ref().is_some_and(|it| it.as_str() == id));
        let standing = of_payment.filter(|refund| refund.mollie_id.is_some() && refund.counts());
        standing.map(|refund| refund.amount.minor()).sum::<i64>()
    };
    let pairs = books.payments.iter().map(|payment| (payment, given(&payment.id), cents(&payment.refunded)));
    let differing = pairs.filter(|(_, ours, theirs)| ours != theirs);
    differing
        .map(|(payment, ours, theirs)| format!("{}: {ours} cents given back, not {theirs}", payment.id))
        .collect()
}

fn cents(amount: &Amount) -> i64 {
    Money::parse("EUR", &amount.value).map_or(0, Money::minor)
}
