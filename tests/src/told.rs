//! What an event tells, as the message of its subject. A test that expects one fails if the event tells something else.

use grpc_server::proto;

use crate::proto::OrderEvent;
use crate::proto::order_event::Data;

macro_rules! told {
    ($($name:ident, $variant:ident, $message:ident;)+) => {
        $(
            pub fn $name(event: &OrderEvent) -> &proto::$message {
                match &event.data {
                    Some(Data::$variant(told)) => told,
                    other => panic!("{} tells {other:?}", event.kind),
                }
            }
        )+
    };
}

told! {
    order_status, OrderStatus, OrderStatusEvent;
    shipment, Shipment, ShipmentEvent;
    cancellation, Cancellation, CancellationEvent;
    refund, Refund, RefundEvent;
    returned, LineReturn, ReturnEvent;
    supersession, Supersession, SupersessionEvent;
    operation, Operation, OperationEvent;
    item, Item, ItemEvent;
    deadline, Deadline, DeadlineNotice;
    unpaid, Unpaid, UnpaidNotice;
    auto_ship, AutoShip, AutoShipNotice;
}
