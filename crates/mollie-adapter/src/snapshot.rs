//! Reading an order as Mollie returned it. Nothing is judged by the rules for drafts: Mollie's own answers do not follow
//! them. What is unknown is kept as it came; what is missing and needed is an error that names its place.

use domain::rules::ids::MollieOrderId;
use domain::rules::snapshot::Snapshot;
use domain::rules::status::{OrderStatus, Read};

use crate::json::{Object, ReadError};
use crate::{address, line, payment, shipment};

/// Reads an order, whichever it is.
pub fn read(order: &Object<'_>) -> Result<Snapshot, ReadError> {
    let status = order.required_text("status")?;
    let lines = order.objects("lines")?.ok_or_else(|| order.wrong("lines", "a list"))?;
    let embedded = order.object("_embedded")?;
    let embedded = |name: &str| embedded.as_ref().map_or(Ok(None), |embedded| embedded.objects(name));
    Ok(Snapshot {
        mollie_id: MollieOrderId::new(order.id()?),
        status: OrderStatus::parse(&status).map_or(Read::Unknown(status), Read::Known),
        order_number: order.text("orderNumber")?.unwrap_or_default(),
        amount: order.required_money("amount")?,
        method: order.text("method")?,
        is_cancelable: order.flag("isCancelable"),
        amount_captured: order.some_money("amountCaptured")?,
        amount_refunded: order.some_money("amountRefunded")?,
        checkout_url: order.link("checkout")?,
        webhook_url: order.text("webhookUrl")?,
        created_time: order.required_time("createdAt")?,
        expires_time: order.end("expiresAt")?,
        authorized_time: order.time("authorizedAt")?,
        paid_time: order.time("paidAt")?,
        canceled_time: order.time("canceledAt")?,
        expired_time: order.time("expiredAt")?,
        completed_time: order.time("completedAt")?,
        billing_address: address::read(order, "billingAddress")?,
        shipping_address: address::read(order, "shippingAddress")?,
        lines: lines.iter().map(line::read).collect::<Result<_, _>>()?,
        payments: embedded("payments")?.map(|list| list.iter().map(payment::read).collect()).transpose()?,
        shipments: embedded("shipments")?
            .map(|list| list.iter().map(shipment::read).collect())
            .transpose()?,
    })
}

/// Reads the order that was asked for; another one in its place is an error, whoever mixed them up.
pub fn read_own(order: &Object<'_>, id: &MollieOrderId) -> Result<Snapshot, ReadError> {
    let snapshot = read(order)?;
    if snapshot.mollie_id != *id {
        return Err(order.wrong("id", "the id of the order asked for"));
    }
    Ok(snapshot)
}

#[cfg(test)]
mod tests;
