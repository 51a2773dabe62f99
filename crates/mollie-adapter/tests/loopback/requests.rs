//! What goes over the wire.

use domain::ports::{Acceptance, CancelLines, Command, Gateway, GatewayError, Outcome, RegisterShipment};
use domain::rules::call_rate::Rank;
use domain::rules::ids::{LineId, MollieLineId, MollieOrderId, ProfileName};
use domain::rules::part::Part;
use domain::rules::remote::Remote;
use domain::rules::shipment::{ShipmentLine, Tracking};
use serde_json::{Value, json};

use crate::lego::{self, euro};
use crate::server::{KEY, Server, hal, key, profile};

fn place(change: impl FnOnce(&mut domain::ports::PlaceOrder)) -> Command {
    let mut command = lego::command();
    change(&mut command);
    Command::PlaceOrder(Box::new(command))
}

/// Parts of lines, by Mollie's ids; ours count up from 1.
fn ship(parts: Vec<(MollieLineId, Part)>) -> Command {
    let numbered = || (1..).map(LineId::new).zip(parts.iter());
    let order = Remote {
        id: MollieOrderId::new("ord_1.rsa7lu"),
        lines: numbered().map(|(line_id, (id, _))| (line_id, id.clone())).collect(),
    };
    Command::CreateShipment(RegisterShipment {
        order,
        lines: numbered().map(|(line_id, (_, part))| ShipmentLine { line_id, part: *part }).collect(),
        tracking: Some(Tracking { carrier: "PostNL".to_owned(), code: "3S1".to_owned(), url: None }),
    })
}

async fn sent(command: &Command) -> Value {
    let server = Server::start([]).await;
    server.adapter().execute(&profile(), command, key()).await;
    serde_json::from_slice(&server.only().body).unwrap()
}

#[tokio::test]
async fn an_order_is_sent_as_in_mollies_documentation() {
    let server = Server::start([hal(201, &lego::answer("ord_1.rsa7lu"))]).await;
    let outcome = server.adapter().execute(&profile(), &place(|_| ()), key()).await;
    let Outcome::Accepted(Acceptance::Order(snapshot)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(snapshot.mollie_id.as_str(), "ord_1.rsa7lu");
    let seen = server.only();
    assert_eq!(seen.line, "POST /v2/orders?embed=payments");
    assert_eq!(serde_json::from_slice::<Value>(&seen.body).unwrap(), lego::request());
}

#[tokio::test]
async fn a_request_carries_the_profiles_api_key_and_its_idempotency_key() {
    let server = Server::start([]).await;
    server.adapter().execute(&profile(), &place(|_| ()), key()).await;
    let seen = server.only();
    assert_eq!(seen.header("authorization").unwrap(), format!("Bearer {KEY}"));
    assert_eq!(seen.header("idempotency-key").unwrap(), key().to_string());
    assert_eq!(seen.header("content-type").unwrap(), "application/json");
    assert_eq!(seen.header("user-agent").unwrap(), concat!("order-service/", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn the_same_order_is_sent_as_the_same_bytes() {
    let server = Server::start([]).await;
    for _ in 0..2 {
        server.adapter().execute(&profile(), &place(|_| ()), key()).await;
    }
    let seen = server.seen();
    assert_eq!(seen[0].body, seen[1].body);
}

#[tokio::test]
async fn missing_values_are_left_out_and_given_ones_are_sent() {
    let body = sent(&place(|command| {
        let terms = &mut command.order.terms;
        (terms.methods, terms.metadata, terms.redirect_url) = (vec![], None, None);
        command.order.personal = domain::rules::order::Personal::default();
    }))
    .await;
    for name in
        ["method", "metadata", "redirectUrl", "cancelUrl", "billingAddress", "shippingAddress", "expiresAt"]
    {
        assert_eq!(body.get(name), None, "{name}");
    }
    let body = sent(&place(|command| {
        let terms = &mut command.order.terms;
        terms.methods = vec!["ideal".to_owned(), "twint".to_owned()];
        terms.cancel_url = Some("https://example.org/cancel".to_owned());
        terms.expires_on = Some("2026-03-01".parse().unwrap());
        terms.shopper_country_must_match_billing_country = Some(true);
        command.order.lines[0].quantity_unit = Some("pcs".to_owned());
        command.payment.0.insert("card_token".to_owned(), "tkn_1".to_owned());
    }))
    .await;
    assert_eq!(body["method"], json!(["ideal", "twint"]));
    assert_eq!(
        (&body["cancelUrl"], &body["expiresAt"]),
        (&json!("https://example.org/cancel"), &json!("2026-03-01"))
    );
    assert_eq!(body["shopperCountryMustMatchBillingCountry"], json!(true));
    assert_eq!(body["lines"][0]["quantityUnit"], json!("pcs"));
    assert_eq!(body["payment"], json!({"cardToken": "tkn_1", "webhookUrl": lego::HOOK}));
}

#[tokio::test]
async fn a_shipment_is_registered_with_lines_amounts_and_tracking() {
    let answer = json!({"resource": "shipment", "id": "shp_1.x", "createdAt": "2026-02-02T10:00:00.0Z",
        "lines": [{"id": "odl_1.a", "quantity": 1, "totalAmount": {"currency": "EUR", "value": "299.00"}}]});
    let server = Server::start([hal(201, &answer)]).await;
    let part = Part { quantity: 1, amount: euro("299.00") };
    let command = ship(vec![(MollieLineId::new("odl_1.a"), part)]);
    let outcome = server.adapter().execute(&profile(), &command, key()).await;
    let Outcome::Accepted(Acceptance::Shipment(shipment)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!((shipment.mollie_id.as_str(), shipment.lines[0].1), ("shp_1.x", part));
    let seen = server.only();
    assert_eq!(seen.line, "POST /v2/orders/ord_1.rsa7lu/shipments");
    assert_eq!(seen.header("idempotency-key").unwrap(), key().to_string());
    let expected = json!({
        "lines": [{"id": "odl_1.a", "quantity": 1, "amount": {"currency": "EUR", "value": "299.00"}}],
        "tracking": {"carrier": "PostNL", "code": "3S1"},
    });
    assert_eq!(serde_json::from_slice::<Value>(&seen.body).unwrap(), expected);
}

#[tokio::test]
async fn a_shipment_without_lines_is_never_sent() {
    let server = Server::start([]).await;
    let outcome = server.adapter().execute(&profile(), &ship(vec![]), key()).await;
    assert!(matches!(outcome, Outcome::NotSent { pause: None, .. }), "{outcome:?}");
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_order_is_canceled_without_an_idempotency_key() {
    let server = Server::start([hal(200, &lego::answer("ord_1.rsa7lu"))]).await;
    let command = Command::CancelOrder { mollie_id: MollieOrderId::new("ord_1.rsa7lu") };
    let outcome = server.adapter().execute(&profile(), &command, key()).await;
    assert!(matches!(outcome, Outcome::Accepted(Acceptance::Order(_))), "{outcome:?}");
    let seen = server.only();
    assert_eq!(
        (seen.line.as_str(), seen.header("idempotency-key")),
        ("DELETE /v2/orders/ord_1.rsa7lu", None)
    );
    assert!(seen.body.is_empty());
}

/// The lines of a cancellation: none are left out, because to Mollie that means all of them.
#[tokio::test]
async fn lines_are_canceled_without_an_idempotency_key_and_answered_without_a_body() {
    let nothing = hal(204, &json!(null)).map(|_| String::new());
    let server = Server::start([nothing, hal(200, &lego::answer("ord_1.rsa7lu"))]).await;
    let part = Part { quantity: 1, amount: euro("299.00") };
    let Command::CreateShipment(RegisterShipment { order, lines, .. }) =
        ship(vec![(MollieLineId::new("odl_1.a"), part)])
    else {
        panic!("no shipment");
    };
    let command = Command::CancelLines(CancelLines { order: order.clone(), lines });
    let outcome = server.adapter().execute(&profile(), &command, key()).await;
    assert!(matches!(outcome, Outcome::Accepted(Acceptance::Nothing)), "{outcome:?}");
    let seen = server.only();
    assert_eq!(
        (seen.line.as_str(), seen.header("idempotency-key")),
        ("DELETE /v2/orders/ord_1.rsa7lu/lines", None)
    );
    let line = json!({"id": "odl_1.a", "quantity": 1, "amount": {"currency": "EUR", "value": "299.00"}});
    assert_eq!(serde_json::from_slice::<Value>(&seen.body).unwrap(), json!({"lines": [line]}));
    let other = server.adapter().execute(&profile(), &command, key()).await;
    assert!(matches!(other, Outcome::Unknown { stumbled: false, .. }), "{other:?}");
    let all = Command::CancelLines(CancelLines { order, lines: Vec::new() });
    let outcome = server.adapter().execute(&profile(), &all, key()).await;
    assert!(matches!(outcome, Outcome::NotSent { pause: None, .. }), "{outcome:?}");
    assert_eq!(server.seen().len(), 2);
}

/// A 204 has no body. If Mollie's documents promise an order, it is read before anything is believed.
#[tokio::test]
async fn an_answer_without_a_body_is_unknown_if_an_order_was_expected() {
    let nothing = || hal(204, &serde_json::json!(null)).map(|_| String::new());
    let server = Server::start([nothing(), nothing()]).await;
    let cancel = Command::CancelOrder { mollie_id: MollieOrderId::new("ord_1.rsa7lu") };
    for command in [cancel, place(|_| ())] {
        let outcome = server.adapter().execute(&profile(), &command, key()).await;
        assert!(matches!(outcome, Outcome::Unknown { stumbled: false, .. }), "{outcome:?}");
    }
}

#[tokio::test]
async fn ids_are_encoded_and_cannot_leave_their_segment() {
    let id = MollieOrderId::new("ord_1.a/../b?c #%2e");
    let server = Server::start([hal(200, &lego::answer(id.as_str()))]).await;
    let adapter = server.adapter();
    assert!(adapter.observe(Rank::First, &profile(), &id).await.is_err(), "no answer has such an id");
    let expected = "GET /v2/orders/ord_1.a%2F..%2Fb%3Fc%20%23%252e?embed=payments,refunds,shipments";
    assert_eq!(server.only().line, expected);
    for id in ["", ".", ".."] {
        let id = MollieOrderId::new(id);
        assert!(matches!(adapter.observe(Rank::First, &profile(), &id).await, Err(GatewayError::NotFound)));
        let outcome = adapter.execute(&profile(), &Command::CancelOrder { mollie_id: id }, key()).await;
        assert!(matches!(outcome, Outcome::NotSent { .. }), "{outcome:?}");
    }
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_profile_without_a_key_sends_nothing() {
    let (server, other) = (Server::start([]).await, ProfileName::new("other"));
    let adapter = server.adapter();
    let outcome = adapter.execute(&other, &place(|_| ()), key()).await;
    assert!(
        matches!(&outcome, Outcome::NotSent { problem, .. } if problem.contains("profiles.other.api_key_file")),
        "{outcome:?}"
    );
    let read = adapter.observe(Rank::First, &other, &MollieOrderId::new("ord_1")).await;
    assert!(matches!(read, Err(GatewayError::NoKey(profile)) if profile == other));
    assert!(adapter.has_key(&other).is_err() && adapter.has_key(&ProfileName::new("main")).is_ok());
    assert!(server.seen().is_empty());
}
