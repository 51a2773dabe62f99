//! The review item about money on an order that has ended.

use jiff::{SignedDuration, Timestamp};

use crate::rules::ids::MolliePaymentId;
use crate::rules::item::{Concern, ItemKind};
use crate::rules::money::Money;
use crate::rules::order::Order;
use crate::rules::status::OrderStatus;
use crate::rules::stranded;
use crate::rules::text::printable;

/// Each payment that still holds money in a reading taken after the settle window of the order's end.
#[must_use]
pub fn money_on_ended_order(
    order: &Order,
    read_at: Timestamp,
    settle_window: SignedDuration,
) -> Vec<Concern> {
    let lasting = stranded::lasting(order, read_at, settle_window).into_iter();
    lasting.map(|(payment, money)| concern(order, payment, money)).collect()
}

fn concern(order: &Order, payment: &MolliePaymentId, money: Money) -> Concern {
    let status = order.facts.status.map_or("over", OrderStatus::as_str);
    let text = format!(
        "The order is {status}, and payment {payment} holds {money} of the shopper's money. Refund or release it in \
         Mollie's dashboard, or deliver the order."
    );
    Concern {
        kind: ItemKind::MoneyOnEndedOrder,
        subject: payment.to_string(),
        text: printable(&text),
        operation_id: None,
    }
}
