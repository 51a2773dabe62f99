//! A parcel that left although its order is over: it is kept as a fact, and nothing is sent.

use crate::operations::pen::Pen;
use crate::rules::concern;
use crate::rules::event::EventData;
use crate::rules::rejection::Rejection;
use crate::rules::request_error::RequestError;
use crate::rules::shipment::{self, Shipment, ShipmentRequest, ShipmentState};
use crate::rules::subject::Subject;

/// Records it as refused, and tells a person what its goods are worth.
pub(super) fn record(request: &ShipmentRequest, pen: &mut Pen<'_>) -> Result<Subject, RequestError> {
    let lines = shipment::plan_late(pen.order(), &pen.shipments(), request)?;
    let unpaid = shipment::unpaid(pen.order(), &pen.shipments(), &lines);
    let shipment = Shipment {
        state: ShipmentState::Refused,
        rejection: Some(Rejection::of_ours("the order was over when the goods left")),
        ..pen.new_shipment(lines, request.tracking.clone())
    };
    let concern = concern::late_parcel(pen.order(), &shipment, unpaid);
    pen.record(EventData::ShipmentTooLate { shipment: Box::new(shipment.clone()) });
    pen.raise(concern);
    let subject = Subject::Shipment(shipment.id);
    pen.put(shipment);
    Ok(subject)
}
