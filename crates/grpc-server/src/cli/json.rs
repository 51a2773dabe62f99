//! Messages as JSON, in protobuf's own form: what `--json` prints is what any gRPC client of JSON reads.

use std::sync::LazyLock;

use anyhow::{Context, Result};
use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::Value;

use crate::proto::DESCRIPTORS;

static POOL: LazyLock<Option<DescriptorPool>> = LazyLock::new(|| DescriptorPool::decode(DESCRIPTORS).ok());

pub fn json<M: Message + Name>(message: &M) -> Result<Value> {
    let pool = POOL.as_ref().context("the API's description cannot be read")?;
    let name = M::full_name();
    let form = pool.get_message_by_name(&name).with_context(|| format!("the API has no {name}"))?;
    let message = DynamicMessage::decode(form, message.encode_to_vec().as_slice())?;
    Ok(serde_json::to_value(message)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::order_event::Data;
    use crate::proto::{OrderEvent, OrderStatus, OrderStatusEvent};

    #[test]
    fn a_message_is_written_as_protobuf_writes_it() {
        let paid = OrderStatusEvent { status: OrderStatus::Paid.into(), ..OrderStatusEvent::default() };
        let event = OrderEvent {
            sequence: 3,
            kind: "order.paid".to_owned(),
            event_time: Some(prost_types::Timestamp { seconds: 1, nanos: 0 }),
            data: Some(Data::OrderStatus(Box::new(paid))),
            ..OrderEvent::default()
        };
        let expected = serde_json::json!({ "sequence": "3", "eventTime": "1970-01-01T00:00:01Z", "kind": "order.paid",
            "orderStatus": { "status": "ORDER_STATUS_PAID" } });
        assert_eq!(json(&event).unwrap(), expected);
    }
}
