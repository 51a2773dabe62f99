//! From a command to its one request, and from the answer's object to what was accepted. Sends nothing.

use domain::ports::{Acceptance, Command};
use domain::rules::ids::IdempotencyKey;
use domain::rules::misread::Misread;
use reqwest::Url;

use crate::base::Base;
use crate::endpoint::Endpoint;
use crate::json::Object;
use crate::transport::Request;
use crate::{order, shipment, snapshot};

/// The request for a command, or why it must not be sent.
pub fn request(base: &Base, command: &Command, key: IdempotencyKey) -> Result<Request, String> {
    let posted = |endpoint, url, body: Result<Vec<u8>, serde_json::Error>| {
        let body = body.map_err(|error| format!("the request cannot be written: {error}"))?;
        Ok(Request { endpoint, url, body: Some(body), idempotency: Some(key) })
    };
    match command {
        Command::PlaceOrder(command) => {
            let mut url = at(base, &["orders"])?;
            url.set_query(Some("embed=payments"));
            posted(Endpoint::CreateOrder, url, order::body(command))
        }
        Command::CreateShipment(command) if command.lines.is_empty() => {
            Err("a shipment without lines is never sent: Mollie would take it for all the rest".to_owned())
        }
        Command::CreateShipment(command) => {
            let url = at(base, &["orders", command.mollie_id.as_str(), "shipments"])?;
            posted(Endpoint::CreateShipment, url, shipment::body(command))
        }
        // Mollie ignores a key on DELETE, so none is sent: nobody shall believe that it protects.
        Command::CancelOrder { mollie_id } => Ok(Request {
            endpoint: Endpoint::CancelOrder,
            url: at(base, &["orders", mollie_id.as_str()])?,
            body: None,
            idempotency: None,
        }),
    }
}

fn at(base: &Base, segments: &[&str]) -> Result<Url, String> {
    let strange = || "the id cannot stand in a path, so it is none of Mollie's".to_owned();
    base.at(segments).ok_or_else(strange)
}

/// What Mollie accepted, by its answer.
pub fn accept(command: &Command, answer: &Object<'_>) -> Result<Acceptance, Misread> {
    match command {
        Command::PlaceOrder(_) => snapshot::read(answer).map(|read| Acceptance::Placed(Box::new(read))),
        Command::CreateShipment(_) => shipment::read(answer).map(Acceptance::Shipped),
        Command::CancelOrder { mollie_id } => {
            snapshot::read_own(answer, mollie_id).map(|read| Acceptance::Canceled(Box::new(read)))
        }
    }
}
