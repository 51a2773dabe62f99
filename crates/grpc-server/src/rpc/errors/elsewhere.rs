//! The error for a shipment that Mollie rejected because its units were shipped elsewhere.

use domain::rules::shipment::Shipment;
use tonic::{Code, Status};

use super::Failure;
use crate::proto::ErrorReason;

/// The same as if the other shipments had been known at the request; it names them.
pub fn shipped_elsewhere(shipment: &Shipment) -> Status {
    let ids = shipment.elsewhere.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let message = format!("These units were shipped elsewhere, as {ids}; none of them is left to ship.");
    let failure = Failure::new(Code::FailedPrecondition, ErrorReason::QuantityNotAvailable, message)
        .with("shipment_id", shipment.id)
        .with("mollie_shipment_ids", &ids);
    let lines = shipment.lines.iter().map(|line| {
        let text =
            format!("Line {}: {} requested, shipped elsewhere as {ids}.", line.line_id, line.part.quantity);
        (format!("lines/{}", line.line_id), text)
    });
    failure.unmet("QUANTITY_NOT_AVAILABLE", lines).status()
}
