//! What is told of deadlines: each once, in its time, and what was lost to the cent by Mollie's own ledger. Where the profile cancels in
//! time what was not shipped, nothing is lost but what was left to people.

use std::collections::BTreeSet;

use domain::rules::deadline_notice::{Notice, NoticeSubject};
use domain::rules::event::EventData;
use domain::rules::order::Order;
use jiff::{SignedDuration, Timestamp};
use mollie_simulator::rules::{Effect, EffectKind};

use super::{Evidence, Violation};

/// A process that was killed leaves a timer to its lease; a reading may be needed, and wait for a refused one.
const LATE: SignedDuration = SignedDuration::from_mins(10);

pub fn judge(evidence: &Evidence, cancels: bool) -> Vec<Violation> {
    let orders = evidence.stored.orders.values();
    orders.flat_map(|order| of_order(evidence, order, cancels)).collect()
}

fn of_order(evidence: &Evidence, order: &Order, cancels: bool) -> Vec<Violation> {
    let told = notices(evidence, order);
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    for (time, notice) in &told {
        let kind = notice.subject.kind();
        if let Some(place) = place(notice)
            && !seen.insert(place.clone())
        {
            faults.push(format!("{kind} was told twice: {place}"));
        }
        if notice.at_risk.is_nothing() {
            faults.push(format!("{kind} was told, and nothing is at risk"));
        }
        if let NoticeSubject::Warning { before } = notice.subject {
            let due = notice.ship_by - before;
            if *time < due || *time >= notice.ship_by {
                faults.push(format!("a warning {before:#} before {} was told at {time}", notice.ship_by));
            }
        }
    }
    faults.extend(lost(evidence, order, &told, cancels));
    faults.extend(overdue(evidence, order));
    faults.into_iter().map(|text| Violation::new("deadline", format!("order {}: {text}", order.id))).collect()
}

fn notices<'a>(evidence: &'a Evidence, order: &Order) -> Vec<(Timestamp, &'a Notice)> {
    let events = evidence.stored.events.get(&order.id).map(Vec::as_slice).unwrap_or_default();
    let mut told = Vec::new();
    for event in events {
        if let EventData::DeadlineTold { notice } = &event.data {
            told.push((event.time, &**notice));
        }
    }
    told
}

/// What a notice is the only one of. An operation may be blocked again after a person had a look, and an order may wait again.
fn place(notice: &Notice) -> Option<String> {
    let ship_by = notice.ship_by;
    match &notice.subject {
        NoticeSubject::Warning { before } => Some(format!("warning {} s before {ship_by}", before.as_secs())),
        NoticeSubject::Loss => Some("loss".to_owned()),
        NoticeSubject::Cancels { .. } => Some(format!("cancels before {ship_by}")),
        NoticeSubject::Blocked { .. }
        | NoticeSubject::WouldCancel
        | NoticeSubject::LeftToPeople { .. }
        | NoticeSubject::Waits { .. } => None,
    }
}

/// What Mollie's ledger says that time took, against what was told.
fn lost(evidence: &Evidence, order: &Order, told: &[(Timestamp, &Notice)], cancels: bool) -> Vec<String> {
    let losses: Vec<_> = told.iter().filter(|(_, notice)| notice.subject == NoticeSubject::Loss).collect();
    let sum: i64 = losses.iter().map(|(_, notice)| notice.at_risk.total().minor()).sum();
    let taken = order.mollie_id.as_ref().map_or(0, |id| taken(&evidence.ledger, id.as_str()));
    let mut faults = Vec::new();
    if sum != taken {
        faults.push(format!("{sum} cents were told to be lost, and Mollie released {taken}"));
    }
    let is_left = told.iter().any(|(_, notice)| {
        matches!(notice.subject, NoticeSubject::LeftToPeople { .. } | NoticeSubject::Waits { .. })
    });
    if cancels && taken > 0 && !is_left {
        faults.push(format!("{taken} cents were lost, although the profile cancels in time"));
    }
    faults
}

/// What time released of an authorized order, less what could not be captured any more.
fn taken(ledger: &[Effect], order: &str) -> i64 {
    let own: Vec<_> = ledger.iter().filter(|effect| effect.order_id == order).collect();
    let at = own.iter().position(|effect| effect.kind == EffectKind::OrderExpired);
    let Some(at) = at else { return 0 };
    let before = &own[..at];
    let was_authorized = before.iter().any(|effect| effect.kind == EffectKind::PaymentAuthorized);
    if was_authorized { cents(own[at], "canceled").max(0) } else { 0 }
}

fn cents(effect: &Effect, name: &str) -> i64 {
    let value = effect.amounts.get(name).and_then(|amount| amount["value"].as_str()).unwrap_or("0.00");
    value.replace('.', "").parse().unwrap_or(i64::MAX)
}

/// Whatever was to be told or done by now was.
fn overdue(evidence: &Evidence, order: &Order) -> Option<String> {
    let due = evidence.stored.timers.get(&order.id)?;
    (evidence.now.duration_since(*due) > LATE)
        .then(|| format!("its timer was due at {due}, and it is {}", evidence.now))
}
