//! Finding an order again by its hook address.

use domain::ports::{Gateway, GatewayError};
use domain::rules::call_rate::Rank;
use serde_json::{Value, json};

use crate::lego;
use crate::server::{Server, hal, profile};

const SINCE: &str = "2026-02-01T08:00:00Z";

/// A page of orders, given by id, hook and time of day, and the cursor of the next.
fn page(orders: &[(&str, &str, &str)], next: Option<&str>) -> Value {
    let order = |(id, hook, time): &(&str, &str, &str)| json!({"id": id, "webhookUrl": hook, "createdAt": format!("2026-02-01T{time}+00:00")});
    let orders: Vec<_> = orders.iter().map(order).collect();
    let next =
        next.map(|from| json!({"href": format!("https://evil.example/v3/payments?limit=9&from={from}")}));
    json!({"count": orders.len(), "_embedded": {"orders": orders}, "_links": {"previous": null, "next": next}})
}

async fn find(server: &Server) -> Result<Vec<String>, GatewayError> {
    let since = SINCE.parse().unwrap();
    let found = server.adapter().find_by_hook(Rank::First, &profile(), lego::HOOK, since).await;
    found.map(|orders| orders.iter().map(|order| order.mollie_id.to_string()).collect())
}

fn lines(server: &Server) -> Vec<String> {
    server.seen().into_iter().map(|seen| seen.line).collect()
}

#[tokio::test]
async fn an_order_on_a_later_page_is_found_and_read() {
    let server = Server::start([
        hal(200, &page(&[("ord_9", "https://example.org/webhook/9", "09:00:00")], Some("ord_2.b%2Bc"))),
        hal(
            200,
            &page(
                &[("ord_2.b", "https://example.org/other", "08:30:00"), ("ord_1.a", lego::HOOK, "08:00:01")],
                None,
            ),
        ),
        hal(200, &lego::answer("ord_1.a")),
    ])
    .await;
    assert_eq!(find(&server).await.unwrap(), ["ord_1.a"]);
    let expected = [
        "GET /v2/orders?limit=250",
        "GET /v2/orders?limit=250&from=ord_2.b%2Bc",
        "GET /v2/orders/ord_1.a?embed=payments,refunds,shipments",
    ];
    assert_eq!(lines(&server), expected);
}

#[tokio::test]
async fn every_order_under_the_address_is_found_oldest_first_and_once() {
    let server = Server::start([
        hal(
            200,
            &page(
                &[("ord_3.c", lego::HOOK, "09:00:00"), ("ord_2.b", lego::HOOK, "08:30:00")],
                Some("ord_2.b"),
            ),
        ),
        hal(200, &page(&[("ord_2.b", lego::HOOK, "08:30:00"), ("ord_1.a", lego::HOOK, "08:00:01")], None)),
        hal(200, &lego::answer("ord_1.a")),
        hal(200, &lego::answer("ord_2.b")),
        hal(200, &lego::answer("ord_3.c")),
    ])
    .await;
    assert_eq!(find(&server).await.unwrap(), ["ord_1.a", "ord_2.b", "ord_3.c"]);
}

#[tokio::test]
async fn the_search_ends_shortly_before_the_intent() {
    let server = Server::start([
        hal(200, &page(&[("ord_9", "https://a.example", "07:50:00")], Some("ord_8"))),
        hal(200, &page(&[("ord_8", "https://a.example", "07:49:59")], Some("ord_7"))),
    ])
    .await;
    assert!(find(&server).await.unwrap().is_empty());
    assert_eq!(lines(&server).len(), 2);
}

#[tokio::test]
async fn an_empty_list_has_no_match() {
    let server = Server::start([hal(200, &page(&[], None))]).await;
    assert!(find(&server).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_failed_search_does_not_prove_absence() {
    let not_found = json!({"status": 404, "title": "Not Found", "detail": "No such thing."});
    let circle = || hal(200, &page(&[], Some("ord_8")));
    let listed = || hal(200, &page(&[("ord_1.a", lego::HOOK, "08:00:01")], None));
    for (answers, retryable) in [
        (vec![], true),
        (vec![hal(404, &not_found)], false),
        (vec![hal(200, &json!({"count": 0}))], false),
        (vec![circle(), circle(), circle()], false),
        (vec![circle()], true),
        (vec![listed()], true),
        (vec![listed(), hal(404, &not_found)], true),
    ] {
        let server = Server::start(answers).await;
        let error = find(&server).await.unwrap_err();
        assert!(!matches!(error, GatewayError::NotFound) && error.retryable() == retryable, "{error:?}");
    }
}

/// Every lost order is searched for in the same long list. All at once they would time each other out.
#[tokio::test]
async fn at_most_four_lists_are_read_at_once() {
    let (base_url, most) = crate::server::answers_by_four(page(&[], None)).await;
    let adapter = crate::server::adapter(&base_url);
    let (profile, since) = (profile(), SINCE.parse().unwrap());
    let searches = (0..12).map(|_| adapter.find_by_hook(Rank::First, &profile, lego::HOOK, since));
    for found in futures_util::future::join_all(searches).await {
        assert_eq!(found.unwrap().len(), 0);
    }
    assert_eq!(most.load(std::sync::atomic::Ordering::SeqCst), 4);
}
