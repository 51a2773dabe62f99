//! Every field that is read, with an odd value: if no money depends on it, the order stays readable and the field is noted;
//! otherwise the error names the field.

use domain::rules::snapshot::AddressSnapshot;

use super::*;

/// Fields that no money depends on, by JSON pointer, with a value that cannot be understood, and the noted path.
fn decorative() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("/method", json!(["riverty"]), "method"),
        ("/isCancelable", json!("yes"), "isCancelable"),
        ("/orderNumber", json!({"n": 1}), "orderNumber"),
        ("/webhookUrl", json!(true), "webhookUrl"),
        ("/canceledAt", json!("yesterday"), "canceledAt"),
        ("/expiredAt", json!(1_772_625_600), "expiredAt"),
        ("/completedAt", json!({}), "completedAt"),
        ("/billingAddress", json!("Kade 1"), "billingAddress"),
        ("/billingAddress/city", json!(false), "billingAddress.city"),
        ("/billingAddress/email", json!(["fleur@bloemen.example"]), "billingAddress.email"),
        ("/shippingAddress", json!(7), "shippingAddress"),
        ("/_links", json!("links"), "_links"),
        ("/_links/checkout", json!("https://pay.example/c/1"), "_links.checkout"),
        ("/_links/checkout/href", json!({}), "_links.checkout.href"),
        ("/lines/0/type", json!(["physical"]), "lines[0].type"),
        ("/lines/0/category", json!(true), "lines[0].category"),
        ("/lines/0/name", json!({"nl": "Vaas"}), "lines[0].name"),
        ("/lines/0/sku", json!([8]), "lines[0].sku"),
        ("/lines/0/quantityUnit", json!(false), "lines[0].quantityUnit"),
        ("/lines/0/vatRate", json!(["21.00"]), "lines[0].vatRate"),
        ("/lines/0/vatAmount", json!({"value": 8.66, "currency": "EUR"}), "lines[0].vatAmount"),
        ("/lines/0/_links", json!("x"), "lines[0]._links"),
        ("/lines/0/_links/productUrl", json!("https://shop.example/vase"), "lines[0]._links.productUrl"),
        ("/lines/0/_links/imageUrl", json!(true), "lines[0]._links.imageUrl"),
        ("/_embedded/payments/0/method", json!({}), "_embedded.payments[0].method"),
        ("/_embedded/payments/0/expiredAt", json!("soon"), "_embedded.payments[0].expiredAt"),
        ("/_embedded/payments/0/failedAt", json!([1]), "_embedded.payments[0].failedAt"),
        ("/_embedded/payments/0/canceledAt", json!(0), "_embedded.payments[0].canceledAt"),
        ("/_embedded/shipments/0/tracking", json!("3S1"), "_embedded.shipments[0].tracking"),
        ("/_embedded/shipments/0/tracking/code", json!([]), "_embedded.shipments[0].tracking.code"),
        ("/_embedded/shipments/0/tracking/carrier", json!({}), "_embedded.shipments[0].tracking.carrier"),
        ("/_embedded/shipments/0/tracking/url", json!(true), "_embedded.shipments[0].tracking.url"),
    ]
}

/// Fields that money depends on, with values that cannot be understood or are missing, and the field that the error must name.
fn strict() -> Vec<(&'static str, Vec<Value>, &'static str)> {
    let amounts = || {
        let (number, rounded) =
            (json!({"currency": "EUR", "value": 24.95}), json!({"currency": "EUR", "value": "1.005"}));
        vec![json!("24.95"), json!(24.95), json!([1]), json!({"currency": "EUR"}), number, rounded]
    };
    let needed = |mut odd: Vec<Value>| {
        odd.extend([json!(null), json!({}), json!([])]);
        odd
    };
    let texts = || needed(vec![json!(7), json!(""), json!(true), json!(["x"])]);
    let times =
        || vec![json!("yesterday"), json!(""), json!(1_772_625_600), json!(true), json!({}), json!([])];
    let counts = || vec![json!("1"), json!(1.5), json!(-1), json!({}), json!([]), json!(true), json!(1e30)];
    let lists =
        || vec![json!({}), json!("x"), json!({"0": {"id": "x"}}), json!(["x"]), json!([{"name": "x"}])];
    vec![
        ("/id", texts(), "id"),
        ("/status", texts(), "status"),
        ("/amount", needed(amounts()), "amount"),
        ("/amountCaptured", amounts(), "amountCaptured"),
        ("/amountRefunded", amounts(), "amountRefunded"),
        (
            "/createdAt",
            {
                let mut odd = times();
                odd.push(json!(null));
                odd
            },
            "createdAt",
        ),
        ("/expiresAt", times(), "expiresAt"),
        ("/authorizedAt", times(), "authorizedAt"),
        ("/paidAt", times(), "paidAt"),
        ("/lines", lists(), "lines"),
        ("/lines/0", vec![json!("x"), json!(1), json!([1])], "lines[0]"),
        ("/lines/0/id", texts(), "lines[0].id"),
        ("/lines/0/status", texts(), "lines[0].status"),
        (
            "/lines/0/quantity",
            {
                let mut odd = counts();
                odd.push(json!(null));
                odd
            },
            "lines[0].quantity",
        ),
        ("/lines/0/unitPrice", needed(amounts()), "lines[0].unitPrice"),
        ("/lines/0/totalAmount", needed(amounts()), "lines[0].totalAmount"),
        ("/lines/0/discountAmount", amounts(), "lines[0].discountAmount"),
        ("/lines/0/quantityShipped", counts(), "lines[0].quantityShipped"),
        ("/lines/0/quantityCanceled", counts(), "lines[0].quantityCanceled"),
        ("/lines/0/quantityRefunded", counts(), "lines[0].quantityRefunded"),
        ("/lines/0/amountShipped", amounts(), "lines[0].amountShipped"),
        ("/lines/0/amountCanceled", amounts(), "lines[0].amountCanceled"),
        ("/lines/0/amountRefunded", amounts(), "lines[0].amountRefunded"),
        ("/_embedded", vec![json!("x"), json!(1), json!([1])], "_embedded"),
        ("/_embedded/payments", lists(), "_embedded.payments"),
        ("/_embedded/payments/0/id", texts(), "_embedded.payments[0].id"),
        ("/_embedded/payments/0/status", texts(), "_embedded.payments[0].status"),
        ("/_embedded/payments/0/amount", needed(amounts()), "_embedded.payments[0].amount"),
        ("/_embedded/payments/0/amountCaptured", amounts(), "_embedded.payments[0].amountCaptured"),
        ("/_embedded/payments/0/amountRefunded", amounts(), "_embedded.payments[0].amountRefunded"),
        ("/_embedded/payments/0/createdAt", times(), "_embedded.payments[0].createdAt"),
        ("/_embedded/payments/0/authorizedAt", times(), "_embedded.payments[0].authorizedAt"),
        ("/_embedded/payments/0/paidAt", times(), "_embedded.payments[0].paidAt"),
        ("/_embedded/shipments", lists(), "_embedded.shipments"),
        ("/_embedded/shipments/0/id", texts(), "_embedded.shipments[0].id"),
        ("/_embedded/shipments/0/createdAt", times(), "_embedded.shipments[0].createdAt"),
        ("/_embedded/shipments/0/lines", lists(), "_embedded.shipments[0].lines"),
        ("/_embedded/shipments/0/lines/0/id", texts(), "_embedded.shipments[0].lines[0].id"),
        ("/_embedded/shipments/0/lines/0/quantity", counts(), "_embedded.shipments[0].lines[0].quantity"),
        (
            "/_embedded/shipments/0/lines/0/totalAmount",
            needed(amounts()),
            "_embedded.shipments[0].lines[0].totalAmount",
        ),
    ]
}

fn misread(order: &Value) -> Result<Snapshot, Misread> {
    Object::root(order).and_then(|order| read(&order))
}

/// The order with one value replaced; missing parents are created.
pub fn with(pointer: &str, odd: &Value) -> Value {
    let mut order = full_order();
    let mut place = &mut order;
    for name in pointer.split('/').skip(1) {
        place = match name.parse::<usize>() {
            Ok(n) => &mut place[n],
            Err(_) => {
                if !place.is_object() {
                    *place = json!({});
                }
                &mut place[name]
            }
        };
    }
    *place = odd.clone();
    order
}

/// Everything that decides a shipment, a payment or a deadline.
pub fn figures(order: &Snapshot) -> String {
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| {
            let counters = (line.shipped, line.canceled, line.refunded);
            let prices = (line.unit_price, line.total_amount, line.discount_amount);
            (&line.mollie_id, &line.status, line.quantity, counters, prices)
        })
        .collect();
    let payments: Vec<_> = order
        .payments
        .iter()
        .flatten()
        .map(|payment| {
            let amounts = (payment.amount, payment.amount_captured, payment.amount_refunded);
            let times = (payment.created_time, payment.authorized_time, payment.paid_time);
            (&payment.mollie_id, &payment.status, amounts, times)
        })
        .collect();
    let shipments: Vec<_> =
        order.shipments.iter().flatten().map(|one| (&one.mollie_id, one.created_time, &one.lines)).collect();
    let sums = (order.amount, order.amount_captured, order.amount_refunded);
    let times = (order.created_time, order.expires_time, order.authorized_time, order.paid_time);
    format!("{:?}", (&order.mollie_id, &order.status, sums, times, lines, payments, shipments))
}

#[test]
fn a_field_no_money_depends_on_never_makes_an_order_unreadable_and_is_kept_as_it_came() {
    let untouched = figures(&misread(&full_order()).unwrap());
    for (pointer, odd, path) in decorative() {
        let order = misread(&with(pointer, &odd)).unwrap_or_else(|error| panic!("{pointer}: {error}"));
        assert_eq!(figures(&order), untouched, "{pointer}");
        let [noted] = order.unread.fields.as_slice() else { panic!("{pointer}: {:?}", order.unread) };
        assert_eq!(noted.path, path);
        let is_discreet = path.contains("Address") || path == "webhookUrl";
        let raw = odd.to_string();
        assert_eq!(noted.raw == raw, !is_discreet, "{path}: {}", noted.raw);
        if is_discreet {
            let shapes = ["a boolean", "a number", "a text", "a list", "an object"];
            assert!(shapes.contains(&noted.raw.as_str()), "{path}: {}", noted.raw);
        }
    }
}

#[test]
fn a_field_money_depends_on_is_read_strictly_or_named() {
    for (pointer, values, path) in strict() {
        for odd in values {
            let error = misread(&with(pointer, &odd)).expect_err(&format!("{pointer} as {odd}"));
            let field = error.field.unwrap_or_default();
            assert!(field.starts_with(path), "{pointer} as {odd}: {field}");
        }
    }
}

/// Values from Mollie's own answers.
#[test]
fn odd_values_that_are_understood_are_not_noted() {
    for (pointer, odd) in [
        ("/lines/0/sku", json!(5_702_016)),
        ("/billingAddress/postalCode", json!(1012)),
        ("/billingAddress", json!({})),
        ("/billingAddress", json!([])),
        ("/_links", json!([])),
        ("/_embedded/shipments/0/tracking", json!({})),
        ("/amountCaptured", json!({})),
        ("/method", json!(null)),
        ("/lines/0/metadata", json!([[1], {"a": "b"}])),
        ("/expiresAt", json!("2026-03-01")),
    ] {
        let order = misread(&with(pointer, &odd)).unwrap();
        assert!(order.unread.is_empty(), "{pointer}: {:?}", order.unread);
    }
}

#[test]
fn the_readable_parts_of_an_address_are_read() {
    let order = misread(&with("/billingAddress/city", &json!(true))).unwrap();
    let Some(AddressSnapshot { parts, is_whole: false }) = order.billing_address else {
        panic!("an address")
    };
    assert_eq!((parts.city, parts.country.as_deref()), (None, Some("NL")));
}

#[test]
fn a_time_without_an_offset_counts_as_utc_and_is_noted() {
    for field in ["createdAt", "expiresAt", "authorizedAt", "paidAt", "canceledAt"] {
        let order = misread(&with(&format!("/{field}"), &json!("2026-02-01T08:05:00"))).unwrap();
        assert_eq!(order.unread.fields[0].path, field);
    }
    let order = misread(&with("/authorizedAt", &json!("2026-02-01T08:05:00"))).unwrap();
    assert_eq!(order.authorized_time.unwrap().to_string(), "2026-02-01T08:05:00Z");
}

#[test]
fn a_missing_counter_is_not_zero() {
    let shipped = |quantity: Value, amount: Value| {
        let mut order = full_order();
        let line = order["lines"][0].as_object_mut().unwrap();
        for (name, value) in [("quantityShipped", quantity), ("amountShipped", amount)] {
            if value.is_null() {
                line.remove(name);
            } else {
                line.insert(name.to_owned(), value);
            }
        }
        misread(&order).unwrap().lines[0].shipped.map(|part| (part.quantity, part.amount.to_string()))
    };
    let euros = |value: &str| json!({"currency": "EUR", "value": value});
    let is = |quantity, amount: &str| Some((quantity, amount.to_owned()));
    assert_eq!(shipped(json!(null), json!(null)), None);
    assert_eq!(shipped(json!(null), euros("24.95")), None);
    assert_eq!(shipped(json!(0), json!(null)), is(0, "0.00 EUR"));
    assert_eq!(shipped(json!(0), euros("0.00")), is(0, "0.00 EUR"));
    assert_eq!(shipped(json!(1), euros("24.95")), is(1, "24.95 EUR"));
    // One of two at 29.95 each, less 10.00 together, cannot be free.
    assert_eq!(shipped(json!(1), json!(null)), None);
}

/// Mollie omits amounts of zero, and "two for the price of one" may make one of them free.
#[test]
fn units_that_may_be_free_need_no_amount() {
    let mut order = full_order();
    let line = &mut order["lines"][0];
    line["discountAmount"]["value"] = json!("29.95");
    line["totalAmount"]["value"] = json!("29.95");
    line["amountShipped"] = json!(null);
    let part = misread(&order).unwrap().lines[0].shipped;
    assert_eq!(part.map(|part| (part.quantity, part.amount.minor())), Some((1, 0)));
}
