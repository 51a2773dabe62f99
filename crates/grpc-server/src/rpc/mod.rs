//! The RPCs, one file each: read the message, call the use case in a separate task, answer. Decides nothing.

mod archive_orders;
mod batch_get_orders;
pub mod call_deadline;
mod cancel_order;
mod cancel_order_lines;
mod cancel_refund;
mod check_order_draft;
mod close_review_item;
mod compare_operation;
mod continues;
mod create_order;
mod create_order_payment;
mod create_refund;
mod create_shipment;
mod decision;
mod draft;
pub mod errors;
mod get_operation;
mod get_order;
mod get_refund;
mod get_shipment;
mod line_change;
mod list_deadlines;
mod list_operations;
mod list_order_events;
mod list_order_payments;
mod list_orders;
mod list_payment_methods;
mod list_refunds;
mod list_shipments;
mod manage_order_lines;
mod page;
mod pause_profile;
mod preview;
mod reading;
mod request;
mod resolve_operation;
mod retry_operation;
mod return_lines;
mod selection;
mod sync_order;
pub mod untrusted;
mod update_order;
mod update_order_line;
mod update_shipment;
mod visit;
mod wait_operation;
mod watch_order_events;

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::driver::Driver;
use crate::feed::Messages;
use crate::identity::Visitor;
use crate::proto;
use crate::proto::operation_service_server::OperationService;
use crate::proto::order_service_server::OrderService;
use visit::Visit;

/// `orders.v1.OrderService` and `orders.v1.OperationService`.
#[derive(Clone)]
pub struct OrderRpc {
    driver: Driver,
}

type Answer<T> = Result<Response<T>, Status>;

impl OrderRpc {
    pub const fn new(driver: Driver) -> Self {
        Self { driver }
    }

    /// The call, as it was let in. What did not come through the door has no business here.
    fn visit<T>(&self, request: &Request<T>) -> Result<Visit, Status> {
        let visitor = request.extensions().get::<Arc<Visitor>>().cloned().ok_or_else(errors::internal)?;
        Ok(Visit { driver: self.driver.clone(), visitor })
    }
}

#[tonic::async_trait]
impl OrderService for OrderRpc {
    async fn create_order(&self, request: Request<proto::CreateOrderRequest>) -> Answer<proto::Order> {
        Box::pin(create_order::call(&self.visit(&request)?, request)).await
    }

    async fn check_order_draft(
        &self,
        request: Request<proto::CheckOrderDraftRequest>,
    ) -> Answer<proto::CheckOrderDraftResponse> {
        check_order_draft::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn get_order(&self, request: Request<proto::GetOrderRequest>) -> Answer<proto::Order> {
        get_order::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn batch_get_orders(
        &self,
        request: Request<proto::BatchGetOrdersRequest>,
    ) -> Answer<proto::BatchGetOrdersResponse> {
        batch_get_orders::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn list_orders(
        &self,
        request: Request<proto::ListOrdersRequest>,
    ) -> Answer<proto::ListOrdersResponse> {
        list_orders::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn cancel_order(&self, request: Request<proto::CancelOrderRequest>) -> Answer<proto::Order> {
        cancel_order::call(&self.visit(&request)?, request).await
    }

    async fn cancel_order_lines(
        &self,
        request: Request<proto::CancelOrderLinesRequest>,
    ) -> Answer<proto::CancelOrderLinesResponse> {
        cancel_order_lines::call(&self.visit(&request)?, request).await
    }

    async fn update_order(&self, request: Request<proto::UpdateOrderRequest>) -> Answer<proto::Order> {
        update_order::call(&self.visit(&request)?, request).await
    }

    async fn update_order_line(
        &self,
        request: Request<proto::UpdateOrderLineRequest>,
    ) -> Answer<proto::Order> {
        update_order_line::call(&self.visit(&request)?, request).await
    }

    async fn manage_order_lines(
        &self,
        request: Request<proto::ManageOrderLinesRequest>,
    ) -> Answer<proto::Order> {
        manage_order_lines::call(&self.visit(&request)?, request).await
    }

    async fn create_order_payment(
        &self,
        request: Request<proto::CreateOrderPaymentRequest>,
    ) -> Answer<proto::Payment> {
        create_order_payment::call(&self.visit(&request)?, request).await
    }

    async fn list_payment_methods(
        &self,
        request: Request<proto::ListPaymentMethodsRequest>,
    ) -> Answer<proto::ListPaymentMethodsResponse> {
        list_payment_methods::call(&self.visit(&request)?, request).await
    }

    async fn list_order_payments(
        &self,
        request: Request<proto::ListOrderPaymentsRequest>,
    ) -> Answer<proto::ListOrderPaymentsResponse> {
        list_order_payments::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn sync_order(&self, request: Request<proto::SyncOrderRequest>) -> Answer<proto::Order> {
        sync_order::call(&self.visit(&request)?, request).await
    }

    async fn create_shipment(
        &self,
        request: Request<proto::CreateShipmentRequest>,
    ) -> Answer<proto::Shipment> {
        create_shipment::call(&self.visit(&request)?, request).await
    }

    async fn update_shipment(
        &self,
        request: Request<proto::UpdateShipmentRequest>,
    ) -> Answer<proto::Shipment> {
        update_shipment::call(&self.visit(&request)?, request).await
    }

    async fn get_shipment(&self, request: Request<proto::GetShipmentRequest>) -> Answer<proto::Shipment> {
        get_shipment::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn list_shipments(
        &self,
        request: Request<proto::ListShipmentsRequest>,
    ) -> Answer<proto::ListShipmentsResponse> {
        list_shipments::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn create_refund(&self, request: Request<proto::CreateRefundRequest>) -> Answer<proto::Refund> {
        create_refund::call(&self.visit(&request)?, request).await
    }

    async fn get_refund(&self, request: Request<proto::GetRefundRequest>) -> Answer<proto::Refund> {
        get_refund::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn list_refunds(
        &self,
        request: Request<proto::ListRefundsRequest>,
    ) -> Answer<proto::ListRefundsResponse> {
        list_refunds::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn cancel_refund(&self, request: Request<proto::CancelRefundRequest>) -> Answer<proto::Refund> {
        cancel_refund::call(&self.visit(&request)?, request).await
    }

    async fn return_lines(&self, request: Request<proto::ReturnLinesRequest>) -> Answer<proto::Return> {
        return_lines::call(&self.visit(&request)?, request).await
    }

    async fn list_order_events(
        &self,
        request: Request<proto::ListOrderEventsRequest>,
    ) -> Answer<proto::ListOrderEventsResponse> {
        list_order_events::call(&self.visit(&request)?, request.into_inner()).await
    }

    type WatchOrderEventsStream = Messages;

    async fn watch_order_events(&self, request: Request<proto::WatchOrderEventsRequest>) -> Answer<Messages> {
        watch_order_events::call(&self.visit(&request)?, request).await
    }

    async fn list_deadlines(
        &self,
        request: Request<proto::ListDeadlinesRequest>,
    ) -> Answer<proto::ListDeadlinesResponse> {
        list_deadlines::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn get_operation(&self, request: Request<proto::GetOperationRequest>) -> Answer<proto::Operation> {
        get_operation::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn wait_operation(
        &self,
        request: Request<proto::WaitOperationRequest>,
    ) -> Answer<proto::Operation> {
        wait_operation::call(&self.visit(&request)?, request).await
    }
}

#[tonic::async_trait]
impl OperationService for OrderRpc {
    async fn list_operations(
        &self,
        request: Request<proto::ListOperationsRequest>,
    ) -> Answer<proto::ListOperationsResponse> {
        list_operations::call(&self.visit(&request)?, request.into_inner()).await
    }

    async fn retry_operation(
        &self,
        request: Request<proto::RetryOperationRequest>,
    ) -> Answer<proto::Operation> {
        retry_operation::call(&self.visit(&request)?, request).await
    }

    async fn resolve_operation(
        &self,
        request: Request<proto::ResolveOperationRequest>,
    ) -> Answer<proto::Operation> {
        resolve_operation::call(&self.visit(&request)?, request).await
    }

    async fn compare_operation(
        &self,
        request: Request<proto::CompareOperationRequest>,
    ) -> Answer<proto::OperationComparison> {
        Box::pin(compare_operation::call(&self.visit(&request)?, request)).await
    }

    async fn close_review_item(
        &self,
        request: Request<proto::CloseReviewItemRequest>,
    ) -> Answer<proto::Order> {
        close_review_item::call(&self.visit(&request)?, request).await
    }

    async fn pause_profile(
        &self,
        request: Request<proto::PauseProfileRequest>,
    ) -> Answer<proto::ProfilePause> {
        pause_profile::pause(&self.visit(&request)?, request).await
    }

    async fn resume_profile(
        &self,
        request: Request<proto::ResumeProfileRequest>,
    ) -> Answer<proto::ProfilePause> {
        pause_profile::resume(&self.visit(&request)?, request).await
    }

    async fn archive_orders(
        &self,
        request: Request<proto::ArchiveOrdersRequest>,
    ) -> Answer<proto::ArchiveOrdersResponse> {
        archive_orders::call(&self.visit(&request)?, request).await
    }
}
