//! Reading an order as Mollie returned it. Nothing is checked by the rules for drafts: Mollie's own answers do not follow them.
//! Fields that money depends on are read strictly: if one is missing or odd, the error names its place. All other fields never
//! make an order unreadable, and are kept as they came if not understood.

use domain::rules::ids::MollieOrderId;
use domain::rules::misread::Misread;
use domain::rules::restored::Agreed;
use domain::rules::snapshot::Snapshot;
use domain::rules::status::{OrderStatus, Read};
use domain::rules::unread::Unread;

use crate::json::Object;
use crate::{address, line, payment, refund, shipment};

/// Reads an order, whichever it is.
pub fn read(order: &Object<'_>) -> Result<Snapshot, Misread> {
    let status = order.required_text("status")?;
    let lines = order.objects("lines")?.ok_or_else(|| order.wrong("lines", "a list"))?;
    let embedded = order.object("_embedded")?;
    let embedded = |name: &str| embedded.as_ref().map_or(Ok(None), |embedded| embedded.objects(name));
    let read = Snapshot {
        mollie_id: MollieOrderId::new(order.id()?),
        status: Some(OrderStatus::parse(&status).map_or(Read::Unknown(status), Read::Known)),
        order_number: order.loose_text("orderNumber").value().cloned().unwrap_or_default(),
        amount: order.required_money("amount")?,
        method: order.loose_text("method").value().cloned(),
        is_cancelable: order.loose_flag("isCancelable"),
        amount_captured: order.some_money("amountCaptured")?,
        amount_refunded: order.some_money("amountRefunded")?,
        checkout_url: order.loose_link("checkout"),
        // It holds a token.
        webhook_url: order.discreet().loose_text("webhookUrl").value().cloned(),
        created_time: order.required_time("createdAt")?,
        expires_time: order.end("expiresAt")?,
        authorized_time: order.time("authorizedAt")?,
        paid_time: order.time("paidAt")?,
        canceled_time: order.loose_time("canceledAt"),
        expired_time: order.loose_time("expiredAt"),
        completed_time: order.loose_time("completedAt"),
        mollie_profile_id: order.loose_text("profileId").value().cloned(),
        dashboard_url: order.loose_link("dashboard"),
        payment: payment::shown(order),
        redirect_url: order.loose_text("redirectUrl"),
        cancel_url: order.loose_text("cancelUrl"),
        billing_address: address::read(order, "billingAddress"),
        shipping_address: address::read(order, "shippingAddress"),
        lines: lines.iter().map(line::read).collect::<Result<_, _>>()?,
        payments: embedded("payments")?.map(|list| list.iter().map(payment::read).collect()).transpose()?,
        shipments: embedded("shipments")?
            .map(|list| list.iter().map(shipment::read).collect())
            .transpose()?,
        refunds: embedded("refunds")?.map(|list| list.iter().map(refund::read).collect()).transpose()?,
        captures: None,
        chargebacks: Vec::new(),
        refunds_of: Vec::new(),
        unread: Unread::default(),
        contradictions: Vec::new(),
    };
    Ok(Snapshot { unread: order.unread(), ..read })
}

/// Reads the order with this id; another one in its place is an error.
pub fn read_own(order: &Object<'_>, id: &MollieOrderId) -> Result<Snapshot, Misread> {
    let snapshot = read(order)?;
    if snapshot.mollie_id != *id {
        return Err(order.wrong("id", "the id of the requested order"));
    }
    Ok(snapshot)
}

/// Reads what of an order never changes. No money depends on it: what cannot be read is left out.
pub fn read_agreed(order: &Object<'_>) -> Agreed {
    let born = order.discreet().loose_text("consumerDateOfBirth");
    let matches = order.loose_flag("shopperCountryMustMatchBillingCountry");
    Agreed {
        locale: order.loose_text("locale").value().cloned(),
        metadata: order.value("metadata").filter(|value| !value.is_null()).cloned(),
        consumer_date_of_birth: born.value().and_then(|text| text.parse().ok()),
        shopper_country_must_match_billing_country: matches.value().copied(),
    }
}

#[cfg(test)]
mod tests;
