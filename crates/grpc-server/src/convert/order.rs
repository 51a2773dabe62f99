//! An order, its lines and payments as messages.

use domain::operations::operation::Operation;
use domain::rules::line::LineType;
use domain::rules::money::Money;
use domain::rules::order::{Line, Order};
use domain::rules::payment::Payment;
use domain::rules::payment_particulars::Voucher;
use domain::rules::placement::{Mode, Placement};
use domain::rules::refund;
use domain::rules::refused_field;
use domain::rules::shipment::{self, HeldParcel};
use domain::rules::shown_payment::ShownPayment;
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};
use domain::rules::unread::UnreadField;
use domain::rules::violation::Finding;

use super::common::{address, amount, rejection, time};
use super::deadline;
use super::{chargeback, item, operation, value};
use crate::proto;
use crate::rpc::errors::shown;

/// The order with its unsettled operations.
pub fn order<'a>(order: &Order, operations: impl IntoIterator<Item = &'a Operation>) -> proto::Order {
    let (facts, terms) = (&order.facts, &order.terms);
    let operations: Vec<_> = operations.into_iter().map(operation::operation).collect();
    let closed_time = order.closed_time.filter(|_| operations.is_empty());
    proto::Order {
        id: order.id.to_string(),
        mollie_order_id: order.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        profile: order.profile.to_string(),
        mode: mode(order.mode).into(),
        placement: placement(order.placement).into(),
        status: facts.status.map_or(proto::OrderStatus::Unspecified, order_status).into(),
        status_raw: raw(facts.unknown_status.as_ref(), facts.status.map(OrderStatus::as_str)),
        etag: order.version.to_string(),
        order_number: terms.order_number.clone(),
        amount: Some(amount(terms.amount)),
        amount_captured: facts.amount_captured.map(amount),
        amount_refunded: facts.amount_refunded.map(amount),
        lines: order.lines.iter().map(|it| line(order, it)).collect(),
        payments: order.payments.iter().map(payment).collect(),
        billing_address: order.personal.billing_address.as_ref().map(address),
        shipping_address: order.personal.shipping_address.as_ref().map(address),
        consumer_date_of_birth: order
            .personal
            .consumer_date_of_birth
            .map(|date| date.to_string())
            .unwrap_or_default(),
        locale: terms.locale.clone(),
        method: facts.method.clone().unwrap_or_default(),
        allowed_methods: terms.methods.clone(),
        redirect_url: terms.redirect_url.clone().unwrap_or_default(),
        cancel_url: terms.cancel_url.clone().unwrap_or_default(),
        checkout_url: facts.checkout_url.clone().unwrap_or_default(),
        metadata: terms.metadata.as_ref().map(value::from_json),
        shopper_country_must_match_billing_country: terms.shopper_country_must_match_billing_country,
        is_cancelable: facts.is_cancelable,
        operations,
        rejection: order.rejection.as_ref().map(rejection).map(Box::new),
        created_time: Some(time(order.created_time)),
        expires_time: facts.expires_time.map(time),
        authorized_time: facts.authorized_time.map(time),
        paid_time: facts.paid_time.map(time),
        canceled_time: facts.canceled_time.map(time),
        expired_time: facts.expired_time.map(time),
        completed_time: facts.completed_time.map(time),
        closed_time: closed_time.map(time),
        observed_time: order.observed_time.map(time),
        items: order.items.iter().map(item::item).collect(),
        unread_fields: facts.unread.fields.iter().map(unread_field).collect(),
        unread_fields_left_out: i32::try_from(facts.unread.more).unwrap_or(i32::MAX),
        violations: order
            .rejection
            .iter()
            .flat_map(|it| refused_field::violations(it, order))
            .map(|it| warning(&it))
            .collect(),
        warnings: terms.warnings.iter().map(warning).collect(),
        warnings_left_out: i32::try_from(terms.warnings_left_out).unwrap_or(i32::MAX),
        mollie_profile_id: facts.mollie_profile_id.clone().unwrap_or_default(),
        dashboard_url: facts.dashboard_url.clone().unwrap_or_default(),
        payment: facts.payment.as_deref().map(|it| Box::new(shown_payment(it))),
        mollie_created_time: facts.created_time.map(time),
        continues: terms.continues.map(|id| id.to_string()).unwrap_or_default(),
        supersedes: order.supersedes.map(|id| id.to_string()).unwrap_or_default(),
        ship_by_time: order.agenda.ship_by.map(|ship_by| time(ship_by.time)),
        ship_by_cause: order
            .agenda
            .ship_by
            .map_or(proto::DeadlineCause::Unspecified, |ship_by| deadline::cause(ship_by.cause))
            .into(),
        amount_to_capture: Some(amount(order.agenda.to_capture)),
        superseded_by: order.superseded.as_ref().map(|it| it.by.to_string()).unwrap_or_default(),
        held_shipments: order.held.iter().map(|parcel| held_shipment(order, parcel)).collect(),
    }
}

fn shown_payment(shown: &ShownPayment) -> proto::ShownPaymentParameters {
    proto::ShownPaymentParameters {
        parameters: Some(value::object(&shown.parameters)),
        withheld: shown.withheld.clone(),
    }
}

fn held_shipment(order: &Order, parcel: &HeldParcel) -> proto::HeldShipment {
    proto::HeldShipment {
        shipment_id: parcel.shipment_id.to_string(),
        goods_amount: Some(amount(shipment::worth(order, &parcel.lines))),
    }
}

pub(super) fn warning(warning: &Finding) -> proto::DraftViolation {
    found([&warning.path, &warning.rule, &warning.expected, &warning.got].map(|text| shown(text)))
}

/// What was found in a draft: where, by which rule, what was expected and what came.
pub fn found([field, rule, expected, got]: [String; 4]) -> proto::DraftViolation {
    proto::DraftViolation { field, rule, expected, got }
}

fn unread_field(field: &UnreadField) -> proto::UnreadField {
    proto::UnreadField { path: field.path.clone(), raw: field.raw.clone() }
}

fn line(order: &Order, line: &Line) -> proto::OrderLine {
    let (available, refundable) = (line.available(), refund::refundable(order, line));
    let (refunded, refunding) =
        (line.refunded.and(line.payment_refunded), line.refunding.and(line.payment_refunding));
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (line_type, type_raw) = match &line.line_type {
        Read::Known(known) => (line_type(*known), known.as_str().to_owned()),
        Read::Unknown(word) => (proto::OrderLineType::Unspecified, word.clone()),
    };
    proto::OrderLine {
        id: line.id.to_string(),
        mollie_line_id: line.mollie_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        r#type: line_type.into(),
        type_raw,
        category: text(&line.category),
        name: line.name.clone(),
        sku: text(&line.sku),
        status: line.status.map_or(proto::OrderLineStatus::Unspecified, line_status).into(),
        status_raw: raw(line.unknown_status.as_ref(), line.status.map(LineStatus::as_str)),
        quantity: line.quantity.into(),
        quantity_unit: text(&line.quantity_unit),
        unit_price: Some(amount(line.unit_price)),
        discount_amount: line.discount_amount.map(amount),
        total_amount: Some(amount(line.total_amount)),
        vat_rate: line.vat_rate.clone(),
        vat_amount: Some(amount(line.vat_amount)),
        image_url: text(&line.image_url),
        product_url: text(&line.product_url),
        metadata: line.metadata.as_ref().map(value::from_json),
        planned_ship_date: line.planned_ship_date.map(|date| date.to_string()).unwrap_or_default(),
        reference: text(&line.reference),
        is_cancelable: line.is_cancelable,
        mollie_created_time: line.created_time.map(time),
        quantity_shipped: line.shipped.quantity.into(),
        amount_shipped: Some(amount(line.shipped.amount)),
        quantity_canceled: line.canceled.quantity.into(),
        amount_canceled: Some(amount(line.canceled.amount)),
        quantity_refunded: refunded.quantity.into(),
        amount_refunded: Some(amount(refunded.amount)),
        quantity_refunding: refunding.quantity.into(),
        amount_refunding: Some(amount(refunding.amount)),
        quantity_reserved: line.reserved.quantity.into(),
        amount_reserved: Some(amount(line.reserved.amount)),
        quantity_available: available.quantity.into(),
        // Of a line that is claimed twice over nothing is left, and not less.
        amount_available: Some(amount(if available.quantity == 0 {
            Money::zero(line.total_amount.currency())
        } else {
            available.amount
        })),
        quantity_canceling: line.canceling.quantity.into(),
        is_changing: line.is_changing,
        quantity_refundable: refundable.quantity.into(),
        amount_refundable: Some(amount(refundable.amount)),
        amount_canceling: Some(amount(line.canceling.amount)),
    }
}

pub fn payment(payment: &Payment) -> proto::Payment {
    let (status, status_raw) = payment_status(&payment.status);
    let (told, text) = (&payment.particulars, |text: &Option<String>| text.clone().unwrap_or_default());
    proto::Payment {
        mollie_payment_id: payment.mollie_id.to_string(),
        status: status.into(),
        status_raw,
        method: payment.method.clone().unwrap_or_default(),
        amount: Some(amount(payment.amount)),
        amount_captured: payment.amount_captured.map(amount),
        amount_refunded: payment.amount_refunded.map(amount),
        remainder_amount: payment.remainder_amount.map(amount),
        amount_charged_back: payment.amount_charged_back.map(amount),
        created_time: Some(time(payment.created_time)),
        authorized_time: payment.authorized_time.map(time),
        paid_time: payment.paid_time.map(time),
        ended_time: payment.ended_time.map(time),
        checkout_url: payment.checkout_url.clone().unwrap_or_default(),
        expires_time: payment.expires_time.map(time),
        capture_before_time: payment.capture_before.map(time),
        sequence_type: text(&told.sequence_type),
        customer_id: text(&told.customer_id),
        mandate_id: text(&told.mandate_id),
        country_code: text(&told.country_code),
        failure_reason: text(&told.failure_reason),
        amount_remaining: told.amount_remaining.map(amount),
        settlement_amount: told.settlement_amount.map(amount),
        bank_transfer: told.transfer.as_ref().map(|transfer| proto::payment::BankTransfer {
            bank_name: text(&transfer.bank_name),
            bank_account: text(&transfer.bank_account),
            bank_bic: text(&transfer.bank_bic),
            transfer_reference: text(&transfer.transfer_reference),
        }),
        vouchers: told.vouchers.iter().map(voucher).collect(),
        remainder_method: text(&told.remainder_method),
        is_cancelable: told.is_cancelable,
        chargebacks: told.chargebacks.iter().map(chargeback::chargeback).collect(),
    }
}

fn voucher(voucher: &Voucher) -> proto::payment::Voucher {
    let issuer = voucher.issuer.clone().unwrap_or_default();
    proto::payment::Voucher { issuer, amount: voucher.amount.map(amount) }
}

/// Mollie's own text: the status we do not understand, or else the one we do.
pub(super) fn raw(unknown: Option<&String>, known: Option<&'static str>) -> String {
    unknown.cloned().or_else(|| known.map(str::to_owned)).unwrap_or_default()
}

fn mode(mode: Mode) -> proto::Mode {
    match mode {
        Mode::Live => proto::Mode::Live,
        Mode::Test => proto::Mode::Test,
    }
}

fn placement(placement: Placement) -> proto::Placement {
    match placement {
        Placement::Placing => proto::Placement::Placing,
        Placement::Placed => proto::Placement::Placed,
        Placement::Refused => proto::Placement::Refused,
        Placement::Abandoned => proto::Placement::Abandoned,
    }
}

pub fn placement_input(placement: proto::Placement) -> Option<Placement> {
    match placement {
        proto::Placement::Unspecified => None,
        proto::Placement::Placing => Some(Placement::Placing),
        proto::Placement::Placed => Some(Placement::Placed),
        proto::Placement::Refused => Some(Placement::Refused),
        proto::Placement::Abandoned => Some(Placement::Abandoned),
    }
}

pub(super) fn order_status(status: OrderStatus) -> proto::OrderStatus {
    match status {
        OrderStatus::Created => proto::OrderStatus::Created,
        OrderStatus::Pending => proto::OrderStatus::Pending,
        OrderStatus::Authorized => proto::OrderStatus::Authorized,
        OrderStatus::Paid => proto::OrderStatus::Paid,
        OrderStatus::Shipping => proto::OrderStatus::Shipping,
        OrderStatus::Completed => proto::OrderStatus::Completed,
        OrderStatus::Canceled => proto::OrderStatus::Canceled,
        OrderStatus::Expired => proto::OrderStatus::Expired,
    }
}

pub fn order_status_input(status: proto::OrderStatus) -> Option<OrderStatus> {
    match status {
        proto::OrderStatus::Unspecified => None,
        proto::OrderStatus::Created => Some(OrderStatus::Created),
        proto::OrderStatus::Pending => Some(OrderStatus::Pending),
        proto::OrderStatus::Authorized => Some(OrderStatus::Authorized),
        proto::OrderStatus::Paid => Some(OrderStatus::Paid),
        proto::OrderStatus::Shipping => Some(OrderStatus::Shipping),
        proto::OrderStatus::Completed => Some(OrderStatus::Completed),
        proto::OrderStatus::Canceled => Some(OrderStatus::Canceled),
        proto::OrderStatus::Expired => Some(OrderStatus::Expired),
    }
}

pub(super) fn line_status(status: LineStatus) -> proto::OrderLineStatus {
    match status {
        LineStatus::Created => proto::OrderLineStatus::Created,
        LineStatus::Authorized => proto::OrderLineStatus::Authorized,
        LineStatus::Paid => proto::OrderLineStatus::Paid,
        LineStatus::Shipping => proto::OrderLineStatus::Shipping,
        LineStatus::Completed => proto::OrderLineStatus::Completed,
        LineStatus::Canceled => proto::OrderLineStatus::Canceled,
    }
}

/// Its status, and Mollie's word.
pub(super) fn payment_status(read: &Read<PaymentStatus>) -> (proto::PaymentStatus, String) {
    let known = match read {
        Read::Known(known) => known,
        Read::Unknown(word) => return (proto::PaymentStatus::Unspecified, word.clone()),
    };
    let status = match known {
        PaymentStatus::Open => proto::PaymentStatus::Open,
        PaymentStatus::Pending => proto::PaymentStatus::Pending,
        PaymentStatus::Authorized => proto::PaymentStatus::Authorized,
        PaymentStatus::Paid => proto::PaymentStatus::Paid,
        PaymentStatus::Failed => proto::PaymentStatus::Failed,
        PaymentStatus::Canceled => proto::PaymentStatus::Canceled,
        PaymentStatus::Expired => proto::PaymentStatus::Expired,
    };
    (status, known.as_str().to_owned())
}

pub(super) fn line_type(line_type: LineType) -> proto::OrderLineType {
    match line_type {
        LineType::Physical => proto::OrderLineType::Physical,
        LineType::Digital => proto::OrderLineType::Digital,
        LineType::ShippingFee => proto::OrderLineType::ShippingFee,
        LineType::Discount => proto::OrderLineType::Discount,
        LineType::StoreCredit => proto::OrderLineType::StoreCredit,
        LineType::GiftCard => proto::OrderLineType::GiftCard,
        LineType::Surcharge => proto::OrderLineType::Surcharge,
    }
}
