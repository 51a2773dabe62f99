//! A draft as the workflow's input.

use std::collections::BTreeMap;

use domain::rules::draft::OrderInput;
use domain::rules::line::{LineInput, LineType};
use domain::rules::payment::PaymentParameters;
use domain::rules::violation::{Violation, Violations};

use prost_types::value::Kind;

use super::common::{address_input, amount_input};
use super::value::{self, Unfit};
use crate::proto;
use crate::wire::bounds::DEPTH;

/// The draft as input, and the faults that only a message can have.
pub fn input(draft: proto::OrderDraft, path: &str) -> (OrderInput, Vec<Violation>) {
    let mut faults = Violations::default();
    let metadata = json(draft.metadata.as_ref(), &format!("{path}.metadata"), &mut faults);
    let lines = draft.lines.into_iter().enumerate();
    let lines =
        lines.map(|(n, line_draft)| line(line_draft, &format!("{path}.lines[{n}]"), &mut faults)).collect();
    let input = OrderInput {
        order_number: draft.order_number,
        amount: draft.amount.map(amount_input),
        lines,
        billing_address: draft.billing_address.map(address_input),
        shipping_address: draft.shipping_address.map(address_input),
        consumer_date_of_birth: draft.consumer_date_of_birth,
        redirect_url: draft.redirect_url,
        cancel_url: draft.cancel_url,
        locale: draft.locale,
        methods: draft.method,
        payment: draft
            .payment
            .map(|given| payment(given, &format!("{path}.payment"), &mut faults))
            .unwrap_or_default(),
        metadata,
        expires_on: draft.expires_on,
        shopper_country_must_match_billing_country: draft.shopper_country_must_match_billing_country,
    };
    (input, faults.into_vec())
}

/// JSON of a message, or the fault that it has.
pub fn json(
    value: Option<&prost_types::Value>,
    path: &str,
    faults: &mut Violations,
) -> Option<serde_json::Value> {
    match value::to_json(value?) {
        Ok(json) => return Some(json),
        Err(Unfit::Inexact) => faults.add(
            path,
            "value.exact",
            "numbers that a double holds exactly; larger ones as text",
            "a larger number",
        ),
        Err(Unfit::TooDeep) => {
            faults.add(path, "value.depth", format!("at most {DEPTH} levels of lists and objects"), "more");
        }
    }
    None
}

/// A line of a draft.
pub fn line(line: proto::OrderLineDraft, path: &str, faults: &mut Violations) -> LineInput {
    LineInput {
        line_type: line_type(line.r#type),
        category: line.category,
        name: line.name,
        quantity: line.quantity,
        quantity_unit: line.quantity_unit,
        unit_price: line.unit_price.map(amount_input),
        discount_amount: line.discount_amount.map(amount_input),
        total_amount: line.total_amount.map(amount_input),
        vat_rate: line.vat_rate,
        vat_amount: line.vat_amount.map(amount_input),
        sku: line.sku,
        image_url: line.image_url,
        product_url: line.product_url,
        metadata: json(line.metadata.as_ref(), &format!("{path}.metadata"), faults),
        planned_ship_date: line.planned_ship_date,
        reference: line.reference,
    }
}

/// `None`: left out. `Some(None)`: a number this release does not know.
fn line_type(number: i32) -> Option<Option<LineType>> {
    let Ok(known) = proto::OrderLineType::try_from(number) else {
        return Some(None);
    };
    match known {
        proto::OrderLineType::Unspecified => None,
        proto::OrderLineType::Physical => Some(Some(LineType::Physical)),
        proto::OrderLineType::Digital => Some(Some(LineType::Digital)),
        proto::OrderLineType::ShippingFee => Some(Some(LineType::ShippingFee)),
        proto::OrderLineType::Discount => Some(Some(LineType::Discount)),
        proto::OrderLineType::StoreCredit => Some(Some(LineType::StoreCredit)),
        proto::OrderLineType::GiftCard => Some(Some(LineType::GiftCard)),
        proto::OrderLineType::Surcharge => Some(Some(LineType::Surcharge)),
    }
}

pub fn payment(payment: proto::PaymentParameters, path: &str, faults: &mut Violations) -> PaymentParameters {
    let mut object = |object: Option<prost_types::Struct>, name: &str| {
        let value = object.map(|object| prost_types::Value { kind: Some(Kind::StructValue(object)) });
        let json = json(value.as_ref(), &format!("{path}.{name}"), faults);
        json.map(|json| json.to_string()).unwrap_or_default()
    };
    let extra = object(payment.extra_merchant_data, "extra_merchant_data");
    let further = object(payment.further_parameters, "further_parameters");
    let (company, fee) = (payment.company.unwrap_or_default(), payment.application_fee.unwrap_or_default());
    let fee_amount = fee.amount.unwrap_or_default();
    let parameters = [
        ("issuer", payment.issuer),
        ("customer_id", payment.customer_id),
        ("mandate_id", payment.mandate_id),
        ("sequence_type", payment.sequence_type),
        ("card_token", payment.card_token),
        ("apple_pay_payment_token", payment.apple_pay_payment_token),
        ("consumer_account", payment.consumer_account),
        ("customer_reference", payment.customer_reference),
        ("extra_merchant_data", extra),
        ("further_parameters", further),
        ("voucher_number", payment.voucher_number),
        ("voucher_pin", payment.voucher_pin),
        ("due_date", payment.due_date),
        ("company.registration_number", company.registration_number),
        ("company.vat_number", company.vat_number),
        ("company.entity_type", company.entity_type),
        ("application_fee.description", fee.description),
        ("application_fee.amount.currency", fee_amount.currency),
        ("application_fee.amount.value", fee_amount.value),
    ];
    let given = parameters.into_iter().filter(|(_, text)| !text.is_empty());
    PaymentParameters(given.map(|(path, text)| (path.to_owned(), text)).collect::<BTreeMap<_, _>>())
}
