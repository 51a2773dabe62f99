//! `/_simulator/refunds`, `…/captures`, `…/chargebacks`, `…/profiles/{id}/balance` and `…/orders/{id}/books`: what becomes of
//! money after it was paid, as a test wants it. Decides nothing.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::Deserialize;
use serde_json::{Value, json};

use super::control::{Reply, parse, refuse, stopped};
use super::engine::Engine;
use crate::rules::{
    Amount, CaptureStatus, CaptureUnmoved, ChargebackReason, Currency, NotChargedBack, NotReversed,
    RefundStatus, RefundUnmoved, Refusal,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedStatus {
    status: String,
    /// ISO 8601, as in `P3D`; a day has 24 hours.
    after: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedChargeback {
    amount: Option<Amount>,
    reason: Option<ChargebackReason>,
}

/// `{"status": "failed"}`, with `"after": "P3D"` for later.
pub async fn set_refund(State(engine): State<Arc<Engine>>, Path(id): Path<String>, body: Bytes) -> Reply {
    let WantedStatus { status, after } = parse(&body)?;
    let wanted = RefundStatus::from_text(&status).ok_or_else(|| {
        let texts = "queued, pending, processing, refunded, failed or canceled";
        refuse(Refusal::field("status", format!("The status should be {texts}.")))
    })?;
    let after = after.as_deref().map(duration).transpose()?;
    let moved = engine.run(|world, now| match after {
        None => world.set_refund_status(&id, wanted, now),
        Some(after) => world.plan_refund_status(&id, wanted, after, now),
    });
    moved.map_err(stopped)?.map_err(|reason| {
        let text = reason.to_string();
        refuse(match reason {
            RefundUnmoved::Unknown(_) => Refusal::new(404, text),
            RefundUnmoved::Misfit(..) => Refusal::new(409, text),
        })
    })?;
    Ok(Json(json!({ "id": id, "status": status })))
}

/// `{"status": "failed"}`, at once.
pub async fn set_capture(State(engine): State<Arc<Engine>>, Path(id): Path<String>, body: Bytes) -> Reply {
    let WantedStatus { status, after } = parse(&body)?;
    if after.is_some() {
        return Err(refuse(Refusal::field("after", "A capture has no after.")));
    }
    let wanted = CaptureStatus::from_text(&status).ok_or_else(|| {
        refuse(Refusal::field("status", "The status should be pending, succeeded or failed."))
    })?;
    let moved = engine.run(|world, now| world.set_capture_status(&id, wanted, now));
    moved.map_err(stopped)?.map_err(|reason| {
        let text = reason.to_string();
        refuse(match reason {
            CaptureUnmoved::Unknown(_) => Refusal::new(404, text),
            CaptureUnmoved::Misfit(..) => Refusal::new(409, text),
        })
    })?;
    Ok(Json(json!({ "id": id, "status": status })))
}

/// `{}` for all that is left, or `amount` and `reason`: `{"code": "AC01", "description": "Account identifier incorrect"}`.
pub async fn charge_back(State(engine): State<Arc<Engine>>, Path(id): Path<String>, body: Bytes) -> Reply {
    let body = if body.is_empty() { Bytes::from_static(b"{}") } else { body };
    let WantedChargeback { amount, reason } = parse(&body)?;
    let made = engine.run(|world, now| world.charge_back(&id, amount.as_ref(), reason, now));
    let chargeback = made.map_err(stopped)?.map_err(|reason| {
        let text = reason.to_string();
        refuse(match reason {
            NotChargedBack::UnknownPayment(_) => Refusal::new(404, text),
            NotChargedBack::NotPaid(_) => Refusal::new(409, text),
            NotChargedBack::Amount(_) => Refusal::field("amount", text),
        })
    })?;
    Ok(Json(json!({ "id": chargeback })))
}

pub async fn reverse(State(engine): State<Arc<Engine>>, Path(id): Path<String>) -> Reply {
    let reversed = engine.run(|world, now| world.reverse_chargeback(&id, now));
    reversed.map_err(stopped)?.map_err(|reason| {
        let text = reason.to_string();
        refuse(match reason {
            NotReversed::Unknown(_) => Refusal::new(404, text),
            NotReversed::Reversed => Refusal::new(409, text),
        })
    })?;
    Ok(Json(json!({ "id": id })))
}

/// `{"value": "10.00", "currency": "EUR"}`. Refunds that wait for it go on as far as it lasts.
pub async fn put_balance(State(engine): State<Arc<Engine>>, Path(id): Path<String>, body: Bytes) -> Reply {
    let Amount { value, currency: code } = parse(&body)?;
    let wrong = |field: &str| refuse(Refusal::field(field, format!("The {field} is invalid.")));
    let currency = Currency::from_code(&code).ok_or_else(|| wrong("currency"))?;
    let amount = currency.parse(&value).ok_or_else(|| wrong("value"))?;
    balance(&engine, &id, currency, Some(amount))
}

/// `?currency=EUR`: the balance is not watched any more, and never too low.
pub async fn delete_balance(
    State(engine): State<Arc<Engine>>,
    Path(id): Path<String>,
    axum::extract::RawQuery(query): axum::extract::RawQuery,
) -> Reply {
    let query = crate::rules::Query::parse(&query.unwrap_or_default());
    let currency = query.get("currency").and_then(Currency::from_code);
    let currency = currency.ok_or_else(|| {
        refuse(Refusal::field("currency", "The currency should be in the query, as in ?currency=EUR."))
    })?;
    balance(&engine, &id, currency, None)
}

/// Answers with what is left after the refunds that waited.
fn balance(engine: &Engine, profile: &str, currency: Currency, amount: Option<i64>) -> Reply {
    let left = engine.run(|world, now| {
        world.set_balance(profile, currency, amount, now);
        world.balance(profile, currency)
    });
    let left = left.map_err(stopped)?;
    Ok(Json(json!({ "profile": profile, "balance": left.map(|minor| currency.amount(minor)) })))
}

pub async fn get_books(State(engine): State<Arc<Engine>>, Path(id): Path<String>) -> Reply {
    let books = engine.run(|world, _| world.books(&id).map(|books| json!(books))).map_err(stopped)?;
    books.map(Json).ok_or_else(|| refuse(Refusal::no_order(&id)))
}

/// Longer than nothing.
fn duration(text: &str) -> Result<SignedDuration, (StatusCode, Json<Value>)> {
    let span: Option<Span> = text.parse().ok();
    let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    duration.filter(SignedDuration::is_positive).ok_or_else(|| {
        refuse(Refusal::field("after", "The after should be an ISO 8601 duration, as in P3D."))
    })
}
