//! `/checkout/{token}`: the page on which a shopper, or a test, says how the payment ends.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Response, StatusCode, header};

use super::engine::Engine;
use super::page;
use crate::rules::{FinalState, NotChosen, Query};

pub async fn show(State(engine): State<Arc<Engine>>, Path(token): Path<String>) -> Response<Body> {
    match engine.run(|world, now| world.checkout(&token, now)) {
        Ok(Some(view)) => html(StatusCode::OK, page::checkout(&view)),
        Ok(None) => unknown_order(),
        Err(stopped) => {
            html(StatusCode::SERVICE_UNAVAILABLE, page::message("Not available", &stopped.to_string()))
        }
    }
}

pub async fn choose(
    State(engine): State<Arc<Engine>>,
    Path(token): Path<String>,
    form: Bytes,
) -> Response<Body> {
    let form = Query::parse(&String::from_utf8_lossy(&form));
    let state = form.get("final_state").unwrap_or_default();
    let Some(state) = FinalState::from_text(state) else {
        let text = format!("\"{state}\" is no result that a payment can have.");
        return html(StatusCode::UNPROCESSABLE_ENTITY, page::message("No such result", &text));
    };
    let method = form.get("method").filter(|method| !method.is_empty());
    let chosen = engine.run(|world, now| {
        let outcome = world.choose(&token, state, method, now);
        (outcome, world.checkout(&token, now))
    });
    match chosen {
        Ok((Ok(Some(next)), _)) => see_other(&next),
        Ok((Ok(None), _)) => html(StatusCode::OK, page::message("Done", "You can close this page.")),
        Ok((Err(NotChosen::UnknownOrder), _) | (Err(NotChosen::NotPayable), None)) => unknown_order(),
        Ok((Err(NotChosen::NotPayable), Some(view))) => html(StatusCode::CONFLICT, page::checkout(&view)),
        Ok((Err(NotChosen::MethodNotOffered(method)), _)) => {
            let text = format!("This order cannot be paid with \"{method}\".");
            html(StatusCode::UNPROCESSABLE_ENTITY, page::message("No such method", &text))
        }
        Ok((Err(NotChosen::Misfit(state)), _)) => {
            let text = format!("A payment of this order with this method cannot become {}.", state.as_text());
            html(StatusCode::UNPROCESSABLE_ENTITY, page::message("No such result", &text))
        }
        Err(stopped) => {
            html(StatusCode::SERVICE_UNAVAILABLE, page::message("Not available", &stopped.to_string()))
        }
    }
}

fn unknown_order() -> Response<Body> {
    html(StatusCode::NOT_FOUND, page::message("Unknown order", "There is no order with this address."))
}

fn html(status: StatusCode, text: String) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn see_other(address: &str) -> Response<Body> {
    let Ok(location) = HeaderValue::from_bytes(address.as_bytes()) else {
        return html(StatusCode::OK, page::message("Done", "The shop's address cannot be opened from here."));
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(header::LOCATION, location);
    response
}
