//! What the simulated API answers: a status with a JSON body, and errors in Mollie's shape.
//!
//! Knows no rule: who refuses says why.

use serde_json::{Map, Value, json};

const DOCUMENTATION: &str = "https://docs.mollie.com";

/// One answer of the API.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// Null for an answer without a body.
    pub body: Value,
    /// True when this is the remembered answer of an earlier request with the same idempotency key.
    pub replayed: bool,
}

impl Answer {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body, replayed: false }
    }

    pub fn created(body: Value) -> Self {
        Self { status: 201, body, replayed: false }
    }

    pub fn no_content() -> Self {
        Self { status: 204, body: Value::Null, replayed: false }
    }
}

/// A request that is refused: nothing has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    pub status: u16,
    pub detail: String,
    pub field: Option<String>,
    /// Boxed: it is rare, and every result of a check carries the room for it.
    pub extra: Option<Box<Value>>,
}

impl Refusal {
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), field: None, extra: None }
    }

    /// 422 for one field.
    pub fn field(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(422, detail) }
    }

    pub fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(422, detail)
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(400, detail)
    }

    pub fn unauthorized() -> Self {
        Self::new(401, "Missing authentication, or failed to authenticate")
    }

    /// A key that stands for another request.
    pub fn key_used() -> Self {
        Self::bad_request("This Idempotency-Key has already been used.")
    }

    /// A key whose first request is still running.
    pub fn key_in_flight() -> Self {
        Self::new(409, "Another request with this Idempotency-Key is already being processed.")
    }

    pub fn no_order(id: &str) -> Self {
        Self::new(404, format!("No order exists with token {id}."))
    }

    /// The sure sign of a wrong key.
    pub fn of_other_profile(what: &str, id: &str) -> Self {
        let detail =
            format!("{what} {id} exists, but belongs to a different website profile than the API key used");
        Self::new(404, detail)
    }

    pub fn no_shipment(id: &str) -> Self {
        Self::nothing_such("shipment", id)
    }

    pub fn nothing_such(what: &str, id: &str) -> Self {
        Self::new(404, format!("No {what} exists with token {id}."))
    }

    /// The supplier of the payment method keeps the authorisation as it is.
    pub fn supplier_declined() -> Self {
        Self::unprocessable(
            "Update authorization not allowed. Decision is based on order state and outcome of risk assessment.",
        )
    }

    /// The HTTP phrase, as it stands in the answer.
    pub fn title(&self) -> &'static str {
        title(self.status)
    }

    /// 422 for something that this call does not have. `place` is `body` or `query`.
    pub fn no_parameter(place: &str, name: &str) -> Self {
        Self::field(name, format!("Non-existent {place} parameter \"{name}\" for this API call."))
    }

    /// Newer documents word errors without amounts, names and states. Of most only that is known, so that the texts
    /// here are ours; field and extra stay what they are.
    pub fn in_newer_words(self) -> Self {
        let detail = match (&self.field, self.status) {
            (Some(field), 422) => format!("The {field} is invalid."),
            _ if self.detail.starts_with("The order cannot be canceled from state") => {
                "The order cannot be cancelled".to_owned()
            }
            _ => return self,
        };
        Self { detail, ..self }
    }

    pub fn with_extra(self, extra: Value) -> Self {
        Self { extra: Some(Box::new(extra)), ..self }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let mut body = Map::new();
        body.insert("status".to_owned(), json!(refusal.status));
        body.insert("title".to_owned(), json!(refusal.title()));
        body.insert("detail".to_owned(), json!(refusal.detail));
        if let Some(field) = refusal.field {
            body.insert("field".to_owned(), json!(field));
        }
        if let Some(extra) = refusal.extra {
            body.insert("extra".to_owned(), *extra);
        }
        let links = json!({ "documentation": { "href": DOCUMENTATION, "type": "text/html" } });
        body.insert("_links".to_owned(), links);
        Self { status: refusal.status, body: Value::Object(body), replayed: false }
    }
}

fn title(status: u16) -> &'static str {
    match status {
        202 => "Accepted",
        400 => "Bad Request",
        401 => "Unauthorized Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}
