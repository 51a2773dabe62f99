//! When an order wants to be looked at.

use jiff::SignedDuration;

use super::*;
use crate::rules::deadline_notice::{Notice, NoticeSubject};
use crate::rules::deadline_policy::DeadlinePolicy;
use crate::rules::fixtures::{at, euro, placed};
use crate::rules::risk::AtRisk;
use crate::rules::ship_by::Cause;
use crate::rules::status::{LineStatus, OrderStatus};

/// When the fixture expires.
const END: i64 = 28 * 24 * 60;
const DAY: i64 = 24 * 60;

fn authorized() -> Order {
    placed(OrderStatus::Authorized, LineStatus::Authorized).order().clone()
}

fn told(order: &mut Order, subject: NoticeSubject) {
    let at_risk = AtRisk::new(Vec::new(), order.terms.amount.currency());
    order.remember(&Notice { ship_by: at(END), cause: Some(Cause::OrderExpires), subject, at_risk });
}

fn cancels(dry_run: bool) -> Policy {
    let policy = DeadlinePolicy::CancelUnshipped { hours_before: 12 };
    Policy { automatic: Automatic { policy, dry_run, ..Automatic::default() }, ..Policy::default() }
}

fn timer(order: &Order, policy: &Policy) -> Option<Timestamp> {
    agenda(order, policy, at(0)).timer
}

#[test]
fn an_authorized_order_is_looked_at_for_each_warning_and_then_no_more() {
    let (mut order, policy) = (authorized(), Policy::default());
    let first = agenda(&order, &policy, at(0));
    assert_eq!((first.ship_by.unwrap().time, first.to_capture), (at(END), euro("1027.99")));
    for (days, next) in [(7, Some(3)), (3, Some(1)), (1, None)] {
        assert_eq!(timer(&order, &policy), Some(at(END - days * DAY)));
        told(&mut order, NoticeSubject::Warning { before: SignedDuration::from_hours(24 * days) });
        assert_eq!(timer(&order, &policy), next.map(|days: i64| at(END - days * DAY)));
    }
    order.facts.expires_time = Some(at(END + DAY));
    assert_eq!(timer(&order, &policy), Some(at(END - 6 * DAY)), "another deadline is told anew");
}

#[test]
fn an_order_of_which_nothing_is_left_to_be_shipped_has_no_agenda() {
    let created = placed(OrderStatus::Created, LineStatus::Created).order().clone();
    assert_eq!(agenda(&created, &cancels(false), at(0)), Agenda::nothing(euro("0.00")));
}

#[test]
fn a_policy_acts_once_on_a_deadline() {
    let noon = at(END - 12 * 60);
    let mut order = authorized();
    told(&mut order, NoticeSubject::Warning { before: SignedDuration::from_hours(24) });
    assert_eq!(timer(&order, &Policy::default()), None);
    assert_eq!(timer(&order, &cancels(false)), Some(noon));
    told(&mut order, NoticeSubject::Waits { until: at(END - 60) });
    assert_eq!(timer(&order, &cancels(false)), Some(at(END - 60)));
    told(&mut order, NoticeSubject::WouldCancel);
    assert_eq!(timer(&order, &cancels(true)), None);
    assert_eq!(timer(&order, &cancels(false)), Some(noon), "it was only said");
    for subject in [
        NoticeSubject::LeftToPeople { reasons: Vec::new() },
        NoticeSubject::Cancels { operation_id: crate::rules::ids::OperationId::new(uuid::Uuid::nil()) },
    ] {
        told(&mut order, subject);
        assert_eq!(timer(&order, &cancels(false)), None);
    }
    order.facts.expires_time = Some(at(END + DAY));
    assert!(timer(&order, &cancels(false)).is_some(), "another deadline is another matter");
}
