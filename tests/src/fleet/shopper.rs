//! Callers: each brings orders through their lives, one after the other, at whichever replica, and makes every call again
//! until it is answered.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tonic::{Response, Status};

use crate::answers::{amount, asks_to_come_again};
use crate::books::Journal;
use crate::drafts::numbered;
use crate::proto::{
    CancelOrderRequest, CreateOrderRequest, CreateShipmentRequest, Order, OrderStatus, Shipment,
    ShipmentLineSelection, SyncOrderRequest, Tracking, UpdateShipmentRequest,
};
use crate::seed::Dice;
use crate::service::Orders;
use crate::world::World;

/// How long one wish may take over all deaths.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Where callers and replicas meet.
pub struct Market<'a> {
    world: &'a World,
    journal: &'a Journal,
    replicas: Vec<Orders>,
    wanted: usize,
    begun: AtomicUsize,
    answered: AtomicUsize,
    is_closed: AtomicBool,
}

impl<'a> Market<'a> {
    pub fn new(world: &'a World, journal: &'a Journal, replicas: Vec<Orders>, wanted: usize) -> Self {
        let (begun, answered, is_closed) = Default::default();
        Self { world, journal, replicas, wanted, begun, answered, is_closed }
    }

    pub const fn world(&self) -> &World {
        self.world
    }

    /// Orders begun so far.
    pub fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }

    /// Calls answered so far.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// Whether there were as many orders as are wanted.
    pub fn is_satisfied(&self) -> bool {
        self.begun() >= self.wanted
    }

    /// Lets callers end the orders they have begun, and begin no more.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// Brings one order after the other, until the market closes.
    pub async fn shop(&self, mut dice: Dice) {
        while !self.is_closed.load(Ordering::Relaxed) {
            let n = self.begun.fetch_add(1, Ordering::Relaxed);
            self.one(n, &mut dice).await;
        }
    }

    async fn one(&self, n: usize, dice: &mut Dice) {
        let order = self.place(n, dice).await;
        let course = dice.below(6);
        if course == 0 {
            return self.cancel(&order, dice).await;
        }
        self.world.simulator.check_out(&order.checkout_url, "authorized").await;
        self.is_authorized(&order, dice).await;
        match course {
            1 => self.cancel(&order, dice).await,
            2 | 3 => {
                let shipment = self.ship(&order, false, dice).await;
                self.track(&shipment, dice).await;
                self.ship(&order, true, dice).await;
            }
            _ => {
                self.ship(&order, false, dice).await;
                self.cancel(&order, dice).await;
            }
        }
    }

    async fn place(&self, n: usize, dice: &mut Dice) -> Order {
        let draft = Some(numbered(&format!("market-{n}"), "klarnapaylater"));
        let request_id = self.journal.intend();
        let request = CreateOrderRequest { request_id, draft, ..CreateOrderRequest::default() };
        let create = async |mut orders: Orders| orders.create_order(request.clone()).await;
        let order = self.call("an order is placed", dice, create).await;
        self.journal.acknowledge(&request.request_id);
        order
    }

    /// One unit of the first line, or all that is left.
    async fn ship(&self, order: &Order, all_remaining: bool, dice: &mut Dice) -> Shipment {
        let one = ShipmentLineSelection {
            line_id: order.lines[0].id.clone(),
            quantity: 1,
            amount: Some(amount("299.00")),
        };
        let request = CreateShipmentRequest {
            request_id: self.journal.intend(),
            order_id: order.id.clone(),
            lines: if all_remaining { Vec::new() } else { vec![one] },
            all_remaining,
            ..CreateShipmentRequest::default()
        };
        let create = async |mut orders: Orders| orders.create_shipment(request.clone()).await;
        let shipment = self.call("a shipment is recorded", dice, create).await;
        self.journal.acknowledge(&request.request_id);
        shipment
    }

    /// Changes how a parcel is followed, whether Mollie has it yet or not.
    async fn track(&self, shipment: &Shipment, dice: &mut Dice) {
        let code = format!("3S{}", dice.below(1_000_000));
        let request = UpdateShipmentRequest {
            request_id: self.journal.intend(),
            id: shipment.id.clone(),
            tracking: Some(Tracking { carrier: "PostNL".to_owned(), code, url: String::new() }),
            ..UpdateShipmentRequest::default()
        };
        let update = async |mut orders: Orders| orders.update_shipment(request.clone()).await;
        self.call("tracking is recorded", dice, update).await;
        self.journal.acknowledge(&request.request_id);
    }

    async fn cancel(&self, order: &Order, dice: &mut Dice) {
        let (request_id, id) = (self.journal.intend(), order.id.clone());
        let request = CancelOrderRequest { request_id, id, ..CancelOrderRequest::default() };
        let cancel = async |mut orders: Orders| orders.cancel_order(request.clone()).await;
        self.call("a cancellation is recorded", dice, cancel).await;
        self.journal.acknowledge(&request.request_id);
    }

    async fn is_authorized(&self, order: &Order, dice: &mut Dice) {
        let request = SyncOrderRequest { id: order.id.clone() };
        let sync = async |mut orders: Orders| orders.sync_order(request.clone()).await;
        let end = Instant::now() + PATIENCE;
        while self.call("an order is read", dice, sync).await.status() != OrderStatus::Authorized {
            assert!(Instant::now() < end, "order {} is not authorized after {PATIENCE:?}", order.id);
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Calls one replica after the other until one has answered.
    async fn call<T>(
        &self,
        what: &str,
        dice: &mut Dice,
        call: impl AsyncFn(Orders) -> Result<Response<T>, Status>,
    ) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            match call(dice.one_of(&self.replicas).clone()).await {
                Ok(answer) => {
                    self.answered.fetch_add(1, Ordering::Relaxed);
                    return answer.into_inner();
                }
                Err(status) => assert!(asks_to_come_again(&status), "{what}: {status:?}"),
            }
            assert!(Instant::now() < end, "waited {} s in vain: {what}", PATIENCE.as_secs());
            sleep(dice.within(20..200)).await;
        }
    }
}
