//! Customer care: gives units back, and changes its mind.

use domain::operations::cancel_refund::CallOff;
use domain::operations::task::OperationKind;
use domain::ports::Store;
use domain::rules::ids::{LineId, OrderId, RefundId};
use domain::rules::order::{Line, Order};
use domain::rules::refund::{RefundRequest, RefundSelection};
use domain::rules::shipment::LineSelection;
use domain::rules::status::LineStatus;

use super::World;
use crate::replica::Wish;

impl World {
    /// Gives one unit of a line back.
    pub async fn refund(self, order: u64, intent: u64, line: u32) {
        let request_id = format!("refund-{intent}");
        let Some(id) = self.known(order).await else { return };
        let may_be = |order: &Order| order.line(LineId::new(line)).is_some_and(is_taken);
        if self.wished(&request_id).is_none() && self.when(id, may_be).await.is_none() {
            return;
        }
        let selected = LineSelection { line_id: LineId::new(line), quantity: 1, amount: None };
        let request = RefundRequest {
            selection: RefundSelection::Lines(vec![selected]),
            payment_id: None,
            description: None,
            overrides: Vec::new(),
        };
        let command = format!("{request:?}");
        let wish = Wish::Refund(id, request);
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(OperationKind::CreateRefund, order, &request_id, &command, wish).await;
    }

    /// Cancels the first refund of the order, once there is one.
    pub async fn call_off(self, order: u64, intent: u64) {
        let request_id = format!("call-off-{intent}");
        let Some(id) = self.known(order).await else { return };
        let Some(refund_id) = self.first_refund(id).await else { return };
        let (command, wish) = (format!("call off {refund_id}"), Wish::CallOff(id, CallOff { refund_id }));
        self.carry(OperationKind::CancelRefund, order, &request_id, &command, wish).await;
    }

    async fn first_refund(&self, id: OrderId) -> Option<RefundId> {
        for _ in 0..20 {
            if let Some(refund) = self.site.store.list_refunds(id).await.ok()?.first() {
                return Some(refund.id);
            }
            self.site.pause(1_000, 5_000).await;
        }
        None
    }
}

/// Whether money was taken for the line: all of it, or what was shipped.
fn is_taken(line: &Line) -> bool {
    match line.status {
        Some(LineStatus::Paid) => true,
        Some(LineStatus::Shipping | LineStatus::Completed) => line.shipped.quantity > 0,
        Some(LineStatus::Created | LineStatus::Authorized | LineStatus::Canceled) | None => false,
    }
}
