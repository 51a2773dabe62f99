//! The back button: the shopper changes the cart, and the shop places a new order in place of the old one, under the same number.

use anyhow::Result;
use serde_json::Value;

use super::{Desk, MUGS, Row, draft, events, explained, lines, money, note, step};
use crate::demo::flow::Flow;
use crate::proto::{CreateOrderRequest, Order, OrderStatus};

/// What the shopper wants after all.
const CHANGED: [Row; 2] =
    [("physical", "Mug", 3, MUGS.3, MUGS.4), ("physical", "Teapot", 1, "24.00", "21.00")];

impl Desk<'_> {
    /// Gives the new order, once the old one is canceled.
    pub(super) async fn change_cart(&mut self, file: &Value, old: &Order) -> Result<Order> {
        let mut file = file.clone();
        file["lines"] = lines(&CHANGED);
        let draft = draft(&file, &old.order_number, Flow::Paid.method())?;
        let create = CreateOrderRequest {
            request_id: self.request_id(),
            draft: Some(draft),
            supersedes: old.id.clone(),
            ..CreateOrderRequest::default()
        };
        let new = self.client.orders.create_order(create).await.map_err(explained)?.into_inner();
        step("CreateOrder with supersedes: the new order has the number", &new);
        note(&format!(
            "order {} over {}, in place of {}",
            new.order_number,
            money(new.amount.as_ref()),
            old.id
        ));
        let is_over = |order: &Order| order.status() == OrderStatus::Canceled;
        let old = self.client.until(&old.id, "canceled", is_over).await?;
        step("the old order is canceled at Mollie", &old);
        events(self.client, &old).await?;
        Ok(new)
    }

    pub(super) async fn ships_changed_cart(&mut self, order: &Order) -> Result<Order> {
        self.ship(order, &[("1", 3), ("2", 1)]).await?;
        self.completed(order).await
    }
}
