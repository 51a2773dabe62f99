//! Refunds as Mollie returns them, of an order or of a payment.

use domain::ports::MakeRefund;
use domain::rules::ids::{MollieLineId, MolliePaymentId, MollieRefundId, RefundId};
use domain::rules::misread::Misread;
use domain::rules::money::Money;
use domain::rules::part::Part;
use domain::rules::snapshot::RefundSnapshot;
use domain::rules::status::{Read, RefundStatus};
use serde::Serialize;
use serde_json::{Value, json};

use crate::json::Object;
use crate::money::Amount;
use crate::page::{self, Page};
use crate::shipment::PartBody;

/// Our id of a refund, in its metadata.
pub const OUR_ID: &str = "refund_id";

#[derive(Serialize)]
struct RefundBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Vec<PartBody<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    metadata: Value,
}

/// The body of `POST /orders/{id}/refunds`, with Mollie's line ids, or of `POST /payments/{id}/refunds`.
pub fn body(command: &MakeRefund) -> Result<Vec<u8>, String> {
    let on_order = command.on_payment.is_none();
    let lines =
        || command.lines.iter().map(|line| PartBody::of(&command.order, line)).collect::<Result<_, _>>();
    let body = RefundBody {
        lines: on_order.then(lines).transpose()?,
        amount: (!on_order).then(|| command.amount.into()),
        description: command.description.as_deref(),
        metadata: json!({ OUR_ID: command.refund_id.to_string() }),
    };
    serde_json::to_vec(&body).map_err(|error| format!("the request cannot be written: {error}"))
}

/// Reads a refund. A published answer to its creation has no amount: it is then what its lines add up to.
pub fn read(refund: &Object<'_>) -> Result<RefundSnapshot, Misread> {
    let status = refund.required_text("status")?;
    let lines = refund.objects("lines")?.unwrap_or_default();
    let lines: Vec<_> = lines.iter().map(read_line).collect::<Result<_, _>>()?;
    let amount = match refund.money("amount")? {
        Some(amount) => amount,
        None => sum(&lines).ok_or_else(|| refund.wrong("amount", "an amount"))?,
    };
    Ok(RefundSnapshot {
        mollie_id: MollieRefundId::new(refund.id()?),
        payment_id: refund.id_in("paymentId")?.map(MolliePaymentId::new),
        amount,
        status: RefundStatus::parse(&status).map_or(Read::Unknown(status), Read::Known),
        settlement_amount: refund.loose_money("settlementAmount").value().copied(),
        created_time: refund.required_time("createdAt")?,
        description: refund.loose_text("description"),
        lines,
        ours: refund.value("metadata").and_then(our_id),
    })
}

/// A line's total is the amount of this refund; `orderId` is ignored.
fn read_line(line: &Object<'_>) -> Result<(MollieLineId, Part), Misread> {
    let part = Part {
        quantity: line.count("quantity")?.ok_or_else(|| line.wrong("quantity", "a number"))?,
        amount: line.required_money("totalAmount")?,
    };
    Ok((MollieLineId::new(line.id()?), part))
}

fn sum(lines: &[(MollieLineId, Part)]) -> Option<Money> {
    let mut amounts = lines.iter().map(|(_, part)| part.amount);
    let first = amounts.next()?;
    amounts.try_fold(first, |sum, amount| sum.plus(amount).ok())
}

/// Metadata comes back as it was sent, or as JSON text (published answers have both).
fn our_id(metadata: &Value) -> Option<RefundId> {
    let parsed;
    let metadata = match metadata.as_str() {
        Some(text) => {
            parsed = serde_json::from_str::<Value>(text).ok()?;
            &parsed
        }
        None => metadata,
    };
    metadata.get(OUR_ID).and_then(Value::as_str).and_then(RefundId::parse)
}

/// Reads a page of a payment's list of refunds. Each belongs to that payment, whether it says so or not.
pub fn read_page(list: &Object<'_>, payment: &MolliePaymentId) -> Result<Page<RefundSnapshot>, Misread> {
    page::read(list, "refunds", |refund| {
        Ok(RefundSnapshot { payment_id: Some(payment.clone()), ..read(refund)? })
    })
}

#[cfg(test)]
mod tests {
    use domain::rules::field::Field;
    use domain::rules::ids::{LineId, MollieOrderId};
    use domain::rules::remote::Remote;
    use domain::rules::shipment::ShipmentLine;
    use serde_json::json;

    use super::*;

    fn read_value(value: &Value) -> Result<RefundSnapshot, Misread> {
        read(&Object::root(value).unwrap())
    }

    fn amount(value: &str) -> Value {
        json!({"currency": "EUR", "value": value})
    }

    #[test]
    fn an_answer_without_an_amount_is_worth_what_its_lines_add_up_to() {
        let line = |id: &str, value: &str| json!({"resource": "orderline", "id": id, "orderId": "ord_other", "quantity": 1, "totalAmount": amount(value)});
        let value = json!({"resource": "refund", "id": "re_4qqhO89gsT", "status": "pending",
            "createdAt": "2023-03-14T17:09:02.0Z", "lines": [line("odl_1", "9.95"), {}, line("odl_2", "-1.00")]});
        let refund = read_value(&value).unwrap();
        assert_eq!((refund.amount.value(), refund.lines.len()), ("8.95".to_owned(), 2));
        assert_eq!((refund.payment_id, refund.description, refund.ours), (None, Field::LeftOut, None));
        let bare =
            json!({"id": "re_1", "status": "pending", "createdAt": "2023-03-14T17:09:02.0Z", "lines": []});
        assert_eq!(read_value(&bare).unwrap_err().field.as_deref(), Some("amount"));
    }

    #[test]
    fn what_a_refund_takes_from_the_balance_is_read_where_it_can_be() {
        let of = |settlement: Value| {
            let value = json!({"id": "re_1", "status": "refunded", "createdAt": "2023-03-14T17:09:02.0Z",
                "amount": amount("5.00"), "settlementAmount": settlement});
            read_value(&value).unwrap().settlement_amount.map(|taken| taken.to_string())
        };
        assert_eq!(of(amount("-5.00")).as_deref(), Some("-5.00 EUR"));
        assert_eq!(of(json!({"currency": "USD", "value": "-4.87"})).as_deref(), Some("-4.87 USD"));
        for other in [json!(null), json!("odd"), json!({})] {
            assert_eq!(of(other), None);
        }
    }

    #[test]
    fn a_request_names_its_lines_or_its_amount_and_our_id() {
        let part = Part { quantity: 2, amount: Money::parse("EUR", "5.00").unwrap() };
        let order = Remote {
            id: MollieOrderId::new("ord_b"),
            lines: [(LineId::new(3), MollieLineId::new("odl_3.a1"))].into(),
        };
        let id = "01920000-0000-7000-8000-000000000001";
        let command = MakeRefund {
            order,
            on_payment: None,
            refund_id: RefundId::parse(id).unwrap(),
            amount: part.amount,
            lines: vec![ShipmentLine { line_id: LineId::new(3), part }],
            description: Some("out of stock".to_owned()),
        };
        let sent = |command: &MakeRefund| serde_json::from_slice::<Value>(&body(command).unwrap()).unwrap();
        let line = json!({"id": "odl_3.a1", "quantity": 2, "amount": amount("5.00")});
        let metadata = json!({"refund_id": id});
        let expected = json!({"lines": [line], "description": "out of stock", "metadata": metadata});
        assert_eq!(sent(&command), expected);
        let on_payment =
            MakeRefund { on_payment: Some(MolliePaymentId::new("tr_1")), description: None, ..command };
        assert_eq!(sent(&on_payment), json!({"amount": amount("5.00"), "metadata": metadata}));
    }

    #[test]
    fn our_id_is_found_in_metadata_of_either_form() {
        let id = "01920000-0000-7000-8000-000000000001";
        let of = |metadata: Value| {
            let value = json!({"id": "re_1", "status": "reversed", "createdAt": "2023-03-14T17:09:02.0Z",
                "amount": amount("5.00"), "paymentId": "tr_1", "metadata": metadata});
            let refund = read_value(&value).unwrap();
            assert_eq!(refund.status, Read::Unknown("reversed".to_owned()));
            refund.ours.map(|ours| ours.to_string())
        };
        assert_eq!(of(json!({"refund_id": id})).as_deref(), Some(id));
        assert_eq!(of(json!(format!("{{\"refund_id\":\"{id}\"}}"))).as_deref(), Some(id));
        for other in
            [json!(null), json!("free text"), json!({"refund_id": 7}), json!([1]), json!({"refund_id": "x"})]
        {
            assert_eq!(of(other), None);
        }
    }

    #[test]
    fn a_payments_list_without_its_refunds_proves_nothing() {
        let payment = MolliePaymentId::new("tr_1");
        for list in [json!({}), json!({"_embedded": {}})] {
            assert!(read_page(&Object::root(&list).unwrap(), &payment).is_err());
        }
        let next = "https://evil.example/v2/payments/tr_1/refunds?from=re_2";
        let list = json!({"_embedded": {"refunds": []}, "_links": {"next": {"href": next}}});
        let page = read_page(&Object::root(&list).unwrap(), &payment).unwrap();
        assert_eq!((page.items, page.next.as_deref()), (Vec::new(), Some("re_2")));
    }
}
