//! When an order is closed for good, so that it may leave the tables in which orders change. Nothing is lost if it was not: whatever is
//! to change of an archived order brings it back first. So this bounds what moves to and fro, and keeps in sight what people still have
//! to look at; money does not depend on it.

use jiff::{SignedDuration, Timestamp};

use super::order::Order;
use super::refund::Refund;
use super::shipment::{Shipment, ShipmentState};
use super::status::words;

/// How long after its end an order is archived, unless somebody chooses otherwise: a shopper may have a direct debit returned that he
/// never agreed to for thirteen months (SEPA; cards have less), and a month is left for the news of it.
pub const USUAL_AGE: SignedDuration = SignedDuration::from_hours(430 * 24);

words!(
    /// Why an order that has ended is not archived.
    Obstacle {
        /// Mollie reports something of it that this release does not understand.
        NotUnderstood = "not_understood",
        /// A person has not closed one of its review items.
        OpenItem = "open_item",
        /// An operation of it has not settled.
        Operation = "operation",
        /// A shipment is recorded, held, or needs attention.
        Shipment = "shipment",
        /// Money is on its way back to the shopper.
        Refund = "refund",
        /// It is to be read at Mollie, or something is to be done about it at some time.
        Agenda = "agenda",
    }
);

/// What belongs to an order that has ended, beside itself.
#[derive(Clone, Debug)]
pub struct Ended {
    pub order: Order,
    pub shipments: Vec<Shipment>,
    pub refunds: Vec<Refund>,
    /// Whether an operation of it has not settled.
    pub is_busy: bool,
    /// Whether its look-up or its timer has a time.
    pub is_awaited: bool,
}

/// Whether an order ended so long ago, at the latest, that it may be archived.
#[must_use]
pub fn is_old(order: &Order, ended_until: Timestamp) -> bool {
    order.closed_time.is_some_and(|closed| closed <= ended_until)
}

/// What speaks against archiving an order that ended long ago; `None`: it is closed for good.
#[must_use]
pub fn obstacle(ended: &Ended) -> Option<Obstacle> {
    let Ended { order, shipments, refunds, is_busy, is_awaited } = ended;
    if !order.is_understood() {
        return Some(Obstacle::NotUnderstood);
    }
    if order.open_items() > 0 {
        return Some(Obstacle::OpenItem);
    }
    if *is_busy {
        return Some(Obstacle::Operation);
    }
    if !order.held.is_empty() || !order.open_captures.is_empty() || shipments.iter().any(is_open) {
        return Some(Obstacle::Shipment);
    }
    if !order.open_refunds.is_empty() || refunds.iter().any(Refund::is_open) {
        return Some(Obstacle::Refund);
    }
    (*is_awaited || order.agenda.timer.is_some()).then_some(Obstacle::Agenda)
}

const fn is_open(shipment: &Shipment) -> bool {
    match shipment.state {
        ShipmentState::Recorded | ShipmentState::NeedsAttention => true,
        ShipmentState::Registered | ShipmentState::Refused => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::{at, euro, placed, refund, shipment};
    use crate::rules::item::{Item, ItemKind};
    use crate::rules::status::{LineStatus, OrderStatus};

    /// An obstacle, and what makes it.
    type Case = (Obstacle, fn(&mut Ended));

    fn ended() -> Ended {
        let mut order = placed(OrderStatus::Completed, LineStatus::Completed).order().clone();
        order.closed_time = Some(at(100));
        Ended { order, shipments: Vec::new(), refunds: Vec::new(), is_busy: false, is_awaited: false }
    }

    #[test]
    fn an_order_is_old_only_once_it_has_ended_that_long_ago() {
        let mut order = ended().order;
        assert!(is_old(&order, at(100)) && !is_old(&order, at(99)));
        order.closed_time = None;
        assert!(!is_old(&order, at(1_000_000)));
    }

    #[test]
    fn an_order_of_which_nothing_is_open_is_closed_for_good() {
        assert_eq!(obstacle(&ended()), None);
    }

    #[test]
    fn parcels_that_are_registered_or_refused_keep_no_order() {
        let mut ended = ended();
        for state in [ShipmentState::Registered, ShipmentState::Refused] {
            ended.shipments.push(Shipment { state, ..shipment(9, Vec::new()) });
        }
        assert_eq!(obstacle(&ended), None);
    }

    #[test]
    fn whatever_is_open_keeps_an_order() {
        let cases: [Case; 10] = [
            (Obstacle::NotUnderstood, |it| it.order.facts.unknown_status = Some("frozen".to_owned())),
            (Obstacle::OpenItem, |it| it.order.items.push(item())),
            (Obstacle::Operation, |it| it.is_busy = true),
            (Obstacle::Shipment, |it| it.order.open_captures.push(shipment(9, Vec::new()).id)),
            (Obstacle::Shipment, |it| it.shipments.push(shipment(9, Vec::new()))),
            (Obstacle::Shipment, |it| {
                it.shipments
                    .push(Shipment { state: ShipmentState::NeedsAttention, ..shipment(9, Vec::new()) });
            }),
            (Obstacle::Refund, |it| it.order.open_refunds.push(refund(8, "tr_1", euro("1.00")).id)),
            (Obstacle::Refund, |it| it.refunds.push(refund(8, "tr_1", euro("1.00")))),
            (Obstacle::Agenda, |it| it.is_awaited = true),
            (Obstacle::Agenda, |it| it.order.agenda.timer = Some(at(200))),
        ];
        for (expected, open) in cases {
            let mut ended = ended();
            open(&mut ended);
            assert_eq!(obstacle(&ended), Some(expected));
        }
    }

    fn item() -> Item {
        Item {
            number: 1,
            kind: ItemKind::Chargeback,
            subject: "tr_1".to_owned(),
            text: "the bank took 1.00 EUR back".to_owned(),
            operation_id: None,
            raised_time: at(50),
            closed: None,
        }
    }
}
