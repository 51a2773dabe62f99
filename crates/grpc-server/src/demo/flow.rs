//! One order's life.

use anyhow::{Context, Result};
use serde_json::Value;

use super::client::Client;
use super::order_file::draft;
use super::timeline::{money, note, step};
use crate::proto::{
    Amount, CancelOrderRequest, CreateOrderRequest, CreateShipmentRequest, ListOrderEventsRequest, Order,
    OrderEvent, OrderLine, OrderStatus, Shipment, ShipmentLineSelection, Tracking,
};
use crate::status_text::explained;
use domain::rules::amount::Remainder;
use domain::rules::money::Money;

/// The two ways of paying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Reserved at checkout, captured by shipments.
    Authorized,
    /// Paid at checkout.
    Paid,
}

impl Flow {
    pub const fn method(self) -> &'static str {
        match self {
            Self::Authorized => "klarnapaylater",
            Self::Paid => "ideal",
        }
    }

    pub const fn final_state(self) -> &'static str {
        match self {
            Self::Authorized => "authorized",
            Self::Paid => "paid",
        }
    }

    pub const fn status(self) -> OrderStatus {
        match self {
            Self::Authorized => OrderStatus::Authorized,
            Self::Paid => OrderStatus::Paid,
        }
    }
}

/// Drives the order from its draft to completed, and returns it.
pub async fn run(client: &mut Client, file: &Value, flow: Flow) -> Result<Order> {
    let run = unique();
    let number = file.get("orderNumber").and_then(Value::as_str).unwrap_or("demo");
    let draft = draft(file, &format!("{number}-{}-{run}", flow.final_state()), flow.method())?;
    println!(
        "{} flow: order {} over {}, method {}",
        flow.final_state(),
        draft.order_number,
        money(draft.amount.as_ref()),
        flow.method()
    );
    let request = |what: &str| format!("demo-{}-{run}-{what}", flow.final_state());

    let create = CreateOrderRequest {
        request_id: request("create"),
        draft: Some(draft),
        ..CreateOrderRequest::default()
    };
    let order = client.orders.create_order(create).await.map_err(explained)?.into_inner();
    step(&format!("CreateOrder: {} is {} at Mollie", order.id, order.mollie_order_id), &order);
    note(&format!("checkout at {}", order.checkout_url));

    client.check_out(&order.checkout_url, flow.final_state()).await?;
    let order = client.until(&order.id, flow.final_state(), |order| order.status() == flow.status()).await?;
    step("the shopper used the checkout form, and Mollie's webhook arrived", &order);

    let shipment = ship(client, part(&order, request("ship"))?).await?;
    let order =
        client.until(&order.id, "shipping", |order| order.status() as i32 > flow.status() as i32).await?;
    step(
        &format!("CreateShipment: {} is {} at Mollie", told_lines(&shipment), shipment.mollie_shipment_id),
        &order,
    );

    let order = if order.status() == OrderStatus::Completed {
        order
    } else {
        rest(client, order, flow, request("rest")).await?
    };
    note(&format!("captured {}, closed", money(order.amount_captured.as_ref())));
    events(client, &order).await?;
    Ok(order)
}

/// Cancels the rest if the money is only authorized, ships it if the order is paid.
async fn rest(client: &mut Client, order: Order, flow: Flow, request_id: String) -> Result<Order> {
    let told_by = match flow {
        Flow::Authorized => {
            let (id, release_line_ids) = (order.id.clone(), deductions(&order));
            let cancel =
                CancelOrderRequest { request_id, id, release_line_ids, ..CancelOrderRequest::default() };
            client.orders.cancel_order(cancel).await.map_err(explained)?;
            "CancelOrder: what was not shipped is released".to_owned()
        }
        Flow::Paid => {
            let all = CreateShipmentRequest {
                request_id,
                order_id: order.id.clone(),
                all_remaining: true,
                ..CreateShipmentRequest::default()
            };
            let shipment = ship(client, all).await?;
            format!("CreateShipment: {} is {} at Mollie", told_lines(&shipment), shipment.mollie_shipment_id)
        }
    };
    let order =
        client.until(&order.id, "completed", |order| order.status() == OrderStatus::Completed).await?;
    step(&told_by, &order);
    Ok(order)
}

/// The deductions: once goods were shipped, they are given up only if named.
fn deductions(order: &Order) -> Vec<String> {
    let is_below_zero =
        |line: &&OrderLine| line.total_amount.as_ref().is_some_and(|amount| amount.value.starts_with('-'));
    order.lines.iter().filter(is_below_zero).map(|line| line.id.clone()).collect()
}

async fn ship(client: &mut Client, request: CreateShipmentRequest) -> Result<Shipment> {
    Ok(client.orders.create_shipment(request).await.map_err(explained)?.into_inner())
}

/// One unit of a discounted line that has several, for its lowest possible amount; without such a line, one unit of any.
fn part(order: &Order, request_id: String) -> Result<CreateShipmentRequest> {
    let several = order.lines.iter().filter(|line| line.quantity_available > 1);
    let line = several
        .max_by_key(|line| line.discount_amount.is_some())
        .or_else(|| order.lines.first())
        .context("an order has lines")?;
    let tracking =
        Tracking { carrier: "PostNL".to_owned(), code: "3SKABA000000000".to_owned(), url: String::new() };
    let selection =
        ShipmentLineSelection { line_id: line.id.clone(), quantity: 1, amount: Some(least(line)?) };
    let order_id = order.id.clone();
    Ok(CreateShipmentRequest {
        request_id,
        order_id,
        lines: vec![selection],
        tracking: Some(tracking),
        ..CreateShipmentRequest::default()
    })
}

fn least(line: &OrderLine) -> Result<Amount> {
    let money = |amount: Option<&Amount>| {
        let amount = amount.context("a line has amounts")?;
        Money::parse(&amount.currency, &amount.value).context("an amount of the service")
    };
    let quantity = u32::try_from(line.quantity_available)?;
    let left = Remainder {
        quantity,
        amount: money(line.amount_available.as_ref())?,
        unit_price: money(line.unit_price.as_ref())?,
    };
    let least = left.bounds(1).context("a unit is available")?.min;
    Ok(Amount { currency: least.currency().code().to_owned(), value: least.value() })
}

pub fn told_lines(shipment: &Shipment) -> String {
    let line = |line: &crate::proto::ShipmentLine| {
        format!("{} × line {} for {}", line.quantity, line.line_id, money(line.amount.as_ref()))
    };
    shipment.lines.iter().map(line).collect::<Vec<_>>().join(", ")
}

/// Prints the order's events, each on a line.
pub async fn events(client: &mut Client, order: &Order) -> Result<()> {
    for event in all_events(client, &order.id).await? {
        note(&format!("event {}: {}", event.sequence, event.kind));
    }
    Ok(())
}

/// The events of an order; here none has more than a page.
pub async fn all_events(client: &mut Client, id: &str) -> Result<Vec<OrderEvent>> {
    let request =
        ListOrderEventsRequest { order_id: id.to_owned(), page_size: 250, page_token: String::new() };
    Ok(client.orders.list_order_events(request).await.map_err(explained)?.into_inner().events)
}

/// Distinguishes this run's order numbers and request ids from any other's.
#[expect(
    clippy::disallowed_methods,
    reason = "the demonstration is a caller like any other and names its own requests"
)]
pub fn unique() -> String {
    let mut text = uuid::Uuid::new_v4().simple().to_string();
    text.truncate(8);
    text
}
