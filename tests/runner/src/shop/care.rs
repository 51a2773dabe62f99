//! Customer care: gives money back in every form the API has, and changes its mind. It may ask for too much, or too early: to
//! refuse that is the service's business.

use domain::operations::cancel_refund::CallOff;
use domain::operations::task::OperationKind;
use domain::ports::Store;
use domain::rules::ids::{LineId, OrderId, RefundId};
use domain::rules::line_return::ReturnRequest;
use domain::rules::money::Money;
use domain::rules::order::{Line, Order};
use domain::rules::part::Part;
use domain::rules::refund::{Override, Reduction, RefundRequest, RefundSelection};
use domain::rules::returned::ReturnedLine;
use domain::rules::shipment::LineSelection;
use domain::rules::status::{LineStatus, OrderStatus};

use super::World;
use crate::basket::{Basket, euro};
use crate::chance::mix;
use crate::replica::Wish;
use crate::script::GivenBack;

impl World {
    /// Gives money back, once any was taken.
    pub async fn refund(self, order: u64, intent: u64, what: GivenBack, merges: bool) {
        let request_id = format!("refund-{intent}");
        if let Some((command, wish)) = self.wished(&request_id) {
            return self.carry(OperationKind::CreateRefund, order, &request_id, &command, wish).await;
        }
        let Some(id) = self.known(order).await else { return };
        let Some(now) = self.when(id, |order| may_be(order, what)).await else { return };
        let request = RefundRequest { merge_equal: merges, ..request(&now, what) };
        let command = format!("{request:?}");
        let wish = Wish::Refund(id, request);
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(OperationKind::CreateRefund, order, &request_id, &command, wish).await;
    }

    /// Takes units of a line back, once any was taken. What is only authorized of them is canceled first.
    pub async fn take_back(self, order: u64, intent: u64, line: u32, (back, stay): (u32, u32)) {
        let request_id = format!("take-back-{intent}");
        let basket = Basket::of(self.seed, order);
        let cancels = basket.captures && stay > 0;
        let kind = if cancels { OperationKind::CancelLines } else { OperationKind::CreateRefund };
        if let Some((command, wish)) = self.wished(&request_id) {
            return self.carry(kind, order, &request_id, &command, wish).await;
        }
        let Some(id) = self.known(order).await else { return };
        let is_held = |order: &Order| order.facts.status.is_some_and(OrderStatus::allows_shipping);
        if self.when(id, is_held).await.is_none() {
            return;
        }
        let line = ReturnedLine { line_id: LineId::new(line), came_back: back, not_leaving: stay };
        // Every other desk gives up the gift card, if there is one.
        let gives_up = mix(self.seed ^ intent).is_multiple_of(2);
        let release = basket.gift_card().filter(|_| gives_up).into_iter().collect();
        let request = ReturnRequest { lines: vec![line], description: None, release };
        let (command, wish) = (format!("{request:?}"), Wish::TakeBack(id, request));
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(kind, order, &request_id, &command, wish).await;
    }

    /// Cancels one of the order's refunds, once there is one.
    pub async fn call_off(self, order: u64, intent: u64, refund: u64) {
        let request_id = format!("call-off-{intent}");
        if let Some((command, wish)) = self.wished(&request_id) {
            return self.carry(OperationKind::CancelRefund, order, &request_id, &command, wish).await;
        }
        let Some(id) = self.known(order).await else { return };
        let Some(refund_id) = self.some_refund(id, refund).await else { return };
        let (command, wish) = (format!("call off {refund_id}"), Wish::CallOff(id, CallOff { refund_id }));
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(OperationKind::CancelRefund, order, &request_id, &command, wish).await;
    }

    async fn some_refund(&self, id: OrderId, refund: u64) -> Option<RefundId> {
        for _ in 0..20 {
            let all = self.site.store.list_refunds(id).await.ok()?;
            let count = u64::try_from(all.len()).unwrap_or(0);
            let chosen = refund.checked_rem(count).and_then(|n| all.get(usize::try_from(n).ok()?));
            if let Some(refund) = chosen {
                return Some(refund.id);
            }
            self.site.pause(1_000, 5_000).await;
        }
        None
    }
}

/// Whether money was taken for what is to be given back: all of it, or what was shipped.
fn may_be(order: &Order, what: GivenBack) -> bool {
    match what {
        GivenBack::Units { line, .. } | GivenBack::Reduction { line, .. } => {
            order.line(LineId::new(line)).is_some_and(is_taken)
        }
        GivenBack::All | GivenBack::Goodwill { .. } => order.lines.iter().any(is_taken),
    }
}

fn is_taken(line: &Line) -> bool {
    match line.status {
        Some(LineStatus::Paid) => true,
        Some(LineStatus::Shipping | LineStatus::Completed) => line.shipped.quantity > 0,
        Some(LineStatus::Created | LineStatus::Authorized | LineStatus::Canceled) | None => false,
    }
}

/// What customer care asks for, looking at the order as it is.
fn request(order: &Order, what: GivenBack) -> RefundRequest {
    let mut overrides = Vec::new();
    let selection = match what {
        GivenBack::Units { line, quantity, cents } => {
            let line_id = LineId::new(line);
            let amount = cents.and_then(|cents| amount(order, line_id, quantity, cents));
            RefundSelection::Lines(vec![LineSelection { line_id, quantity, amount }])
        }
        GivenBack::All => RefundSelection::AllRemaining,
        GivenBack::Reduction { line, cents } => {
            let amount = few(cents);
            RefundSelection::Reductions(vec![Reduction { line_id: LineId::new(line), amount }])
        }
        GivenBack::Goodwill { cents, beyond: false } => RefundSelection::Amount(few(cents)),
        GivenBack::Goodwill { cents, beyond: true } => {
            overrides.push(Override::OrderCeiling);
            let goods: i64 = order.lines.iter().map(|line| line.total_amount.minor().max(0)).sum();
            RefundSelection::Amount(euro(goods * 3 + few(cents).minor()))
        }
    };
    RefundRequest {
        selection,
        payment_id: None,
        description: None,
        merge_equal: false,
        overrides,
        not_leaving: None,
    }
}

fn few(cents: u64) -> Money {
    euro(i64::try_from(cents % 500).unwrap_or(0) + 1)
}

/// One of the amounts that the bounds admit, which few others will share.
fn amount(order: &Order, line: LineId, quantity: u32, cents: u64) -> Option<Money> {
    let line = order.line(line)?;
    let captures = order.facts.authorized_time.is_some() && order.facts.status != Some(OrderStatus::Paid);
    let all = Part { quantity: line.quantity, amount: line.total_amount };
    let left = if captures { line.shipped } else { all }.without(line.given_back());
    let rest = domain::rules::amount::Remainder {
        quantity: left.quantity,
        amount: left.amount,
        unit_price: line.unit_price,
    };
    let bounds = rest.bounds(quantity)?;
    let room = u64::try_from(bounds.max.minor() - bounds.min.minor()).ok()?;
    let over = i64::try_from(cents % (room + 1)).ok()?;
    Some(euro(bounds.min.minor() + over))
}
