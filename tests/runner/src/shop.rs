//! Those who call the service, and those it never sees: shops and warehouses with their patience, shoppers at the checkout,
//! and people in Mollie's dashboard. A caller repeats what it was not answered under the same request id.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use domain::ports::{Fingerprint, OrderKey, Store};
use domain::rules::ids::{Caller, LineId, OrderId, RequestId};
use domain::rules::money::Money;
use domain::rules::operation::OperationKind;
use domain::rules::order::Order;
use domain::rules::shipment::{LineSelection, Selection, ShipmentRequest, Tracking};
use domain::rules::status::OrderStatus;
use domain::workflow::Intent;
use domain::workflow::sync::sync;
use mollie_simulator::rules::FinalState;
use serde_json::{Value, json};

use crate::basket::Basket;
use crate::chance::mix;
use crate::journal::{Act, Reply};
use crate::replica::{Replica, Wish};
use crate::script::{Choice, Elsewhere, Pick};
use crate::site::Site;

/// How long a caller waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a caller repeats a call before it leaves it.
const TRIES: u32 = 12;

/// The processes that can be called.
pub type Fleet = Mutex<Vec<Option<Arc<Replica>>>>;

/// Everybody outside.
#[derive(Clone)]
pub struct World {
    pub site: Arc<Site>,
    pub fleet: Arc<Fleet>,
    pub seed: u64,
    /// What was asked for under each request id: a repeat asks for the same.
    pub wishes: Arc<Mutex<BTreeMap<String, (String, Wish)>>>,
}

#[derive(Default)]
struct Slot {
    reply: Option<Reply>,
    waker: Option<Waker>,
}

impl World {
    /// A process that runs, as a load balancer would choose it.
    pub fn some_replica(&self) -> Option<Arc<Replica>> {
        let alive: Vec<_> =
            self.fleet.lock().unwrap_or_else(PoisonError::into_inner).iter().flatten().cloned().collect();
        (!alive.is_empty()).then(|| self.site.time.chance(|chance| chance.pick(&alive)))
    }

    fn wishes(&self) -> MutexGuard<'_, BTreeMap<String, (String, Wish)>> {
        self.wishes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wished(&self, request_id: &str) -> Option<(String, Wish)> {
        self.wishes().get(request_id).cloned()
    }

    /// One call: an answer, or none in time.
    async fn call(&self, intent: Intent, wish: Wish) -> Option<Reply> {
        let replica = self.some_replica()?;
        let slot = Arc::new(Mutex::new(Slot::default()));
        let (process, letterbox) = (replica.process, Arc::clone(&slot));
        self.site.spawn(process, async move {
            replica.site.pause(0, 5).await;
            let reply = Arc::clone(&replica).serve(intent, wish).await;
            replica.site.pause(0, 5).await;
            let mut slot = letterbox.lock().unwrap_or_else(PoisonError::into_inner);
            slot.reply = Some(reply);
            if let Some(waker) = slot.waker.take() {
                waker.wake();
            }
        });
        let mut patience = std::pin::pin!(self.site.time.sleep(PATIENCE));
        std::future::poll_fn(|context| {
            let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(reply) = slot.reply.take() {
                return Poll::Ready(Some(reply));
            }
            slot.waker = Some(context.waker().clone());
            drop(slot);
            patience.as_mut().poll(context).map(|()| None)
        })
        .await
    }

    /// Calls until it is told, and again now and then although it was.
    async fn carry(&self, kind: OperationKind, order: u64, request_id: &str, command: &str, wish: Wish) {
        self.site.journal().intent(kind, order, request_id);
        for _ in 0..TRIES {
            let reply = self.call(intent(kind, request_id, command), wish.clone()).await;
            self.site.note(|| format!("{request_id} {}: {reply:?}", kind.as_str()));
            self.site.tally().call(format!("{}: {}", kind.as_str(), name(reply.as_ref())));
            let told = matches!(reply, Some(Reply::Accepted { .. } | Reply::Refused(_)));
            let refused = matches!(reply, Some(Reply::Refused(_)));
            if let Some(reply) = reply {
                self.site.journal().intent(kind, order, request_id).replies.push(reply);
            }
            let again = self.site.time.chance(|chance| chance.permille(80));
            if told && (refused || !again) {
                return;
            }
            self.site.pause(200, 6_000).await;
        }
    }

    pub async fn place(self, order: u64) {
        let draft = Basket::of(self.seed, order).draft();
        self.site.tally().order("placed by a shop");
        self.carry(
            OperationKind::PlaceOrder,
            order,
            &format!("place-{order}"),
            "draft",
            Wish::Place(Box::new(draft)),
        )
        .await;
    }

    pub async fn ship(self, order: u64, intent: u64, pick: Pick) {
        let request_id = format!("ship-{intent}");
        if let Some((command, wish)) = self.wished(&request_id) {
            self.carry(OperationKind::CreateShipment, order, &request_id, &command, wish).await;
            return;
        }
        let Some(id) = self.known(order).await else { return };
        let Some(now) = self.when(id, |order| order.facts.status.is_some_and(allows_shipping)).await else {
            return;
        };
        let request = request(&now, pick, self.seed, intent);
        let command = format!("{request:?}");
        let wish = Wish::Ship(id, request);
        self.wishes().insert(request_id.clone(), (command.clone(), wish.clone()));
        self.carry(OperationKind::CreateShipment, order, &request_id, &command, wish).await;
    }

    pub async fn cancel(self, order: u64, intent: u64) {
        let Some(id) = self.known(order).await else { return };
        self.carry(
            OperationKind::CancelOrder,
            order,
            &format!("cancel-{intent}"),
            "cancel",
            Wish::Cancel(id),
        )
        .await;
    }

    /// Has the order read at Mollie.
    pub async fn sync(self, order: u64) {
        let Some(id) = self.known(order).await else { return };
        self.sync_one(id).await;
    }

    /// Has the order read at Mollie by some process.
    pub async fn sync_one(&self, id: OrderId) {
        if let Some(replica) = self.some_replica() {
            let site = Arc::clone(&self.site);
            self.site.spawn(replica.process, async move {
                let outcome = Box::pin(sync(&*replica, id)).await;
                let name = if outcome.is_ok() { "sync: done" } else { "sync: not now" };
                site.tally().call(name.to_owned());
            });
        }
    }

    /// The order's id, once its shop knows it.
    async fn known(&self, order: u64) -> Option<OrderId> {
        for _ in 0..40 {
            let id = self.site.journal().order(order);
            if id.is_some() {
                return id;
            }
            self.site.pause(500, 2_000).await;
        }
        None
    }

    /// Waits until the order is as wanted, has it read now and then, and in the end goes on as it is.
    async fn when(&self, id: OrderId, wanted: impl Fn(&Order) -> bool + Send) -> Option<Order> {
        for round in 0..25 {
            let order = self.site.store.load_order(&OrderKey::Id(id)).await.ok().flatten()?;
            if wanted(&order) || order.closed_time.is_some() {
                return Some(order);
            }
            if round % 4 == 3 {
                self.sync_one(id).await;
            }
            self.site.pause(1_000, 5_000).await;
        }
        let tries_anyway = self.site.time.chance(|chance| chance.permille(300));
        let order = self.site.store.load_order(&OrderKey::Id(id)).await.ok().flatten()?;
        tries_anyway.then_some(order)
    }

    /// The shopper goes to the checkout as soon as there is one.
    pub async fn shop(self, order: u64, choice: Choice) {
        let basket = Basket::of(self.seed, order);
        for _ in 0..60 {
            let now = self.site.now();
            let chosen = {
                let mut mollie = self.site.mollie();
                let found = find(&mollie.world, &basket.order_number());
                found.map(|id| decide(&mut mollie.world, &id, basket, choice, now))
            };
            if let Some((done, later)) = chosen {
                self.site.note(|| format!("shopper of {order}: {choice:?}, done: {done}"));
                self.site
                    .tally()
                    .call(format!("shopper: {choice:?}, {}", if done { "done" } else { "too late" }));
                if done && !matches!(choice, Choice::Fail | Choice::Cancel) {
                    self.site.tally().order("paid or authorized");
                }
                self.site.pump();
                self.end_other(later).await;
                return;
            }
            self.site.pause(500, 3_000).await;
        }
    }

    /// The attempt that the shopper left open ends as well.
    async fn end_other(&self, later: Option<(String, FinalState)>) {
        let Some((attempt, state)) = later else { return };
        self.site.pause(100, 60_000).await;
        let now = self.site.now();
        // It may have ended with its order.
        let _ = self.site.mollie().world.end_attempt(&attempt, state, now);
        self.site.pump();
    }

    /// Somebody acts in Mollie's dashboard.
    pub fn elsewhere(&self, order: u64, act: Elsewhere) {
        let basket = Basket::of(self.seed, order);
        let now = self.site.now();
        let mut mollie = self.site.mollie();
        let Some(id) = find(&mollie.world, &basket.order_number()) else { return };
        let done = match act {
            Elsewhere::Cancel => {
                let (status, _) = mollie.ask("DELETE", &format!("/v2/orders/{id}"), "", Vec::new(), now);
                (status == 200).then(|| Act::Canceled { mollie_order: id.clone() })
            }
            Elsewhere::Ship { line, tracked } => {
                let (_, seen) = mollie.ask("GET", &format!("/v2/orders/{id}"), "", Vec::new(), now);
                let line = &seen["lines"][line]["id"];
                let code = format!("ELSEWHERE-{}", self.site.next_id());
                let mut body = json!({ "lines": [{ "id": line, "quantity": 1 }] });
                if tracked {
                    body["tracking"] = json!({ "carrier": "DHL", "code": code });
                }
                let path = format!("/v2/orders/{id}/shipments");
                let (status, made) = mollie.ask("POST", &path, "", body.to_string().into_bytes(), now);
                let shipment = made["id"].as_str().unwrap_or_default().to_owned();
                (status == 201).then(|| Act::Shipped { mollie_order: id.clone(), shipment, tracked })
            }
        };
        drop(mollie);
        self.site.note(|| format!("dashboard, order {order}: {act:?}, {done:?}"));
        if let Some(act) = done {
            self.site.tally().call("dashboard".to_owned());
            self.site.journal().acts.push(act);
        }
        self.site.pump();
    }
}

/// What the shopper does at once, whether it could be done, and which attempt ends how later.
fn decide(
    world: &mut mollie_simulator::rules::World,
    id: &str,
    basket: Basket,
    choice: Choice,
    now: jiff::Timestamp,
) -> (bool, Option<(String, FinalState)>) {
    let success = if basket.captures { FinalState::Authorized } else { FinalState::Paid };
    let state = match choice {
        Choice::Fail => FinalState::Failed,
        Choice::Cancel => FinalState::Canceled,
        Choice::Pay | Choice::PayTwice | Choice::PayEarlier | Choice::PayLater => success,
    };
    let (pays_first, later) = match choice {
        Choice::Pay | Choice::Fail | Choice::Cancel => {
            let token = id.trim_start_matches("ord_");
            return (world.choose(token, state, Some(basket.method()), now).is_ok(), None);
        }
        Choice::PayTwice => (true, success),
        Choice::PayEarlier => (true, FinalState::Failed),
        Choice::PayLater => (false, FinalState::Expired),
    };
    let mut attempt = || world.begin_attempt(id, Some(basket.method()), now);
    let (Ok(one), Ok(other)) = (attempt(), attempt()) else { return (false, None) };
    let (paid, left) = if pays_first { (one, other) } else { (other, one) };
    (world.end_attempt(&paid, success, now).is_ok(), Some((left, later)))
}

fn find(world: &mollie_simulator::rules::World, order_number: &str) -> Option<String> {
    world.orders().find(|order| order.particulars.order_number == order_number).map(|order| order.id.clone())
}

const fn allows_shipping(status: OrderStatus) -> bool {
    status.allows_shipping()
}

fn intent(kind: OperationKind, request_id: &str, command: &str) -> Intent {
    let method = match kind {
        OperationKind::PlaceOrder => "CreateOrder",
        OperationKind::CreateShipment => "CreateShipment",
        OperationKind::CancelOrder => "CancelOrder",
    };
    Intent {
        caller: Caller::new("shop"),
        request_id: RequestId::new(request_id),
        method,
        fingerprint: Fingerprint(command.to_owned()),
        actor: None,
        etag: None,
        deadline: None,
    }
}

/// What the warehouse asks for, looking at the order as it is.
fn request(order: &Order, pick: Pick, seed: u64, intent: u64) -> ShipmentRequest {
    let tracking = |tracked: bool| {
        let code = format!("3S{:08}", mix(seed ^ intent) % 100_000_000);
        tracked.then(|| Tracking { carrier: "PostNL".to_owned(), code, url: None })
    };
    match pick {
        Pick::All { tracked } => {
            ShipmentRequest { selection: Selection::AllRemaining, tracking: tracking(tracked) }
        }
        Pick::Part { line, quantity, cents, tracked } => {
            let line_id = LineId::new(line);
            let amount = cents.and_then(|cents| amount(order, line_id, quantity, cents));
            let selection = Selection::Lines(vec![LineSelection { line_id, quantity, amount }]);
            ShipmentRequest { selection, tracking: tracking(tracked) }
        }
    }
}

/// One of the amounts that the bounds admit, which few others will share.
fn amount(order: &Order, line: LineId, quantity: u32, cents: u64) -> Option<Money> {
    let bounds = order.line(line)?.remainder().bounds(quantity)?;
    let (low, high) = (bounds.min.minor(), bounds.max.minor());
    let room = u64::try_from(high - low).ok()?;
    let over = i64::try_from(cents % (room + 1)).ok()?;
    Some(Money::from_minor(low + over, bounds.min.currency()))
}

fn name(reply: Option<&Reply>) -> String {
    match reply {
        None => "no answer".to_owned(),
        Some(Reply::Accepted { said, .. }) => format!("accepted, {said:?}"),
        Some(Reply::Refused(reason)) => {
            format!("refused, {}", reason.split(" by order").next().unwrap_or_default())
        }
        Some(Reply::Unavailable) => "unavailable".to_owned(),
    }
}

/// Mollie's own words on an order, for the checker.
pub fn read(site: &Site, id: &str) -> Value {
    let now = site.now();
    site.mollie().ask("GET", &format!("/v2/orders/{id}"), "embed=payments,shipments", Vec::new(), now).1
}
