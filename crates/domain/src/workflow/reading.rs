//! Reading an order at Mollie: the order's answer, and the lists of refunds, captures and chargebacks that it lacks. Records nothing.

use crate::ports::{Gateway, GatewayError, Ports};
use crate::rules::call_rate::Rank;
use crate::rules::chargeback::ListedChargebacks;
use crate::rules::contradiction::believed;
use crate::rules::ids::{MollieOrderId, MolliePaymentId};
use crate::rules::listed_chargebacks;
use crate::rules::order::Order;
use crate::rules::payment::Payment;
use crate::rules::refund::{Refund, payments_to_read};
use crate::rules::snapshot::Snapshot;

/// Reads the captures of the order's payments, where shipments capture and one is awaited.
pub(super) async fn with_captures<P: Ports>(
    ports: &P,
    rank: Rank,
    order: &Order,
    mut snapshot: Snapshot,
) -> Result<Snapshot, GatewayError> {
    if order.open_captures.is_empty() {
        return Ok(snapshot);
    }
    // A payment whose rest was released or lapsed may have been captured before.
    let may_capture = |payment: &&Payment| payment.holds_money() || payment.authorized_time.is_some();
    for payment in order.payments.iter().filter(may_capture) {
        let listed = ports.gateway().captures_of(rank, &order.profile, &payment.mollie_id).await?;
        snapshot.captures.get_or_insert_default().extend(listed);
    }
    Ok(snapshot)
}

/// Reads the chargebacks of the payments whose sum is not that of the known ones. Only people look at them: a list that cannot be
/// read now is read again with the next reading, and keeps nothing else from being recorded.
pub(super) async fn with_chargebacks<P: Ports>(
    ports: &P,
    rank: Rank,
    order: &Order,
    mut snapshot: Snapshot,
) -> Snapshot {
    for payment in listed_chargebacks::payments_to_read(&snapshot, &order.payments) {
        if let Ok(chargebacks) = ports.gateway().chargebacks_of(rank, &order.profile, &payment).await {
            snapshot.chargebacks.push(ListedChargebacks { payment, chargebacks });
        }
    }
    snapshot
}

/// Reads the order, without what contradicts what is known. `known`: the refunds that are followed; `asked`: a payment whose
/// refunds are wanted in any case.
pub(super) async fn observe<P: Ports>(
    ports: &P,
    rank: Rank,
    order: &Order,
    id: &MollieOrderId,
    known: &[Refund],
    asked: Option<&MolliePaymentId>,
) -> Result<Snapshot, GatewayError> {
    let (gateway, profile) = (ports.gateway(), &order.profile);
    let mut snapshot = gateway.observe(rank, profile, id).await?;
    let mut payments = payments_to_read(&snapshot, known);
    payments.extend(asked.filter(|asked| !payments.contains(asked)).cloned());
    for payment in payments {
        let listed = gateway.refunds_of(rank, profile, &payment).await?;
        snapshot = snapshot.with_refunds_of(payment, listed);
    }
    Ok(believed(order, snapshot))
}
