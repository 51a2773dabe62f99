//! Review items: raised, and closed by a person.

use domain::ports::{Clock, OrderFilter, Store};
use domain::rules::ids::{MolliePaymentId, OrderId};
use domain::rules::item::{Item, ItemKind};
use domain::rules::order::Order;
use domain::rules::payment::Payment;
use domain::rules::payment_particulars::PaymentParticulars;
use domain::rules::status::{LineStatus, OrderStatus, PaymentStatus, Read};
use domain::workflow::operator::{OperatorError, close_item};
use domain::workflow::step::Progress;
use jiff::Timestamp;

use crate::intents::{decision, euro, lamps};
use crate::mollie::Fate;
use crate::world::{World, all_at, mins, secs};

/// The subjects of the review items, in order.
pub fn raised(order: &Order) -> Vec<(ItemKind, &str)> {
    order.items.iter().map(|item| (item.kind, item.subject.as_str())).collect()
}

/// A payment of the whole order, in this status since then.
pub fn attempt(id: &str, status: PaymentStatus, since: Timestamp) -> Payment {
    Payment {
        mollie_id: MolliePaymentId::new(id),
        status: Read::Known(status),
        method: Some("ideal".to_owned()),
        amount: euro("758.00"),
        checkout_url: None,
        amount_captured: None,
        amount_refunded: None,
        remainder_amount: None,
        amount_charged_back: None,
        created_time: since,
        authorized_time: None,
        paid_time: (status == PaymentStatus::Paid).then_some(since),
        ended_time: None,
        expires_time: None,
        capture_before: None,
        particulars: PaymentParticulars::default(),
    }
}

impl World {
    pub async fn close(&self, id: OrderId, number: u32) -> Result<Order, OperatorError> {
        Box::pin(close_item(self, id, number, &decision())).await
    }

    async fn with_open_items(&self) -> usize {
        let filter = OrderFilter { with_open_items: true, ..OrderFilter::default() };
        self.store.list_orders(&filter, None, 10).await.unwrap().items.len()
    }
}

#[tokio::test]
async fn each_rejected_shipment_is_raised_and_blocks_nothing() {
    let world = World::new().await;
    let id = world.authorized().await;
    let mut operations = Vec::new();
    for _ in 0..2 {
        world.mollie.next(Fate::Rejected);
        let (accepted, _) = world.ship_now(id, &lamps(1)).await;
        operations.push(accepted.operation_id().unwrap());
    }
    let order = world.settled(id).await;
    for ((item, operation), number) in order.items.iter().zip(&operations).zip(1..) {
        assert_eq!((item.number, item.kind), (number, ItemKind::ShipmentRefused));
        assert_eq!((&item.subject, item.operation_id), (&operation.to_string(), Some(*operation)));
        assert!(item.text.contains("Mollie does not like it"), "{}", item.text);
    }
    assert_eq!((order.items.len(), world.with_open_items().await), (2, 1));
    world.ship_now(id, &lamps(1)).await;
    assert_eq!(world.settled(id).await.items.len(), 2);
}

async fn found_late(status: OrderStatus, line: LineStatus) -> Vec<Item> {
    let world = World::new().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    all_at(&mut world.mollie.side().ledger.orders[0], status, line);
    world.advance(mins(16));
    world.end_leases().await;
    world.work(secs(10)).await;
    world.settled(accepted.order_id).await.items
}

#[tokio::test]
async fn an_order_found_after_its_age_limit_is_raised_if_it_holds_money() {
    use OrderStatus::{Authorized, Canceled, Created, Expired, Paid, Pending};
    for (status, line) in
        [(Paid, LineStatus::Paid), (Authorized, LineStatus::Authorized), (Pending, LineStatus::Created)]
    {
        let items = found_late(status, line).await;
        assert_eq!(items.len(), 1, "{}", status.as_str());
        assert_eq!((items[0].kind, items[0].subject.as_str()), (ItemKind::LatePlacement, "ord_1.1"));
        assert!(items[0].text.contains(status.as_str()) && items[0].operation_id.is_some());
    }
    for (status, line) in
        [(Created, LineStatus::Created), (Canceled, LineStatus::Canceled), (Expired, LineStatus::Canceled)]
    {
        assert_eq!(found_late(status, line).await, [], "{}", status.as_str());
    }
}

#[tokio::test]
async fn an_item_is_closed_by_a_person_and_not_raised_again() {
    let world = World::new().await;
    let id = world.placed().await;
    let now = world.clock.now();
    let twice = vec![attempt("tr_1", PaymentStatus::Paid, now), attempt("tr_2", PaymentStatus::Paid, now)];
    world.pay(id).await;
    world.at_mollie(id, |order| order.payments = Some(twice)).await;
    world.sync(id).await;
    assert_eq!((world.with_open_items().await, world.sound(id).await.open_items()), (1, 1));
    world.advance(secs(1));
    let closed = world.close(id, 1).await.unwrap();
    assert_eq!(closed, world.sound(id).await);
    let closure = closed.items[0].closed.clone().unwrap();
    assert_eq!((closure.by.as_str(), closure.reason.as_str()), ("olga", "looked at the parcels"));
    assert_eq!(closure.time, world.clock.now());
    let last = world.events(id).await.pop().unwrap();
    assert_eq!((last.data.kind(), last.actor.as_deref()), ("item.closed", Some("olga")));
    assert_eq!(world.with_open_items().await, 0);
    // It is read again, and something else has changed.
    world.at_mollie(id, |order| order.method = Some("klarna".to_owned())).await;
    world.sync(id).await;
    assert_eq!(world.settled(id).await.open_items(), 0);
}

#[tokio::test]
async fn closing_a_closed_item_changes_nothing_and_an_unknown_one_is_an_error() {
    let world = World::new().await;
    let id = world.authorized().await;
    world.mollie.next(Fate::Rejected);
    world.ship_now(id, &lamps(1)).await;
    let closed = world.close(id, 1).await.unwrap();
    world.advance(secs(1));
    assert_eq!(world.close(id, 1).await.unwrap(), closed);
    assert_eq!(world.sound(id).await, closed);
    assert!(
        matches!(world.close(id, 2).await, Err(OperatorError::ItemNotFound { order, number: 2 }) if order == id)
    );
    let nobody = OrderId::new(closed.items[0].operation_id.unwrap().uuid());
    assert!(matches!(world.close(nobody, 1).await, Err(OperatorError::OrderNotFound(id)) if id == nobody));
}

/// The service itself cancels it for its age, and Mollie refuses.
#[tokio::test]
async fn an_order_found_late_that_mollie_does_not_cancel_is_raised() {
    let world = World::new().await;
    world.mollie.next(Fate::HangsAfter);
    let accepted = world.recorded().await;
    world.crash(accepted.claim.as_ref().unwrap()).await;
    world.advance(mins(16));
    world.end_leases().await;
    assert_eq!(world.step().await, Progress::Settled);
    world.mollie.next(Fate::Rejected);
    world.work(mins(3)).await;
    let items = world.settled(accepted.order_id).await.items;
    assert_eq!(items.len(), 1);
    assert_eq!((items[0].kind, items[0].subject.as_str()), (ItemKind::LatePlacement, "ord_1.1"));
    assert!(items[0].text.contains("refused to cancel"), "{}", items[0].text);
}
