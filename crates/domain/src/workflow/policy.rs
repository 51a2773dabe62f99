//! What the service does with an order unasked.

use crate::operations::operation::Operation;
use crate::operations::{Pen, cancel_order, create_payment, create_shipment};
use crate::ports::{Clock, Ports};
use crate::rules::cause::Unasked;
use crate::rules::order::Order;
use crate::rules::placement::Placement;
use crate::rules::ship_by::ShipBy;
use crate::rules::shipment::ShipmentLine;
use crate::rules::status::OrderStatus;

/// Whether the whole order is being canceled, by its caller or by a policy.
pub(super) fn is_being_canceled(unsettled: &[Operation]) -> bool {
    cancel_order::under_way(unsettled).is_some()
}

/// Cancels what was not shipped, shortly before its authorization ends.
pub(super) fn cancel_unshipped(pen: &mut Pen<'_>, ship_by: ShipBy) {
    cancel_order::cancel_unshipped(pen, ship_by);
}

/// Cancels an order that nobody has paid in time.
pub(super) fn cancel_unpaid(pen: &mut Pen<'_>) {
    cancel_order::cancel_unpaid(pen);
}

/// Makes the next payment, after an attempt that has ended.
pub(super) fn second_chance(pen: &mut Pen<'_>) {
    create_payment::second_chance(pen);
}

/// Ships what nobody has to pack.
pub(super) fn auto_ship(pen: &mut Pen<'_>, parts: Vec<ShipmentLine>) {
    create_shipment::auto_ship(pen, parts);
}

/// Whether a policy may act on the order once it is placed: then its unsettled operations matter.
pub(super) fn may_act<P: Ports>(ports: &P, order: &Order) -> bool {
    let age_limit = ports.settings().placement_age_limit;
    order.mollie_id.is_none() && ports.clock().now() > order.overdue_from(age_limit)
}

/// Cancels at Mollie a placement found after its age limit, if it is unpaid and no cancellation was requested.
pub(super) fn apply(pen: &mut Pen<'_>) {
    let order = pen.order();
    let is_unpaid = order.facts.status == Some(OrderStatus::Created) && order.facts.unknown_status.is_none();
    if order.placement == Placement::Placed && is_unpaid && cancel_order::under_way(pen.unsettled()).is_none()
    {
        pen.unasked(Unasked::AgeLimit, cancel_order::for_age);
    }
}
