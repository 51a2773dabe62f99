//! Reading an order at Mollie: the order's answer, and the lists of refunds that it may lack. Records nothing.

use crate::ports::{Gateway, GatewayError, Ports};
use crate::rules::contradiction::believed;
use crate::rules::ids::{MollieOrderId, MolliePaymentId};
use crate::rules::order::Order;
use crate::rules::refund::{Refund, payments_to_read};
use crate::rules::snapshot::Snapshot;

/// Reads the order, without what contradicts what is known. `known`: the refunds that are followed; `asked`: a payment whose
/// refunds are wanted in any case.
pub(super) async fn observe<P: Ports>(
    ports: &P,
    order: &Order,
    id: &MollieOrderId,
    known: &[Refund],
    asked: Option<&MolliePaymentId>,
) -> Result<Snapshot, GatewayError> {
    let (gateway, profile) = (ports.gateway(), &order.profile);
    let mut snapshot = gateway.observe(profile, id).await?;
    let mut payments = payments_to_read(&snapshot, known);
    payments.extend(asked.filter(|asked| !payments.contains(asked)).cloned());
    for payment in payments {
        let listed = gateway.refunds_of(profile, &payment).await?;
        snapshot = snapshot.with_refunds_of(payment, listed);
    }
    Ok(believed(order, snapshot))
}
