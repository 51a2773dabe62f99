//! The parameters of an order's payment, as the newest answers show them.

use domain::rules::shown_payment::ShownPayment;

use super::*;

fn shown(payment: &Value) -> Snapshot {
    let mut order = full_order();
    order["payment"] = payment.clone();
    snapshot(&order).unwrap()
}

#[test]
fn the_payment_object_is_read_as_it_came_except_for_secrets() {
    let payment = json!({
        "issuer": "ideal_INGBNL2A", "dueDate": "2026-03-01", "method": null, "newThing": {"levels": [1, 2.5, true]},
        "cardToken": "tkn_1", "voucherPin": 1234, "consumerAccount": "NL10", "webhookUrl": "https://shop.example/hook/1",
    });
    let read = shown(&payment);
    let Field::Value(shown) = read.payment else { panic!("it is shown") };
    let ShownPayment { parameters, mut withheld } = *shown;
    let expected = json!({
        "issuer": "ideal_INGBNL2A", "dueDate": "2026-03-01", "newThing": {"levels": [1, 2.5, true]},
    });
    assert_eq!(Value::Object(parameters), expected);
    withheld.sort();
    assert_eq!(withheld, ["cardToken", "consumerAccount", "voucherPin", "webhookUrl"]);
    assert!(read.unread.is_empty());
}

#[test]
fn a_payment_object_may_be_missing_or_empty_and_of_an_odd_one_only_the_shape_is_kept() {
    assert_eq!(snapshot(&full_order()).unwrap().payment, Field::LeftOut);
    for nothing in [json!(null), json!({}), json!([]), json!({"issuer": null})] {
        assert_eq!(shown(&nothing).payment, Field::LeftOut, "{nothing}");
    }
    for odd in [json!("tkn_1"), json!(7), json!(["tkn_1"])] {
        let read = shown(&odd);
        assert_eq!(read.payment, Field::Unreadable, "{odd}");
        let [field] = &read.unread.fields[..] else { panic!("{:?}", read.unread) };
        assert!(field.path == "payment" && !field.raw.contains("tkn_"), "{field:?}");
    }
}
