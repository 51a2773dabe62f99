//! Requests between domain and columns. It may not query.

use domain::ports::{Fingerprint, RequestRecord, StoreError};
use domain::rules::ids::{Caller, GroupId, OrderId, RefundId, RequestId, ReturnId, ShipmentId};
use domain::rules::subject::Subject;

use super::Row;
use crate::entity::request::Model;
use crate::moment;

impl From<&RequestRecord> for Model {
    fn from(record: &RequestRecord) -> Self {
        Self {
            caller: record.caller.to_string(),
            request_id: record.request_id.to_string(),
            method: record.method.clone(),
            fingerprint: record.fingerprint.0.clone(),
            order_id: record.order_id.uuid(),
            shipment_id: record.answer.shipment().map(ShipmentId::uuid),
            refund_id: record.answer.refund().map(RefundId::uuid),
            return_id: record.answer.returned().map(ReturnId::uuid),
            group_id: record.group.map(GroupId::uuid),
            created_time: moment::column(record.created_time),
        }
    }
}

impl TryFrom<Model> for RequestRecord {
    type Error = StoreError;

    fn try_from(model: Model) -> Result<Self, StoreError> {
        let row = Row::new("requests", format_args!("{}/{}", model.caller, model.request_id));
        Ok(Self {
            created_time: row.time("created_time", model.created_time)?,
            caller: Caller::new(model.caller),
            request_id: RequestId::new(model.request_id),
            method: model.method,
            fingerprint: Fingerprint(model.fingerprint),
            order_id: OrderId::new(model.order_id),
            answer: Subject::of(
                model.shipment_id.map(ShipmentId::new),
                model.refund_id.map(RefundId::new),
                model.return_id.map(ReturnId::new),
            ),
            group: model.group_id.map(GroupId::new),
        })
    }
}
