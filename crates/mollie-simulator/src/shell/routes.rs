//! Which handler an address belongs to.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post, put};

use super::engine::Engine;
use super::{api, attempts, checkout, control, dashboard, faults, money, quotas};

/// For forms and control requests; the API reads its bodies itself, to answer in its own shape.
const MAX_BODY: usize = 1024 * 1024;

pub fn router(engine: Arc<Engine>) -> Router {
    Router::new()
        .route("/v2", any(api::handle))
        .route("/v2/{*path}", any(api::handle))
        .route("/checkout/{token}", get(checkout::show).post(checkout::choose))
        .route("/_simulator/clock", get(control::get_clock).post(control::post_clock))
        .route("/_simulator/ledger", get(control::get_ledger))
        .route("/_simulator/switches", get(control::get_switches).put(control::put_switches))
        .route("/_simulator/hold", get(control::get_hold).put(control::put_hold).delete(control::delete_hold))
        .route(
            "/_simulator/faults",
            get(faults::get_faults).put(faults::put_faults).delete(faults::delete_faults),
        )
        .route("/_simulator/orders/{id}/attempts", post(attempts::begin))
        .route("/_simulator/orders/{id}/shipments", post(dashboard::ship))
        .route("/_simulator/orders/{id}/shipments/{shipment_id}", post(dashboard::update_shipment))
        .route("/_simulator/orders/{id}/cancellations", post(dashboard::cancel))
        .route("/_simulator/orders/{id}/books", get(money::get_books))
        .route("/_simulator/attempts/{id}", post(attempts::end))
        .route("/_simulator/attempts/{id}/chargebacks", post(money::charge_back))
        .route("/_simulator/chargebacks/{id}/reversal", post(money::reverse))
        .route("/_simulator/refunds/{id}", post(money::set_refund))
        .route("/_simulator/captures/{id}", post(money::set_capture))
        .route("/_simulator/profiles/{id}/balance", put(money::put_balance).delete(money::delete_balance))
        .route(
            "/_simulator/quota",
            get(quotas::get_quota).put(quotas::put_quota).delete(quotas::delete_quota),
        )
        .route("/_simulator/revoked", get(control::get_revoked).put(control::put_revoked))
        .route("/_simulator/requests", get(control::get_requests))
        .fallback(api::not_found)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(engine)
}
