//! The webhook endpoint: Mollie's hints that an order has changed. Webhooks are unsigned, so the address is the proof, and the
//! body is never believed: the order is read. The id in it is kept as a hint, as it may be one that we do not know.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use domain::ports::{Clock, Ports, Store, StoreError};
use domain::rules::ids::OrderId;
use domain::rules::webhook_hint;
use domain::workflow::parse_hook_path;
use persistence::Repeats;
use tracing::{Instrument, debug, debug_span, warn};

use crate::driver::Driver;
use crate::telemetry;

/// Every hook address.
const ROUTE: &str = "/webhooks/mollie/{*address}";

/// A webhook's body is an id; anything larger is not one.
const LARGEST_BODY: usize = 1024;

/// Serves every hook address of the service. `patience`: how long a body may take.
pub fn router(driver: Driver, patience: Duration) -> Router {
    Router::new()
        .route(ROUTE, any(move |State(driver): State<Driver>, request| hear(driver, request, patience)))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(driver)
}

/// How long the database may take. Mollie waits 15 seconds for the answer.
const PATIENCE: Duration = Duration::from_secs(10);

static TOLD: Repeats = Repeats::new();

/// Reads a hook. Who sends its body slowly or without an end is answered and cut off.
async fn hear(driver: Driver, request: Request, patience: Duration) -> Response {
    // Mollie posts. Whoever looks at an address in a browser is no webhook.
    if request.method() != Method::POST {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")]).into_response();
    }
    let uri = request.uri().clone();
    match tokio::time::timeout(patience, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => receive(driver, uri, body).await.into_response(),
        Ok(Err(refused)) => refused.into_response(),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, [(header::CONNECTION, "close")]).into_response(),
    }
}

/// Answers 200 to addresses that are not ours, so that nobody learns which orders exist; 503 makes Mollie retry.
async fn receive(driver: Driver, uri: Uri, body: Bytes) -> StatusCode {
    let service = &driver.service;
    let Some(address) = parse_hook_path(&**service, uri.path()) else {
        debug!("webhook: not one of our addresses");
        telemetry::webhook("unknown");
        return StatusCode::OK;
    };
    let order = address.order_id;
    let span = debug_span!(parent: None, "webhook", http.request.method = "POST", http.route = ROUTE, orders.id = %order);
    // What has begun is never dropped: its connection would be in doubt. So the caller is answered, and it goes on.
    let hint = webhook_hint::in_body(&body).map(str::to_owned);
    let stored = driver.own(store(driver.clone(), order, hint).instrument(span));
    match tokio::time::timeout(PATIENCE, stored).await {
        Ok(Ok(Ok(()))) => {
            telemetry::webhook("stored");
            StatusCode::OK
        }
        Ok(Ok(Err(error))) => not_stored(order, &error.to_string()),
        Ok(Err(failed)) => not_stored(order, &failed.to_string()),
        Err(_) => not_stored(order, "the database does not answer"),
    }
}

async fn store(driver: Driver, order: OrderId, hint: Option<String>) -> Result<(), StoreError> {
    let service = &driver.service;
    service.store().hook_arrived(order, hint.as_deref(), service.clock().now()).await?;
    driver.hook_wake_up.notify_one();
    Ok(())
}

fn not_stored(order: OrderId, error: &str) -> StatusCode {
    if let Some(left_out) = TOLD.due() {
        warn!(%order, error, left_out, "webhook: not stored; Mollie will retry");
    }
    telemetry::webhook("not_stored");
    StatusCode::SERVICE_UNAVAILABLE
}
