//! The webhook endpoint: Mollie's hints that an order has changed. Webhooks are unsigned, so the address is the proof, and the
//! body is never believed: the order is read. The id in it is kept as a hint, as it may be one that we do not know.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use domain::ports::{Clock, Ports, Store};
use domain::rules::ids::OrderId;
use domain::rules::webhook_hint;
use domain::workflow::parse_hook_path;
use persistence::Repeats;
use tracing::{Instrument, debug, debug_span, warn};

use crate::driver::Driver;

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

static TOLD: Repeats = Repeats::new();

/// Reads a hook. Who sends its body slowly or without an end is answered and cut off.
async fn hear(driver: Driver, request: Request, patience: Duration) -> Response {
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
        return StatusCode::OK;
    };
    let order = address.order_id;
    let span = debug_span!(parent: None, "webhook", http.request.method = "POST", http.route = ROUTE, orders.id = %order);
    store(&driver, order, webhook_hint::in_body(&body)).instrument(span).await
}

async fn store(driver: &Driver, order: OrderId, hint: Option<&str>) -> StatusCode {
    let service = &driver.service;
    match service.store().hook_arrived(order, hint, service.clock().now()).await {
        Ok(_) => {
            driver.hook_wake_up.notify_one();
            StatusCode::OK
        }
        Err(error) => {
            if let Some(left_out) = TOLD.due() {
                warn!(%order, %error, left_out, "webhook: not stored; Mollie will retry");
            }
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
