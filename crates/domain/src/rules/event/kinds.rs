//! The names of all kinds of events: what a reader may ask for. It may not say what they mean; docs/events.md does.

/// Every name that [`EventData::kind`](super::EventData::kind) gives.
pub const KINDS: &[&str] = &[
    "auto_ship.left_to_people",
    "auto_ship.ships",
    "auto_ship.would_ship",
    "cancellation.recorded",
    "cancellation.refused",
    "cancellation.succeeded",
    "capture.failed",
    "capture.missing",
    "capture.pending",
    "capture.status_not_understood",
    "capture.succeeded",
    "chargeback.received",
    "chargeback.reversed",
    "deadline.blocked",
    "deadline.cancels",
    "deadline.left_to_people",
    "deadline.lost",
    "deadline.waits",
    "deadline.warning",
    "deadline.would_cancel",
    "item.closed",
    "item.raised",
    "lines.change_recorded",
    "lines.change_refused",
    "lines.changed",
    "operation.needs_attention",
    "operation.resolved",
    "operation.retried",
    "order.authorized",
    "order.canceled",
    "order.completed",
    "order.created",
    "order.expired",
    "order.number_lost",
    "order.paid",
    "order.pending",
    "order.placed",
    "order.placement_abandoned",
    "order.placement_refused",
    "order.recorded",
    "order.reinstated",
    "order.replaced",
    "order.shipping",
    "order.status_not_understood",
    "order.superseded",
    "order.terms_updated",
    "order.update_recorded",
    "order.update_refused",
    "order.updated",
    "payment.attempt_ended",
    "payment.created",
    "payment.next_link",
    "payment.recorded",
    "payment.refused",
    "payment.second_chance",
    "payment_window.cancels",
    "payment_window.left_to_people",
    "payment_window.waits",
    "payment_window.would_cancel",
    "refund.cancel_recorded",
    "refund.cancel_refused",
    "refund.canceled",
    "refund.failed",
    "refund.observed",
    "refund.pending",
    "refund.processing",
    "refund.queued",
    "refund.recorded",
    "refund.refunded",
    "refund.refused",
    "refund.registered",
    "refund.status_not_understood",
    "refund.withdrawn",
    "return.recorded",
    "shipment.carried",
    "shipment.observed",
    "shipment.recorded",
    "shipment.refused",
    "shipment.registered",
    "shipment.too_late",
    "shipment.update_recorded",
    "shipment.update_refused",
    "shipment.updated",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::KINDS;

    /// The names that the code gives, as it is written: a new one cannot be forgotten here.
    #[test]
    fn every_name_is_listed_and_documented_and_no_other() {
        let code = [
            include_str!("kind.rs"),
            include_str!("../deadline_notice.rs"),
            include_str!("../policy_notice.rs"),
        ];
        let names = code.iter().flat_map(|code| code.split('"').skip(1).step_by(2));
        let named: BTreeSet<_> = names.filter(|text| text.contains('.')).collect();
        assert_eq!(named, KINDS.iter().copied().collect());
        let document = include_str!("../../../../../docs/events.md");
        for kind in KINDS {
            assert!(document.contains(&format!("`{kind}`")), "{kind}");
        }
    }
}
