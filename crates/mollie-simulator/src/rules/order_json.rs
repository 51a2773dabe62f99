//! An order as answers show them. A key that has nothing to say is left out unless noted as null.

use serde_json::{Map, Value};

use super::json::{HTML, Object, dashboard, documentation, link};
use super::line_json::{LINE_COUNTERS, line_json};
use super::money::Minor;
use super::payment_json;
use super::records::{Order, OrderStatus};
use super::refund_json;
use super::shipment_json;
use super::switches::{CountryCase, ExpiresAt, LineCounters, PaymentObject, UnchosenMethod, ZeroAmounts};
use super::world::World;

/// Related resources that the request asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Embeds {
    pub payments: bool,
    pub refunds: bool,
    pub shipments: bool,
    /// How the rest of a payment with vouchers was paid. Brings the payments along.
    pub remainder_details: bool,
}

impl Embeds {
    /// Reads `payments,refunds`. What it does not know is ignored.
    pub fn parse(text: &str) -> Self {
        let has = |name: &str| text.split(',').any(|part| part.trim() == name);
        let remainder_details = has("payments.details.remainderDetails");
        Self {
            payments: has("payments") || remainder_details,
            refunds: has("refunds"),
            shipments: has("shipments"),
            remainder_details,
        }
    }

    fn any(self) -> bool {
        self.payments || self.refunds || self.shipments
    }
}

/// The order as the answer itself.
pub fn direct(order: &Order, embeds: Embeds, world: &World) -> Value {
    let embedded = embeds.any().then(|| embedded(order, embeds, world));
    let links = links(order, world).set("documentation", documentation("orders-api/get-order"));
    body(order, world).maybe("_embedded", embedded).set("_links", links).into()
}

/// The order as the answer to its creation, or to a change of its lines.
pub fn changed(order: &Order, embeds: Embeds, world: &World) -> Value {
    let mut body = direct(order, embeds, world);
    match world.switches().line_counters_at_changes {
        LineCounters::Given => {}
        LineCounters::LeftOut => {
            let lines = body.get_mut("lines").and_then(Value::as_array_mut);
            for line in lines.into_iter().flatten().filter_map(Value::as_object_mut) {
                line.retain(|key, _| !LINE_COUNTERS.contains(&key.as_str()));
            }
        }
    }
    body
}

/// The order as an item of a list.
pub fn listed(order: &Order, world: &World) -> Value {
    body(order, world).set("_links", links(order, world)).into()
}

fn embedded(order: &Order, embeds: Embeds, world: &World) -> Value {
    let with_remainder = embeds.remainder_details;
    let payment = |payment| payment_json::embedded(order, payment, with_remainder, world);
    let payments = || order.payments.iter().map(payment);
    let shipments = || order.shipments.iter().map(|shipment| shipment_json::direct(order, shipment, world));
    let shown = || order.refunds.iter().filter(|refund| world.shows(refund));
    let refunds = || shown().map(|refund| refund_json::embedded(order, refund, world));
    Object::default()
        .maybe("payments", embeds.payments.then(|| payments().collect::<Vec<_>>()))
        .maybe("refunds", embeds.refunds.then(|| refunds().collect::<Vec<_>>()))
        .maybe("shipments", embeds.shipments.then(|| shipments().collect::<Vec<_>>()))
        .into()
}

fn links(order: &Order, world: &World) -> Object {
    let can_be_paid = order.status == OrderStatus::Created && order.particulars.sequence_type != "recurring";
    let checkout = || link(format!("{}/checkout/{}", world.base(), order.token()), HTML);
    Object::default()
        .set("self", world.api_link(&format!("orders/{}", order.id)))
        .set("dashboard", dashboard(&format!("orders/{}", order.id)))
        .maybe("checkout", can_be_paid.then(checkout))
}

fn body(order: &Order, world: &World) -> Object {
    let particulars = &order.particulars;
    let milestones = &order.milestones;
    let nulls = world.shows_nulls(order);
    let object = Object::default()
        .set("resource", "order")
        .set("id", order.id.as_str())
        .set("profileId", order.owner.profile.as_str());
    let object = match (&order.method, world.switches().unchosen_method) {
        (Some(method), UnchosenMethod::Null | UnchosenMethod::Absent) => {
            object.set("method", method.as_str())
        }
        (None, UnchosenMethod::Null) => object.set("method", Value::Null),
        (None, UnchosenMethod::Absent) => object,
    };
    let object = object
        .set("amount", order.currency.amount(order.amount - order.shown_less))
        .set("status", order.status.as_text())
        .maybe("isCancelable", order.is_cancelable(world.switches()))
        .set("metadata", particulars.metadata.clone())
        .set("createdAt", world.time(order.created_at))
        .maybe("expiresAt", expires_at(order, world))
        .set("mode", order.owner.mode.as_text())
        .maybe("locale", particulars.locale.as_deref())
        .maybe("billingAddress", particulars.billing_address.as_ref().map(|parts| address(parts, world)))
        .set("shopperCountryMustMatchBillingCountry", particulars.shopper_country_must_match_billing_country)
        .or_null("consumerDateOfBirth", particulars.consumer_date_of_birth.as_deref(), nulls)
        .set("orderNumber", particulars.order_number.as_str())
        .or_null(
            "shippingAddress",
            particulars.shipping_address.as_ref().map(|parts| address(parts, world)),
            nulls,
        );
    let object = zero_or(object, "amountCaptured", order, order.captured, world);
    let object = zero_or(object, "amountRefunded", order, order.refunded(), world);
    object
        .or_null("authorizedAt", world.times(milestones.authorized_at), nulls)
        .or_null("paidAt", world.times(milestones.paid_at), nulls)
        .or_null("canceledAt", world.times(milestones.canceled_at), nulls)
        .or_null("expiredAt", world.times(milestones.expired_at), nulls)
        .or_null("completedAt", world.times(milestones.completed_at), nulls)
        .set("redirectUrl", particulars.redirect_url.as_deref())
        .or_null("cancelUrl", particulars.cancel_url.as_deref(), nulls)
        .or_null("webhookUrl", particulars.webhook_url.as_deref(), nulls)
        .maybe("payment", payment_object(order, world))
        .set("lines", order.lines.iter().map(|line| line_json(order, line, world)).collect::<Vec<_>>())
}

fn payment_object(order: &Order, world: &World) -> Option<Value> {
    match world.switches().payment_object {
        PaymentObject::LeftOut => None,
        PaymentObject::AsSent => Some(order.particulars.payment.clone().map_or(Value::Null, Value::Object)),
    }
}

fn zero_or(object: Object, key: &str, order: &Order, minor: Minor, world: &World) -> Object {
    match world.switches().zero_amounts {
        ZeroAmounts::LeftOut | ZeroAmounts::Zero | ZeroAmounts::Null if minor > 0 => {
            object.set(key, order.currency.amount(minor))
        }
        ZeroAmounts::LeftOut => object,
        ZeroAmounts::Zero => object.set(key, order.currency.amount(0)),
        ZeroAmounts::Null => object.set(key, Value::Null),
    }
}

/// Only while the order can still expire without having been touched.
fn expires_at(order: &Order, world: &World) -> Option<String> {
    let text = match order.status {
        OrderStatus::Created | OrderStatus::Authorized => world.time(order.expires_at),
        OrderStatus::Pending
        | OrderStatus::Paid
        | OrderStatus::Shipping
        | OrderStatus::Completed
        | OrderStatus::Canceled
        | OrderStatus::Expired => return None,
    };
    Some(match world.switches().expires_at {
        ExpiresAt::DateTime => text,
        ExpiresAt::Date => text.chars().take(10).collect(),
    })
}

fn address(parts: &Map<String, Value>, world: &World) -> Value {
    let mut parts = parts.clone();
    if world.switches().country == CountryCase::Upper
        && let Some(country) = parts.get_mut("country")
    {
        *country = country.as_str().map(str::to_ascii_uppercase).into();
    }
    Value::Object(parts)
}
