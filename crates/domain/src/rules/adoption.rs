//! Choosing ours among several orders at Mollie for one of our orders.

use super::snapshot::Snapshot;
use super::status::{OrderStatus, Read};

/// Whether an order at Mollie in this status may hold the shopper's money; an unknown or missing status may.
#[must_use]
pub const fn holds_money(status: Option<&Read<OrderStatus>>) -> bool {
    let Some(status) = status else { return true };
    match status {
        Read::Known(
            OrderStatus::Pending
            | OrderStatus::Authorized
            | OrderStatus::Paid
            | OrderStatus::Shipping
            | OrderStatus::Completed,
        )
        | Read::Unknown(_) => true,
        Read::Known(OrderStatus::Created | OrderStatus::Canceled | OrderStatus::Expired) => false,
    }
}

/// Of the orders found at Mollie for one of ours, oldest first, the one to adopt: one that may hold money before one that may
/// still be paid, and that before one that has ended; among equals the oldest.
#[must_use]
pub fn adopt(found: &[Snapshot]) -> Option<&Snapshot> {
    found.iter().min_by_key(|order| rank(order.status.as_ref()))
}

const fn rank(status: Option<&Read<OrderStatus>>) -> u8 {
    match status {
        status if holds_money(status) => 0,
        Some(Read::Known(OrderStatus::Created)) => 1,
        Some(
            Read::Known(
                OrderStatus::Pending
                | OrderStatus::Authorized
                | OrderStatus::Paid
                | OrderStatus::Shipping
                | OrderStatus::Completed
                | OrderStatus::Canceled
                | OrderStatus::Expired,
            )
            | Read::Unknown(_),
        )
        | None => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::fixtures::snapshot;
    use crate::rules::ids::MollieOrderId;
    use crate::rules::status::LineStatus;

    fn adopted(statuses: &[OrderStatus]) -> Option<String> {
        let found = statuses.iter().zip(1..).map(|(status, n)| Snapshot {
            mollie_id: MollieOrderId::new(format!("ord_{n}")),
            ..snapshot(*status, LineStatus::Created)
        });
        let found: Vec<_> = found.collect();
        adopt(&found).map(|order| order.mollie_id.to_string())
    }

    #[test]
    fn the_order_that_holds_money_is_adopted_or_else_the_oldest_that_may_be_paid() {
        use OrderStatus::{Authorized, Canceled, Created, Expired, Paid};
        let expected = |id: &str| Some(id.to_owned());
        assert_eq!(adopted(&[]), None);
        assert_eq!(adopted(&[Created]), expected("ord_1"));
        assert_eq!(adopted(&[Created, Created]), expected("ord_1"));
        assert_eq!(adopted(&[Created, Paid, Authorized]), expected("ord_2"));
        assert_eq!(adopted(&[Canceled, Created]), expected("ord_2"));
        assert_eq!(adopted(&[Canceled, Expired]), expected("ord_1"));
    }
}
