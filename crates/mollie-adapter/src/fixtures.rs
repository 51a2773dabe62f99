//! Answers in the shapes Mollie returns, with values of our own. For tests only.

use serde_json::{Value, json};

/// An order with every field that may occur: dotted ids, both forms of times, placeholders, values not known yet.
pub fn full_order() -> Value {
    json!({
        "resource": "order", "id": "ord_3.k8x2pq", "profileId": "pfl_Q1", "method": "riverty", "mode": "test",
        "amount": {"value": "74.95", "currency": "EUR"}, "status": "shipping", "isCancelable": false,
        "metadata": {"basket": [1, 2]}, "createdAt": "2026-02-01T08:00:00+00:00",
        "expiresAt": "2026-03-01T08:00:00.0Z", "locale": "nl_NL", "orderNumber": "B-71", "newThing": {"x": []},
        "billingAddress": {"givenName": "Fleur", "familyName": "Tuin", "email": "fleur@bloemen.example",
            "streetAndNumber": "Kade 1", "city": "Amsterdam", "postalCode": 1012, "country": "nl"},
        "shippingAddress": {},
        "amountCaptured": {"value": "24.95", "currency": "EUR"}, "amountRefunded": {"value": "0.00", "currency": "EUR"},
        "authorizedAt": "2026-02-01T08:05:00.1234564Z", "paidAt": null,
        "redirectUrl": "https://shop.example/back", "webhookUrl": "https://shop.example/hook/1",
        "lines": [full_line(), bare_line(), {}],
        "_embedded": {
            "payments": [full_payment(), {}],
            "shipments": [full_shipment(), {}],
            "refunds": [{}],
        },
        "_links": {"self": {"href": "https://elsewhere.example/orders/ord_other"}, "dashboard": null,
            "checkout": {"href": "https://pay.example/c/1", "type": "text/html"}},
    })
}

fn full_line() -> Value {
    json!({
        "resource": "orderline", "id": "odl_3.a1", "orderId": "ord_another", "name": "Vase", "sku": 8712345,
        "type": "physical", "category": "sport_culture", "status": "shipping", "metadata": {"shelf": 4},
        "quantity": 2, "quantityUnit": "pcs", "quantityShipped": 1, "quantityCanceled": 0, "quantityRefunded": 0,
        "amountShipped": {"value": "24.95", "currency": "EUR"}, "amountCanceled": {"value": "0.00", "currency": "EUR"},
        "amountRefunded": null, "shippableQuantity": 1,
        "unitPrice": {"value": "29.95", "currency": "EUR"}, "discountAmount": {"value": "10", "currency": "EUR"},
        "vatRate": "21.00", "vatAmount": {"value": "8.66", "currency": "EUR"},
        "totalAmount": {"value": "49.900", "currency": "EUR"}, "createdAt": "2026-02-01T08:00:00.0Z",
        "_links": {"productUrl": {"href": "https://shop.example/vase", "type": "text/html"}, "imageUrl": null},
    })
}

fn bare_line() -> Value {
    json!({
        "id": "odl_3.a2", "name": "Workshop", "sku": null, "type": "subscription", "status": "reserved",
        "metadata": null, "quantity": 1, "unitPrice": {"value": "25.05", "currency": "EUR"},
        "totalAmount": {"value": "25.05", "currency": "EUR"}, "_links": [],
    })
}

fn full_payment() -> Value {
    json!({
        "resource": "payment", "id": "tr_3.p1", "status": "authorized", "method": null,
        "amount": {"value": "74.95", "currency": "EUR"}, "amountCaptured": {"value": "24.95", "currency": "EUR"},
        "createdAt": "2026-02-01T08:00:01+00:00", "authorizedAt": "2026-02-01T08:05:00+00:00", "details": {},
    })
}

/// A shipment of one unit of the first line.
pub fn full_shipment() -> Value {
    json!({
        "resource": "shipment", "id": "shp_3.s1", "orderId": "ord_another", "createdAt": "2026-02-02T10:00:00.0Z",
        "tracking": {"carrier": "PostNL", "code": "3S1", "url": "https://track.example/3S1"},
        "lines": [{"id": "odl_3.a1", "status": "shipping", "quantity": 1,
            "totalAmount": {"value": "24.95", "currency": "EUR"}}, {}],
    })
}

/// An order with only the required fields.
pub fn bare_order() -> Value {
    json!({
        "id": "ord_b", "status": "created", "amount": {"value": "25.05", "currency": "EUR"},
        "createdAt": "2026-02-01T08:00:00.0Z", "lines": [bare_line()], "billingAddress": {},
    })
}
