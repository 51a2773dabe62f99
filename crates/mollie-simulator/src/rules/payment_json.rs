//! A payment as answers show it: which keys there are depends on how far it has come.

use serde_json::{Value, json};

use super::caller::Mode;
use super::ids::digest;
use super::json::{HTML, Object, dashboard, documentation, link};
use super::method::Flow;
use super::money::Minor;
use super::records::{Order, Payment, PaymentStatus};
use super::world::World;

/// The payment as the answer itself.
pub fn direct(order: &Order, payment: &Payment, with_remainder: bool, world: &World) -> Value {
    let links = links(order, payment, world).set("documentation", documentation("payments-api/get-payment"));
    body(order, payment, with_remainder, world).set("_links", links).into()
}

pub fn embedded(order: &Order, payment: &Payment, with_remainder: bool, world: &World) -> Value {
    body(order, payment, with_remainder, world).set("_links", links(order, payment, world)).into()
}

fn links(order: &Order, payment: &Payment, world: &World) -> Object {
    let is_open = payment.status == PaymentStatus::Open && order.sequence_type_of(payment) != "recurring";
    let checkout = || link(format!("{}/checkout/{}", world.base(), order.token()), HTML);
    let waits_for_bank = payment.status == PaymentStatus::Open && is_transfer(payment);
    // Pages for people, which the simulator does not have.
    let page = |name: &str| {
        link(format!("https://www.mollie.com/checkout/bank-transfer/{name}/{}", order.token()), HTML)
    };
    let parts =
        |name: &str, any: bool| any.then(|| world.api_link(&format!("payments/{}/{name}", payment.id)));
    Object::default()
        .set("self", world.api_link(&format!("payments/{}", payment.id)))
        .maybe("checkout", is_open.then(&checkout))
        .set("dashboard", dashboard(&format!("payments/{}", payment.id)))
        .maybe("changePaymentState", can_be_changed(order, payment).then(&checkout))
        .set("order", world.api_link(&format!("orders/{}", order.id)))
        .maybe("status", waits_for_bank.then(|| page("status")))
        .maybe("payOnline", waits_for_bank.then(|| page("pay-online")))
        .maybe("refunds", parts("refunds", order.refunds.iter().any(|one| one.payment_id == payment.id)))
        .maybe("captures", parts("captures", order.captures.iter().any(|one| one.payment_id == payment.id)))
        .maybe(
            "chargebacks",
            parts("chargebacks", order.chargebacks.iter().any(|one| one.payment_id == payment.id)),
        )
}

/// Source: recorded answers of the test mode, on a paid payment. Inferred: on an authorized and a pending one too. The state
/// here is chosen on the checkout page.
fn can_be_changed(order: &Order, payment: &Payment) -> bool {
    match (order.owner.mode, payment.status) {
        (Mode::Test, PaymentStatus::Pending | PaymentStatus::Paid | PaymentStatus::Authorized) => true,
        (
            Mode::Test,
            PaymentStatus::Open | PaymentStatus::Failed | PaymentStatus::Canceled | PaymentStatus::Expired,
        )
        | (
            Mode::Live,
            PaymentStatus::Open
            | PaymentStatus::Pending
            | PaymentStatus::Authorized
            | PaymentStatus::Paid
            | PaymentStatus::Failed
            | PaymentStatus::Canceled
            | PaymentStatus::Expired,
        ) => false,
    }
}

fn is_transfer(payment: &Payment) -> bool {
    payment.method.as_deref() == Some("banktransfer")
}

fn of_billing<'a>(order: &'a Order, part: &str) -> Option<&'a str> {
    order.particulars.billing_address.as_ref()?.get(part)?.as_str()
}

/// Of two expired payments in one recorded answer only one has it. Inferred: that one the shopper had opened.
fn country_code(order: &Order, payment: &Payment) -> Option<String> {
    let was_opened = payment.opened || payment.paid_at.is_some() || payment.authorized_at.is_some();
    of_billing(order, "country").filter(|_| was_opened).map(str::to_ascii_uppercase)
}

fn body(order: &Order, payment: &Payment, with_remainder: bool, world: &World) -> Object {
    let particulars = &order.particulars;
    let object = Object::default()
        .set("resource", "payment")
        .set("id", payment.id.as_str())
        .set("mode", order.owner.mode.as_text())
        .set("createdAt", world.time(payment.created_at))
        .set("amount", order.currency.amount(order.amount_of(payment)))
        .set("description", order.description())
        .set("method", payment.method.as_deref())
        .set("metadata", Value::Null)
        .set("status", payment.status.as_text());
    progress(object, order, payment, with_remainder, world)
        .maybe("locale", particulars.locale.as_deref())
        .maybe("countryCode", country_code(order, payment))
        .set("profileId", order.owner.profile.as_str())
        .set("orderId", order.id.as_str())
        .set("sequenceType", order.sequence_type_of(payment))
        .maybe("customerId", payment.terms.customer_id.as_deref())
        .maybe("mandateId", payment.terms.mandate_id.as_deref())
        .set("redirectUrl", particulars.redirect_url.as_deref())
        .maybe("webhookUrl", order.webhook_of(payment))
}

fn progress(object: Object, order: &Order, payment: &Payment, with_remainder: bool, world: &World) -> Object {
    let amount = |minor: Minor| order.currency.amount(minor);
    let object = object.maybe("authorizedAt", world.times(payment.authorized_at));
    let object = match payment.flow() {
        Flow::Authorized if payment.authorized_at.is_some() => {
            object.set("amountCaptured", amount(payment.captured))
        }
        Flow::Authorized | Flow::Paid => object,
    };
    let charged_back = Some(order.charged_back_on(payment)).filter(|minor| *minor > 0);
    let object = object.maybe("amountChargedBack", charged_back.map(amount));
    let refunded = order.refunded_on(payment);
    match payment.status {
        PaymentStatus::Open => {
            let object = object.set("isCancelable", true).set("expiresAt", world.time(payment.expires_at));
            // As recorded: what is to be transferred, and where to.
            if is_transfer(payment) {
                object
                    .set("settlementAmount", amount(order.amount_of(payment)))
                    .set("details", transfer_details(order, payment))
            } else {
                object
            }
        }
        // Neither when it lapses nor a way to pay it: there is nothing for the shopper to do.
        PaymentStatus::Pending => object,
        PaymentStatus::Authorized => object
            .maybe("amountRefunded", Some(refunded).filter(|minor| *minor > 0).map(amount))
            .set("captureBefore", world.time(payment.expires_at)),
        PaymentStatus::Paid => object
            .maybe("paidAt", world.times(payment.paid_at))
            .set("amountRefunded", amount(refunded))
            .set("amountRemaining", amount(order.refundable_on(payment)))
            .set("settlementAmount", amount(order.received_by(payment) - payment.vouchers_total()))
            .set("details", details(order, payment, with_remainder)),
        PaymentStatus::Failed => object.maybe("failedAt", world.times(payment.ended_at)).maybe(
            "details",
            payment.failure_reason.as_ref().map(|reason| json!({ "failureReason": reason })),
        ),
        PaymentStatus::Canceled => object.maybe("canceledAt", world.times(payment.ended_at)),
        PaymentStatus::Expired => object.maybe("expiredAt", world.times(payment.ended_at)),
    }
}

fn details(order: &Order, payment: &Payment, with_remainder: bool) -> Value {
    if payment.vouchers.is_empty() {
        return if is_transfer(payment) {
            transfer_details(order, payment)
        } else {
            details_of(payment.method.as_deref())
        };
    }
    let amount = |minor: Minor| order.currency.amount(minor);
    let vouchers = payment.vouchers.iter();
    let vouchers: Vec<Value> =
        vouchers.map(|one| json!({ "issuer": one.issuer, "amount": amount(one.amount) })).collect();
    let method = payment.remainder_method.as_deref();
    let remainder = method.filter(|_| with_remainder).map(|method| details_of(Some(method)));
    Object::default()
        .maybe("issuer", payment.vouchers.first().map(|one| one.issuer.as_str()))
        .set("vouchers", vouchers)
        .set("remainderAmount", amount(order.amount_of(payment) - payment.vouchers_total()))
        .set("remainderMethod", method)
        .maybe("remainderDetails", remainder)
        .into()
}

fn transfer_details(order: &Order, payment: &Payment) -> Value {
    let digits = format!("{:012}", digest(payment.id.as_bytes()) % 1_000_000_000_000);
    let (first, rest) = digits.split_at(4);
    let (second, third) = rest.split_at(4);
    Object::default()
        .set("bankName", "Stichting Mollie Payments")
        .set("bankAccount", "NL10TEST000100100")
        .set("bankBic", "TESTNL10")
        .set("transferReference", format!("RF12-{first}-{second}-{third}"))
        .maybe("billingEmail", of_billing(order, "email"))
        .into()
}

fn details_of(method: Option<&str>) -> Value {
    match method {
        Some("ideal") => json!({
            "consumerName": "T. TEST",
            "consumerAccount": "NL56RABO0597193515",
            "consumerBic": "RABONL2U",
        }),
        Some(_) | None => json!({ "consumerName": "T. TEST" }),
    }
}
