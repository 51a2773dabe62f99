//! What is really sent for a draft: the adapter's own bytes, taken before they leave.

use std::sync::{Arc, Mutex, PoisonError};

use domain::ports::{Command, Gateway, PlaceOrder};
use domain::rules::draft::OrderDraft;
use domain::rules::ids::{Caller, IdempotencyKey, OrderId, ProfileName, RequestId};
use domain::rules::order::{Order, Placer};
use domain::rules::placement::Mode;
use futures_util::FutureExt;
use jiff::Timestamp;
use mollie_adapter::{Answer, Credential, Failure, MollieAdapter, Request, Transport};
use serde_json::Value;
use uuid::Uuid;

/// Takes the body, and gives no answer.
#[derive(Clone, Default)]
struct Taker(Arc<Mutex<Vec<u8>>>);

impl Transport for Taker {
    async fn send(&self, _key: &Credential, request: Request) -> Result<Answer, Failure> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = request.body.unwrap_or_default();
        Err(Failure::Lost("taken".to_owned()))
    }
}

/// The order of ours that a draft becomes.
#[must_use]
pub fn order(draft: OrderDraft, now: Timestamp) -> Order {
    let placer = Placer {
        id: OrderId::new(Uuid::from_u128(1)),
        profile: ProfileName::new("main"),
        mode: Mode::Test,
        caller: Caller::new("shop"),
        request_id: RequestId::new("r1"),
        hook_base: "https://orders.example".to_owned(),
    };
    Order::placing(placer, draft, now)
}

/// The body that is sent for an order.
///
/// # Panics
/// The adapter sends nothing, or no JSON.
#[must_use]
pub fn body(draft: &OrderDraft, now: Timestamp) -> Value {
    let taker = Taker::default();
    let key = Credential::key("test_readings").expect("a key");
    let profile = ProfileName::new("main");
    let gateway = MollieAdapter::over(taker.clone(), "https://mollie.example/v2", [(profile.clone(), key)])
        .expect("an address");
    let hook_address = "https://orders.example/webhooks/mollie/1/2/3".to_owned();
    let place = PlaceOrder { order: order(draft.clone(), now), payment: draft.payment.clone(), hook_address };
    let command = Command::PlaceOrder(Box::new(place));
    let key = IdempotencyKey::new(Uuid::from_u128(2));
    gateway.execute(&profile, &command, key).now_or_never().expect("it is ready at once");
    let body = taker.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    serde_json::from_slice(&body).expect("JSON was sent")
}
