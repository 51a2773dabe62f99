//! `order-service order`: everything about one order on one screen. An ordinary gRPC client.

mod screen;

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use clap::Args;
use serde_json::json;
use tonic::Code;
use uuid::Uuid;

use super::client::{Address, Connection};
use super::json::json;
use super::words::show;
use crate::proto::get_order_request::{Key, OrderNumber};
use crate::proto::order_service_client::OrderServiceClient;
use crate::proto::{
    GetOrderRequest, ListOrderEventsRequest, ListRefundsRequest, ListShipmentsRequest, OperationState, Order,
    OrderEvent, Refund, Shipment,
};
use crate::status_text::explained;

/// What scripts see when something waits for a person.
const WAITS: u8 = 3;
const PAGE: i32 = 250;

#[derive(Args)]
pub struct Arguments {
    /// The order: its id, Mollie's id (ord_...), or its number.
    #[arg(value_name = "ID|NUMBER|ord_...")]
    order: String,
    #[command(flatten)]
    service: Address,
    /// The profile of an order that is named by its number, if there are several.
    #[arg(long, value_name = "NAME", default_value = "")]
    profile: String,
    /// One JSON object: order, shipments, refunds and events.
    #[arg(long)]
    json: bool,
}

/// All that is shown.
pub struct Whole {
    pub order: Order,
    pub shipments: Vec<Shipment>,
    pub refunds: Vec<Refund>,
    pub events: Vec<OrderEvent>,
}

pub async fn run(arguments: Arguments) -> Result<ExitCode> {
    let service = OrderServiceClient::new(arguments.service.connect().await?);
    let whole = Box::pin(read(service, keys(arguments.order, arguments.profile))).await?;
    if arguments.json {
        show(&format!("{}\n", as_json(&whole)?))?;
    } else {
        show(&screen::screen(&whole))?;
    }
    Ok(if waits(&whole.order) { ExitCode::from(WAITS) } else { ExitCode::SUCCESS })
}

/// What the text may name, the likeliest first: a shop's numbers may look like ids.
fn keys(text: String, profile: String) -> Vec<Key> {
    let number = Key::OrderNumber(OrderNumber { profile, order_number: text.clone() });
    if text.starts_with("ord_") {
        vec![Key::MollieOrderId(text), number]
    } else if Uuid::try_parse(&text).is_ok() {
        vec![Key::Id(text), number]
    } else {
        vec![number]
    }
}

/// The order that the first fitting key finds; else what the first one came to.
async fn find(service: &mut OrderServiceClient<Connection>, keys: Vec<Key>) -> Result<Order> {
    let mut refused = None;
    for key in keys {
        match service.get_order(GetOrderRequest { key: Some(key) }).await {
            Ok(found) => return Ok(found.into_inner()),
            Err(status) if refused.is_none() && status.code() == Code::NotFound => refused = Some(status),
            Err(status) => return Err(explained(refused.unwrap_or(status))),
        }
    }
    Err(refused.map_or_else(|| anyhow!("no order is named"), explained))
}

/// Whether something of it waits for a person.
fn waits(order: &Order) -> bool {
    let needs_attention = |state: OperationState| state == OperationState::NeedsAttention;
    order.items.iter().any(|item| item.closed.is_none())
        || order.operations.iter().any(|operation| needs_attention(operation.state()))
}

async fn read(mut service: OrderServiceClient<Connection>, keys: Vec<Key>) -> Result<Whole> {
    let order = find(&mut service, keys).await?;
    let (mut shipments, mut refunds, mut events) = (Vec::new(), Vec::new(), Vec::new());
    let id = || order.id.clone();
    let mut token = Some(String::new());
    while let Some(page_token) = token {
        let request =
            ListShipmentsRequest { order_id: id(), page_size: PAGE, page_token: page_token.clone() };
        let page = service.list_shipments(request).await.map_err(explained)?.into_inner();
        shipments.extend(page.shipments);
        token = next(&page_token, page.next_page_token)?;
    }
    token = Some(String::new());
    while let Some(page_token) = token {
        let (order_id, page_size) = (id(), PAGE);
        let request =
            ListRefundsRequest { order_id, page_size, page_token: page_token.clone(), ..Default::default() };
        let page = service.list_refunds(request).await.map_err(explained)?.into_inner();
        refunds.extend(page.refunds);
        token = next(&page_token, page.next_page_token)?;
    }
    token = Some(String::new());
    while let Some(page_token) = token {
        let request =
            ListOrderEventsRequest { order_id: id(), page_size: PAGE, page_token: page_token.clone() };
        let page = service.list_order_events(request).await.map_err(explained)?.into_inner();
        events.extend(page.events);
        token = next(&page_token, page.next_page_token)?;
    }
    Ok(Whole { order, shipments, refunds, events })
}

/// The token of the next page. If the service returned the same one again, this would never end.
fn next(before: &str, token: String) -> Result<Option<String>> {
    if token == before && !token.is_empty() {
        bail!("the service returns the same page again");
    }
    Ok(Some(token).filter(|token| !token.is_empty()))
}

fn as_json(whole: &Whole) -> Result<serde_json::Value> {
    Ok(json!({
        "order": json(&whole.order)?,
        "shipments": whole.shipments.iter().map(json).collect::<Result<Vec<_>>>()?,
        "refunds": whole.refunds.iter().map(json).collect::<Result<Vec<_>>>()?,
        "events": whole.events.iter().map(json).collect::<Result<Vec<_>>>()?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::review_item::Closure;
    use crate::proto::{Operation, ReviewItem};

    #[test]
    fn an_order_is_named_by_each_of_its_names() {
        let number = |order_number: &str| {
            Key::OrderNumber(OrderNumber {
                profile: "main".to_owned(),
                order_number: order_number.to_owned(),
            })
        };
        let keys = |text: &str| keys(text.to_owned(), "main".to_owned());
        assert_eq!(keys("ord_1"), [Key::MollieOrderId("ord_1".to_owned()), number("ord_1")]);
        let id = "01a22b7d-07ae-747a-b768-2d69663931f7";
        assert_eq!(keys(id), [Key::Id(id.to_owned()), number(id)]);
        assert_eq!(keys("1337"), [number("1337")]);
    }

    #[test]
    fn open_items_and_undecided_operations_wait_for_a_person() {
        let item =
            |closed| Order { items: vec![ReviewItem { closed, ..Default::default() }], ..Default::default() };
        let operation = |state: OperationState| Order {
            operations: vec![Operation { state: state.into(), ..Default::default() }],
            ..Default::default()
        };
        assert!(waits(&item(None)) && waits(&operation(OperationState::NeedsAttention)));
        assert!(!waits(&item(Some(Closure::default()))) && !waits(&operation(OperationState::InFlight)));
    }
}
