//! 28 days pass in the simulated clock: what people are told before an authorization ends, and what becomes of it.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::{Desk, explained, money, note, step};
use crate::demo::flow::all_events;
use crate::proto::order_event::Data;
use crate::proto::{DeadlineNotice, ListDeadlinesRequest, Mode, Order, OrderEvent, OrderStatus};

/// What is left of the order, once one chair has left.
const LEFT: &str = "49.00";
/// How many warnings there are.
const WARNINGS: usize = 3;
/// Within this a policy has acted.
const ACTS_WITHIN: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(30);
/// All of it.
const ALL: &str = "98.00";

impl Desk<'_> {
    /// One chair leaves. With a policy the other is canceled in time; without one its money is lost.
    pub(super) async fn reaches_its_deadline(&mut self, order: &Order) -> Result<Order> {
        self.ship(order, &[("1", 1)]).await?;
        // Until a reading has shown its capture, that is at risk, too.
        let is_captured = |order: &Order| order.amount_captured.as_ref().is_some_and(|sum| sum.value == LEFT);
        self.client.until(&order.id, "captured for what was shipped", is_captured).await?;
        self.warned(order, LEFT).await?;
        self.client.advance("PT13H").await?;
        // A profile without a policy tells nothing more before the end.
        let has_acted = |events: &[OrderEvent]| events.len() > WARNINGS;
        let _ = self.client.until_told(&order.id, ACTS_WITHIN, has_acted).await;
        self.client.advance("PT12H").await?;
        let told = self.told(order, 4).await?;
        let order = self.completed(order).await?;
        match &*told[3].kind {
            "deadline.cancels" => note("the profile's policy canceled the other chair in time"),
            "deadline.lost" => note("nobody shipped the other chair: its money is lost"),
            other => bail!("{other} was told, and a cancellation or a loss was expected"),
        }
        ensure!(at_risk(&told[3]) == LEFT, "{} was at stake, not {LEFT}", at_risk(&told[3]));
        ensure!(self.told(&order, 4).await?.len() == 4, "something was told twice");
        Ok(order)
    }

    /// Mollie refuses the parcel. Whatever the profile has chosen, nothing is canceled.
    pub(super) async fn reaches_its_deadline_refused(&mut self, order: &Order) -> Result<Order> {
        self.client.refuse_next_shipment().await?;
        let refused = self.ship(order, &[("1", 1)]).await;
        let refusal = refused.err().context("Mollie registered the shipment, and was to refuse it")?;
        step("CreateShipment: Mollie refused it", &self.client.order(&order.id).await?);
        note(&refusal.to_string());
        self.warned(order, ALL).await?;
        self.client.advance("PT13H").await?;
        let has_acted = |events: &[OrderEvent]| events.len() > WARNINGS;
        if let Ok(told) = self.client.until_told(&order.id, ACTS_WITHIN, has_acted).await {
            let last = told.last().context("a notice")?;
            let reasons = notice(last).map(|notice| notice.reasons.join("; ")).unwrap_or_default();
            ensure!(last.kind == "deadline.left_to_people", "the policy told {}", last.kind);
            note(&format!("the profile's policy leaves it to people: {reasons}"));
        }
        let listed = self.listed(order).await?;
        note(&format!("ListDeadlines: {listed}"));
        let now = self.client.order(&order.id).await?;
        ensure!(now.status() == OrderStatus::Authorized, "the order is {}", now.status_raw);
        step("nothing was released", &now);
        self.client.advance("PT12H").await?;
        let over = |order: &Order| order.status() == OrderStatus::Expired;
        let order = self.client.until(&order.id, "expired", over).await?;
        let lost = self.told_of(&order, "deadline.lost").await?;
        ensure!(at_risk(&lost) == ALL, "{} was lost, not {ALL}", at_risk(&lost));
        step(&format!("{} EUR are lost, and people were told in time", at_risk(&lost)), &order);
        Ok(order)
    }

    /// 27 days and an hour pass; three warnings come, each with what is at risk.
    async fn warned(&mut self, order: &Order, expected: &str) -> Result<()> {
        for (count, (time, days)) in (1..).zip([("P21DT1H", 7), ("P4D", 3), ("P2D", 1)]) {
            self.client.advance(time).await?;
            let told = self.told(order, count).await?;
            let last = &told[count - 1];
            let notice = notice(last).context("a notice")?;
            let (kind, hours, sum) = (&*last.kind, notice.hours_before, at_risk(last));
            ensure!(
                (kind, hours) == ("deadline.warning", days * 24) && sum == expected,
                "{kind} with {sum} at risk, {hours} h before; expected a warning with {expected}, {} h before",
                days * 24
            );
            note(&format!("{days} days before: {kind}, {sum} EUR at risk"));
        }
        Ok(())
    }

    /// The notices of its deadline, once there are so many.
    async fn told(&mut self, order: &Order, count: usize) -> Result<Vec<OrderEvent>> {
        self.client.until_told(&order.id, PATIENCE, |events| events.len() >= count).await
    }

    async fn told_of(&mut self, order: &Order, kind: &str) -> Result<OrderEvent> {
        let is_it = |event: &OrderEvent| event.kind == kind;
        let events = self.client.until_told(&order.id, PATIENCE, |events| events.iter().any(is_it)).await?;
        events.into_iter().find(is_it).context("it was told")
    }

    async fn listed(&mut self, order: &Order) -> Result<String> {
        let request = ListDeadlinesRequest { mode: Mode::Test.into(), page_size: 250, ..Default::default() };
        let answer = self.client.orders.list_deadlines(request).await.map_err(explained)?.into_inner();
        let found = answer.deadlines.iter().find(|one| one.order_id == order.id);
        let found = found.context("the order has no deadline")?;
        let parts = found.at_risk.iter();
        let parts = parts.map(|part| {
            let name = part.reason().as_str_name().trim_start_matches("RISK_REASON_").to_ascii_lowercase();
            format!("{} {name}", money(part.amount.as_ref()))
        });
        Ok(parts.collect::<Vec<_>>().join(", "))
    }
}

/// What an event tells of a deadline.
fn notice(event: &OrderEvent) -> Option<&DeadlineNotice> {
    if let Some(Data::Deadline(notice)) = &event.data { Some(notice) } else { None }
}

fn at_risk(event: &OrderEvent) -> String {
    let amount = notice(event).and_then(|notice| notice.amount_at_risk.as_ref());
    amount.map(|amount| amount.value.clone()).unwrap_or_default()
}

impl crate::demo::client::Client {
    /// The order's notices, once they satisfy `wish`.
    async fn until_told(
        &mut self,
        id: &str,
        patience: Duration,
        wish: impl Fn(&[OrderEvent]) -> bool,
    ) -> Result<Vec<OrderEvent>> {
        let began = Instant::now();
        loop {
            let mut events = all_events(self, id).await?;
            events.retain(|event| notice(event).is_some());
            if wish(&events) {
                return Ok(events);
            }
            if began.elapsed() > patience {
                let kinds: Vec<_> = events.iter().map(|event| &event.kind).collect();
                bail!("what was to be told of the deadline was not in time; told was {kinds:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
