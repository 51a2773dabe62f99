//! Giving back the second payment of an order that was paid twice, if its profile wants that.

use super::record;
use crate::operations::pen::Pen;
use crate::rules::cause::Unasked;
use crate::rules::refund::{self, RefundRequest, RefundSelection};
use crate::rules::surplus::{self, Surplus};

/// After a reading: gives the second payment back, once it is plain that it is one. Nothing else of the order may be under way.
pub fn give_back_surplus(pen: &mut Pen<'_>) {
    if pen.policy().surplus != Surplus::Refund || !pen.is_at_rest() {
        return;
    }
    let (order, refunds) = (pen.order(), pen.refunds());
    let Some(payment) = surplus::to_give_back(order, &refunds, pen.read_at(), pen.settle_window()) else {
        return;
    };
    let request = RefundRequest {
        selection: RefundSelection::Amount(payment.amount),
        payment_id: Some(payment.mollie_id.clone()),
        description: None,
        merge_equal: false,
        overrides: Vec::new(),
        not_leaving: None,
    };
    // What the rules of refunds do not allow waits for a person.
    if let Ok(plan) = refund::plan(order, &refunds, &request) {
        pen.unasked(Unasked::Surplus, |pen| record(&request, plan, &[], pen));
    }
}
