//! What policies do unasked beside deadlines, against Mollie's ledger: nothing that its profile has not chosen, nothing twice, nothing that was paid given up, and
//! nothing left that was to be done.

use std::collections::BTreeSet;

use domain::rules::event::EventData;
use domain::rules::ids::OperationId;
use domain::rules::line::LineType;
use domain::rules::operation::OperationState;
use domain::rules::order::{Line, Order};
use domain::rules::policy_notice::{AutoShipSubject, PolicyNotice, UnpaidSubject};
use domain::rules::status::Read;
use jiff::{SignedDuration, Timestamp};
use mollie_simulator::rules::{Effect, EffectKind};

use super::{Evidence, Violation};
use crate::replica::{MOST_CHANCES, gives_chances, gives_up, ships_unasked};
use crate::tally::Tally;

/// Between the reading before a cancellation and its effect the shopper may have paid: so long a call is waited for, and so late its effect may land.
const MOMENT: SignedDuration = SignedDuration::from_secs(80);

/// The operation that a policy begins.
pub fn begun(notice: &PolicyNotice) -> Option<OperationId> {
    match notice {
        PolicyNotice::Unpaid { subject, .. } => match subject {
            UnpaidSubject::SecondChance { operation_id } | UnpaidSubject::WindowCancels { operation_id } => {
                Some(*operation_id)
            }
            UnpaidSubject::AttemptEnded { .. }
            | UnpaidSubject::NextLink { .. }
            | UnpaidSubject::WindowWouldCancel
            | UnpaidSubject::WindowLeftToPeople { .. }
            | UnpaidSubject::WindowWaits { .. } => None,
        },
        PolicyNotice::AutoShip { subject, .. } => match subject {
            AutoShipSubject::Ships { operation_id, .. } => Some(*operation_id),
            AutoShipSubject::WouldShip | AutoShipSubject::LeftToPeople { .. } => None,
        },
    }
}

pub fn judge(evidence: &Evidence, seed: u64) -> Vec<Violation> {
    let orders = evidence.stored.orders.values();
    let faults = orders.flat_map(|order| {
        let notices = notices(evidence, order);
        let mut faults = unchosen(&notices, seed);
        faults.extend(twice(&notices));
        faults.extend(given_up(evidence, order, &notices));
        faults.extend(parcels(order, &notices));
        if ships_unasked(seed) {
            faults.extend(unshipped(order));
        }
        faults.into_iter().map(|text| Violation::new("policy", format!("order {}: {text}", order.id)))
    });
    faults.collect()
}

/// What policies did, by name.
pub fn count(evidence: &Evidence, tally: &mut Tally) {
    for order in evidence.stored.orders.values() {
        for notice in notices(evidence, order) {
            tally.order(notice.kind());
        }
    }
}

fn notices<'a>(evidence: &'a Evidence, order: &Order) -> Vec<&'a PolicyNotice> {
    let events = evidence.stored.events.get(&order.id).map(Vec::as_slice).unwrap_or_default();
    let mut notices = Vec::new();
    for event in events {
        if let EventData::PolicyTold { notice } = &event.data {
            notices.push(&**notice);
        }
    }
    notices
}

fn unchosen(notices: &[&PolicyNotice], seed: u64) -> Vec<String> {
    let is_chosen = |notice: &PolicyNotice| match notice.kind() {
        "payment.attempt_ended" => true,
        "payment.second_chance" | "payment.next_link" => gives_chances(seed),
        kind if kind.starts_with("payment_window.") => gives_up(seed),
        _ => ships_unasked(seed),
    };
    let unchosen = notices.iter().filter(|notice| !is_chosen(notice));
    unchosen.map(|notice| format!("{}, which the profile has not chosen", notice.kind())).collect()
}

fn twice(notices: &[&PolicyNotice]) -> Vec<String> {
    let (mut ended, mut chances, mut lines, mut faults) = (0, 0, BTreeSet::new(), Vec::new());
    for notice in notices {
        match notice {
            PolicyNotice::Unpaid { attempts, subject: UnpaidSubject::AttemptEnded { .. } } => {
                if *attempts <= ended {
                    faults.push(format!("the end of attempt {attempts} was told again"));
                }
                ended = *attempts;
            }
            PolicyNotice::Unpaid { subject: UnpaidSubject::SecondChance { .. }, .. } => chances += 1,
            PolicyNotice::Unpaid { .. } => (),
            PolicyNotice::AutoShip { lines: own, .. } => {
                let again = own.iter().filter(|id| !lines.insert(**id));
                faults.extend(again.map(|id| format!("line {id} was shipped unasked, or told of, again")));
            }
        }
    }
    if chances > MOST_CHANCES {
        faults.push(format!("it got {chances} second chances"));
    }
    faults
}

/// What was canceled unpaid was so, by Mollie's own ledger.
fn given_up(evidence: &Evidence, order: &Order, notices: &[&PolicyNotice]) -> Option<String> {
    let is_done = |id: OperationId| {
        let operation = evidence.stored.operations.get(&id);
        operation.is_some_and(|operation| operation.state.name() == OperationState::Succeeded)
    };
    let cancels = notices.iter().filter(|notice| notice.kind() == "payment_window.cancels");
    let mut done = cancels.filter_map(|notice| begun(notice)).filter(|id| is_done(*id));
    done.next()?;
    let id = order.mollie_id.as_ref()?.as_str();
    let own = || evidence.ledger.iter().filter(|effect| effect.order_id == id);
    let canceled = own().find(|effect| effect.kind == EffectKind::OrderCanceled)?.at;
    let pays = |effect: &&Effect| {
        matches!(effect.kind, EffectKind::PaymentAuthorized | EffectKind::PaymentPaid)
            && is_long_before(effect.at, canceled)
    };
    own().find(pays).map(|effect| format!("it was canceled at {canceled}, and paid at {}", effect.at))
}

fn is_long_before(one: Timestamp, other: Timestamp) -> bool {
    other.duration_since(one) > MOMENT
}

/// What is shipped unasked is digital, and nothing else goes along.
fn parcels(order: &Order, notices: &[&PolicyNotice]) -> Vec<String> {
    let named = notices.iter().flat_map(|notice| match notice {
        PolicyNotice::AutoShip { lines, .. } => lines.as_slice(),
        PolicyNotice::Unpaid { .. } => &[],
    });
    let packed = named.filter(|id| !order.line(**id).is_some_and(is_digital));
    packed.map(|id| format!("line {id} is none that goes by itself")).collect()
}

fn is_digital(line: &Line) -> bool {
    line.line_type == Read::Known(LineType::Digital)
}

/// Of an order whose money is there no digital line is left that nobody was told of.
fn unshipped(order: &Order) -> Vec<String> {
    let is_there = order.is_understood() && order.facts.status.is_some_and(|status| status.allows_shipping());
    let is_told = |line: &Line| order.followed.auto_shipped.iter().any(|tried| tried.line_id == line.id);
    let is_left = |line: &&Line| {
        is_there && is_digital(line) && line.is_shippable() && line.available().quantity > 0 && !is_told(line)
    };
    order.lines.iter().filter(is_left).map(|line| format!("line {} was not shipped", line.id)).collect()
}
