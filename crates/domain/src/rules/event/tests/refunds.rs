//! Which refunds an order follows, and what their events are called.

use super::*;
use crate::rules::fixtures;
use crate::rules::ids::{MollieRefundId, RefundId};

fn id(number: u128) -> RefundId {
    RefundId::new(Uuid::from_u128(number))
}

fn operation() -> OperationId {
    OperationId::new(Uuid::from_u128(3))
}

fn refund(number: u128) -> Refund {
    fixtures::refund(number, "tr_1", euro("5.00"))
}

fn two_recorded() -> Recorder {
    let mut recorder = placed(OrderStatus::Completed, LineStatus::Completed);
    for number in [1, 2] {
        let (refund, entries) = (Box::new(refund(number)), refund(number).entries(Stage::Reserved));
        recorder.record(EventData::RefundRecorded { refund, operation_id: operation(), entries });
    }
    recorder
}

fn updated(status: Read<RefundStatus>) -> EventData {
    EventData::RefundUpdated { refund_id: id(1), operation_id: None, status, entries: Vec::new() }
}

#[test]
fn a_refund_is_followed_until_nothing_more_is_expected_of_it() {
    use RefundStatus::{Canceled, Failed, Pending, Processing, Queued, Refunded};
    let mut recorder = two_recorded();
    assert_eq!(recorder.order().open_refunds, [id(1), id(2)]);
    assert_eq!(recorder.order().closed_time, None, "an order with a refund on its way is not over");
    recorder.record(EventData::RefundRegistered {
        refund_id: id(1),
        operation_id: operation(),
        mollie_id: MollieRefundId::new("re_1"),
        payment_id: None,
        status: Read::Known(Pending),
        registered_time: at(4),
        entries: refund(1).entries(Stage::Freed),
    });
    assert_eq!(recorder.order().open_refunds, [id(2), id(1)]);
    for (status, is_open) in [
        (Queued, true),
        (Pending, true),
        (Processing, true),
        (Refunded, false),
        (Failed, false),
        (Canceled, false),
    ] {
        recorder.record(updated(Read::Known(status)));
        assert_eq!(recorder.order().open_refunds.contains(&id(1)), is_open, "{status:?}");
        assert!(recorder.order().open_refunds.contains(&id(2)), "{status:?}");
    }
    recorder.record(updated(Read::Unknown("reversed".to_owned())));
    assert!(recorder.order().open_refunds.contains(&id(1)), "what is not understood is read again");
    recorder.record(updated(Read::Known(Refunded)));
    let entries = refund(2).entries(Stage::Freed);
    recorder.record(EventData::RefundWithdrawn {
        refund_id: id(2),
        operation_id: operation(),
        merged_into: None,
        entries,
    });
    assert_eq!(recorder.order().open_refunds, []);
    assert!(recorder.order().closed_time.is_some());
}

#[test]
fn kinds_name_the_status_of_a_refund() {
    for (status, kind) in [
        (Read::Known(RefundStatus::Queued), "refund.queued"),
        (Read::Known(RefundStatus::Pending), "refund.pending"),
        (Read::Known(RefundStatus::Processing), "refund.processing"),
        (Read::Known(RefundStatus::Refunded), "refund.refunded"),
        (Read::Known(RefundStatus::Failed), "refund.failed"),
        (Read::Known(RefundStatus::Canceled), "refund.canceled"),
        (Read::Unknown("reversed".to_owned()), "refund.status_not_understood"),
    ] {
        assert_eq!(updated(status).kind(), kind);
    }
}
