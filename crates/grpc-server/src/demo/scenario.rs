//! Everyday cases in which a warehouse does everything right, and the books must be right all the same.

use anyhow::{Context, Result, ensure};
use clap::ValueEnum as _;
use prost_types::FieldMask;
use serde_json::{Value, json};

use super::client::Client;
use super::flow::{Flow, events, told_lines, unique};
use super::order_file::draft;
use super::timeline::{money, note, step};
use crate::proto::{
    Address, Amount, CancelOrderRequest, CreateOrderPaymentRequest, CreateOrderRequest, CreateRefundRequest,
    CreateShipmentRequest, LineOperation, ManageOrderLinesRequest, Order, OrderLineDraft, OrderLineType,
    OrderLineUpdate, OrderStatus, OrderUpdate, PaymentStatus, Return, ReturnLineSelection,
    ReturnLinesRequest, ReturnPart, Shipment, ShipmentLineSelection, SyncOrderRequest, UpdateOrderRequest,
    return_part::Part,
};
use crate::status_text::explained;

mod changed_cart;
mod deadline;

/// One case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Scenario {
    /// Units of a discounted line leave in two parcels, the rest is canceled.
    PartialShipment,
    /// Goods at two VAT rates, a shipping fee, discounts and a gift card leave in three parcels.
    GiftCard,
    /// A gift card outweighs each parcel: they wait, and become one shipment.
    HeldParcels,
    /// A part is shipped, a unit of it comes back, and what was not shipped is canceled.
    Return,
    /// Of two chairs one has left. The customer calls: the one comes back, the other is not to leave.
    GivesBackOne,
    /// A shopper pays in two tabs, and the second payment is given back.
    PaidTwice,
    /// A payment fails, and the shop sends the shopper to another page to pay on.
    SecondPayment,
    /// The shopper wants another thing instead, and more of one.
    LineExchange,
    /// The shopper has moved; the supplier declines the new address once, and takes it later.
    SupplierDecline,
    /// The shopper goes back and changes the cart: a new order replaces the old one, which is canceled.
    ChangedCart,
    /// 28 days pass. One of two chairs has left; what becomes of the other is told three times, and then the profile's policy cancels it,
    /// or its money is lost.
    Deadline,
    /// The same, but Mollie has refused the parcel: nothing is canceled, and people are told.
    DeadlineAfterRefusal,
}

/// A line of an order: type, name, quantity, unit price, VAT rate.
type Row = (&'static str, &'static str, u32, &'static str, &'static str);

const MUGS: Row = ("physical", "Mug", 5, "4.00", "21.00");

impl Scenario {
    /// As the option spells it.
    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    const fn rows(self) -> &'static [Row] {
        match self {
            Self::PartialShipment => &[("physical", "Chair", 3, "49.00", "21.00")],
            Self::GiftCard => &[
                ("physical", "Lamp", 2, "30.00", "21.00"),
                ("physical", "Cookbook", 1, "20.00", "9.00"),
                ("discount", "Autumn sale, 21 %", 1, "-6.00", "21.00"),
                ("discount", "Autumn sale, 9 %", 1, "-2.00", "9.00"),
                ("shipping_fee", "Shipping", 1, "4.95", "21.00"),
                ("gift_card", "Gift card", 1, "-25.00", "0.00"),
            ],
            Self::HeldParcels => &[MUGS, ("gift_card", "Gift card", 1, "-15.00", "0.00")],
            Self::Return => &[MUGS, ("shipping_fee", "Shipping", 1, "4.95", "21.00")],
            Self::LineExchange => &[MUGS, ("physical", "Teapot", 1, "25.00", "21.00")],
            Self::GivesBackOne => {
                &[("physical", "Chair", 2, "49.00", "21.00"), ("physical", "Lamp", 1, "30.00", "21.00")]
            }
            Self::Deadline | Self::DeadlineAfterRefusal => &[("physical", "Chair", 2, "49.00", "21.00")],
            Self::PaidTwice | Self::SecondPayment | Self::SupplierDecline | Self::ChangedCart => &[MUGS],
        }
    }

    const fn flow(self) -> Flow {
        match self {
            Self::PartialShipment
            | Self::GiftCard
            | Self::HeldParcels
            | Self::Return
            | Self::LineExchange
            | Self::GivesBackOne
            | Self::Deadline
            | Self::DeadlineAfterRefusal
            | Self::SupplierDecline => Flow::Authorized,
            Self::PaidTwice | Self::SecondPayment | Self::ChangedCart => Flow::Paid,
        }
    }

    fn lines(self) -> Value {
        let mut lines = lines(self.rows());
        match self {
            Self::PartialShipment | Self::GivesBackOne => {
                lines[0]["discountAmount"] = json!({ "currency": "EUR", "value": "10.00" });
            }
            Self::GiftCard
            | Self::HeldParcels
            | Self::Return
            | Self::PaidTwice
            | Self::SecondPayment
            | Self::LineExchange
            | Self::SupplierDecline
            | Self::Deadline
            | Self::DeadlineAfterRefusal
            | Self::ChangedCart => (),
        }
        lines
    }
}

fn euro(value: &str) -> Value {
    json!({ "currency": "EUR", "value": value })
}

fn lines(rows: &[Row]) -> Value {
    let line = |(kind, name, quantity, price, rate): &Row| json!({ "type": kind, "name": name, "quantity": quantity, "unitPrice": euro(price), "vatRate": rate });
    rows.iter().map(line).collect()
}

/// Plays a case on an order with the documented addresses, and returns the order.
pub async fn play(client: &mut Client, documented: &Value, scenario: Scenario) -> Result<Order> {
    let mut file = documented.clone();
    file["lines"] = scenario.lines();
    file.as_object_mut().and_then(|file| file.remove("amount"));
    let mut desk = Desk { client, run: unique(), requests: 0, first_tab: None };
    let order = desk.order(&file, scenario).await?;
    let order = match scenario {
        Scenario::PartialShipment => desk.partial_shipment(&order).await?,
        Scenario::GiftCard => desk.gift_card(&order).await?,
        Scenario::HeldParcels => desk.held_parcels(&order).await?,
        Scenario::Return => desk.comes_back(&order).await?,
        Scenario::GivesBackOne => desk.gives_back_one(&order).await?,
        Scenario::PaidTwice => desk.paid_twice(&order).await?,
        Scenario::SecondPayment => desk.ships_all(&order).await?,
        Scenario::LineExchange => desk.line_exchange(&order).await?,
        Scenario::ChangedCart => desk.ships_changed_cart(&order).await?,
        Scenario::SupplierDecline => desk.supplier_decline(&order).await?,
        Scenario::Deadline => desk.reaches_its_deadline(&order).await?,
        Scenario::DeadlineAfterRefusal => desk.reaches_its_deadline_refused(&order).await?,
    };
    events(desk.client, &order).await?;
    Ok(order)
}

/// Whoever calls the service, with a name for each request.
struct Desk<'a> {
    client: &'a mut Client,
    run: String,
    requests: u32,
    /// An attempt to pay that the shopper has not ended.
    first_tab: Option<String>,
}

impl Desk<'_> {
    fn request_id(&mut self) -> String {
        self.requests += 1;
        format!("demo-{}-{}", self.run, self.requests)
    }

    /// Places the order; the shopper pays.
    async fn order(&mut self, file: &Value, scenario: Scenario) -> Result<Order> {
        let flow = scenario.flow();
        let draft = draft(file, &format!("demo-{}", self.run), flow.method())?;
        let request_id = self.request_id();
        let create = CreateOrderRequest { request_id, draft: Some(draft), ..CreateOrderRequest::default() };
        let order = self.client.orders.create_order(create).await.map_err(explained)?.into_inner();
        println!("{}: order {} over {}", scenario.name(), order.order_number, money(order.amount.as_ref()));
        for line in &order.lines {
            note(&format!(
                "line {}: {} × {} for {}",
                line.id,
                line.quantity,
                line.name,
                money(line.total_amount.as_ref())
            ));
        }
        let order = match scenario == Scenario::ChangedCart {
            true => self.change_cart(file, &order).await?,
            false => order,
        };
        if scenario == Scenario::PaidTwice {
            self.first_tab = order.payments.first().map(|payment| payment.mollie_payment_id.clone());
            self.client.second_tab(&order.mollie_order_id).await?;
        }
        let page = match scenario {
            Scenario::SecondPayment => self.second_payment(&order).await?,
            Scenario::PartialShipment
            | Scenario::GiftCard
            | Scenario::HeldParcels
            | Scenario::Return
            | Scenario::GivesBackOne
            | Scenario::PaidTwice
            | Scenario::LineExchange
            | Scenario::SupplierDecline
            | Scenario::Deadline
            | Scenario::DeadlineAfterRefusal
            | Scenario::ChangedCart => order.checkout_url.clone(),
        };
        self.client.check_out(&page, flow.final_state()).await?;
        let order =
            self.client.until(&order.id, flow.final_state(), |order| order.status() == flow.status()).await?;
        step("the shopper used the checkout form", &order);
        Ok(order)
    }

    async fn partial_shipment(&mut self, order: &Order) -> Result<Order> {
        self.ship(order, &[("1", 1)]).await?;
        self.ship(order, &[("1", 1)]).await?;
        self.cancel_rest(order).await?;
        self.completed(order).await
    }

    async fn gift_card(&mut self, order: &Order) -> Result<Order> {
        self.ship(order, &[("1", 1)]).await?;
        self.ship(order, &[("2", 1)]).await?;
        self.ship(order, &[("1", 1)]).await?;
        self.completed(order).await
    }

    async fn held_parcels(&mut self, order: &Order) -> Result<Order> {
        for units in [2, 1, 1, 1] {
            self.ship(order, &[("1", units)]).await?;
        }
        self.completed(order).await
    }

    async fn comes_back(&mut self, order: &Order) -> Result<Order> {
        self.ship(order, &[("1", 3)]).await?;
        let back = vec![selection("1", 1)];
        let (request_id, order_id) = (self.request_id(), order.id.clone());
        let request =
            CreateRefundRequest { request_id, order_id, lines: back, ..CreateRefundRequest::default() };
        self.refund(order, request).await?;
        self.cancel_rest(order).await?;
        self.completed(order).await
    }

    /// Customer care looks at what it would be before it is done.
    async fn gives_back_one(&mut self, order: &Order) -> Result<Order> {
        self.ship(order, &[("1", 1), ("2", 1)]).await?;
        let wish = ReturnLinesRequest {
            request_id: self.request_id(),
            order_id: order.id.clone(),
            lines: vec![ReturnLineSelection { line_id: "1".to_owned(), came_back: 1, not_leaving: 1 }],
            ..ReturnLinesRequest::default()
        };
        let preview = ReturnLinesRequest { validate_only: true, ..wish.clone() };
        let seen = self.client.orders.return_lines(preview).await.map_err(explained)?.into_inner();
        note(&format!("what care sees before: {}", parts(&seen)));
        let done = self.client.orders.return_lines(wish).await.map_err(explained)?.into_inner();
        step(&format!("ReturnLines: {}", parts(&done)), &self.client.order(&order.id).await?);
        ensure!(
            parts(&seen) == parts(&done),
            "it came to {}, and care was told {}",
            parts(&done),
            parts(&seen)
        );
        self.completed(order).await
    }

    /// The first payment fails; another one is asked for. Gives the page to pay on.
    async fn second_payment(&mut self, order: &Order) -> Result<String> {
        self.client.check_out(&order.checkout_url, "failed").await?;
        let has_failed =
            |order: &Order| order.payments.iter().any(|payment| payment.status() == PaymentStatus::Failed);
        let failed = self.client.until(&order.id, "told of the failure", has_failed).await?;
        step("the shopper's payment failed", &failed);
        let (request_id, order_id) = (self.request_id(), order.id.clone());
        let request =
            CreateOrderPaymentRequest { request_id, order_id, ..CreateOrderPaymentRequest::default() };
        let payment = self.client.orders.create_order_payment(request).await.map_err(explained)?.into_inner();
        step(
            &format!("CreateOrderPayment: {} is open", payment.mollie_payment_id),
            &self.client.order(&order.id).await?,
        );
        note(&format!("checkout at {}", payment.checkout_url));
        Ok(payment.checkout_url)
    }

    async fn ships_all(&mut self, order: &Order) -> Result<Order> {
        self.ship(order, &[("1", 5)]).await?;
        self.completed(order).await
    }

    /// A bowl in place of the teapot, and a mug more, in one step.
    async fn line_exchange(&mut self, order: &Order) -> Result<Order> {
        use crate::proto::line_operation::{Operation, Update};
        let euro = |value: &str| Amount { currency: "EUR".to_owned(), value: value.to_owned() };
        let bowl = OrderLineDraft {
            r#type: OrderLineType::Physical.into(),
            name: "Bowl".to_owned(),
            quantity: 1,
            unit_price: Some(euro("18.00")),
            vat_rate: "21.00".to_owned(),
            reference: "bowl".to_owned(),
            ..OrderLineDraft::default()
        };
        let more = Update {
            line_id: "1".to_owned(),
            line: Some(OrderLineUpdate { quantity: 6, ..OrderLineUpdate::default() }),
            update_mask: Some(FieldMask { paths: vec!["quantity".to_owned()] }),
        };
        let operations =
            [Operation::Cancel(selection("2", 1)), Operation::Add(bowl), Operation::Update(more)];
        let request = ManageOrderLinesRequest {
            request_id: self.request_id(),
            order_id: order.id.clone(),
            operations: operations.map(|operation| LineOperation { operation: Some(operation) }).into(),
            ..ManageOrderLinesRequest::default()
        };
        let changed = self.client.orders.manage_order_lines(request).await.map_err(explained)?.into_inner();
        step("ManageOrderLines: a bowl for the teapot, and a mug more", &changed);
        self.ship(order, &[("1", 6), ("bowl", 1)]).await?;
        self.completed(order).await
    }

    async fn supplier_decline(&mut self, order: &Order) -> Result<Order> {
        let before = self.client.decline_addresses().await?;
        let declined = self.moves(order).await;
        self.client.switch(&before).await?;
        let refusal = declined.err().context("the supplier took the address, and was to decline it")?;
        step(
            "UpdateOrder: the supplier declined, and the order stays as it was",
            &self.client.order(&order.id).await?,
        );
        note(&refusal.to_string());
        let moved = self.moves(order).await?;
        step("UpdateOrder: the new address is at Mollie", &moved);
        self.ships_all(order).await
    }

    /// The shopper has moved to Singel.
    async fn moves(&mut self, order: &Order) -> Result<Order> {
        let address = order.billing_address.clone().unwrap_or_default();
        let new = Address { street_and_number: "Singel 2".to_owned(), ..address };
        let request = UpdateOrderRequest {
            request_id: self.request_id(),
            id: order.id.clone(),
            order: Some(OrderUpdate { billing_address: Some(new), ..OrderUpdate::default() }),
            update_mask: Some(FieldMask { paths: vec!["billing_address".to_owned()] }),
            ..UpdateOrderRequest::default()
        };
        Ok(self.client.orders.update_order(request).await.map_err(explained)?.into_inner())
    }

    async fn paid_twice(&mut self, order: &Order) -> Result<Order> {
        let tab = self.first_tab.take().context("the shopper has another tab")?;
        self.client.pay(&tab).await?;
        let is_twice = |order: &Order| {
            let paid = order.payments.iter().filter(|payment| payment.status() == PaymentStatus::Paid);
            paid.count() == 2 && !order.items.is_empty()
        };
        let order = self.client.until(&order.id, "paid twice", is_twice).await?;
        step("the shopper paid in the first tab, too", &order);
        let item = order.items[0].clone();
        note(&item.text);
        self.ship(&order, &[("1", 5)]).await?;
        let (request_id, order_id) = (self.request_id(), order.id.clone());
        let request = CreateRefundRequest {
            request_id,
            order_id,
            amount: order.amount.clone(),
            mollie_payment_id: item.subject,
            ..CreateRefundRequest::default()
        };
        self.refund(&order, request).await?;
        self.completed(&order).await
    }

    async fn ship(&mut self, order: &Order, lines: &[(&str, i64)]) -> Result<Shipment> {
        let request = CreateShipmentRequest {
            request_id: self.request_id(),
            order_id: order.id.clone(),
            lines: lines.iter().map(|(line, quantity)| selection(line, *quantity)).collect(),
            ..CreateShipmentRequest::default()
        };
        let shipment = self.client.orders.create_shipment(request).await.map_err(explained)?.into_inner();
        let what = match shipment.held_reason.as_str() {
            "" => format!("is {}", shipment.mollie_shipment_id),
            reason => format!("waits: {reason}"),
        };
        step(
            &format!("CreateShipment: {} {what}", told_lines(&shipment)),
            &self.client.order(&order.id).await?,
        );
        Ok(shipment)
    }

    async fn refund(&mut self, order: &Order, request: CreateRefundRequest) -> Result<()> {
        let refund = self.client.orders.create_refund(request).await.map_err(explained)?.into_inner();
        let amount: Option<&Amount> = refund.amount.as_ref();
        step(
            &format!("CreateRefund: {} is {}", money(amount), refund.mollie_refund_id),
            &self.client.order(&order.id).await?,
        );
        Ok(())
    }

    async fn cancel_rest(&mut self, order: &Order) -> Result<()> {
        let (request_id, id) = (self.request_id(), order.id.clone());
        let cancel = CancelOrderRequest { request_id, id, ..CancelOrderRequest::default() };
        let order = self.client.orders.cancel_order(cancel).await.map_err(explained)?.into_inner();
        step("CancelOrder: what was not shipped is released", &order);
        Ok(())
    }

    /// The order at its end, read at Mollie once more.
    async fn completed(&mut self, order: &Order) -> Result<Order> {
        self.client.until(&order.id, "completed", |order| order.status() == OrderStatus::Completed).await?;
        let request = SyncOrderRequest { id: order.id.clone() };
        Ok(self.client.orders.sync_order(request).await.map_err(explained)?.into_inner())
    }
}

/// What is canceled and what is refunded, on which payment.
fn parts(of: &Return) -> String {
    let told = |part: &ReturnPart| {
        let amount = money(part.amount.as_ref());
        match &part.part {
            Some(Part::Cancellation(_)) => format!("{amount} is not taken"),
            Some(Part::Refund(refund)) => format!("{amount} goes back on {}", refund.mollie_payment_id),
            None => amount,
        }
    };
    of.parts.iter().map(told).collect::<Vec<_>>().join(", ")
}

fn selection(line: &str, quantity: i64) -> ShipmentLineSelection {
    ShipmentLineSelection { line_id: line.to_owned(), quantity, amount: None }
}
