//! The outcome of a command when the wire, the server or something between them fails.

use std::time::Duration;

use axum::http::Response;
use domain::ports::{Command, Gateway, GatewayError, Outcome};
use domain::rules::call_rate::Rank;
use domain::rules::ids::{MollieOrderId, MolliePaymentId};
use mollie_adapter::MollieAdapter;
use serde_json::json;
use tokio::net::TcpListener;

use crate::lego;
use crate::server::{Server, adapter, closes_after, hal, key, never_answers, patient_adapter, profile};

async fn place(adapter: &MollieAdapter) -> Outcome {
    let command = Command::PlaceOrder(Box::new(lego::command()));
    adapter.execute(&profile(), &command, key()).await
}

async fn observe(adapter: &MollieAdapter) -> Result<(), GatewayError> {
    let read = adapter.observe(Rank::First, &profile(), &MollieOrderId::new("ord_1")).await;
    read.map(|_| ())
}

fn is_unknown(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Unknown { .. })
}

#[tokio::test]
async fn nothing_was_sent_if_no_server_listens() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let adapter = adapter(&format!("http://{address}/v2"));
    let outcome = place(&adapter).await;
    assert!(matches!(outcome, Outcome::NotSent { pause: None, .. }), "{outcome:?}");
    assert!(matches!(observe(&adapter).await, Err(GatewayError::Unavailable(_))));
}

#[tokio::test]
async fn nothing_was_sent_if_the_tls_handshake_fails() {
    let address = closes_after("this is not TLS").await;
    let outcome = place(&adapter(&format!("https://{address}/v2"))).await;
    assert!(matches!(outcome, Outcome::NotSent { pause: None, .. }), "{outcome:?}");
}

#[tokio::test]
async fn nothing_was_sent_if_connecting_takes_too_long() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://{}/v2", silent.local_addr().unwrap());
    let adapter = patient_adapter(&base_url, Duration::from_secs(10), Duration::from_millis(100));
    let outcome = place(&adapter).await;
    assert!(matches!(outcome, Outcome::NotSent { pause: None, .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_connection_that_closes_before_the_answer_leaves_the_outcome_unknown() {
    let address = closes_after("").await;
    let adapter = adapter(&format!("http://{address}/v2"));
    let outcome = place(&adapter).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    assert!(matches!(observe(&adapter).await, Err(GatewayError::Unavailable(_))));
}

#[tokio::test]
async fn a_truncated_answer_leaves_the_outcome_unknown() {
    let address = closes_after("HTTP/1.1 201 Created\r\ncontent-length: 900\r\n\r\n{\"id\":").await;
    let adapter = adapter(&format!("http://{address}/v2"));
    let outcome = place(&adapter).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_late_answer_leaves_the_outcome_unknown() {
    let adapter =
        patient_adapter(&never_answers().await, Duration::from_millis(200), Duration::from_millis(100));
    let outcome = place(&adapter).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    assert!(matches!(observe(&adapter).await, Err(GatewayError::Unavailable(_))));
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let server = Server::start([Response::new(" ".repeat((4 << 20) + 1))]).await;
    let outcome = place(&server.adapter()).await;
    assert!(
        matches!(&outcome, Outcome::Unknown { problem, .. } if problem.contains("larger than")),
        "{outcome:?}"
    );
}

/// Lines of 1,000 bytes, a thousand of them, come again in each shipment and in each refund.
#[tokio::test]
async fn an_order_is_read_however_many_parcels_its_lines_left_in() {
    let line = json!({"id": "odl_1.a", "name": "x".repeat(900), "quantity": 1,
        "totalAmount": {"currency": "EUR", "value": "1.00"}});
    let shipment = |n: usize| {
        json!({"resource": "shipment", "id": format!("shp_1.{n}"), "createdAt": "2026-02-02T10:00:00.0Z",
            "lines": vec![&line; 1_000]})
    };
    let mut order = lego::answer("ord_1");
    order["_embedded"] = json!({ "shipments": (0..5).map(shipment).collect::<Vec<_>>() });
    let refund = json!({"resource": "refund", "id": "re_1.a", "status": "pending", "paymentId": "tr_1",
        "amount": {"currency": "EUR", "value": "1.00"}, "createdAt": "2026-02-02T10:00:00.0Z", "lines": vec![&line; 5_000]});
    let refunds = json!({"count": 1, "_embedded": {"refunds": [refund]}, "_links": {"next": null}});
    let server = Server::start([hal(200, &order), hal(200, &refunds)]).await;
    let adapter = server.adapter();
    let read = adapter.observe(Rank::First, &profile(), &MollieOrderId::new("ord_1")).await.unwrap();
    assert_eq!(read.shipments.map(|shipments| shipments.len()), Some(5));
    let refunds = adapter.refunds_of(Rank::First, &profile(), &MolliePaymentId::new("tr_1")).await.unwrap();
    assert_eq!(refunds.len(), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start([hal(201, &lego::answer("ord_1"))]).await;
    for status in [301, 302, 303, 307, 308] {
        let location = format!("{}/orders", elsewhere.base_url);
        let redirect = || Response::builder().status(status).header("location", &location);
        let server =
            Server::start([redirect().body(String::new()).unwrap(), redirect().body(String::new()).unwrap()])
                .await;
        let outcome = place(&server.adapter()).await;
        assert!(is_unknown(&outcome), "{status} {outcome:?}");
        assert!(matches!(observe(&server.adapter()).await, Err(GatewayError::Unreadable(_))));
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_busy_mollie_may_say_how_long_to_wait() {
    let busy = || Response::builder().status(429);
    let dated = busy()
        .header("date", "Wed, 04 Mar 2026 12:00:00 GMT")
        .header("retry-after", "Wed, 04 Mar 2026 12:00:20 GMT");
    let answers =
        [busy(), busy().header("retry-after", "12"), dated].map(|answer| answer.body(String::new()).unwrap());
    let server = Server::start(answers).await;
    let adapter = server.adapter();
    for expected in [None, Some(12), Some(20)] {
        let outcome = place(&adapter).await;
        let expected = expected.map(Duration::from_secs);
        assert!(matches!(outcome, Outcome::NotSent { pause, .. } if pause == expected), "{outcome:?}");
    }
}

#[tokio::test]
async fn nothing_is_ever_sent_twice() {
    let page = Response::builder().status(502).body("<html>Bad Gateway</html>".to_owned());
    let server = Server::start([page.unwrap()]).await;
    let outcome = place(&server.adapter()).await;
    assert!(is_unknown(&outcome), "{outcome:?}");
    assert_eq!(server.seen().len(), 1);
}
