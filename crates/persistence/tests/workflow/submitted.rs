//! The requests, as tests submit them.

use domain::operations::cancel_lines;
use domain::operations::cancel_order::Cancel;
use domain::operations::create_shipment::Ship;
use domain::ports::Ports;
use domain::rules::ids::OrderId;
use domain::rules::line_cancellation::LineCancellationRequest;
use domain::rules::shipment::ShipmentRequest;
use domain::workflow::submit::{On, submit};
use domain::workflow::{Intent, MutationError, Recorded};

pub async fn ship<P: Ports>(
    ports: &P,
    intent: &Intent,
    id: OrderId,
    request: &ShipmentRequest,
) -> Result<Recorded, MutationError> {
    submit(ports, intent, On::Order(id), &Ship(request.clone())).await
}

pub async fn cancel<P: Ports>(
    ports: &P,
    intent: &Intent,
    id: OrderId,
    release: &[String],
) -> Result<Recorded, MutationError> {
    submit(ports, intent, On::Order(id), &Cancel { release: release.to_vec() }).await
}

pub async fn cancel_lines<P: Ports>(
    ports: &P,
    intent: &Intent,
    id: OrderId,
    request: &LineCancellationRequest,
) -> Result<Recorded, MutationError> {
    submit(ports, intent, On::Order(id), &cancel_lines::Cancel(request.clone())).await
}
