//! Turns a command into its request, and the answer into what was accepted. Sends nothing.

use domain::ports::{Acceptance, Command, TrackShipment};
use domain::rules::call_rate::Rank;
use domain::rules::ids::IdempotencyKey;
use domain::rules::misread::Misread;
use reqwest::Url;

use crate::base::Base;
use crate::endpoint::Endpoint;
use crate::json::Object;
use crate::transport::Request;
use crate::{line_change, order, payment, refund, shipment, snapshot};

/// The request for a command, or why it must not be sent.
pub fn request(base: &Base, command: &Command, key: IdempotencyKey) -> Result<Request, String> {
    let posted = |endpoint, url, body: Vec<u8>| {
        Ok(Request { endpoint, url, body: Some(body), idempotency: Some(key), rank: Rank::First })
    };
    match command {
        Command::PlaceOrder(command) => {
            let mut url = at(base, &["orders"])?;
            url.set_query(Some("embed=payments"));
            let body = order::body(command);
            posted(
                Endpoint::CreateOrder,
                url,
                body.map_err(|error| format!("the request cannot be written: {error}"))?,
            )
        }
        Command::CreateShipment(command) if command.lines.is_empty() => {
            Err("a shipment without lines is never sent: to Mollie it means everything that is left"
                .to_owned())
        }
        Command::CreateShipment(command) => {
            let url = at(base, &["orders", command.order.id.as_str(), "shipments"])?;
            posted(Endpoint::CreateShipment, url, shipment::body(command)?)
        }
        // Mollie ignores a key on PATCH and DELETE, so none is sent: it would suggest a protection that does not exist.
        Command::UpdateShipment(TrackShipment { order, shipment, tracking }) => Ok(Request {
            endpoint: Endpoint::UpdateShipment,
            url: at(base, &["orders", order.as_str(), "shipments", shipment.as_str()])?,
            body: Some(shipment::tracking_body(tracking)?),
            idempotency: None,
            rank: Rank::First,
        }),
        Command::CreateRefund(command) => {
            let (endpoint, url) = match &command.on_payment {
                None if command.lines.is_empty() => {
                    let problem =
                        "a refund on an order without lines is never sent: to Mollie it means everything";
                    return Err(problem.to_owned());
                }
                None => {
                    let path = ["orders", command.order.id.as_str(), "refunds"];
                    (Endpoint::CreateOrderRefund, at(base, &path)?)
                }
                Some(payment) => {
                    let path = ["payments", payment.as_str(), "refunds"];
                    (Endpoint::CreatePaymentRefund, at(base, &path)?)
                }
            };
            posted(endpoint, url, refund::body(command)?)
        }
        Command::CreatePayment(command) => {
            let url = at(base, &["orders", command.order.as_str(), "payments"])?;
            posted(Endpoint::CreatePayment, url, payment::further_body(command)?)
        }
        Command::UpdateOrder(command) => Ok(Request {
            endpoint: Endpoint::UpdateOrder,
            url: at(base, &["orders", command.order.as_str()])?,
            body: Some(order::update_body(command)?),
            idempotency: None,
            rank: Rank::First,
        }),
        Command::ManageLines(command) => line_change::request(base, command),
        Command::CancelRefund { payment, refund } => Ok(Request {
            endpoint: Endpoint::CancelRefund,
            url: at(base, &["payments", payment.as_str(), "refunds", refund.as_str()])?,
            body: None,
            idempotency: None,
            rank: Rank::First,
        }),
        Command::CancelOrder { mollie_id } => Ok(Request {
            endpoint: Endpoint::CancelOrder,
            url: at(base, &["orders", mollie_id.as_str()])?,
            body: None,
            idempotency: None,
            rank: Rank::First,
        }),
        Command::CancelLines(command) if command.lines.is_empty() => {
            Err("a cancellation without lines is never sent: to Mollie it means everything that is left"
                .to_owned())
        }
        Command::CancelLines(command) => Ok(Request {
            endpoint: Endpoint::CancelLines,
            url: at(base, &["orders", command.order.id.as_str(), "lines"])?,
            body: Some(shipment::cancellation_body(command)?),
            idempotency: None,
            rank: Rank::First,
        }),
    }
}

/// The address of these segments.
pub fn at(base: &Base, segments: &[&str]) -> Result<Url, String> {
    let strange = || "the id is not valid in a path, so it is not Mollie's".to_owned();
    base.at(segments).ok_or_else(strange)
}

/// What Mollie accepted, from its answer; `None`: it answered 204, without a body. An expected order or shipment must be readable
/// before anything is believed.
pub fn accept(command: &Command, answer: Option<&Object<'_>>) -> Result<Acceptance, Misread> {
    let whole = || answer.ok_or("it has no body");
    match command {
        Command::PlaceOrder(_) => snapshot::read(whole()?).map(|read| Acceptance::Order(Box::new(read))),
        Command::CreateShipment(_) => shipment::read(whole()?).map(Acceptance::Shipment),
        Command::UpdateShipment(TrackShipment { shipment, .. }) => {
            shipment::read_own(whole()?, shipment).map(Acceptance::Shipment)
        }
        Command::CreateRefund(_) => refund::read(whole()?).map(Acceptance::Refund),
        Command::CreatePayment(_) => payment::read(whole()?).map(|read| Acceptance::Payment(Box::new(read))),
        Command::UpdateOrder(command) => {
            snapshot::read_own(whole()?, &command.order).map(|read| Acceptance::Order(Box::new(read)))
        }
        Command::ManageLines(command) => {
            snapshot::read_own(whole()?, &command.order.id).map(|read| Acceptance::Order(Box::new(read)))
        }
        // Whatever it holds: Mollie's documents promise no body.
        Command::CancelRefund { .. } => Ok(Acceptance::Nothing),
        Command::CancelOrder { mollie_id } => {
            snapshot::read_own(whole()?, mollie_id).map(|read| Acceptance::Order(Box::new(read)))
        }
        // Mollie promises 204. Anything else is no answer to this call, so the order is read.
        Command::CancelLines(_) => match answer {
            None => Ok(Acceptance::Nothing),
            Some(_) => Err("it has a body where none was promised".into()),
        },
    }
}
