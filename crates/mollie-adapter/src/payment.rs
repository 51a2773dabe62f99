//! Payments: parameters for the first one, and the attempts that Mollie reports. Some parameters are secrets: they are written
//! into the request and nowhere else.

use domain::ports::OpenPayment;
use domain::rules::field::Field;
use domain::rules::ids::MolliePaymentId;
use domain::rules::misread::Misread;
use domain::rules::money::Money;
use domain::rules::payment::{Payment, PaymentParameters};
use domain::rules::payment_particulars::{BankTransfer, PaymentParticulars, Voucher};
use domain::rules::shown_payment::ShownPayment;
use domain::rules::status::{PaymentStatus, Read};
use serde_json::{Map, Value};

use crate::json::Object;

const EXTRA_MERCHANT_DATA: &str = "extra_merchant_data";
const FURTHER: &str = "further_parameters";
const WEBHOOK: &str = "webhookUrl";

/// The `payment` object of an order to create. The webhook address is always ours, whatever the parameters say.
pub fn body(parameters: &PaymentParameters, hook_address: &str) -> Value {
    let mut payment = object(parameters);
    put(&mut payment, "webhook_url", hook_address);
    payment
}

/// The body of `POST /orders/{id}/payments`: the parameters stand at the top. Mollie copies the webhook address from the first payment.
pub fn further_body(command: &OpenPayment) -> Result<Vec<u8>, String> {
    let mut payment = object(&command.payment);
    payment["method"] = match &command.methods[..] {
        [] => Value::Null,
        [one] => one.as_str().into(),
        several => several.into(),
    };
    if let Some(fields) = payment.as_object_mut() {
        fields.retain(|name, value| name != WEBHOOK && !value.is_null());
    }
    serde_json::to_vec(&payment).map_err(|error| format!("the request cannot be written: {error}"))
}

/// The parameters as Mollie spells them: `company.vat_number` becomes `vatNumber` within `company`.
fn object(parameters: &PaymentParameters) -> Value {
    let mut payment = Value::Object(Map::new());
    for (path, text) in parameters.0.iter().filter(|(path, _)| *path != FURTHER) {
        put(&mut payment, path, text);
    }
    // This one parameter is an object of free shape, passed as JSON text.
    if let Some(extra) = parameters.get(EXTRA_MERCHANT_DATA).and_then(|text| serde_json::from_str(text).ok())
    {
        payment[camel_case(EXTRA_MERCHANT_DATA)] = extra;
    }
    let further = parameters.get(FURTHER).and_then(|text| serde_json::from_str::<Map<_, _>>(text).ok());
    for (name, value) in further.unwrap_or_default() {
        payment[name] = value;
    }
    payment
}

fn put(object: &mut Value, path: &str, text: &str) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    // A text gives way to an object: `company` and `company.vat_number` cannot both be sent.
    if !object.is_object() {
        *object = Value::Object(Map::new());
    }
    let field = &mut object[camel_case(name)];
    match rest {
        Some(rest) => put(field, rest, text),
        None => *field = Value::String(text.to_owned()),
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}

/// The parameters of an order's payment, without what is secret or the shopper's.
pub fn shown(order: &Object<'_>) -> Field<Box<ShownPayment>> {
    let shown = order.discreet().loose_object("payment");
    shown.and_then(|payment| payment.all().and_then(ShownPayment::of).map(Box::new).into())
}

/// Reads one payment attempt.
pub fn read(payment: &Object<'_>) -> Result<Payment, Misread> {
    let status = payment.required_text("status")?;
    let mut ended_time = None;
    for name in ["failedAt", "canceledAt", "expiredAt"] {
        ended_time = ended_time.or(payment.loose_time(name));
    }
    Ok(Payment {
        mollie_id: MolliePaymentId::new(payment.id()?),
        status: PaymentStatus::parse(&status).map_or(Read::Unknown(status), Read::Known),
        method: payment.loose_text("method").value().cloned(),
        amount: payment.required_money("amount")?,
        checkout_url: payment.loose_link("checkout").value().cloned(),
        amount_captured: payment.some_money("amountCaptured")?,
        amount_refunded: payment.some_money("amountRefunded")?,
        remainder_amount: remainder(payment)?,
        amount_charged_back: payment.some_money("amountChargedBack")?,
        created_time: payment.required_time("createdAt")?,
        authorized_time: payment.time("authorizedAt")?,
        paid_time: payment.time("paidAt")?,
        ended_time,
        expires_time: payment.loose_time("expiresAt"),
        capture_before: payment.loose_end("captureBefore"),
        particulars: particulars(payment),
    })
}

/// What no rule depends on. Of `details` nothing that is the shopper's is read.
fn particulars(payment: &Object<'_>) -> PaymentParticulars {
    let text = |name: &str| payment.loose_text(name).value().cloned();
    let money = |name: &str| payment.loose_money(name).value().copied();
    let details = payment.discreet().loose_object("details");
    let details = details.value();
    let detail = |name: &str| details.and_then(|details| details.loose_text(name).value().cloned());
    let transfer = BankTransfer {
        bank_name: detail("bankName"),
        bank_account: detail("bankAccount"),
        bank_bic: detail("bankBic"),
        transfer_reference: detail("transferReference"),
    };
    let vouchers = details.and_then(|details| details.objects("vouchers").ok().flatten());
    let voucher = |voucher: &Object<'_>| Voucher {
        issuer: voucher.loose_text("issuer").value().cloned(),
        amount: voucher.loose_money("amount").value().copied(),
    };
    PaymentParticulars {
        sequence_type: text("sequenceType"),
        customer_id: text("customerId"),
        mandate_id: text("mandateId"),
        country_code: text("countryCode"),
        failure_reason: detail("failureReason"),
        amount_remaining: money("amountRemaining"),
        settlement_amount: money("settlementAmount"),
        transfer: (transfer != BankTransfer::default()).then_some(transfer),
        vouchers: vouchers.iter().flatten().map(voucher).collect(),
        remainder_method: detail("remainderMethod"),
        is_cancelable: payment.loose_flag("isCancelable").value().copied(),
        chargebacks: Vec::new(),
    }
}

/// What vouchers did not pay, if there were any: only that can be refunded. Without a further method that is nothing.
fn remainder(payment: &Object<'_>) -> Result<Option<Money>, Misread> {
    let Some(details) = payment.object("details")?.filter(|details| details.value("vouchers").is_some())
    else {
        return Ok(None);
    };
    let nothing = Money::zero(payment.required_money("amount")?.currency());
    details.money("remainderAmount").map(|amount| Some(amount.unwrap_or(nothing)))
}

#[cfg(test)]
mod tests {
    use domain::rules::ids::MollieOrderId;
    use serde_json::json;

    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> PaymentParameters {
        PaymentParameters(pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn paths_become_nested_objects_in_mollies_spelling() {
        let given = parameters(&[
            ("issuer", "ideal_INGBNL2A"),
            ("company.vat_number", "NL001"),
            ("company.registration_number", "7"),
            ("application_fee.amount.value", "1.50"),
            ("application_fee.amount.currency", "EUR"),
            ("webhook_url", "https://elsewhere.example/"),
        ]);
        let expected = json!({
            "issuer": "ideal_INGBNL2A",
            "company": {"vatNumber": "NL001", "registrationNumber": "7"},
            "applicationFee": {"amount": {"value": "1.50", "currency": "EUR"}},
            "webhookUrl": "https://shop.example/hook",
        });
        assert_eq!(body(&given, "https://shop.example/hook"), expected);
    }

    #[test]
    fn a_further_payment_has_its_parameters_at_the_top_and_no_webhook_address() {
        let sent = |methods: &[&str], pairs: &[(&str, &str)]| -> Value {
            let command = OpenPayment {
                order: MollieOrderId::new("ord_1"),
                methods: methods.iter().map(|method| (*method).to_owned()).collect(),
                payment: parameters(pairs),
            };
            serde_json::from_slice(&further_body(&command).unwrap()).unwrap()
        };
        assert_eq!(sent(&[], &[]), json!({}));
        assert_eq!(sent(&["ideal"], &[("issuer", "x")]), json!({"method": "ideal", "issuer": "x"}));
        let several = sent(&["ideal", "kbc"], &[("webhook_url", "https://elsewhere.example/")]);
        assert_eq!(several, json!({"method": ["ideal", "kbc"]}));
    }

    /// Whatever Mollie tells of the shopper in `details` is left where it is.
    #[test]
    fn of_details_only_what_is_not_the_shoppers_is_read() {
        let payment = json!({
            "id": "tr_1", "status": "failed", "amount": {"currency": "EUR", "value": "10.00"},
            "createdAt": "2026-02-01T08:00:01+00:00", "captureBefore": "2026-02-28", "sequenceType": "first",
            "customerId": "cst_1", "mandateId": "mdt_1", "countryCode": "NL", "isCancelable": false,
            "amountRemaining": {"currency": "EUR", "value": "1.00"}, "settlementAmount": "odd",
            "details": {
                "consumerName": "T. TEST", "consumerAccount": "NL56RABO0597193515", "cardHolder": "T. TEST",
                "billingEmail": "t@test.example", "failureReason": "insufficient_funds",
                "bankName": "Bank", "bankAccount": "NL10", "bankBic": "TEST", "transferReference": "RF12-3456",
                "vouchers": [{"issuer": "sodexo", "amount": {"currency": "EUR", "value": "3.00"}}, {}],
                "remainderAmount": {"currency": "EUR", "value": "7.00"}, "remainderMethod": "ideal",
            },
        });
        let object = Object::root(&payment).unwrap();
        let read = read(&object).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let expected = PaymentParticulars {
            sequence_type: text("first"),
            customer_id: text("cst_1"),
            mandate_id: text("mdt_1"),
            country_code: text("NL"),
            failure_reason: text("insufficient_funds"),
            amount_remaining: Money::parse("EUR", "1.00").ok(),
            settlement_amount: None,
            transfer: Some(BankTransfer {
                bank_name: text("Bank"),
                bank_account: text("NL10"),
                bank_bic: text("TEST"),
                transfer_reference: text("RF12-3456"),
            }),
            vouchers: vec![Voucher { issuer: text("sodexo"), amount: Money::parse("EUR", "3.00").ok() }],
            remainder_method: text("ideal"),
            is_cancelable: Some(false),
            chargebacks: Vec::new(),
        };
        assert_eq!(read.particulars, expected);
        assert_eq!(read.capture_before.unwrap().to_string(), "2026-02-28T23:59:59Z");
        assert!(!format!("{read:?}").contains("TEST.") && !format!("{read:?}").contains("RABO"), "{read:?}");
        let unread: Vec<_> = object.unread().fields.into_iter().map(|field| field.path).collect();
        assert_eq!(unread, ["settlementAmount"]);
    }

    #[test]
    fn extra_merchant_data_is_sent_as_an_object() {
        let given = parameters(&[("extra_merchant_data", r#"{"payment_history_simple": [{"count": 3}]}"#)]);
        let expected =
            json!({"extraMerchantData": {"payment_history_simple": [{"count": 3}]}, "webhookUrl": "h"});
        assert_eq!(body(&given, "h"), expected);
    }

    #[test]
    fn further_parameters_are_sent_as_they_are() {
        let given = parameters(&[
            ("issuer", "x"),
            ("further_parameters", r#"{"captureMode":"manual","routing":[1,null]}"#),
        ]);
        let expected =
            json!({"issuer": "x", "captureMode": "manual", "routing": [1, null], "webhookUrl": "h"});
        assert_eq!(body(&given, "h"), expected);
    }

    #[test]
    fn of_a_text_and_an_object_with_one_name_the_object_is_sent() {
        let given = parameters(&[("company", "x"), ("company.vat_number", "NL001")]);
        assert_eq!(body(&given, "h"), json!({"company": {"vatNumber": "NL001"}, "webhookUrl": "h"}));
    }

    #[test]
    fn of_vouchers_only_the_remainder_can_be_refunded() {
        let amount = |value: &str| json!({"currency": "EUR", "value": value});
        let read = |details: Value| {
            let value = json!({"id": "tr_1", "status": "paid", "amount": amount("20.00"),
                "createdAt": "2026-03-04T12:00:00Z", "details": details});
            read(&Object::root(&value).unwrap()).unwrap().remainder_amount.map(Money::value)
        };
        let vouchers = json!([{"issuer": "edenred", "amount": amount("15.00")}]);
        assert_eq!(
            read(json!({"vouchers": vouchers, "remainderAmount": amount("5.00")})),
            Some("5.00".into())
        );
        assert_eq!(read(json!({"vouchers": vouchers})), Some("0.00".into()));
        assert_eq!((read(json!([])), read(json!({"consumerName": "Piet"}))), (None, None));
    }

    #[test]
    fn an_attempt_with_an_unknown_status_and_method_is_kept() {
        let value = json!({"resource": "payment", "id": "tr_1.x", "status": "disputed", "method": "twint",
            "amount": {"currency": "CHF", "value": "12.10"}, "createdAt": "2026-03-04T12:00:00.0Z",
            "amountRefunded": {"currency": "CHF", "value": "0.00"}, "canceledAt": "2026-03-04T12:10:00+00:00"});
        let payment = read(&Object::root(&value).unwrap()).unwrap();
        assert_eq!(payment.status, Read::Unknown("disputed".to_owned()));
        assert_eq!((payment.method.as_deref(), payment.amount_refunded), (Some("twint"), None));
        assert_eq!(payment.ended_time.unwrap().to_string(), "2026-03-04T12:10:00Z");
    }
}
