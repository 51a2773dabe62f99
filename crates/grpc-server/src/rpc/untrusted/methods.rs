//! Every method of the API, and how its request is read.

use super::lookups::texts;
use super::{Method, changes, drafts, lookups};
use crate::proto;

/// An input of the fuzz target `request` names a method by its place here, so new ones go to the end.
pub const METHODS: [Method; 36] = [
    ("CreateOrder", drafts::create_order),
    ("CheckOrderDraft", drafts::check_order_draft),
    ("CancelOrder", changes::cancel_order),
    ("CancelOrderLines", changes::cancel_order_lines),
    ("UpdateOrder", changes::update_order),
    ("UpdateOrderLine", changes::update_order_line),
    ("ManageOrderLines", changes::manage_order_lines),
    ("CreateOrderPayment", changes::create_order_payment),
    ("CreateShipment", changes::create_shipment),
    ("UpdateShipment", changes::update_shipment),
    ("CreateRefund", changes::create_refund),
    ("CancelRefund", changes::cancel_refund),
    ("ReturnLines", changes::return_lines),
    ("GetOrder", texts::<proto::GetOrderRequest>),
    ("BatchGetOrders", texts::<proto::BatchGetOrdersRequest>),
    ("ListOrders", lookups::list_orders),
    ("ListOrderPayments", lookups::list_order_payments),
    ("ListPaymentMethods", lookups::list_payment_methods),
    ("SyncOrder", lookups::sync_order),
    ("GetShipment", lookups::get_shipment),
    ("ListShipments", lookups::list_shipments),
    ("GetRefund", lookups::get_refund),
    ("ListRefunds", lookups::list_refunds),
    ("ListOrderEvents", lookups::list_order_events),
    ("WatchOrderEvents", lookups::watch_order_events),
    ("ListDeadlines", lookups::list_deadlines),
    ("GetOperation", lookups::get_operation),
    ("WaitOperation", lookups::wait_operation),
    ("ListOperations", lookups::list_operations),
    ("RetryOperation", lookups::retry_operation),
    ("ResolveOperation", lookups::resolve_operation),
    ("CompareOperation", lookups::compare_operation),
    ("CloseReviewItem", lookups::close_review_item),
    ("PauseProfile", texts::<proto::PauseProfileRequest>),
    ("ResumeProfile", texts::<proto::ResumeProfileRequest>),
    ("ArchiveOrders", lookups::archive_orders),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use prost::Message;
    use prost_types::FileDescriptorSet;

    use super::*;

    #[test]
    fn every_method_of_the_api_is_read() {
        let set = FileDescriptorSet::decode(proto::DESCRIPTORS).unwrap();
        let services = set.file.iter().flat_map(|file| &file.service);
        let ours: BTreeSet<_> = services.flat_map(|service| &service.method).map(|it| it.name()).collect();
        assert_eq!(METHODS.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), ours);
        assert_eq!(METHODS.len(), ours.len(), "one is there twice");
    }
}
